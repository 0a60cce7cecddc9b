"""Theme: data files in other formats are read or refused by name, and so are files that cannot be read."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pyiceberg.manifest import FileFormat

from engines.base import TradeQuery, ValidationRequest
from engines.domain.timeframe import M1
from engines.errors import Failure, K2Error
from engines.testing.foreign import foreign_source
from engines.testing.formats import append_file
from engines.testing.history import History, everywhere
from engines.testing.suite.kit import NOW, Kit, NewLake, prove, rows
from engines.testing.suite.sources import some


def bad_end(content: bytes) -> bytes:
    """A file whose last bytes are others, as where a download ended early."""
    return content[:-9] + bytes(9)


def bad_page(content: bytes) -> bytes:
    """A file whose footer can be read, and whose first page cannot."""
    return content[:4] + b"\xff" * 24 + content[28:]


class Files(Kit):
    """Tests of what becomes of a source whose files are not plain Parquet, or no longer."""

    @pytest.mark.parametrize("format_", [FileFormat.ORC, FileFormat.AVRO], ids=["orc", "avro"])
    def test_other_formats_are_read_or_refused_by_name(self, new_lake: NewLake, format_: FileFormat) -> None:
        """Their manifests need not have bounds; Avro is refused by engines that declare that they do not read it."""
        history = foreign_source(new_lake(timeframes=(M1,)))
        path = append_file(history.table, some(), format_)
        if format_ is FileFormat.AVRO and not history.lake.engine.reads_avro:
            for failed in (_aggregated(history), _read(history)):
                assert failed.exit_code == 2
                assert f"{path} is in Avro" in failed.message
                assert "--engine spark" in failed.hint
            (unfit,) = history.lake.unfit_tables()
            assert f"{path} is in Avro" in unfit.why
            return
        history.rows.update(some())
        history.run(NOW)

        prove(history, M1)
        assert history.lake.trades(TradeQuery()).read_all().num_rows == len(some())

    @pytest.mark.parametrize("damage", [bad_end, bad_page])
    @pytest.mark.parametrize("kind", ["data", "deletes"])
    def test_a_damaged_file_is_named_by_whatever_reads_it(
        self, history: History, kind: str, damage: Callable[[bytes], bytes]
    ) -> None:
        """The user can act on it (exit code 2), nothing is published, and a whole file is read as ever."""
        history.append(some(3))
        history.mask(everywhere, every=2)
        history.prepare(NOW, M1)
        path = _one_file(history, deletes=kind == "deletes")
        before, whole = rows(history), path.read_bytes()
        path.write_bytes(damage(whole))
        for failed in (_aggregated(history), _validated(history), _read(history)):
            assert failed.exit_code == 2
            assert f"file file://{path} cannot be read" in failed.message
            assert ".".join(history.table.name()) in failed.message

        assert rows(history) == before
        path.write_bytes(whole)
        history.run(NOW, M1, rebuild=True)
        prove(history, M1)

    @pytest.mark.parametrize("kind", ["data", "manifest"])
    def test_a_missing_file_is_named(self, history: History, kind: str) -> None:
        """It may come back by itself: a storage may be away (exit code 6)."""
        history.append(some(3))
        snapshot = history.table.current_snapshot()
        assert snapshot is not None
        manifest = Path(snapshot.manifests(history.table.io)[0].manifest_path.removeprefix("file://"))
        path = manifest if kind == "manifest" else _one_file(history, deletes=False)
        path.unlink()
        for failed in (_aggregated(history), _read(history)):
            assert failed.exit_code == 6
            assert str(path) in failed.message

    def test_a_damaged_manifest_is_named(self, history: History) -> None:
        history.append(some(3))
        snapshot = history.table.current_snapshot()
        assert snapshot is not None
        path = Path(snapshot.manifests(history.table.io)[0].manifest_path.removeprefix("file://"))
        path.write_bytes(b"Obj\x01" + path.read_bytes()[4:40])
        for failed in (_aggregated(history), _read(history)):
            assert failed.exit_code == 2
            assert f"the manifest file://{path} cannot be read" in failed.message


def _one_file(history: History, *, deletes: bool) -> Path:
    task = next(task for task in history.table.scan().plan_files() if not deletes or task.delete_files)
    file = next(iter(task.delete_files)) if deletes else task.file
    return Path(file.file_path.removeprefix("file://"))


def _aggregated(history: History) -> Failure:
    """What a run ends with."""
    return _failure(lambda: history.aggregate(NOW, M1, rebuild=True).tables[0].failure)


def _validated(history: History) -> Failure:
    """What a validation against the trades ends with."""
    request = ValidationRequest(timeframes=(M1,), now=NOW, against_trades=True)
    return _failure(lambda: history.lake.validate(request))


def _read(history: History) -> Failure:
    """What a query for trades ends with."""
    return _failure(lambda: history.lake.trades(TradeQuery()).read_all())


def _failure(operation: Callable[[], object]) -> Failure:
    try:
        ended = operation()
    except K2Error as error:
        return error.failure
    assert isinstance(ended, Failure)
    return ended
