"""Candle tables whose files are missing or damaged: what is left is kept, and the run makes the rest again."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from pyiceberg.table import Table

from engines.base import Engine
from engines.domain.decimals import SCALE, Scale
from engines.domain.requests import Observer, OthersChanges, RefreshRequest
from engines.domain.timeframe import Timeframe
from engines.errors import Conflict, K2Error, TableMissing, Unavailable, UsageError, ValidationFailed
from engines.iceberg.damage import Damage, damage_of
from engines.refusals import damaged


@dataclass(frozen=True, slots=True)
class Mended:
    """What was found of a candle table and done about it.

    Attributes:
        found: In words.
        lost: Upper bound of the number of rows that are not known to be in the trades; only the run can tell more.
    """

    found: str
    lost: int = 0


class Mender:
    """Makes candle tables readable again, as far as the request of a run allows.

    Args:
        engine: Opens the tables.
        request: The request of the run.
        observer: Is told what was found.
    """

    def __init__(self, engine: Engine, request: RefreshRequest, observer: Observer) -> None:
        self.engine = engine
        self.request = request
        self.observer = observer
        self._mended: dict[Timeframe, list[Mended]] = {}

    def of(self, timeframe: Timeframe) -> tuple[Mended, ...]:
        """What was done to a table so far."""
        return tuple(self._mended.get(timeframe, ()))

    def open(self, timeframe: Timeframe, scale: Callable[[], Scale | None]) -> Table:
        """Load a table; where its metadata file is lost, after that is mended.

        Args:
            timeframe: The table's timeframe.
            scale: Gives the scale of the other tables, for one that has to be made again.

        Raises:
            TableMissing: It does not exist.
            UsageError: Its metadata cannot be read, and cannot or must not be mended.
        """
        try:
            return self._load(timeframe)
        except TableMissing:
            raise
        except (UsageError, Unavailable) as error:
            self._mend_metadata(timeframe, error, scale)
        return self._load(timeframe)

    def mend(self, timeframe: Timeframe, error: K2Error) -> bool:
        """Look for what is wrong with a table after an error, and mend it; False if nothing is.

        Raises:
            Refused: The settings say to stop.
        """
        if self.request.dry_run or not isinstance(error, ValidationFailed | Unavailable):
            return False
        try:
            table = self._load(timeframe)
            found = damage_of(table, deep=isinstance(error, ValidationFailed))
        except (K2Error, OSError):
            return False  # The storage does not answer: what is missing may be back with it.
        if found is None:
            return False
        self._consent(timeframe, found.found)
        with suppress(Conflict):  # Another run was faster, perhaps with the same: what there is now is looked at anew.
            self._note(timeframe, self._repaired(table, found))
        return True

    def is_damaged(self, timeframe: Timeframe, error: K2Error) -> bool:
        """Whether an error may be due to damage of a table that is only read."""
        if not isinstance(error, ValidationFailed | Unavailable | UsageError):
            return False
        try:
            return damage_of(self._load(timeframe), deep=isinstance(error, ValidationFailed)) is not None
        except (K2Error, OSError):
            return True  # The other table is read from the trades then, or the error comes again.

    def missing(self, timeframe: Timeframe) -> None:
        """Mend a table if data files are missing, which a rebuild alone would notice only where it reads."""
        if not self.request.dry_run:
            self.mend(timeframe, Unavailable("a rebuild asks whether all files are there"))

    def _load(self, timeframe: Timeframe) -> Table:
        return self.engine.tables.target(timeframe)

    def _consent(self, timeframe: Timeframe, found: str) -> None:
        if self.request.others is OthersChanges.REFUSE:
            raise damaged(self.engine.tables.names.target(timeframe), timeframe, found)

    def _repaired(self, table: Table, found: Damage) -> Mended:
        """Leave out what cannot be read, by a commit at the head that was looked at."""
        from engines.iceberg import repair

        if not found.history:
            repair.set_aside(self.engine.tables, table, found.files, self.request.run_id)
            count = len(found.files)
            return Mended(f"{count} data file{'s are' if count > 1 else ' is'} left out ({found.found})")
        back = repair.newest_whole(table)
        if back is not None:
            repair.make_head(table, back, forgetting=True)
            return Mended(f"back at snapshot {back.snapshot_id} ({found.found})")
        lost = repair.keep_readable(table, self.request.run_id)
        return Mended(f"only what can be read is kept ({found.found})", lost)

    def _mend_metadata(self, timeframe: Timeframe, error: K2Error, scale: Callable[[], Scale | None]) -> None:
        from engines.iceberg import metadata_files
        from engines.iceberg.creation import create_candles

        tables, name = self.engine.tables, self.engine.tables.names.target(timeframe)
        if self.request.dry_run or not metadata_files.is_lost(tables, name):
            raise error
        self._consent(timeframe, error.message)
        copied = metadata_files.put_back(tables, name)
        if copied:
            self._note(timeframe, Mended(f"its metadata is that of {copied} again ({error.message})"))
            return
        if not metadata_files.storage_is_there(tables, name):
            raise error
        metadata_files.drop_from_catalog(tables, name)
        create_candles(tables, timeframe, scale() or SCALE)
        self._note(timeframe, Mended(f"it is made again, for none of its metadata can be read ({error.message})", -1))

    def _note(self, timeframe: Timeframe, mended: Mended) -> None:
        self._mended.setdefault(timeframe, []).append(mended)
        self.observer.said(f"{self.engine.tables.names.target(timeframe)}: {mended.found}")
