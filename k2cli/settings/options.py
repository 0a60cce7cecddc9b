"""Options that engines declare, as sections of the settings: ``[engines.NAME]``.

An engine that is not installed declares no options: its settings are accepted unchecked, so that one settings file
serves machines with different engines.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, fields
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, ClassVar, Self, Union, get_args, get_origin, get_type_hints

from pydantic import AfterValidator, BeforeValidator, ConfigDict, SecretStr, create_model, model_validator

from engines.base import Engine, Location, Options, Secret
from engines.errors import UsageError
from engines.registry import engine_class
from k2cli.language.redaction import MASK, is_secret, secrets_in_uri
from k2cli.settings.values import Filled, Properties, Section, Text, names_in, reveal, word_none


class OptionsSettings(Section):
    """Options of one engine; secret ones are `SecretStr`."""

    declared: ClassVar[type[Options] | None] = None

    @model_validator(mode="after")
    def _make_sense(self) -> Self:
        """Construct the engine's own options, so that it can refuse values that the types allow."""
        if self.declared is not None:
            self.declared(**self.revealed())
        return self

    def revealed(self) -> dict[str, Any]:
        """The options that the engine is opened with, with secrets in clear text."""
        return {name: _clear(value) for name, value in self}

    def secrets(self) -> set[str]:
        """Every secret text in the options, and the secret parts of secret URIs."""
        found = {reveal(value) for value in _texts(dict(self)) if isinstance(value, SecretStr)}
        return found.union(*map(secrets_in_uri, found))

    def shown(self) -> Iterator[tuple[str, str]]:
        """Yield the name of every option with its value as text, secrets masked."""
        for name, value in self:
            yield from _shown(name, value)


class UndeclaredSettings(OptionsSettings):
    """Options of an engine that is not installed: any keys and values are accepted."""

    model_config = ConfigDict(extra="allow")

    @model_validator(mode="before")
    @classmethod
    def _hidden(cls, given: object) -> object:
        return _hidden("", given)


@dataclass(frozen=True, slots=True)
class Declaration:
    """Options of an engine that is installed.

    Attributes:
        settings: Type of the engine's section in the settings.
        keys: Names of all options.
        paths: Names of the options that are file paths.
        lists: Names of the options that are lists of texts.
        free: Names of the options that are mappings with keys that k2 does not know.
    """

    settings: type[OptionsSettings]
    keys: tuple[str, ...]
    paths: frozenset[str]
    lists: frozenset[str]
    free: frozenset[str]


def declaration(engine: str) -> Declaration | None:
    """The options that an engine declares; None if it is not installed or its imports fail."""
    try:
        return _declaration(engine_class(engine))
    except UsageError:
        return None


@cache
def _declaration(engine: type[Engine]) -> Declaration:
    options = engine.options_type
    types = get_type_hints(options)
    keys: Any = {field.name: (_setting(field.name, types[field.name]), _default(field)) for field in fields(options)}
    section = create_model(f"{options.__name__}Settings", __base__=OptionsSettings, __doc__=options.__doc__, **keys)
    section.declared = options
    return Declaration(
        settings=section,
        keys=tuple(keys),
        paths=frozenset(name for name in keys if Location in _within(types[name])),
        lists=frozenset(name for name in keys if any(get_origin(kind) is tuple for kind in _within(types[name]))),
        free=frozenset(name for name in keys if _is_mapping(types[name])),
    )


def _default(field: "Field[Any]") -> object:
    return field.default if field.default_factory is MISSING else field.default_factory()


def _within(kind: Any) -> Iterator[Any]:  # noqa: ANN401 - a type, or what stands for one
    """Yield a type and all its type arguments, recursively."""
    yield kind
    for part in get_args(kind):
        yield from _within(part)


def _is_mapping(kind: Any) -> bool:  # noqa: ANN401
    return get_origin(kind) in (Mapping, dict)


def _setting(name: str, kind: Any) -> Any:  # noqa: ANN401
    """Type of an option in the settings, with validators that read it from TOML or the text of a variable."""
    if _is_mapping(kind):
        return Properties
    readers: list[object] = []
    core = kind
    if get_origin(kind) in (Union, UnionType) and NoneType in get_args(kind):
        readers.append(BeforeValidator(word_none))
        core = next(part for part in get_args(kind) if part is not NoneType)
    if get_origin(core) is tuple:
        readers.append(BeforeValidator(names_in))
    elif core in (str, Location, Secret):
        kind = Filled if core is kind else Filled | None
        readers.append(AfterValidator(_hiding(name, always=core is Secret)))
    return Annotated[(kind, *readers)] if readers else kind


def _hiding(name: str, *, always: bool) -> Callable[[str | None], Text | None]:
    def hidden(value: str | None) -> Text | None:
        secret = value is not None and (always or is_secret(name) or bool(secrets_in_uri(value)))
        return SecretStr(value) if value is not None and secret else value

    return hidden


def _hidden(name: str, value: object) -> object:
    if isinstance(value, Mapping):
        return {key: _hidden(key, part) for key, part in value.items()}
    return _hiding(name, always=False)(value) if isinstance(value, str) else value


def _clear(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: _clear(part) for key, part in value.items()}
    return reveal(value) if isinstance(value, SecretStr) else value


def _texts(value: object) -> Iterator[object]:
    if isinstance(value, Mapping):
        for part in value.values():
            yield from _texts(part)
    else:
        yield value


def _shown(name: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key in sorted(value):
            yield from _shown(f"{name}.{key}", value[key])
    elif isinstance(value, SecretStr):
        yield name, MASK
    elif isinstance(value, list | tuple):
        yield name, ",".join(map(str, value))
    elif isinstance(value, bool):
        yield name, str(value).lower()
    else:
        yield name, "none" if value is None else str(value)


class EnginesSettings(Section):
    """Options of each engine, by engine name."""

    model_config = ConfigDict(extra="allow")

    @model_validator(mode="before")
    @classmethod
    def _as_declared(cls, given: object) -> object:
        if not isinstance(given, Mapping):
            return given
        known = {name: declaration(name) for name in given}
        sections: Any = {
            name: (UndeclaredSettings if found is None else found.settings, ...) for name, found in known.items()
        }
        return dict(create_model("Engines", __base__=Section, **sections).model_validate(given))

    def of(self, engine: str) -> OptionsSettings:
        """The options of an engine; its defaults if the settings have none for it."""
        written = (self.model_extra or {}).get(engine)
        if isinstance(written, OptionsSettings):
            return written
        found = declaration(engine)
        return UndeclaredSettings() if found is None else found.settings()

    def undeclared(self) -> list[str]:
        """Names of the engines that have options in the settings but are not installed."""
        return sorted(name for name, _ in self if isinstance(self.of(name), UndeclaredSettings))

    def secrets(self) -> set[str]:
        """Every secret text in the options of all engines."""
        return set().union(*(self.of(name).secrets() for name, _ in self))
