"""What is known of a program that candles are exported for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePath

from k2cli.export.formats import Format
from k2cli.export.names import FileNames
from k2cli.export.series import SeriesName
from k2cli.export.shapes import Shape

Names = Callable[[SeriesName], PurePath]


def plain_names(timeframe: str, format_: Format, pairs: Mapping[str, str]) -> Names:  # noqa: ARG001 - what all take
    """A file for each series: ``binance-BTCUSDT-1h.csv``."""
    names = FileNames()
    return lambda series: PurePath(
        f"{names.name(f'{series.exchange}-{series.symbol}', owner=series)}-{timeframe}.{format_}"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A program that reads candles.

    Attributes:
        name: What it is called on the command line.
        formats: Formats that it reads; the first one is taken where nothing else is said.
        shape: The columns of its files.
        usage: Code that reads a file of this program, or the files; see `example`.
        names: Makes the names of files in a folder, from the timeframe, the format, and pairs by symbol.
        folder: Whether it reads a folder only.
    """

    name: str
    formats: tuple[Format, ...]
    shape: Shape
    usage: str
    names: Callable[[str, Format, Mapping[str, str]], Names] = plain_names
    folder: bool = False

    def example(self, path: PurePath, timeframe: str) -> str:
        """Code that reads a file.

        Args:
            path: The file; for `folder` the folder.
            timeframe: The timeframe.
        """
        read = "read_csv({!r}, index_col=0, parse_dates=True)" if path.suffix == ".csv" else "read_parquet({!r})"
        unit, times = _UNITS[timeframe.lstrip("0123456789")]
        length = int(timeframe.rstrip(timeframe.lstrip("0123456789"))) * times
        return self.usage.format(
            path=str(path), name=path.name, frame=f"pd.{read.format(str(path))}", unit=unit, length=length
        )


_UNITS = {
    "m": ("Minutes", 1),
    "h": ("Minutes", 60),
    "d": ("Days", 1),
    "w": ("Weeks", 1),
    "M": ("Months", 1),
    "q": ("Months", 3),
    "y": ("Years", 1),
}
"""Units of timeframes in the words of backtrader's TimeFrame, and how many of these they have."""
