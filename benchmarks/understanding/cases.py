"""The written-down cases of `data/*.tsv`: what was said and what it means."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).with_name("data")
NOW = datetime(2026, 11, 23, 10, 30)
HALVES = ("development", "held-out")
UNSEEN = (
    "voices",
    "fresh",
    "unseen_1",
    "unseen_2",
    "unseen_3",
    "unseen_4",
    "unseen_5",
    "unseen_6",
    "unseen_7",
    "unseen_8",
    "times_1",
    "times_2",
    "times_3",
    "times_4",
    "times_5",
    "said_1",
    "said_2",
    "said_3",
)
_DATE = re.compile(r"(?<![\d-])(?:(\d{4})-)?(\d\d)-(\d\d)(?![\d:])")


@dataclass(frozen=True, slots=True)
class Case:
    """A message and what is expected of its frame; None where a field does not matter."""

    text: str
    asked: str | None = None
    now: datetime = NOW
    expected: dict[str, Any] = field(default_factory=dict, hash=False)
    catalogue: str = "catalogue"

    @property
    def half(self) -> str:
        """Which half it belongs to, by the text alone."""
        return HALVES[zlib.crc32(self.text.encode()) % 2]

    @property
    def line(self) -> dict[str, Any]:
        """As a line of `understand --batch`."""
        return {"text": self.text, "now": self.now.isoformat(), "context": self.asked}


def rows(name: str) -> Iterator[list[str]]:
    """Lines of a table without its remarks."""
    for line in (DATA / f"{name}.tsv").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")


def times() -> Iterator[Case]:
    """Phrases of time, each at its moment of speaking."""
    now = NOW
    for row in rows("time"):
        if row[0].startswith("@"):
            now = datetime.fromisoformat(row[0][1:].strip())
        else:
            yield Case(row[0], None, now, {"when": when_of(row[1], now)})


def negatives() -> Iterator[Case]:
    """Sentences that appoint no time."""
    for (text,) in rows("negatives"):
        yield Case(text, expected={"when": None})


def services() -> Iterator[Case]:
    """Messages and the services they speak of."""
    for row in rows("services"):
        if not row[0].startswith("="):
            yield Case(row[0], expected={"services": services_of(row[1])})


def people() -> Iterator[Case]:
    """Messages and the specialists they speak of."""
    for asked, text, who in rows("staff"):
        yield Case(text, _asked(asked), expected={"people": people_of(who)})


def intents() -> Iterator[Case]:
    """Messages and what their writer is after."""
    for row in rows("intents"):
        wanted = set(row[2].split()) if len(row) > 2 else set()
        yield Case(row[1], _asked(row[0]), expected={"intents": wanted})


def phones(kind: str) -> Iterator[Case]:
    """Messages with a phone, written or dictated."""
    for how, text, number in rows("phones"):
        if how == kind:
            asked = "ask_phone" if kind == "dictated" else None
            yield Case(text, asked, expected={"phone": _or_none(number)})


def answers() -> Iterator[Case]:
    """Yes, no and choices after a question of ours."""
    for asked, text, answer in rows("answers"):
        yield Case(text, _asked(asked), expected={"answer": _or_none(answer)})


def names() -> Iterator[Case]:
    """Messages that tell the client's name."""
    for asked, text, name in rows("names"):
        yield Case(text, _asked(asked), expected={"name": _or_none(name)})


def whole() -> Iterator[Case]:
    """Messages of which everything is checked."""
    for row in rows("whole"):
        asked, text, after, served, who, when, phone, name, answer, choice = row
        yield Case(
            text,
            _asked(asked),
            expected={
                "intents": set(after.split()) - {"-"},
                "services": services_of(served),
                "people": people_of(who),
                "when": when_of(when, NOW),
                "phone": _or_none(phone),
                "name": _or_none(name),
                "answer": _or_none(choice) or _or_none(answer),
            },
        )


def unseen(name: str) -> Iterator[tuple[str, Case]]:
    """What was written before the rules were looked at: its kind, and the case."""
    catalogue, now, before = "catalogue", NOW, ("-", "")
    for kind, *said in rows(name):
        if kind.startswith("=catalogue"):
            catalogue = "_".join(kind[1:].split())
        elif kind.startswith("@"):
            now = datetime.fromisoformat(kind[1:].strip())
        else:
            asked, text, meant = _said(said, kind, before)
            kind, before = kind.removeprefix("+"), (asked, text)
            expected = _expected(kind, meant, now)
            yield kind, Case(text, _asked(asked), now, expected, catalogue)


def together(listed: Iterable[Case]) -> list[Case]:
    """One case a message, with all that is expected of it, where several kinds are."""
    whole: dict[Case, dict[str, Any]] = {}
    for case in listed:
        whole.setdefault(replace(case, expected={}), {}).update(case.expected)
    return [replace(c, expected=e) for c, e in whole.items() if len(e) > 1]


def _said(said: list[str], kind: str, before: tuple[str, str]) -> tuple[str, str, str]:
    """What was asked, the message and its meaning; «+kind» means more of the message before."""
    asked, text, meant = said
    return (*before, meant) if kind.startswith("+") else (asked, text, meant)


def _expected(kind: str, meant: str, now: datetime) -> dict[str, Any]:
    match kind:
        case "time" | "negative":
            return {"when": when_of(meant, now)}
        case "service":
            return {"services": services_of(meant)}
        case "staff":
            return {"people": people_of(meant)}
        case "intents":
            return {"intents": set(meant.split())}
        case "phone" | "dictated":
            return {"phone": _or_none(meant)}
        case "name":
            return {"name": _or_none(meant)}
    return {"answer": _or_none(meant)}


def when_of(said: str, now: datetime) -> dict[str, Any] | None:
    """«exact 11-24 15:00» as the frame's `when`; `kind` may also be ask, unknown or free."""
    if said in ("-", "none"):
        return None
    kind, _, rest = said.partition(" ")
    rest = _DATE.sub(lambda m: _full(m, now), rest)
    if kind in ("ask", "either"):
        return {"kind": kind, "starts": [_start(one.strip()) for one in rest.split("|")]}
    if kind in ("day", "span"):
        first, _, last = rest.partition("..")
        return {"kind": kind, "start": first, "end": last or None}
    if kind == "range" and ".." in rest:
        first, _, last = rest.partition("..")
        return {"kind": kind, "start": first, "end": last}
    if kind == "before":
        return {"kind": kind, "start": None, "end": _start(rest)}
    if kind in ("range", "part"):
        day, _, hours = rest.partition(" ")
        begin, _, end = hours.partition("-")
        return {"kind": kind, "start": f"{day}T{begin}", "end": _end(day, end)}
    return {"kind": kind, "start": _start(rest) or None, "end": None}


def _full(match: re.Match[str], now: datetime) -> str:
    year = int(match[1] or now.year)
    return date(year, int(match[2]), int(match[3])).isoformat()


def _start(text: str) -> str:
    return text.replace(" ", "T")


def _end(day: str, hour: str) -> str:
    if hour != "24:00":
        return f"{day}T{hour}"
    return f"{date.fromisoformat(day) + timedelta(days=1)}T00:00"


def services_of(said: str) -> list[tuple[frozenset[str], bool]]:
    """«MANI ? ; cut_w» as sets of ids, each with whether it must be asked about."""
    found = []
    for one in said.split(" ; ") if said != "-" else ():
        ids = [i for word in one.split() for i in _groups().get(word, (word,))]
        found.append((frozenset(ids) - {"?"}, "?" in ids))
    return found


@cache
def _groups() -> dict[str, tuple[str, ...]]:
    return {
        row[0][1:].split()[0]: tuple(row[0].split()[1:])
        for row in rows("services")
        if row[0].startswith("=")
    }


def people_of(said: str) -> tuple[frozenset[str], frozenset[str]]:
    """Those wanted and those refused."""
    words = set(said.split()) - {"?", "-", "any"}
    refused = {w[1:] for w in words if w.startswith("!")}
    return frozenset(w for w in words if not w.startswith("!")), frozenset(refused)


def _asked(name: str) -> str | None:
    return None if name == "-" else name


def _or_none(text: str) -> str | None:
    return None if text == "-" else text


def of_utterance(given: dict[str, Any]) -> Case:
    """An annotated message of the shared format: accept lists, and a clock as kind `time`."""
    when = given["when"]
    if when is not None:
        when = {key: when[key] for key in ("kind", "start", "end")}
    choice = given["choice"]
    return Case(
        given["text"],
        given["context"],
        datetime.fromisoformat(given["now"]),
        {
            "intents": set(given["intents"]),
            "services": [(frozenset(s["accept"]), s["ask"]) for s in given["services"]],
            "people": (frozenset(i for s in given["staff"] for i in s["accept"]), frozenset()),
            "when": when,
            "phone": given["phone"],
            "name": given["name"],
            "answer": str(choice) if choice is not None else given["confirm"],
        },
    )
