"""Options of the Spark engine: where Spark runs, and its jars and configuration."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from engines.base import Location, Options


@dataclass(frozen=True, slots=True, kw_only=True)
class SparkOptions(Options):
    """Options of the Spark engine.

    Attributes:
        master: Spark's master: ``local[*]``, ``spark://host:port``, ``yarn``, ``k8s://…``.
        remote: Address of a Spark Connect server, ``sc://host:port``, to use instead of a local driver.
        jars: Jar files to use instead of downloads from Maven Central; empty: Spark has them. None: missing ones are
            downloaded, in pinned versions.
        conf: Spark configuration; wins over our defaults, except for the settings that exact numbers depend on.
    """

    master: str = "local[*]"
    remote: str | None = None
    jars: tuple[Location, ...] | None = None
    conf: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def on_one_machine(self) -> bool:
        """Whether the driver does all the work: the master is local, and no Spark Connect server is used."""
        return self.remote is None and self.master.startswith("local")
