"""Which candle tables there are is a setting, and what holds for each is said by its timeframe."""

from pathlib import Path

import pytest

from engines.domain.retention import RETENTION
from engines.domain.timeframe import DAY, DEFAULT_TIMEFRAMES, HOUR, Timeframe
from engines.errors import UsageError
from k2cli.settings import Settings, load_settings

M15, H4 = Timeframe.parse("15m"), Timeframe.parse("4h")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def loaded(folder: Path, toml: str = "", **variables: str) -> Settings:
    (folder / "k2.toml").write_text(toml)
    return load_settings(flags={}, variables=variables, cwd=folder).settings


def test_the_usual_ones_are_the_default(folder: Path) -> None:
    settings = loaded(folder)

    assert settings.timeframes() == settings.engine_config("0").names.timeframes == DEFAULT_TIMEFRAMES
    assert settings.retentions() == RETENTION
    assert settings.lags() == {}


@pytest.mark.parametrize(
    ("toml", "variables"),
    [
        ('[tables]\ntimeframes = ["4h", "1m", "15m", "240m"]', {}),
        ("", {"K2_TABLES__TIMEFRAMES": "1m, 15m,4h"}),
        ('[tables]\ntimeframes = ["1m"]', {"K2_TABLES__TIMEFRAMES": "1m,15m,4h"}),
    ],
)
def test_others_are_listed_in_the_file_or_a_variable(folder: Path, toml: str, variables: dict[str, str]) -> None:
    settings = loaded(folder, toml, **variables)

    assert [str(timeframe) for timeframe in settings.timeframes()] == ["1m", "15m", "4h"]
    assert settings.engine_config("0").names.target(M15) == "market_data.gold_ohlcv_15m"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ('["1m", "7m"]', "'7m' is no timeframe: its length must be minutes that divide a day, or whole days"),
        ('["1m", "hour"]', "'hour' is no timeframe: write a number and m, h or d"),
        ('["5m", "1h"]', "1m must be one of them"),
        ("[]", "1m must be one of them"),
        ("[1, 5]", "it is a list of texts"),
        ("5", "it is a list of texts"),
    ],
)
def test_a_list_that_makes_no_tables_is_refused(folder: Path, value: str, words: str) -> None:
    with pytest.raises(UsageError, match=r"k2\.toml: tables\.timeframes: ") as refused:
        loaded(folder, f"[tables]\ntimeframes = {value}")

    assert words in refused.value.message


def test_commands_are_about_the_named_tables_or_about_all(folder: Path) -> None:
    settings = loaded(folder, '[tables]\ntimeframes = ["1m", "15m", "4h"]')

    assert settings.timeframes(["4h", "240m", "15m"]) == (H4, M15)
    assert settings.timeframes([]) == settings.tables.timeframes


def test_a_table_that_is_not_kept_is_refused_with_the_line_that_adds_it(folder: Path) -> None:
    settings = loaded(folder, '[tables]\ntimeframes = ["1m", "4h"]')

    with pytest.raises(UsageError, match="there is no table of 15m candles, only of 1m, 4h") as refused:
        settings.timeframes(["1m", "15m"])

    assert 'timeframes = ["1m", "15m", "4h"] below [tables]' in refused.value.hint
    with pytest.raises(UsageError, match="'7m' is no timeframe"):
        settings.timeframes(["7m"])


def test_retention_and_lag_are_said_for_any_timeframe(folder: Path) -> None:
    toml = '[tables]\ntimeframes = ["1m", "15m", "4h"]\n[retention]\n15m = "30d"\n1d = "9d"\n[lag]\n4h = "8h"\n'

    settings = loaded(folder, toml, K2_LAG__15M="1h", K2_RETENTION__1M="none")

    assert settings.retentions() == {M15: 30 * DAY}
    assert settings.lags() == {M15: HOUR, H4: 8 * HOUR}


def test_tables_of_other_timeframes_are_kept_for_ever_and_may_be_late_unless_it_is_said(folder: Path) -> None:
    settings = loaded(folder, '[tables]\ntimeframes = ["1m", "4h"]')

    assert H4 not in settings.retentions()
    assert settings.lags() == {}


@pytest.mark.parametrize(
    ("toml", "variables", "words"),
    [
        ('[retention]\nhour = "3d"', {}, "retention: 'hour' is no timeframe"),
        ('[lag]\n240m = "3h"', {}, "lag: 240m is written 4h"),
        ('[retention]\n15m = "ever"', {}, "retention.15m: 'ever' is not a duration"),
        ('retention = "3d"', {}, "'retention' is a section, not a value"),
        ("", {"K2_LAG__7M": "3h"}, "K2_LAG__7M is no setting of k2"),
    ],
)
def test_a_limit_that_cannot_be_is_refused(folder: Path, toml: str, variables: dict[str, str], words: str) -> None:
    with pytest.raises(UsageError) as refused:
        loaded(folder, toml, **variables)

    assert words in refused.value.message
