"""Each rule of availability alone takes a time away; without it the time is offered."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from salons_at_random import Line, Salon

from beautybot.booking.schedule import Hours
from beautybot.booking.slots import midnight
from beautybot.booking.times import Wish

MOSCOW, MONDAY = ZoneInfo("Europe/Moscow"), date(2026, 3, 2)
TUESDAY = MONDAY + timedelta(days=1)
ZERO = midnight(MONDAY, MOSCOW)
NOON = ZERO + 12 * 60
WEEK = {None: {0: [(600, 1200)], 1: [(600, 1200)]}}
OPEN = Salon(MOSCOW, (MONDAY, TUESDAY), (Line(60),), (0,), hours=Hours(weekly=WEEK))


def offers(salon: Salon, at: int = NOON, wish: Wish | None = None) -> bool:
    return any(at == start for day in salon.search(wish).by_day() for start, _ in day)


def hours(**more: object) -> Hours:
    return replace(OPEN.hours, **more)  # type: ignore[arg-type]


RULES: dict[str, Salon] = {
    "it is too soon": replace(OPEN, earliest=NOON + 1),
    "it is beyond the horizon": replace(OPEN, latest=NOON),
    "it is off the grid": replace(OPEN, step=50),
    "the salon is closed that weekday": replace(
        OPEN, hours=Hours(weekly={None: {1: [(600, 1200)]}})
    ),
    "the salon is closed at that hour": replace(
        OPEN, hours=Hours(weekly={None: {0: [(600, 720), (780, 1200)]}})
    ),
    "her own hours are others": replace(
        OPEN, hours=hours(weekly=WEEK | {1: {0: [(600, 720)], 1: [(600, 1200)]}})
    ),
    "it is her day off between shifts": replace(
        OPEN,
        hours=hours(patterns={1: (MONDAY - timedelta(days=2), [[(600, 1200)]] * 2 + [[]] * 2)}),
    ),
    "it is a holiday of the salon": replace(OPEN, hours=hours(overrides={(None, MONDAY): []})),
    "it is a short day of the salon": replace(
        OPEN, hours=hours(overrides={(None, MONDAY): [(600, 719)]})
    ),
    "it is her day off by name": replace(OPEN, hours=hours(overrides={(1, MONDAY): []})),
    "she is away": replace(OPEN, away=((1, (NOON + 59, NOON + 60)),)),
    "everybody is away": replace(OPEN, away=((None, (NOON, NOON + 1)),)),
    "she is busy": replace(OPEN, busy=((1, (NOON + 59, NOON + 61)),)),
    "she was not done before": replace(OPEN, busy=((1, (NOON - 30, NOON + 1)),)),
    "there is no time to prepare": replace(
        OPEN, lines=(Line(60, before=5),), busy=((1, (NOON - 30, NOON)),)
    ),
    "there is no time to clean": replace(
        OPEN, lines=(Line(60, after=5),), busy=((1, (NOON + 60, NOON + 90)),)
    ),
    "her own pace is slower": replace(
        OPEN, lines=(Line(60, own=((1, 75),)),), busy=((1, (NOON + 60, NOON + 90)),)
    ),
    "she works on both sides of a processing gap": replace(
        OPEN, lines=(Line(60, gaps=((20, 40),)),), busy=((1, (NOON + 39, NOON + 41)),)
    ),
    "a processing gap lies in her break": replace(
        OPEN,
        lines=(Line(60, gaps=((20, 40),)),),
        hours=Hours(weekly={None: {0: [(600, 740), (760, 1200)]}}),
    ),
    "the only room is taken": replace(
        OPEN, lines=(Line(60, resources=(7,)),), units=((7, (((NOON + 59, NOON + 60),),)),)
    ),
    "the room is not clean yet": replace(
        OPEN, lines=(Line(60, before=5, resources=(7,)),), units=((7, (((NOON - 60, NOON),),)),)
    ),
    "no single room is free all along": replace(
        OPEN,
        lines=(Line(60, resources=(7,)),),
        units=((7, (((NOON, NOON + 30),), ((NOON + 30, NOON + 60),))),),
    ),
}


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_alone_takes_the_time_away(rule: str) -> None:
    assert not offers(RULES[rule])


def test_without_any_of_them_it_is_offered() -> None:
    """Control: noon is free in the salon that all the others are made of."""
    assert offers(OPEN)
    assert offers(replace(OPEN, lines=(Line(60, resources=(7,)),), units=((7, ((),)),)))
    assert offers(replace(OPEN, lines=(Line(60, gaps=((20, 40),)),)))


@pytest.mark.parametrize(
    "almost",
    [
        replace(OPEN, earliest=NOON),
        replace(OPEN, latest=NOON + 1),
        replace(OPEN, busy=((1, (NOON - 60, NOON)), (1, (NOON + 60, NOON + 90)))),
        replace(OPEN, lines=(Line(60, 5, 5),), busy=((1, (NOON - 60, NOON - 5)),)),
        replace(OPEN, lines=(Line(60, gaps=((20, 40),)),), busy=((1, (NOON + 20, NOON + 40)),)),
        replace(
            OPEN,
            lines=(Line(60, resources=(7,)),),
            units=((7, (((NOON, NOON + 60),), ((NOON - 60, NOON),))),),
        ),
        replace(OPEN, hours=hours(overrides={(None, MONDAY): [], (1, MONDAY): [(720, 780)]})),
    ],
    ids=[
        "soonest",
        "last",
        "between two",
        "buffers",
        "in a gap",
        "a second room",
        "she works all the same",
    ],
)
def test_what_only_touches_takes_nothing_away(almost: Salon) -> None:
    """Spans are half-open, a gap is a gap, a second room is a room."""
    assert offers(almost)


def test_who_does_not_do_it_is_not_offered() -> None:
    """Nor who is not wanted, nor anybody but the one who is."""
    two = replace(OPEN, lines=(Line(60, people=(1, 2)), Line(60, people=(2,))))

    assert not offers(two, wish=Wish(services=(1,), specialist_id=1))
    assert not offers(two, wish=Wish(services=(0,), excluded=frozenset({1, 2})))
    assert offers(two, wish=Wish(services=(1,), specialist_id=2))


def plan(salon: Salon, at: int = NOON, wish: Wish | None = None) -> list[tuple[int, int]]:
    """Who does each service, and how long after the start."""
    found = dict(pair for day in salon.search(wish).by_day() for pair in day)
    return [(work.person, work.start) for work in found[at]]


def test_anybody_is_first_of_all_whom_the_client_knows() -> None:
    """Then who has the least to do that day, as a share of her hours."""
    both = replace(OPEN, lines=(Line(60, people=(1, 2)),), busy=((1, (NOON - 60, NOON)),))

    assert plan(both) == [(2, 0)]
    assert plan(both, wish=Wish(services=(0,), preferred_specialist=1)) == [(1, 0)]
    assert plan(replace(both, busy=((2, (NOON - 60, NOON)),))) == [(1, 0)]
    short = hours(weekly=WEEK | {2: {0: [(660, 840)], 1: [(660, 840)]}})
    busier = (*both.busy, (2, (NOON - 60, NOON - 15)))
    assert plan(replace(both, hours=short, busy=busier)) == [(1, 0)]


def test_a_chain_is_by_one_if_it_can_be_and_by_several_if_not() -> None:
    """Small waits only: up to fifteen minutes for a change of hands."""
    chain = replace(OPEN, lines=(Line(60, people=(1, 2)), Line(30, people=(2, 3))), wanted=(0, 1))

    assert plan(chain) == [(2, 0), (2, 60)]
    taken = ((2, (NOON, NOON + 60)), (3, (NOON + 60, NOON + 75)))
    assert plan(replace(chain, busy=taken)) == [(1, 0), (2, 60)]
    later = (*taken, (2, (NOON + 60, NOON + 90)))
    assert plan(replace(chain, busy=later)) == [(1, 0), (3, 75)]
    too_late = (*taken[:1], (2, (NOON + 60, NOON + 90)), (3, (NOON + 60, NOON + 76)))
    assert not offers(replace(chain, busy=too_late))


def test_between_two_of_one_stands_the_longer_buffer_once() -> None:
    """And another's preparation is not the client's time."""
    one = replace(
        OPEN, lines=(Line(60, after=20), Line(30, before=10, people=(1, 2))), wanted=(0, 1)
    )

    assert plan(one) == [(1, 0), (1, 80)]
    by_two = Wish(services=(0, 1), team=(1, 2))
    assert plan(one, wish=by_two) == [(1, 0), (2, 60)]
