"""Files and folders appear whole or not at all, and nothing of the user's goes without --force."""

from collections.abc import Callable
from pathlib import Path, PurePath

import pytest

from engines.errors import K2Error, Refused, UsageError
from k2cli.export.names import is_partition
from k2cli.export.places import Place, StagedFile, StagedFiles, StagedFolder

NAME = PurePath("exchange=X/symbol=A/candles.csv")

Make = Callable[[Path, bool], Place]


def a_file(path: Path, force: bool = False) -> Place:
    return StagedFile(path, run_id="run", force=force)


def a_folder(path: Path, force: bool = False) -> Place:
    return StagedFolder(path, run_id="run", force=force, ours=is_partition)


def files(path: Path, force: bool = False) -> Place:
    return StagedFiles(path, run_id="run", force=force)


PLACES = pytest.mark.parametrize("make", [a_file, a_folder, files])


def fill(place: Place, text: bytes = b"new") -> None:
    with place.opened(NAME) as sink:
        sink.write(text)


def end(place: Place) -> None:
    fill(place, b"second")
    place.finish()


def standing(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@PLACES
def test_nothing_is_there_before_the_end(make: Make, tmp_path: Path) -> None:
    place = make(tmp_path / "out", False)
    fill(place)

    assert not (tmp_path / "out").exists()
    place.finish()
    assert [text for name, text in standing(tmp_path).items() if name.startswith("out")] == [b"new"]
    assert len(standing(tmp_path)) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("make", [a_folder, files])
def test_nothing_is_left_when_it_is_given_up(make: Make, tmp_path: Path) -> None:
    place = make(tmp_path / "out", False)
    fill(place)
    with pytest.raises(ZeroDivisionError), place.opened(PurePath("exchange=X/symbol=B/candles.csv")):
        raise ZeroDivisionError
    place.discard()

    assert list(tmp_path.iterdir()) == []


@PLACES
def test_what_is_there_stays_without_force_and_goes_with_it(make: Make, tmp_path: Path) -> None:
    for text in (b"old", b"new"):
        place = make(tmp_path / "out", text == b"new")
        fill(place, text)
        place.finish()
        assert set(standing(tmp_path).values()) == {text}

        with pytest.raises(Refused, match=r"exist|holds"):
            fill(make(tmp_path / "out", False), b"other")
        assert set(standing(tmp_path).values()) == {text}


@PLACES
def test_what_came_meanwhile_is_not_replaced(make: Make, tmp_path: Path) -> None:
    one, other = (make(tmp_path / "out", False) for _ in range(2))
    fill(one, b"first")
    one.finish()

    with pytest.raises(Refused):
        end(other)
    other.discard()
    assert list(standing(tmp_path).values()) == [b"first"]


@PLACES
@pytest.mark.parametrize("force", [False, True])
def test_a_folder_that_is_not_there_is_told(make: Make, force: bool, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no folder"):
        make(tmp_path / "no" / "out", force)


@PLACES
def test_a_name_that_no_system_takes_is_an_error_of_ours(make: Make, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        fill(make(tmp_path / ("a" * 300), False))


def test_a_file_is_no_folder_and_a_folder_no_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"mine")
    (tmp_path / "folder").mkdir()

    for make, path in ((a_file, "folder"), (a_folder, "file"), (files, "file")):
        with pytest.raises(UsageError, match=f"{path} is a {path}"):
            make(tmp_path / path, True)
    assert standing(tmp_path) == {"file": b"mine"}


@pytest.mark.skipif(not Path("/dev/null").exists(), reason="this system has no /dev/null")
def test_a_device_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/dev/null")

    with pytest.raises(UsageError, match="no ordinary file"):
        a_file(tmp_path / "link", force=True)
    assert Path("/dev/null").is_char_device()


def test_a_link_leads_to_the_file_that_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"old")
    (tmp_path / "link").symlink_to("real")
    place = a_file(tmp_path / "link", force=True)
    fill(place)
    place.finish()

    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"new"


def test_a_folder_of_other_things_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.jpg").write_bytes(b"mine")

    with pytest.raises(UsageError, match=r"cat\.jpg"):
        a_folder(tmp_path / "photos", force=True)


def test_files_are_added_to_those_of_others(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "notes.txt").write_bytes(b"mine")
    place = files(tmp_path / "data")
    fill(place)
    place.finish()

    assert standing(tmp_path) == {"data/notes.txt": b"mine", f"data/{NAME}": b"new"}


def test_a_folder_that_may_not_be_written_to_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the error that the system gives: whoever runs this test may be allowed everything."""

    def refused(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    place = a_file(tmp_path / "out")
    monkeypatch.setattr(Path, "open", refused)

    with pytest.raises(K2Error, match=r"out cannot be written: permission denied") as error:
        fill(place)
    assert error.value.exit_code == 2
