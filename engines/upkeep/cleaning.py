"""Expiry of a table's snapshots, and deletion of what nothing needs then: the same for candles and for trades."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Generic, TypeVar

from pyiceberg.table import Table

from engines.base import Engine
from engines.domain.requests import Observer
from engines.domain.retention import PruneRequest
from engines.domain.upkeep import TablePrune, TradesPrune, UpkeepStatus
from engines.errors import K2Error
from engines.faults import Point, passing
from engines.iceberg.catalog import catalog_errors
from engines.iceberg.former_versions import keep_fewer_versions
from engines.iceberg.maintenance import delete_files, expire, reachable
from engines.iceberg.orphans import orphans
from engines.retrying import with_retries

_Result = TypeVar("_Result", TablePrune, TradesPrune)


@dataclass
class Cleaning(ABC, Generic[_Result]):
    """Cleaning of one table: expires snapshots in a commit, then deletes unreferenced files.

    Each step is retried by itself after a conflict. If one fails, the result still tells what earlier ones did.

    Attributes:
        engine: Opens the tables.
        request: The request of the run.
        observer: Receives messages on retries.
        result: The result so far.
        before: The files that were referenced before snapshots were expired: normalised path to path as stored.
    """

    engine: Engine
    request: PruneRequest
    observer: Observer
    result: _Result
    before: dict[str, str] = field(default_factory=dict)

    @abstractmethod
    def load(self) -> Table:
        """Load the table."""

    @abstractmethod
    def expiring(self, table: Table) -> list[int]:
        """Ids of the snapshots that may be expired."""

    def take(self, *steps: Callable[[], None]) -> _Result:
        """Take the steps until one fails; return the result."""
        try:
            for step in steps:
                with_retries(self.engine.config.attempts, self.observer, partial(self._translated, step))
        except K2Error as error:
            self.result = replace(self.result, status=UpkeepStatus.FAILED, failure=error.failure)
        return self.result

    def _translated(self, step: Callable[[], None]) -> None:
        with catalog_errors(f"prune {self.result.table}"):
            step()

    def lost(self, table: Table) -> list[str]:
        """The orphans that are to be deleted."""
        if not (self.request.orphans and self.request.snapshots):
            return []
        return orphans(table, older_than=self.request.now - self.request.orphan_age)

    def expire(self) -> None:
        """Expire snapshots."""
        if not self.expiring(table := self.load()):
            return
        self.before |= reachable(table)
        # Loaded again, since reading manifests takes time and a tag may have been set meanwhile.
        table = self.load()
        expiring = self.expiring(table)
        passing(Point.EXPIRING)
        expire(table, expiring)
        passing(Point.EXPIRED)
        if expiring:
            self.result = replace(self.result, status=UpkeepStatus.DONE, snapshots_expired=len(expiring))

    def shorten(self) -> None:
        """Let a table of ours keep fewer former versions of its metadata, if it keeps as many as the first ones did."""
        if versions := keep_fewer_versions(self.load()):
            self.result = replace(self.result, status=UpkeepStatus.DONE, versions=versions)

    def sweep(self) -> None:
        """Delete the files that only expired snapshots referenced, and the orphans."""
        table = self.load()
        after = reachable(table) if self.before else {}
        files, size = delete_files(table.io, [path for key, path in self.before.items() if key not in after])
        if files:
            self.result = replace(self.result, status=UpkeepStatus.DONE, files_deleted=files, bytes_freed=size)
        passing(Point.SWEPT)
        lost, size = delete_files(table.io, self.lost(table))
        if lost:
            self.result = replace(self.result, status=UpkeepStatus.DONE, orphans_deleted=lost, orphan_bytes=size)
