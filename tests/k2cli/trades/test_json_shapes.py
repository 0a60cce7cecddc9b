"""Lines of JSON that are read by the pattern that they share, and those that are not."""

import json

import polars as pl
import pytest

from k2cli.trades.formats.json_shapes import Path, Shapes, shape_of

WANTED: dict[Path, str] = {("price",): "price", ("info", "f"): "first_id"}


def rows(*lines: str) -> tuple[list[dict[str, object]], list[int]]:
    shapes = Shapes(WANTED, lambda _: True)
    numbered = pl.DataFrame({"text": list(lines), "line": range(1, len(lines) + 1)})
    found, others = shapes.rows(numbered)
    return found.to_dicts(), others["line"].to_list()


def test_values_of_objects_in_objects_are_read_as_they_are_written() -> None:
    first = '{"price": 1.50, "info": {"f": "7", "all": [1, {"f": 2}]}, "note": null}\r'
    other = '{"price": 1E+2, "info": {"f": "", "all": [-2, {"f": 0}]}, "note": null}\r'

    assert rows(first, other) == (
        [{"line": 1, "price": "1.50", "first_id": "7"}, {"line": 2, "price": "1E+2", "first_id": ""}],
        [],
    )


def test_what_a_line_lacks_is_null_and_lines_of_several_shapes_keep_their_order() -> None:
    found, others = rows('{"price":1}', '{"a":1,"price":"2"}', '{"price":3}', "", "{}")

    assert [(row["line"], row["price"], row["first_id"]) for row in found] == [
        (1, "1", None),
        (2, "2", None),
        (3, "3", None),
    ]
    assert others == [4, 5]


@pytest.mark.parametrize(
    "line",
    [
        '{"price":1,"price":2}',
        '{"price":1,"pric\\u0065":2}',
        '{"price":1,"info":{"f":1,"f":2}}',
        '{"price":[1]}',
        '{"price":NaN}',
        '{"price":1',
        "[1]",
        "[" * 5_000,
        json.dumps({"price": 1, "note": "x" * 5_000}),
    ],
)
def test_no_shape(line: str) -> None:
    assert shape_of(line, WANTED, lambda _: True) is None


def test_a_value_of_another_shape_is_left_for_later() -> None:
    lines = ['{"price":1}'] * 3 + [
        '{"price":01}',
        '{"price":"\t"}',
        '{"price":1}}',
        '{"price":1,"price":1}',
        '{"pricE":1}',
    ]

    assert rows(*lines)[1] == [4, 5, 6, 7, 8]
