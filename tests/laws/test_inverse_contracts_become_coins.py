"""What counts the quote currency is divided by the price, exactly, and rounded half up to the places of the table."""

from decimal import ROUND_HALF_UP, Context, Decimal, localcontext

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from engines.domain.decimals import Decimals
from k2cli.trades.coins import Coins
from k2cli.trades.decimals import amounts
from k2cli.trades.layouts import Layout
from k2cli.trades.layouts.sections import Quantity
from k2cli.trades.schema import Digits

PLACES = 8
DIGITS = Digits(Decimals(18, PLACES), Decimals(38, PLACES))
LARGEST = Decimal(10) ** (DIGITS.quantity.precision - PLACES) - Decimal(10) ** -PLACES

sizes = st.one_of(
    st.sampled_from(["1", "100", "0.00000001", "99999999999999999999999999999.99999999", "50000000000"]),
    st.decimals(min_value="0.00000001", max_value="9e29", places=PLACES).map(lambda number: f"{number:f}"),
)
prices = st.one_of(
    st.sampled_from(["37000.5", "0.00000001", "9999999999.99999999", "3", "2"]),
    st.decimals(min_value="0.00000001", max_value="9999999999.99999999", places=PLACES).map(
        lambda number: f"{number:f}"
    ),
)
contracts = st.sampled_from(["1", "10", "0.001", "100"])


def layout(contract_size: str) -> Layout:
    return Layout(
        name="inverse",
        about="contracts that count dollars",
        columns={"timestamp": ("t",), "price": ("p",), "quantity": ("q",)},
        quantity=Quantity(inverse="USD$", contract_size=contract_size),
    )


@given(st.lists(st.tuples(sizes, prices), min_size=1, max_size=5), contracts)
def test_inverse_contracts_become_coins(rows: list[tuple[str, str]], contract: str) -> None:
    quantities, at = (pl.Series(list(texts)) for texts in zip(*rows, strict=True))
    names = pl.Series(["X"] * len(rows)), pl.Series(["BTCUSD"] * len(rows))

    found = Coins(layout(contract), DIGITS, 0).of(quantities, amounts(at, "price", DIGITS.price).values, *names)

    with localcontext(Context(prec=120)):
        for place, (size, price) in enumerate(rows):
            worth = Decimal(size) * Decimal(contract)
            coins = (worth / Decimal(price)).quantize(Decimal(10) ** -PLACES, ROUND_HALF_UP)
            fault = found.faults.get(place)
            assert fault is not None or found.values[place] == int(coins.scaleb(PLACES))
            assert fault != "quantity_zero" or coins == 0
            assert fault != "quantity_too_large" or coins > LARGEST or worth > Decimal(10) ** 20
            assert fault != "quantity_too_many_decimals" or worth != worth.quantize(Decimal(10) ** -PLACES)
            assert fault in {None, "quantity_zero", "quantity_too_large", "quantity_too_many_decimals"}
    assert found.rounded == len(rows) - len(found.faults)


def test_half_a_unit_goes_up() -> None:
    prices_at = amounts(pl.Series(["2", "2"]), "price", DIGITS.price).values
    names = pl.Series(["X"] * 2), pl.Series(["BTCUSD"] * 2)

    found = Coins(layout("1"), DIGITS, 0).of(pl.Series(["0.00000001", "0.00000003"]), prices_at, *names)

    assert found.values.to_list() == [1, 2]
