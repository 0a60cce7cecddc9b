"""Names of files and folders for exchanges and symbols, which may hold anything: slashes, dots, NUL, twins by case."""

from hashlib import sha256
from pathlib import PurePath
from string import ascii_letters, digits
from unicodedata import normalize

from engines.errors import UsageError
from k2cli.export.formats import Format
from k2cli.export.series import SeriesName

_PLAIN = frozenset(ascii_letters + digits + "-_")

LONGEST = 200
"""Bytes of a name; file systems allow 255, and those that encrypt names about 140 to 200."""

_DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))})
"""Names that Windows keeps for devices, whatever their suffix."""


class Twins:
    """Remembers names that were given, for file systems that tell no capitals from small letters."""

    def __init__(self) -> None:
        self._given: dict[str, object] = {}

    def free(self, name: str, owner: object) -> bool:
        """Whether a name is not given to another owner yet; it is given to this one then."""
        return self._given.setdefault(normalize("NFC", name.casefold()), owner) == owner


class PartitionNames:
    """Folders ``exchange=…/symbol=…``, as Hive writes them, and whatever reads its partitions.

    Values are percent-encoded, so that these read what the table has, whatever it is. Of names that differ by capitals
    alone, the second one has its letters encoded, too. What is beyond ASCII stays as it is, as in Hive, for some
    readers undo the encoding byte by byte.
    """

    def __init__(self, format_: Format) -> None:
        self._format = format_
        self._twins = Twins()

    def name(self, series: SeriesName) -> PurePath:
        """The file of a series.

        Raises:
            UsageError: A name is empty, or too long for a folder.
        """
        exchange, symbol = (self._folder(column, getattr(series, column)) for column in series._fields)
        for value in (exchange, symbol):
            if len(value.encode()) > LONGEST:
                raise UsageError(
                    f"{_short(value)} is too long for the name of a folder",
                    hint="leave out --partition-by, or export the other series by --exchange and --symbol",
                )
        return PurePath(exchange, symbol, f"candles.{self._format}")

    def _folder(self, column: str, value: str) -> str:
        if not value:
            raise UsageError(f"a series has no {column}, which a folder cannot tell", hint="leave out --partition-by")
        encoded = f"{column}={_encoded(value, _PLAIN | {c for c in value if not c.isascii() and c.isprintable()})}"
        if self._twins.free(encoded, value):
            return encoded
        return f"{column}={_encoded(value, frozenset(digits))}"


def is_partition(path: PurePath, folder: bool) -> bool:
    """Whether a path in a folder is one that an export in partitions makes, whatever its format."""
    columns = ("exchange=", "symbol=")
    *folders, last = path.parts
    named = all(part.startswith(column) for part, column in zip(path.parts, columns, strict=False))
    if folder:
        return len(path.parts) <= 2 and named
    return len(folders) == 2 and named and last in {f"candles.{format_}" for format_ in Format}


def _encoded(value: str, plain: frozenset[str]) -> str:
    return "".join(c if c in plain else "".join(f"%{byte:02X}" for byte in c.encode()) for c in value)


def _short(value: str) -> str:
    return value if len(value) <= 40 else f"{value[:40]}…"


class FileNames:
    """Names of one folder or file for each series, for people: what is no letter, digit, - or _ becomes _.

    Where that would give two series one name, or one that is too long, a digest of the value is added.
    """

    def __init__(self) -> None:
        self._twins = Twins()

    def name(self, value: str, *, owner: object) -> str:
        """The name for a value; `owner` is what must not share it."""
        plain = "".join(c if c in _PLAIN else "_" for c in value)[: LONGEST - 20]
        if plain and plain.casefold() not in _DEVICES and len(value) <= len(plain) and self._twins.free(plain, owner):
            return plain
        return f"{plain}-{sha256(repr(owner).encode()).hexdigest()[:12]}"
