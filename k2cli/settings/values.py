"""Types of the values in the settings, with the validators that read them from TOML and environment variables."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr

from engines.domain.decimals import FEWEST_PLACES, MOST_PLACES, Scale
from k2cli.language.durations import parse_duration
from k2cli.language.redaction import is_secret, secrets_in_uri

Text = str | SecretStr


def reveal(value: Text) -> str:
    """Return the clear text of a value. Only for passing on to an engine, never for display."""
    return value.get_secret_value() if isinstance(value, SecretStr) else value


def _hide_password(uri: str | None) -> Text | None:
    return SecretStr(uri) if uri is not None and secrets_in_uri(uri) else uri


def _hide_secrets(properties: dict[str, Text]) -> dict[str, Text]:
    return {
        name: SecretStr(reveal(value)) if is_secret(name) or secrets_in_uri(reveal(value)) else value
        for name, value in properties.items()
    }


def _scalar_text(value: object) -> object:
    """Turn the bare numbers and booleans of TOML into text, because PyIceberg's properties are text."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value


def _duration_or_none(value: str | int | None) -> int | None:
    """Parse a duration or the word ``none``, with which a file can unset what a lower-ranked file has set."""
    return None if value in (None, "none") else parse_duration(value)


def _scale_or_auto(value: object) -> Scale | None:
    """A number of decimal places as a scale; None for the word ``auto``."""
    if value in (None, "auto"):
        return None
    places = str(value)
    if places not in map(str, range(FEWEST_PLACES, MOST_PLACES + 1)):
        raise ValueError(f"must be a number of decimal places from {FEWEST_PLACES} to {MOST_PLACES}, or 'auto'")
    return Scale(int(places))


def word_none(value: object) -> object:
    """Turn the word ``none`` into None, for settings that are text."""
    return None if value == "none" else value


def names_in(value: object) -> object:
    """Split comma-separated names, as environment variables have them; ``none`` is None, a list stays unchanged."""
    if not isinstance(value, str):
        return value
    return None if value == "none" else tuple(name.strip() for name in value.split(",") if name.strip())


class Section(BaseModel):
    """Base class of the sections: unknown keys are errors, and error messages never contain values."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


Identifier = Annotated[str, Field(min_length=1, pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
QualifiedName = Annotated[str, Field(min_length=1, pattern=r"^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)*$")]
Filled = Annotated[str, Field(min_length=1)]
Uri = Annotated[Filled | None, AfterValidator(_hide_password)]
Property = Annotated[str, BeforeValidator(_scalar_text)]
Properties = Annotated[dict[str, Property], AfterValidator(_hide_secrets)]
Duration = Annotated[int, BeforeValidator(parse_duration)]
OptionalDuration = Annotated[int | None, BeforeValidator(_duration_or_none)]
OptionalScale = Annotated[Scale | None, BeforeValidator(_scale_or_auto)]
OptionalPath = Annotated[Filled | None, BeforeValidator(word_none)]
