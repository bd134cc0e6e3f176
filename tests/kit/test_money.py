"""Money is whole kopecks, shown as people write it, and summed without losing "from"."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from beautybot.kit.money import Money, Price, total

AMOUNTS = st.integers(0, 10**9)
PRICES = st.builds(
    Price,
    minor=AMOUNTS,
    currency=st.just("RUB"),
    is_from=st.booleans(),
    upto_minor=st.none() | AMOUNTS,
)


@pytest.mark.parametrize(
    ("price", "shown"),
    [
        (Price(180_000, "RUB"), "1 800 ₽"),
        (Price(180_050, "RUB"), "1 800,50 ₽"),
        (Price(550_000, "RUB", is_from=True), "от 5 500 ₽"),
        (Price(550_000, "RUB", is_from=True, upto_minor=900_000), "от 5 500 ₽ до 9 000 ₽"),
        (Price(550_000, "RUB", upto_minor=550_000), "5 500 ₽"),
        (Price(1_200_000, "KZT"), "12 000 ₸"),
        (Price(100, "GBP"), "1 GBP"),
        (Price(0, "RUB"), "0 ₽"),
    ],
)
def test_a_price_is_shown_as_the_salon_writes_it(price: Price, shown: str) -> None:
    """With plain spaces, so that a search in the chat finds it."""
    assert str(price) == shown


@given(st.lists(PRICES, min_size=1, max_size=5))
def test_a_visit_costs_the_sum_of_its_parts(prices: list[Price]) -> None:
    """ "From" as soon as one part is, and the upper end is never under the lower."""
    whole = total(prices)

    assert whole.minor == sum(p.minor for p in prices)
    assert whole.is_from == any(p.is_from for p in prices)
    assert (whole.upto_minor is None) == all(p.upto_minor is None for p in prices)


def test_a_visit_without_parts_has_no_price() -> None:
    """Zero would be a promise."""
    with pytest.raises(ValueError, match="at least one"):
        total([])


@given(AMOUNTS)
def test_whole_units_keep_the_kopecks(minor: int) -> None:
    """What goes into JSON comes back as the same number of kopecks."""
    assert round(Money(minor, "RUB").whole * 100) == minor
