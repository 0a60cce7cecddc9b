"""The columns of a source in the settings, `[trades.columns]`: our name = theirs, a constant, or words of a side."""

from collections.abc import Iterator, Mapping

from engines.domain.mapping import NONE, Constant, Given, NoColumn, Sides, SourceMapping, Word

_GRAMMAR = (
    'write symbol = "their_column", exchange = { value = "binance" }, message_id = "none", or'
    ' side = { column = "is_buyer_maker", buy = false, sell = true }'
)


def given_columns(written: object) -> dict[str, Given]:
    """The columns as they are written in TOML or in variables.

    Raises:
        ValueError: A column is not written as the grammar has it, or is no column of a trade.
    """
    if not isinstance(written, Mapping):
        raise ValueError(f"it is a section: {_GRAMMAR}")  # noqa: TRY004 - what Pydantic tells the user
    columns = {str(name): _given(str(name), value) for name, value in written.items()}
    SourceMapping(columns=columns)
    return columns


def _given(name: str, value: object) -> Given:
    match value:
        case str() if value:
            return NONE if value.strip().lower() == "none" else value
        case Constant() | Sides() | NoColumn():
            return value
        case {"value": str() as constant, **rest} if not rest:
            return Constant(constant)
        case {"column": str() as column, "buy": buy, "sell": sell, **rest} if not rest:
            return Sides(column=column, buy=_words(name, buy), sell=_words(name, sell))
    raise ValueError(f"{name} makes no sense: {_GRAMMAR}")


def _words(name: str, written: object) -> tuple[Word, ...]:
    words = tuple(written) if isinstance(written, list | tuple) else (written,)
    if not all(isinstance(word, str | bool | int) for word in words):
        raise ValueError(f"the words of {name} are texts, numbers, true or false")
    return words


def shown_columns(columns: Mapping[str, Given]) -> Iterator[tuple[str, str]]:
    """Yield each column with what it is made from, as it is written in TOML."""
    for name, given in columns.items():
        match given:
            case Constant():
                yield name, f'{{ value = "{given.value}" }}'
            case Sides():
                yield name, f'{{ column = "{given.column}", buy = {_toml(given.buy)}, sell = {_toml(given.sell)} }}'
            case _:
                yield name, str(given) if isinstance(given, str) else "none"


def _toml(words: tuple[Word, ...]) -> str:
    texts = [f'"{word}"' if isinstance(word, str) else str(word).lower() for word in words]
    return texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"
