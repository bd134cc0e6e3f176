"""Frames held against what was expected of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from beautybot.cli.understand import answer, lexicon_of_file
from benchmarks.understanding.cases import DATA, Case, together

Frame = dict[str, Any]
Reader = Callable[[Case], Frame]


@dataclass(slots=True)
class Score:
    """A share, and what was missed."""

    right: int = 0
    of: int = 0
    missed: list[tuple[Case, Any]] = field(default_factory=list)

    def add(self, right: bool, case: Case, got: Any) -> None:
        """One more, and the message if it was missed."""
        self.right += right
        self.of += 1
        if not right:
            self.missed.append((case, got))

    @property
    def share(self) -> float:
        """In per cent."""
        return 100 * self.right / max(self.of, 1)

    def __str__(self) -> str:
        return f"{self.share:5.1f} % of {self.of}"


@dataclass(slots=True)
class F1(Score):
    """The micro-F1 of messages of which so many are exactly right."""

    f1: float = 0.0

    @property
    def share(self) -> float:
        """In per cent, as the others."""
        return 100 * self.f1

    def __str__(self) -> str:
        return f"{self.f1:5.3f}; exactly {100 * self.right / max(self.of, 1):.1f} % of {self.of}"


def reader() -> Reader:
    """What the rules make of a case, by its own catalogue."""
    lexicon = cache(lambda name: lexicon_of_file(DATA / f"{name}.json"))

    def read(case: Case) -> Frame:
        frame: Frame = json.loads(answer(json.dumps(case.line), lexicon(case.catalogue)))
        return frame

    return read


def of_set(listed: list[tuple[str, Case]], read: Reader) -> Iterator[tuple[str, Score]]:
    """The scores of a set, kind by kind, and of whole messages where it has some."""
    kinds: dict[str, list[Case]] = {}
    for kind, case in listed:
        kinds.setdefault(kind, []).append(case)
    for kind, some in kinds.items():
        match kind:
            case "time":
                yield from of_times(some, read).items()
            case "service":
                yield from ((f"services {t}", s) for t, s in of_services(some, read).items())
            case "intents":
                f1, exact = of_intents(some, read)
                yield "intents micro-F1", F1(exact.right, exact.of, exact.missed, f1)
            case _:
                yield kind, of_whole(some, read)
    if whole := together(case for _, case in listed):
        yield "whole messages", of_whole(whole, read)


def of_times(cases: Iterable[Case], read: Reader) -> dict[str, Score]:
    """Right in value, kind and direction; a wrong day given without asking."""
    strict, wrong = Score(), Score()
    for case in cases:
        got = read(case)["when"]
        strict.add(is_when(case.expected["when"], got), case, got)
        wrong.add(not is_wrong_day(case.expected["when"], got), case, got)
    wrong.right = wrong.of - wrong.right
    return {"time strict": strict, "wrong day": wrong}


def is_when(want: dict[str, Any] | None, got: dict[str, Any] | None) -> bool:
    """The frame says this time, and asks where it must."""
    if want is None or got is None:
        return want is None and (got is None or (got["kind"] == "none" and not got["ask"]))
    kind, start, end = want["kind"], want.get("start"), want.get("end")
    match kind:
        case "ask" | "unknown":
            return bool(got["ask"])
        case "either":
            return not got["ask"] and got["start"] in want["starts"]
        case "free":
            return bool(got["kind"] == "first_free")
        case "span":
            same = (got["start"] or "")[:10] == start and (got["end"] or "")[:10] == end
            return got["kind"] in ("day", "range") and same
        case "about":
            return (got["kind"], got["start"]) == ("exact", start) and not got["ask"]
        case "time" | "tafter" | "tbefore" | "tpart" | "trange":
            return _is_clock(kind, start, got)
    if got["kind"] == "after" and kind == "after" and "T" not in (start or ""):
        return (got["start"] or "")[:10] == start
    if got["kind"] == "before" and kind == "before" and "T" not in (end or ""):
        return (got["end"] or "")[:10] == end
    return (got["kind"], got["start"], got["end"]) == (kind, start, end) and not got["ask"]


def _is_clock(kind: str, hours: str, got: dict[str, Any]) -> bool:
    """An hour without a day: the hour counts."""
    wanted = {"time": "exact"}.get(kind, kind[1:])
    begin, _, end = hours.partition("-")
    if wanted == "before":
        return got["kind"] == wanted and (got["end"] or "").endswith(begin)
    same = (got["start"] or "").endswith(begin)
    if end:
        same = same and (got["end"] or "").endswith(end.replace("24:00", "00:00"))
    return got["kind"] == wanted and same


def is_wrong_day(want: dict[str, Any] | None, got: dict[str, Any] | None) -> bool:
    """Another day than was said, without asking."""
    if got is None or got["ask"] or got["kind"] in ("none", "first_free"):
        return False
    given = (got["start"] or got["end"] or "")[:10]
    if want is None or want["kind"] in ("unknown", "ask", "free"):
        return bool(given)
    if want["kind"] in ("time", "tafter", "tbefore", "tpart", "trange"):
        return False
    right = want.get("starts") or [want["start"] or want["end"]]
    return given not in {day[:10] for day in right}


def of_services(cases: Iterable[Case], read: Reader) -> dict[str, Score]:
    """First candidate right, mentions found, mentions invented, and exactly right."""
    top, recall, false, asked = Score(), Score(), Score(), Score()
    for case in cases:
        wanted = case.expected["services"]
        got = [s for s in read(case)["services"] if s["ids"]]
        pairs = list(_paired(wanted, got))
        for accept, ask, found in pairs:
            first = found is not None and found["ids"][0] in accept
            top.add(first, case, got)
            recall.add(found is not None, case, got)
            if found is not None and (ask or len(accept) == 1):
                asked.add(found["ask"] == ask, case, got)
        taken = [id(found) for *_, found in pairs if found]
        for one in got:
            false.add(id(one) in taken, case, got)
        if not wanted and not got:
            false.add(True, case, got)
    false.right = false.of - false.right
    return {"top-1": top, "recall": recall, "false": false, "asks where it must": asked}


def _paired(
    wanted: list[tuple[frozenset[str], bool]], got: list[Frame]
) -> Iterator[tuple[frozenset[str], bool, Frame | None]]:
    left = list(got)
    for accept, ask in wanted:
        fits = [f for f in left if f["ids"][0] in accept] or [
            f for f in left if accept & {*f["ids"]}
        ]
        if fits:
            left.remove(fits[0])
        yield accept, ask, fits[0] if fits else None


def are_services(wanted: list[tuple[frozenset[str], bool]], got: list[Frame]) -> bool:
    """Each is there, none besides; the candidates are among the acceptable ones."""
    got = [one for one in got if one["ids"]]
    pairs = list(_paired(wanted, got))
    return len(wanted) == len(got) and all(f and {*f["ids"]} <= accept for accept, _, f in pairs)


def are_people(want: tuple[frozenset[str], frozenset[str]], got: list[Frame]) -> bool:
    """Those wanted and those refused are exactly these."""
    wanted = {i for one in got if not one["negated"] for i in one["ids"]}
    refused = {i for one in got if one["negated"] for i in one["ids"]}
    return (wanted, refused) == (set(want[0]), set(want[1]))


def of_intents(cases: Iterable[Case], read: Reader) -> tuple[float, Score]:
    """Micro-F1, and the share of messages with exactly these intents."""
    hit = extra = missing = 0
    exact = Score()
    for case in cases:
        want, got = case.expected["intents"], set(read(case)["intents"])
        hit, extra, missing = (
            hit + len(want & got),
            extra + len(got - want),
            missing + len(want - got),
        )
        exact.add(want == got, case, sorted(got))
    return 2 * hit / max(2 * hit + extra + missing, 1), exact


def of_field(cases: Iterable[Case], read: Reader, name: str) -> Score:
    """One field of the frame is exactly right."""
    score = Score()
    for case in cases:
        frame = read(case)
        score.add(is_right(name, case.expected[name], frame), case, frame)
    return score


def is_right(name: str, want: Any, frame: Frame) -> bool:
    """One field of the frame against what was expected of it."""
    match name:
        case "when":
            return is_when(want, frame["when"])
        case "services":
            return are_services(want, frame["services"])
        case "people":
            return are_people(want, frame["specialists"])
        case "intents":
            return bool(want == set(frame["intents"]))
        case "answer":
            choice = frame["choice"]
            return want == (str(choice) if choice is not None else frame["confirm"])
    return bool(want == frame[name])


def of_whole(cases: Iterable[Case], read: Reader) -> Score:
    """Messages of which every field is right."""
    score = Score()
    for case in cases:
        frame = read(case)
        wrong = {n: frame for n, want in case.expected.items() if not is_right(n, want, frame)}
        score.add(not wrong, case, (sorted(wrong), frame if wrong else None))
    return score
