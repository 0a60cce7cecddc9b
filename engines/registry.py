"""Registry of engines: found by name through the entry points of the group `k2.engines`, imported when chosen."""

from functools import cache
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path

from engines.base import Engine, EngineConfig
from engines.errors import UsageError
from engines.lake import Lake

GROUP = "k2.engines"


@cache
def installed() -> tuple[EntryPoint, ...]:
    """The entry points of all engines; cached, since the search opens a file of every installed distribution."""
    return tuple(entry_points(group=GROUP))


def engine_names() -> tuple[str, ...]:
    """The names of all installed engines, sorted; found without importing any engine."""
    return tuple(sorted({point.name for point in installed()}))


def entry_point(name: str) -> EntryPoint:
    """The entry point of an engine.

    Raises:
        UsageError: No such engine is installed.
    """
    for point in installed():
        if point.name == name:
            return point
    known = ", ".join(engine_names()) or "none"
    raise UsageError(f"no engine named {name!r} is installed", hint=f"installed engines: {known}")


def engine_class(name: str) -> type[Engine]:
    """Import the class of an engine, without opening the engine.

    Raises:
        UsageError: No such engine is installed, it cannot be imported, or it is not a subclass of `Engine`.
    """
    _refuse_shadow()
    point = entry_point(name)
    try:
        engine = point.load()
    except ImportError as error:
        raise UsageError(f"engine {name!r} ({point.value}) cannot be imported: {error}", hint=_cure(point)) from error
    if not (isinstance(engine, type) and issubclass(engine, Engine)):
        raise UsageError(f"engine {name!r} ({point.value}) is not a subclass of engines.base.Engine")
    return engine


def usable_engine(name: str) -> type[Engine]:
    """Import the class of an engine and check that the modules it needs are installed.

    Raises:
        UsageError: See `engine_class`; or a module that it needs is not installed.
    """
    engine = engine_class(name)
    missing = next((module for module in engine.needs if find_spec(module) is None), None)
    if missing is not None:
        raise UsageError(f"engine {name!r} needs {missing}, which is not installed", hint=_cure(entry_point(name)))
    return engine


def open_engine(name: str, config: EngineConfig) -> Engine:
    """Open the engine of that name.

    Raises:
        UsageError: See `usable_engine`; or an option is unknown to the engine or has an invalid value.
    """
    return usable_engine(name)(config)


def _cure(point: EntryPoint) -> str:
    """The pip command that installs what an engine needs: its distribution, or the extra named after the engine."""
    if point.dist is None:
        return ""
    name, extras = point.dist.name, point.dist.metadata.get_all("Provides-Extra") or []
    return f"pip install '{name}[{point.name}]'" if point.name in extras else f"pip install {name}"


def open_lake(name: str, config: EngineConfig) -> Lake:
    """Open the lake that the configuration describes, with the engine of that name.

    Raises:
        UsageError: See `open_engine`.
    """
    return Lake(open_engine(name, config))


def _refuse_shadow() -> None:
    """Refuse to go on if another package named `engines` comes before ours on the import path."""
    import engines

    ours = Path(__file__).parent
    if [Path(path).resolve() for path in engines.__path__] != [ours.resolve()]:
        raise UsageError(
            f"another package named 'engines' shadows ours: {list(engines.__path__)}",
            hint="install k2-ohlcv in an environment of its own: pipx install k2-ohlcv",
        )
