"""Options of the Spark engine: where Spark runs, and with what."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from engines.base import Location, Options


@dataclass(frozen=True, slots=True, kw_only=True)
class SparkOptions(Options):
    """Where Spark runs.

    Attributes:
        master: ``local[*]``, ``spark://host:port``, ``yarn``, ``k8s://…``.
        remote: ``sc://host:port``: a Spark Connect server, in place of a driver here.
        jars: Jar files, in place of downloads from Maven Central; empty: Spark has them. None: what is missing comes
            from there, in pinned versions.
        conf: Spark's own configuration, which wins over ours.
    """

    master: str = "local[*]"
    remote: str | None = None
    jars: tuple[Location, ...] | None = None
    conf: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def on_one_machine(self) -> bool:
        """Whether the driver does all the work."""
        return self.remote is None and self.master.startswith("local")
