"""
A calendar as RFC 5545 wants it: pure text of events.

Times are written in UTC, so no reader needs our idea of a zone's rules; lines
are folded at 75 octets and never inside a character.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from beautybot.kit.text import clean

FOLD = 75


@dataclass(frozen=True, slots=True)
class Event:
    """One entry; `changed` and `sequence` rise with each change of it."""

    uid: str
    start: datetime
    end: datetime
    summary: str
    description: str
    location: str
    changed: datetime
    sequence: int


def calendar(name: str, zone: str, events: Iterable[Event]) -> bytes:
    """The whole calendar; the same events give the same bytes."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//BeautyBot//Salon calendar//RU",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{escaped(name)}",
        f"X-WR-TIMEZONE:{escaped(zone)}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT15M",
        "X-PUBLISHED-TTL:PT15M",
    ]
    for event in events:
        lines += _event(event)
    lines.append("END:VCALENDAR")
    return b"".join(folded(line) for line in lines)


def _event(event: Event) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{escaped(event.uid)}"
    yield f"DTSTAMP:{_utc(event.changed)}"
    yield f"LAST-MODIFIED:{_utc(event.changed)}"
    yield f"SEQUENCE:{event.sequence}"
    yield f"DTSTART:{_utc(event.start)}"
    yield f"DTEND:{_utc(event.end)}"
    yield f"SUMMARY:{escaped(event.summary)}"
    if event.description:
        yield f"DESCRIPTION:{escaped(event.description)}"
    if event.location:
        yield f"LOCATION:{escaped(event.location)}"
    yield "STATUS:CONFIRMED"
    yield "TRANSP:OPAQUE"
    yield "END:VEVENT"


def escaped(text: str) -> str:
    """A TEXT value: RFC 5545, 3.3.11.  What no calendar can show is left out."""
    plain = clean(text.replace("\r\n", "\n").replace("\r", "\n")).replace("\t", " ")
    for sign, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        plain = plain.replace(sign, written)
    return plain


def folded(line: str) -> bytes:
    """A content line with its CRLF, in pieces of at most 75 octets: RFC 5545, 3.1."""
    pieces: list[bytes] = []
    piece = b""
    for sign in line:
        octets = sign.encode()
        if len(piece) + len(octets) > FOLD:
            pieces.append(piece)
            piece = b" "
        piece += octets
    pieces.append(piece)
    return b"\r\n".join(pieces) + b"\r\n"


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
