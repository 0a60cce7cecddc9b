"""Column types as Spark SQL spells them."""

from engines.domain.decimals import Decimals

_SQL = {"long": "bigint", "timestamptz": "timestamp"}


def sql_type(type_: str | Decimals) -> str:
    """A column's type as Spark SQL spells it."""
    return _SQL.get(str(type_), str(type_))
