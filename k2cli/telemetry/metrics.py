"""Metrics of runs for Prometheus, in a file that node_exporter's textfile collector (or any web server) exposes.

A run only knows its own tables: what others wrote into the file stays, above all the time of the last success.
Counters go on from what the file says; whoever removes the file resets them, as Prometheus expects of a restart.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, write_to_textfile
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

from engines.domain.timeframe import SECOND
from k2cli.telemetry.measures import HELP, Measure, measures
from k2cli.telemetry.textfile import alone_in

if TYPE_CHECKING:
    from engines.errors import Failure
    from k2cli.session import Session

Series = tuple[str, tuple[tuple[str, str], ...]]
"""A name and its labels, sorted."""


def tell_prometheus(path: Path, session: "Session", command: str, failure: "Failure | None") -> None:
    """Update the file with the measures of a run.

    Args:
        path: The file.
        session: The run, at its end.
        command: As it is typed, without ``k2``.
        failure: Why it came to no report.

    Raises:
        OSError: The file cannot be read or written.
    """
    new = list(measures(session, command, failure, now=session.clock()() / SECOND))
    with alone_in(path.parent):
        write(path, merged(read(path), new))


def read(path: Path) -> dict[Series, float]:
    """The series of a file; none where it is missing or holds anything but metrics."""
    try:
        families = list(text_string_to_metric_families(path.read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError):
        return {}
    samples = (sample for family in families for sample in family.samples if sample.name in HELP)
    return {_series(sample.name, sample.labels): sample.value for sample in samples}


def merged(before: Mapping[Series, float], new: Iterable[Measure]) -> dict[Series, float]:
    """The series after a run: counters grow, gauges are replaced, all others stay."""
    after = dict(before)
    for measure in new:
        series = _series(measure.name, measure.labels)
        if measure.name.endswith("_total"):
            after[series] = after.get(series, 0.0) + measure.value
            continue
        # A table that another engine keeps now is the same table: its old series would look stuck for ever.
        for other in [other for other in after if _but_engine(other) == _but_engine(series)]:
            del after[other]
        after[series] = measure.value
    return after


def write(path: Path, series: Mapping[Series, float]) -> None:
    """Replace the file in one step."""
    registry = CollectorRegistry()
    registry.register(_Known(series))
    write_to_textfile(str(path), registry)


class _Known(Collector):
    """Series as prometheus-client takes them."""

    def __init__(self, series: Mapping[Series, float]) -> None:
        self._series = series

    def collect(self) -> Iterator[Metric]:
        """A family for each name."""
        for name in sorted({name for name, _ in self._series}):
            kind = CounterMetricFamily if name.endswith("_total") else GaugeMetricFamily
            family: Metric = kind(name, HELP[name])
            for (owner, labels), value in sorted(self._series.items()):
                if owner == name:
                    family.add_sample(name, dict(labels), value)
            yield family


def _series(name: str, labels: Mapping[str, str]) -> Series:
    return name, tuple(sorted(labels.items()))


def _but_engine(series: Series) -> Series:
    return series[0], tuple(label for label in series[1] if label[0] != "engine")
