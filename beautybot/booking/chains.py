"""
How the services of one visit follow each other, and whom they keep busy.

Pure functions.  Between two services of one specialist stands the longer of
the first's buffer after and the second's buffer before.  Beyond that the
client waits as little as possible, and never more than `LONGEST_WAIT` at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from beautybot.booking.slots import Span, around, fits, minus, union

LONGEST_WAIT = 15
WAITS = range(0, LONGEST_WAIT + 1, 5)


@dataclass(frozen=True, slots=True)
class Step:
    """One service as one specialist does it, in minutes from its own start."""

    length: int
    before: int = 0
    after: int = 0
    gaps: tuple[Span, ...] = ()  # when the specialist is free in between

    @property
    def whole(self) -> Span:
        """With its buffers: what has to lie in working hours, and how long a room is needed."""
        return -self.before, self.length + self.after

    @property
    def busy(self) -> tuple[Span, ...]:
        """What nobody else may have of the specialist."""
        gaps = union((max(a, 0), min(b, self.length)) for a, b in self.gaps)
        return tuple(minus([self.whole], gaps))


@dataclass(frozen=True, slots=True)
class Work:
    """One service of a placed visit: by whom, from when, as which step."""

    person: int
    start: int
    step: Step

    @property
    def end(self) -> int:
        """When the client may go on."""
        return self.start + self.step.length

    @property
    def whole(self) -> Span:
        """With its buffers."""
        return self.start + self.step.whole[0], self.start + self.step.whole[1]

    @property
    def busy(self) -> list[Span]:
        """What it keeps busy."""
        return [(self.start + a, self.start + b) for a, b in self.step.busy]


Plan = tuple[Work, ...]
Free = Mapping[int, Sequence[Span]]


def straight(person: int, steps: Sequence[Step]) -> Plan:
    """All of it by one specialist without a wait, from minute 0."""
    plan: Plan = ()
    for step in steps:
        plan = (*plan, Work(person, _soonest(plan, person, step, 0), step))
    return plan


def at(plan: Plan, start: int) -> Plan:
    """The same visit, begun at another minute."""
    return tuple(Work(w.person, w.start + start, w.step) for w in plan)


def busy_of(plan: Plan, person: int) -> list[Span]:
    """What a visit keeps busy of one specialist; the buffers between two of hers are one."""
    return union(span for work in plan if work.person == person for span in work.busy)


def place(
    start: int,
    steps: Sequence[Mapping[int, Step]],
    working: Free,
    free: Free,
    fitting: Callable[[Plan], bool],
) -> Plan | None:
    """
    The first way to do the visit from `start` on: little waiting first, then better people.

    `steps` has, for each service, who could do it, the best first.  `fitting`
    has the last word on a whole plan: rooms and devices.
    """
    return next((p for p in _plans((), start, steps, working, free) if fitting(p)), None)


def _plans(
    done: Plan, start: int, steps: Sequence[Mapping[int, Step]], working: Free, free: Free
) -> Iterator[Plan]:
    if len(done) == len(steps):
        yield done
        return
    for wait in WAITS if done else (0,):
        for person, step in _known_first(done, steps[len(done)]):
            work = Work(person, _soonest(done, person, step, start) + wait, step)
            if _is_free(work, working[person], free[person]):
                yield from _plans((*done, work), start, steps, working, free)


def _known_first(done: Plan, able: Mapping[int, Step]) -> Iterator[tuple[int, Step]]:
    """Whoever is in the visit already goes on, if she can."""
    inside = dict.fromkeys(work.person for work in reversed(done))
    yield from ((person, able[person]) for person in inside if person in able)
    yield from ((person, step) for person, step in able.items() if person not in inside)


def _soonest(done: Plan, person: int, step: Step, start: int) -> int:
    """When the next service may begin: the client is free, and so are the person's buffers."""
    if not done:
        return start
    own = [w.end + max(w.step.after, step.before) for w in done if w.person == person]
    return max(done[-1].end, *own) if own else done[-1].end


def _is_free(work: Work, working: Sequence[Span], free: Sequence[Span]) -> bool:
    return around(working, *work.whole) is not None and fits(free, work.step.busy, work.start)
