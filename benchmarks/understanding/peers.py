"""The same phrases of time read by Python's best peers, where they are installed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

from benchmarks.understanding.cases import Case
from benchmarks.understanding.scores import Reader

Moment = tuple[str | None, str | None]
"""Start and end as ISO to the minute; the peers know no kinds and no direction."""
Peer = Callable[[str, datetime], Moment | None]


def compare(listed: list[Case], read: Reader, beside: Path | None) -> None:
    """Every phrase by us and by them, scored alike: the day, and the hour where one was said."""
    if beside is not None:
        sys.path.extend(str(p) for p in beside.glob("lib/python*/site-packages"))
    told = [c for c in listed if c.expected["when"] and _said(c.expected["when"]) is not None]
    print(
        f"\n== peers, on {len(told)} phrases whose day or hour is certain; kinds are not compared"
    )
    _row("we", told, lambda case: _ours(read(case)["when"]))
    for name, peer in _peers():
        _row(name, told, lambda case, peer=peer: peer(case.text, case.now))  # type: ignore[misc]


def _row(name: str, told: list[Case], read: Callable[[Case], Moment | None]) -> None:
    right = wrong = 0
    taken = []
    for case in told:
        start = process_time()
        got = read(case)
        taken.append(process_time() - start)
        want = _said(case.expected["when"]) or ""
        given = ((got[0] or got[1]) if got else None) or ""
        right += given.startswith(want) if "T" in want or "-" in want else given.endswith(want)
        wrong += bool(given) and "-" in want and given[:10] != want[:10]
    share = 100 / len(told)
    print(
        f"{name:12} right {right * share:5.1f} %   wrong day {wrong * share:5.1f} %   "
        f"median {median(taken) * 1000:.2f} ms"
    )


def _said(when: dict[str, Any]) -> str | None:
    """What must be found: a day, a day and an hour, or an hour; None where it is a question."""
    kind = when["kind"]
    if kind in ("ask", "unknown", "free", "either", "before", "tbefore"):
        return None
    start = str(when["start"])
    if kind in ("time", "tafter", "tpart", "trange"):
        return start[:5] if kind != "tpart" else None
    return start[:10] if kind == "part" else start


def _ours(when: dict[str, Any] | None) -> Moment | None:
    if when is None or when["ask"] or when["kind"] == "none":
        return None
    return when["start"], when["end"]


def _peers() -> Iterator[tuple[str, Peer]]:
    for name, make in (("timesense", _timesense), ("dateparser", _dateparser)):
        try:
            yield name, make()
        except ImportError:
            print(f"{name:12} is not installed here (see the README)")


def _timesense() -> Peer:
    from timesense import TimeSenseParser  # type: ignore[import-not-found]

    parser = TimeSenseParser()

    def read(text: str, now: datetime) -> Moment | None:
        found = parser.parse(text, now)
        if found is None:
            return None
        end = getattr(found, "end_at", None)
        return f"{found.when:%Y-%m-%dT%H:%M}" if found.when else None, (
            f"{end:%Y-%m-%dT%H:%M}" if end else None
        )

    return read


def _dateparser() -> Peer:
    from dateparser.search import search_dates  # type: ignore[import-not-found]

    def read(text: str, now: datetime) -> Moment | None:
        settings = {"RELATIVE_BASE": now, "PREFER_DATES_FROM": "future"}
        found = search_dates(text, languages=["ru"], settings=settings)
        return (f"{found[0][1]:%Y-%m-%dT%H:%M}", None) if found else None

    return read
