"""All decimals follow from one scale."""

import pytest

from engines.domain.decimals import SCALE, Decimals, Scale, fitting_scale


def test_the_types_of_the_tables() -> None:
    assert str(SCALE.price) == "decimal(18, 8)"
    assert str(SCALE.volume) == "decimal(38, 8)"
    assert str(SCALE.quote) == "decimal(38, 16)"


@pytest.mark.parametrize("places", range(9, 13))
def test_another_scale_moves_the_point_of_all_of_them_and_has_38_digits(places: int) -> None:
    scale = Scale(places)

    assert (scale.price, scale.volume) == (Decimals(38, places), Decimals(38, places))
    assert scale.quote == Decimals(38, 2 * places)
    assert scale.price.holds(SCALE.price)


@pytest.mark.parametrize("places", [7, 13])
def test_a_scale_has_8_to_12_places(places: int) -> None:
    with pytest.raises(ValueError, match="from 8 to 12"):
        Scale(places)


def test_the_largest_number_has_a_nine_in_each_place() -> None:
    assert Decimals(5, 2).largest == 99999
    assert Decimals(5, 2).whole_digits == 3


@pytest.mark.parametrize(
    ("other", "held"),
    [
        (Decimals(18, 8), True),
        (Decimals(1, 0), True),
        (Decimals(10, 0), True),
        (Decimals(9, 8), True),
        (Decimals(11, 0), False),
        (Decimals(18, 7), False),
        (Decimals(9, 9), False),
    ],
)
def test_a_type_holds_another_where_no_digit_is_lost(other: Decimals, held: bool) -> None:
    assert SCALE.price.holds(other) is held


def test_types_are_joined_by_their_digits_on_both_sides_of_the_point() -> None:
    assert Decimals(12, 2).joined(Decimals(9, 9)) == Decimals(19, 9)


@pytest.mark.parametrize(
    ("price", "quantity", "places"),
    [
        (None, None, 8),
        (Decimals(18, 8), Decimals(38, 8), 8),
        (Decimals(11, 0), None, 9),
        (Decimals(9, 9), None, 9),
        (None, Decimals(11, 11), 11),
        (Decimals(12, 12), Decimals(26, 0), 12),
        (Decimals(12, 12), Decimals(27, 0), None),
        (Decimals(13, 13), None, None),
    ],
)
def test_the_smallest_scale_that_holds_what_is_needed(
    price: Decimals | None, quantity: Decimals | None, places: int | None
) -> None:
    assert fitting_scale(price, quantity) == (None if places is None else Scale(places))
