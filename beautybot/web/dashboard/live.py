"""Live news for the pages: server-sent events with the rows that changed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import Connection
from starlette.responses import Response, StreamingResponse

from beautybot.businesses import sign_ins
from beautybot.businesses.salons import Business
from beautybot.conversations import talks
from beautybot.web.dashboard.talk_lines import talk_row
from beautybot.web.newsroom import Look, News, Page
from beautybot.web.rendering import fragment
from beautybot.web.sessions import Asking, as_id, cookie_name

EVENTS = "/dashboard/conversations/events"
MOST_ROWS, STREAM_LOOKS, BREATH = 30, 300, 15


@dataclass(frozen=True, slots=True)
class Drawn(Look):
    """A look that remembers what its rows were drawn from, not to draw the same again."""

    talks: dict[int, dict[str, Any]]


async def events(asking: Asking) -> Response:
    """
    "news" whenever something happened in the salon's conversations, at most once a second.

    `seen` in the address, or the browser's Last-Event-ID, is the pulse of the
    page; `talk` the conversation that is open on it, and `mark` how it was.
    """
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_told(asking), media_type="text/event-stream", headers=headers)


def source(conn: Connection, business_id: int, talk: int | None = None) -> str:
    """The address of the events for a page that is being read now."""
    wanted: dict[str, Any] = {"seen": talks.pulse(conn, business_id)}
    if talk:
        mark = talks.marks(conn, business_id, [talk]).get(talk, "")
        wanted |= {"talk": talk, "mark": mark}
    return f"{EVENTS}?{urlencode(wanted)}"


async def _told(asking: Asking) -> AsyncIterator[str | bytes]:
    parts, business = asking.parts, asking.business

    async def draw(before: Look | None, watched: frozenset[int]) -> Look:
        drawn = before if isinstance(before, Drawn) else None
        return await parts.db.read(look, business, parts.clock(), drawn, watched)

    seen = asking.request.headers.get("last-event-id") or asking.query("seen")
    page = Page(seen, as_id(asking.query("talk")) or 0, asking.query("mark"))
    following = parts.newsroom.follow(business.id, draw, page)
    yield f"retry: 2000\nid: {_plain(seen)}\n\n"
    looks = 0
    async with aclosing(following):
        async for news in following:
            looks += 1
            if news is not None:
                yield _event(news)
            if looks % BREATH == 0:
                if looks >= STREAM_LOOKS or not await _still_signed_in(asking):
                    return
                yield ": still here\n\n"


@lru_cache(maxsize=64)
def _event(news: News) -> bytes:
    """The same bytes for everybody who is told the same."""
    return f"id: {news.pulse}\nevent: news\ndata: {news.text}\n\n".encode()


def _plain(pulse: str) -> str:
    """A pulse that came from outside, as one line."""
    return "".join(sign for sign in pulse if sign.isalnum() or sign in "-+.:_")


async def _still_signed_in(asking: Asking) -> bool:
    """False once the sign-in has ended, or its person has left the salon."""
    token = asking.request.cookies.get(cookie_name(asking.parts), "")
    signed = await asking.parts.db.read(sign_ins.of_token, token, asking.parts.clock())
    return signed is not None and signed.role_in(asking.business.id) is asking.role


def look(
    conn: Connection,
    business: Business,
    now: datetime,
    before: Drawn | None,
    watched: frozenset[int],
) -> Drawn:
    """How the inbox looks now; `before` itself if nothing happened since."""
    pulse = talks.pulse(conn, business.id)
    if before is not None and pulse == before.pulse:
        return before
    inbox = talks.inbox(conn, business.id, now, limit=MOST_ROWS)
    lines = {t.summary.id: talk_row(t, business, now) for t in inbox}
    return Drawn(
        pulse=pulse,
        rows={id_: _row(id_, line, before) for id_, line in lines.items()},
        marks=talks.marks(conn, business.id, watched) if watched else {},
        waiting=talks.waiting(conn, business.id, now),
        talks=lines,
    )


def _row(talk_id: int, line: dict[str, Any], before: Drawn | None) -> str:
    if before is not None and before.talks.get(talk_id) == line:
        return before.rows[talk_id]
    return fragment("dashboard/talk_list.html", "talk_row", line)
