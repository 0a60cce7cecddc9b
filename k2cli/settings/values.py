"""Types of values in the settings, and how each is read from text, TOML and variables."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr

from k2cli.language.durations import parse_duration
from k2cli.language.redaction import is_secret, secrets_in_uri

Text = str | SecretStr


def reveal(value: Text) -> str:
    """The value itself. Only for the engine, never for a screen."""
    return value.get_secret_value() if isinstance(value, SecretStr) else value


def _hide_password(uri: str | None) -> Text | None:
    return SecretStr(uri) if uri is not None and secrets_in_uri(uri) else uri


def _hide_secrets(properties: dict[str, Text]) -> dict[str, Text]:
    return {
        name: SecretStr(reveal(value)) if is_secret(name) or secrets_in_uri(reveal(value)) else value
        for name, value in properties.items()
    }


def _scalar_text(value: object) -> object:
    """TOML writes numbers and booleans bare; PyIceberg's properties are text."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value


def _duration_or_none(value: str | int | None) -> int | None:
    """A file cannot take back what another has set but by a word."""
    return None if value in (None, "none") else parse_duration(value)


def word_none(value: object) -> object:
    """The same word for texts."""
    return None if value == "none" else value


def names_in(value: object) -> object:
    """Several names in one text, as variables have them, or a list."""
    if not isinstance(value, str):
        return value
    return None if value == "none" else tuple(name.strip() for name in value.split(",") if name.strip())


class Section(BaseModel):
    """Settings that stand together: only known keys, and no value in an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


Identifier = Annotated[str, Field(min_length=1, pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
Filled = Annotated[str, Field(min_length=1)]
Uri = Annotated[Filled | None, AfterValidator(_hide_password)]
Property = Annotated[str, BeforeValidator(_scalar_text)]
Properties = Annotated[dict[str, Property], AfterValidator(_hide_secrets)]
Duration = Annotated[int, BeforeValidator(parse_duration)]
OptionalDuration = Annotated[int | None, BeforeValidator(_duration_or_none)]
OptionalPath = Annotated[Filled | None, BeforeValidator(word_none)]
