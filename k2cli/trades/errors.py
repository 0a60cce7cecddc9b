"""What can be wrong with a whole file; a single wrong row is a `Reject`, not an error.

UsageError
└── TradeFileError
    ├── FileUnreadable   missing, a directory, truncated, corrupt, locked by a password
    ├── NotTrades        empty, binary, not UTF-8, or numbers kept in a type that is not exact
    ├── LayoutMismatch   a column is missing, or the lines have the wrong number of fields
    ├── LayoutUnknown    no layout was named, and none fits, or several do
    └── NoTrades         each row was rejected
"""

from engines.errors import UsageError


class TradeFileError(UsageError):
    """A file of trades that cannot be read."""


class FileUnreadable(TradeFileError):  # noqa: N818 - the state of the file, as in engines.errors
    """The file cannot be read."""


class NotTrades(TradeFileError):  # noqa: N818
    """The file can be read, but it is not a table of trades."""


class LayoutMismatch(TradeFileError):  # noqa: N818
    """The file is a table, but not in the layout that was asked for."""


class LayoutUnknown(TradeFileError):  # noqa: N818
    """The layout cannot be told from the file."""


class NoTrades(TradeFileError):  # noqa: N818
    """The layout fits, but every row was rejected."""
