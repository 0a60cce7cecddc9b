"""Settings that concern timeframes: which timeframes have a table, and durations per timeframe (retention, lag)."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, InstanceOf, create_model, model_validator

from engines.domain.retention import RETENTION
from engines.domain.timeframe import DEFAULT_TIMEFRAMES, FINEST, Timeframe
from engines.domain.window import Windows, is_length, parse_windows
from engines.errors import UsageError
from k2cli.settings.values import OptionalDuration, Section, names_in


def _timeframes(value: object) -> tuple[Timeframe, ...]:
    names = names_in(value)
    if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
        raise ValueError('it is a list of texts: ["1m", "15m", "4h"]')
    found = sorted({Timeframe.parse(name) for name in names})
    if FINEST not in found:
        raise ValueError(f"{FINEST} must be one of them, for the others are made of it")
    return tuple(found)


Timeframes = Annotated[tuple[InstanceOf[Timeframe], ...], BeforeValidator(_timeframes)]
"""Timeframes that have a candle table, finest first."""


def is_timeframe(text: str) -> bool:
    """Whether a text is the name of a timeframe."""
    try:
        return bool(Timeframe.parse(text))
    except ValueError:
        return False


def stored_timeframe(name: str, stored: Iterable[Timeframe]) -> Timeframe:
    """Return the timeframe that a user named.

    Args:
        name: The timeframe as the user typed it.
        stored: Timeframes that have a table.

    Raises:
        UsageError: The name is not a timeframe, or no table has that timeframe.
    """
    kept = ", ".join(map(str, stored))
    try:
        timeframe = Timeframe.parse(name)
    except ValueError as error:
        raise UsageError(str(error), hint=f"there are tables of {kept}") from error
    if timeframe not in stored:
        wanted = ", ".join(f'"{each}"' for each in sorted((*stored, timeframe)))
        raise UsageError(
            f"there is no table of {name} candles, only of {kept}",
            hint=f"write timeframes = [{wanted}] below [tables] in k2.toml, then run k2 ohlcv create-tables",
        )
    return timeframe


def read_windows(
    text: str, stored: Iterable[Timeframe], *, zone: str = "UTC", day_start: int = 0, anchor: int | None = None
) -> Windows:
    """Windows of any length; the arguments are those of `engines.domain.window.parse_windows`.

    Raises:
        UsageError: It is no timeframe, the zone is not known, or the anchor does not fit.
    """
    if not text:
        raise UsageError(
            f"say a timeframe: there are tables of {', '.join(map(str, stored))}, and any other length is merged",
            hint="such as 1h, 4h, 1w: k2 ohlcv status says what there is, k2 ohlcv show --help what may be asked",
        )
    try:
        return parse_windows(text, zone=zone, day_start=day_start, anchor=anchor)
    except ValueError as error:
        raise UsageError(str(error), hint=_near(text, stored)) from error


def _near(text: str, stored: Iterable[Timeframe]) -> str:
    """What may have been meant by a text that is no length of a window; nothing if it is one."""
    if is_length(text):
        return ""
    near = f"{text.lower()} is one; " if is_length(text.lower()) else ""
    return f"{near}there are tables of {', '.join(map(str, stored))}; any other length is merged from these"


class Durations(Section):
    """Durations in microseconds by timeframe; None: no limit. Timeframes without a table are allowed."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, OptionalDuration]

    @model_validator(mode="before")
    @classmethod
    def _written_as_usual(cls, values: Mapping[str, Any]) -> dict[str, Any]:
        for name in values:
            if (usual := Timeframe.parse(name).name) != name:
                raise ValueError(f"{name} is written {usual}")
        return dict(values)


def durations_of(timeframes: Iterable[Timeframe], durations: Durations) -> dict[Timeframe, int]:
    """Durations in microseconds of those of the given timeframes that have one."""
    found = {timeframe: getattr(durations, timeframe.name, None) for timeframe in timeframes}
    return {timeframe: duration for timeframe, duration in found.items() if duration is not None}


RetentionSettings = create_model(
    "RetentionSettings",
    __base__=Durations,
    __doc__="How long candles are kept, by timeframe; None: for ever.",
    **{timeframe.name: (OptionalDuration, duration) for timeframe, duration in RETENTION.items()},  # type: ignore[call-overload]
)

LagSettings = create_model(
    "LagSettings",
    __base__=Durations,
    __doc__="How far a table may be behind before `validate` says so, by timeframe; None: any.",
    **{timeframe.name: (OptionalDuration, None) for timeframe in DEFAULT_TIMEFRAMES},  # type: ignore[call-overload]
)
