"""Formats of files of trades: text, JSON, columns; told from the content and not from the name."""

from k2cli.trades.errors import NotTrades
from k2cli.trades.files import Member
from k2cli.trades.formats.arrow_file import FILE_MAGIC, OLD_MAGIC, STREAM_MAGIC, arrow_content
from k2cli.trades.formats.content import BOM, Content, Format, Rows
from k2cli.trades.formats.csv_file import SAMPLE, CsvContent, csv_content
from k2cli.trades.formats.parquet_file import MAGIC, ParquetContent
from k2cli.trades.layouts.sections import Csv

__all__ = ["SAMPLE", "Content", "CsvContent", "Format", "Rows", "content_of"]


_START = 4096


def content_of(member: Member, csv: Csv) -> Content | None:
    """The content of a file; None if there is nothing in it.

    Args:
        member: The file, or the member of an archive.
        csv: What is known of the dialect, if it turns out to be text.

    Raises:
        FileUnreadable: If it cannot be read.
        NotTrades: If it is of none of the formats.
    """
    with member.open() as stream:
        start = stream.read(_START)
    if start.startswith(MAGIC):
        return ParquetContent(member)
    if start.startswith((FILE_MAGIC, STREAM_MAGIC)):
        return arrow_content(member, streamed=start.startswith(STREAM_MAGIC))
    if start.startswith(OLD_MAGIC):
        raise NotTrades(f"{member.name} is of the first version of Feather", hint="write it as Feather 2 or Parquet")
    if start.removeprefix(BOM).lstrip()[:1] in (b"{", b"["):
        from k2cli.trades.formats.json_content import json_content  # and with it what reads JSON

        return json_content(member)
    return csv_content(member, csv.delimiter, csv.decimal)
