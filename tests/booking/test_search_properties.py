"""The search against a slow reference, over random salons."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings, strategies as st
from salons_at_random import Line, Salon, true_starts

from beautybot.booking.chains import Plan
from beautybot.booking.schedule import Hours
from beautybot.booking.slots import Span, midnight, union

# Ordinary days, and days on which the clock changes, at night and at midnight.
PLACES = [
    ("Europe/Moscow", date(2026, 3, 2)),
    ("Europe/Berlin", date(2026, 3, 28)),
    ("Europe/Berlin", date(2026, 10, 24)),
    ("Australia/Lord_Howe", date(2026, 4, 4)),
    ("America/Santiago", date(2026, 9, 5)),
    ("Africa/Cairo", date(2026, 10, 29)),
]
PEOPLE = (1, 2, 3)

quarter = st.integers(0, 96).map(lambda n: n * 15)


@st.composite
def spans(draw: st.DrawFn, most: int = 3) -> list[Span]:
    """Separate spans of a day's local minutes; often a long day, often any hours."""
    if draw(st.booleans()):
        return [(480, 1200)]
    edges = sorted(draw(st.lists(quarter, max_size=2 * most, unique=True)))
    return list(zip(edges[::2], edges[1::2], strict=False))


@st.composite
def lines(draw: st.DrawFn) -> Line:
    """One service: lengths, buffers and gaps as salons have them."""
    length = draw(st.sampled_from([10, 30, 45, 60, 90, 150]))
    gaps: tuple[Span, ...] = ()
    if length >= 60 and draw(st.booleans()):
        gaps = ((20, draw(st.sampled_from([35, 40, 50]))),)
    people = tuple(sorted(draw(st.sets(st.sampled_from(PEOPLE), min_size=1))))
    own = tuple((p, draw(st.sampled_from([20, 60, 75]))) for p in people if draw(st.booleans()))
    return Line(
        length,
        draw(st.sampled_from([0, 0, 5, 15])),
        draw(st.sampled_from([0, 0, 10, 20])),
        gaps,
        people,
        (7,) if draw(st.booleans()) else (),
        own,
    )


@st.composite
def salons(draw: st.DrawFn, most_services: int) -> Salon:
    """A salon of two days."""
    name, first = draw(st.sampled_from(PLACES))
    zone = ZoneInfo(name)
    days = (first, first + timedelta(days=1))
    begins = midnight(first, zone)
    some = st.integers(0, 570).map(lambda n: begins + n * 5)
    taken = st.builds(lambda a, n: (a, a + n * 5), some, st.integers(1, 30))
    week: dict[int | None, dict[int, list[Span]]] = {
        whose: {day.weekday(): draw(spans()) for day in days}
        for whose in (None, *draw(st.sets(st.sampled_from(PEOPLE), max_size=2)))
    }
    overrides = {
        (draw(st.sampled_from([None, *PEOPLE])), day): draw(spans())
        for day in days
        if draw(st.integers(0, 3)) == 0
    }
    patterns = {}
    if draw(st.booleans()):
        cycle = draw(st.lists(spans(2), min_size=1, max_size=4))
        patterns[draw(st.sampled_from(PEOPLE))] = (first - timedelta(days=9), cycle)
    offered = draw(st.lists(lines(), min_size=1, max_size=most_services))
    unit = st.lists(taken, max_size=3).map(lambda kept: tuple(union(kept)))
    return Salon(
        zone=zone,
        days=days,
        lines=tuple(offered),
        wanted=tuple(range(len(offered))),
        step=draw(st.sampled_from([15, 30, 50])),
        hours=Hours(overrides, patterns, week),
        away=tuple(draw(st.lists(st.tuples(st.sampled_from([None, *PEOPLE]), taken), max_size=2))),
        busy=tuple(draw(st.lists(st.tuples(st.sampled_from(PEOPLE), taken), max_size=6))),
        units=((7, tuple(draw(st.lists(unit, min_size=1, max_size=2)))),),
        earliest=begins + draw(st.integers(-60, 400)),
        latest=begins + draw(st.integers(600, 3000)),
    )


def found(salon: Salon) -> dict[int, Plan]:
    return {at: plan for day in salon.search().by_day() for at, plan in day}


def agrees(salon: Salon) -> None:
    """The same starts, and each done in one of the ways the reference knows."""
    wanted, offered = true_starts(salon), found(salon)
    assert offered.keys() == wanted.keys()
    for at, plan in offered.items():
        assert tuple((w.person, at + w.start) for w in plan) in wanted[at]


@settings(max_examples=120, suppress_health_check=list(HealthCheck))
@given(salons(most_services=1))
def test_one_service_is_offered_exactly_when_it_is_true(salon: Salon) -> None:
    """Hours, shifts, breaks, absences, buffers, gaps, rooms, clock changes."""
    agrees(salon)


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(salons(most_services=3))
def test_a_chain_is_offered_exactly_when_it_is_true(salon: Salon) -> None:
    """Every specialist and every wait of up to fifteen minutes is tried by the reference."""
    agrees(salon)


def test_a_search_that_forgets_a_rule_is_found_out() -> None:
    """Control: the reference disagrees when the product does not see what is busy."""
    moscow, monday = ZoneInfo("Europe/Moscow"), date(2026, 3, 2)
    noon = midnight(monday, moscow) + 720
    hours = Hours(weekly={None: {0: [(600, 1200)]}})
    salon = Salon(moscow, (monday,), (Line(60),), (0,), hours=hours, busy=((1, (noon, noon + 60)),))

    agrees(salon)
    assert found(replace(salon, busy=())).keys() != true_starts(salon).keys()
