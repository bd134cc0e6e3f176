"""Offers that close gaps: what is lost, in words, and which times come first."""

from __future__ import annotations

from hypothesis import given, strategies as st

from beautybot.booking.gaps import Holes, Sellable, spread
from beautybot.booking.slots import Span, union

HOUR = (0, 60)
QUARTERS = range(0, 1440, 15)

edges = st.integers(0, 95).map(lambda n: n * 15)
free_time = st.lists(st.tuples(edges, edges), max_size=4).map(union)
shapes = st.lists(
    st.tuples(st.sampled_from([0, -5, -15]), st.sampled_from([20, 45, 60, 90])),
    min_size=1,
    max_size=3,
)


def test_a_visit_between_two_others_leaves_no_gap() -> None:
    """It touches both."""
    day = Sellable([(600, 660)], [HOUR], QUARTERS)

    assert day.holes(600, [HOUR]) == Holes(0, 0)
    assert day.holes(600, [HOUR]).why == "leaves no gap"


def test_a_hole_is_counted_on_the_side_where_it_is() -> None:
    """Half an hour before it and a quarter after it, and nobody can be served in either."""
    day = Sellable([(600, 705)], [HOUR], QUARTERS)

    lost = day.holes(630, [HOUR])

    assert (lost.before, lost.after, lost.cost) == (30, 15, 45)
    assert lost.why == "leaves 30 min before it and 15 min after it that nobody can book"


def test_what_can_still_be_sold_is_no_hole() -> None:
    """An hour is left on either side."""
    assert Sellable([(600, 780)], [HOUR], QUARTERS).holes(660, [HOUR]) == Holes(0, 0)


def test_room_for_the_shortest_service_is_no_hole_if_the_grid_lets_it_begin() -> None:
    """Twenty minutes fit between 10:10 and 10:30 in length, but nothing begins at 10:10."""
    rooms, short = [(610, 690)], [(0, 20)]

    assert Sellable(rooms, short, QUARTERS).holes(630, [HOUR]) == Holes(20, 0)
    assert Sellable(rooms, short, range(0, 1440, 5)).holes(630, [HOUR]) == Holes(0, 0)


def test_buffers_of_what_could_be_sold_need_room_too() -> None:
    """With a quarter of preparation an hour of service does not fit into an hour."""
    rooms = [(600, 720)]

    assert Sellable(rooms, [(0, 60)], QUARTERS).holes(660, [HOUR]) == Holes(0, 0)
    assert Sellable(rooms, [(-15, 60)], QUARTERS).holes(660, [HOUR]) == Holes(60, 0)


@given(free_time, shapes, st.lists(edges, min_size=1, max_size=20), st.sampled_from([30, 45, 60]))
def test_holes_are_those_of_the_slow_definition(
    free: list[Span], shortest: list[Span], begins: list[int], length: int
) -> None:
    """A hole is lost if at no start of the grid any of the services would fit into it."""
    day = Sellable(free, shortest, QUARTERS)

    for at in begins:
        for low, high in free:
            if low <= at and at + length <= high:
                lost = day.holes(at, [(0, length)])
                assert lost.before == _slowly(low, at, shortest)
                assert lost.after == _slowly(at + length, high, shortest)


def _slowly(low: int, high: int, shortest: list[Span]) -> int:
    sold = any(low <= at + a and at + b <= high for at in QUARTERS for a, b in shortest)
    return 0 if sold else high - low


def test_times_that_close_gaps_are_offered_first_and_in_order() -> None:
    """Three of six cost nothing."""
    assert spread([15, 0, 30, 0, 15, 0], 3) == [1, 3, 5]


def test_the_cheapest_join_them_where_they_are_too_few() -> None:
    """One closes a gap; of the others one from the early and one from the late."""
    assert spread([0, 30, 15, 45, 30], 3) == [0, 2, 4]


def test_offers_lie_over_the_whole_range() -> None:
    """Twelve that cost nothing: one from each quarter."""
    assert spread([0] * 12, 4) == [0, 3, 6, 9]
