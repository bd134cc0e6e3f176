"""Диалоги: the inbox, and one conversation with why each reply was given."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection
from starlette.responses import Response

from beautybot.businesses import users
from beautybot.conversations import history, talks
from beautybot.conversations.handoff import Handoff
from beautybot.conversations.talks import Only, Talk
from beautybot.web.dashboard import telling, thread
from beautybot.web.dashboard.card import card
from beautybot.web.dashboard.live import MOST_ROWS, source
from beautybot.web.dashboard.talk_lines import talk_row, waits
from beautybot.web.dashboard.telling import moment
from beautybot.web.sessions import Asking, as_id

PAGE, SHORT_PAGE = MOST_ROWS, 15
TABS = ((Only.ALL, "Все"), (Only.WAITING, "Ждут человека"), (Only.UNREAD, "Непрочитанные"))


async def show_all(asking: Asking) -> Response:
    """The list, a page at a time."""
    wanted = asking.query("only")
    only = Only(wanted) if wanted in set(Only) else Only.ALL
    number, now = asking.page_number, asking.parts.clock()
    live, found = await asking.parts.db.read(_list, asking, only, number, now)
    return asking.page(
        "dashboard/conversations.html",
        talks=[talk_row(t, asking.business, now) for t in found[:PAGE]],
        tabs=TABS,
        only=only,
        q=asking.query("q"),
        number=number,
        more=len(found) > PAGE,
        live=live,
        plain=only is Only.ALL and number == 1 and not asking.query("q"),
    )


async def show(asking: Asking, problem: str = "", text: str = "") -> Response:
    """One conversation: what was said, and why we said it.  Who looks has read it."""
    now, db = asking.parts.clock(), asking.parts.db
    before = as_id(asking.query("before"))
    values = await db.read(_part if asking.wants_part else _whole, asking, now, before)
    if before is None and values["unread"]:
        await db.write(talks.see, asking.business.id, asking.id, now)
    return asking.page(
        f"dashboard/{'talk_part' if asking.wants_part else 'conversation'}.html",
        400 if problem else 200,
        problem=problem,
        text=text,
        before=before,
        **values,
    )


def _list(
    conn: Connection, asking: Asking, only: Only, number: int, now: datetime
) -> tuple[str, list[Talk]]:
    """Where the news of the page come from, and one conversation more than a page holds."""
    return source(conn, asking.business.id), talks.inbox(
        conn,
        asking.business.id,
        now,
        only=only,
        words=asking.query("q"),
        limit=PAGE + 1,
        offset=(number - 1) * PAGE,
    )


def _whole(conn: Connection, asking: Asking, now: datetime, before: int | None) -> dict[str, Any]:
    business = asking.business
    part = _part(conn, asking, now, before)
    inbox = talks.inbox(conn, business.id, now, limit=SHORT_PAGE)
    return part | {
        "inbox": [talk_row(t, business, now) for t in inbox],
        "card": card(conn, business, part["talk"].client_id, now),
    }


def _part(conn: Connection, asking: Asking, now: datetime, before: int | None) -> dict[str, Any]:
    """What of the page changes while somebody writes: the thread, and who answers."""
    business = asking.business
    live = source(conn, business.id, asking.id)
    talk = history.get(conn, business.id, asking.id, now)
    members = {f"user:{m.user_id}": m.email for m in users.of_business(conn, business.id)}
    lines, older = thread.lines(conn, asking, talk, members, before)
    handoff = talk.handoff
    return {
        "live": live,
        "talk": talk,
        "channel": telling.CHANNELS.get(talk.channel, talk.channel),
        "state": telling.STATES.get(talk.state, talk.state),
        "reason": telling.REASONS.get(handoff.reason, handoff.reason) if handoff else "",
        "summary": handoff.summary if handoff else "",
        "taken_by_other": _other(handoff, asking.by, members),
        "waits": waits(handoff),
        "until": moment(handoff.until, business.zone) if handoff and handoff.until else "",
        "thread": lines,
        "older": older,
        "unread": talks.is_unread(conn, business.id, asking.id),
    }


def _other(handoff: Handoff | None, me: str, members: dict[str, str]) -> str:
    """Who answers, if it is not the one who looks."""
    who = (handoff.claimed_by or handoff.by) if handoff else me
    return members.get(who, "другой человек") if who.startswith("user:") and who != me else ""
