"""Engines by name: found through the entry points of the group `k2.engines`, loaded when chosen."""

from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from engines.base import Engine, EngineConfig
from engines.errors import UsageError
from engines.lake import Lake

GROUP = "k2.engines"


def engine_names() -> tuple[str, ...]:
    """The names of all installed engines, sorted; none is imported."""
    return tuple(sorted({point.name for point in entry_points(group=GROUP)}))


def entry_point(name: str) -> EntryPoint:
    """The entry point of an engine.

    Raises:
        UsageError: No such engine is installed.
    """
    for point in entry_points(group=GROUP):
        if point.name == name:
            return point
    known = ", ".join(engine_names()) or "none"
    raise UsageError(f"no engine named {name!r} is installed", hint=f"installed engines: {known}")


def open_engine(name: str, config: EngineConfig) -> Engine:
    """Load the engine of that name and open it.

    Raises:
        UsageError: There is no such engine, it cannot be imported, or it is not an engine.
        Unavailable: The catalog cannot be reached.
    """
    _refuse_shadow()
    point = entry_point(name)
    try:
        engine = point.load()
    except ImportError as error:
        raise UsageError(
            f"engine {name!r} ({point.value}) cannot be imported: {error}",
            hint=f"pip install 'k2-ohlcv[{name}]'",
        ) from error
    if not (isinstance(engine, type) and issubclass(engine, Engine)):
        raise UsageError(f"engine {name!r} ({point.value}) is not a subclass of engines.base.Engine")
    return engine(config)


def open_lake(name: str, config: EngineConfig) -> Lake:
    """Open the lake of the configuration, with the engine of that name.

    Raises:
        UsageError: See `open_engine`.
        Unavailable: The catalog cannot be reached.
    """
    return Lake(open_engine(name, config))


def _refuse_shadow() -> None:
    """`engines` is a common word: make sure that the package imported is ours, not one that lies before it."""
    import engines

    ours = Path(__file__).parent
    if [Path(path).resolve() for path in engines.__path__] != [ours.resolve()]:
        raise UsageError(
            f"another package named 'engines' shadows ours: {list(engines.__path__)}",
            hint="install k2-ohlcv in an environment of its own: pipx install k2-ohlcv",
        )
