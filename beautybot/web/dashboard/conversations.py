"""Диалоги: a live inbox; a person may take over, answer and give back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection
from starlette.responses import Response, StreamingResponse

from beautybot.booking import visits
from beautybot.businesses import journal
from beautybot.businesses.salons import Business
from beautybot.conversations import clients, handoff, history, outbox
from beautybot.conversations.envelope import Weight
from beautybot.conversations.history import Message, Summary, TurnTrace
from beautybot.kit.text import clean
from beautybot.kit.wakeup import ToDo
from beautybot.web.dashboard.telling import moment, visit_line
from beautybot.web.rendering import onward
from beautybot.web.sessions import Asking

PAGE = 30
LOOK_EVERY_S, STREAM_S = 1.0, 300.0
WHO = {"client": "клиент", "agent": "администратор", "owner": "вы"}
STATUS = {
    "queued": "ждёт отправки",
    "sent": "отправлено",
    "delivered": "доставлено",
    "read": "прочитано",
    "failed": "не доставлено",
    "dropped": "не отправлено",
    "ambiguous": "неизвестно, дошло ли",
}
REASONS = {
    "asked": "клиент позвал человека",
    "complaint": "жалоба",
    "medical": "вопрос о здоровье",
    "not_understood": "администратор не понял клиента",
    "too_late_to_change": "поздно менять самому",
    "owner_writes": "вы ответили с телефона",
    "taken": "вы взяли диалог",
    "trouble": "не получилось ответить",
}


async def show_all(asking: Asking) -> Response:
    """The list, a page at a time."""
    query = asking.request.query_params.get("page", "1")
    number = int(query) if query.isdecimal() and 0 < len(query) < 5 else 1
    number = max(number, 1)
    found = await asking.parts.db.read(
        history.listing,
        asking.business.id,
        asking.parts.clock(),
        limit=PAGE + 1,
        offset=(number - 1) * PAGE,
    )
    return asking.page(
        "dashboard/conversations.html",
        talks=[_talk(s, asking.business) for s in found[:PAGE]],
        page_number=number,
        more=len(found) > PAGE,
    )


async def show(asking: Asking) -> Response:
    """One conversation: what was said, and why we said it."""
    values = await asking.parts.db.read(_whole, asking.business, _id(asking), asking.parts.clock())
    return asking.page("dashboard/conversation.html", **values)


async def take(asking: Asking) -> Response:
    """A person answers from now on; what the agent still had to say is not sent."""
    await asking.parts.db.write(
        _take, asking.business, _id(asking), _who(asking), asking.parts.clock()
    )
    return onward(f"/dashboard/conversations/{_id(asking)}")


async def give_back(asking: Asking) -> Response:
    """The agent answers again, from the next message on."""
    now = asking.parts.clock()
    await asking.parts.db.write(_give_back, asking.business, _id(asking), _who(asking), now)
    return onward(f"/dashboard/conversations/{_id(asking)}")


async def reply(asking: Asking) -> Response:
    """Answer as a person, through the same outbox; the agent falls silent."""
    text = clean(asking.text("text"), 4000).strip()
    if text:
        now = asking.parts.clock()
        await asking.parts.db.write(_reply, asking.business, _id(asking), _who(asking), text, now)
        asking.parts.wakeup.ring(ToDo.OUTBOX)
    return onward(f"/dashboard/conversations/{_id(asking)}")


async def events(asking: Asking) -> Response:
    """Server-sent events: "news" whenever something was said in the salon."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_news(asking), media_type="text/event-stream", headers=headers)


async def _news(asking: Asking) -> AsyncIterator[str]:
    db, business_id = asking.parts.db, asking.business.id
    seen = await db.read(history.pulse, business_id)
    yield "retry: 2000\n\n"
    for _ in range(int(STREAM_S / LOOK_EVERY_S)):
        await asyncio.sleep(LOOK_EVERY_S)
        if await asking.request.is_disconnected():
            return
        now = await db.read(history.pulse, business_id)
        if now != seen:
            seen = now
            yield f"event: news\ndata: {now}\n\n"


def _id(asking: Asking) -> int:
    number: int = asking.request.path_params["id"]
    return number


def _who(asking: Asking) -> str:
    return f"user:{asking.signed.user_id}"


def _talk(summary: Summary, business: Business) -> dict[str, Any]:
    at = summary.last_message_at
    return {
        "id": summary.id,
        "client_name": summary.client_name,
        "client_address": summary.client_address,
        "channel": summary.channel,
        "state": summary.state,
        "handoff": summary.handoff,
        "last_author": summary.last_author,
        "last_text": summary.last_text,
        "at": moment(at, business.zone) if at else "",
    }


def _whole(
    conn: Connection, business: Business, conversation_id: int, now: datetime
) -> dict[str, Any]:
    talk = history.get(conn, business.id, conversation_id, now)
    traces = {t.id: t for t in history.traces(conn, business.id, conversation_id)}
    client = clients.get(conn, business.id, talk.client_id)
    theirs = visits.everything_of_client(conn, business.id, talk.client_id)
    reason = talk.handoff.reason if talk.handoff else ""
    return {
        "talk": talk,
        "phone": client.phone,
        "reason": REASONS.get(reason, reason),
        "thread": [
            _said(m, traces.get(m.turn_id or 0), business)
            for m in history.thread(conn, business.id, conversation_id)
        ],
        "visits": [visit_line(v, business.zone) for v in theirs[:10]],
    }


def _said(message: Message, trace: TurnTrace | None, business: Business) -> dict[str, Any]:
    ours = message.direction == "outbound"
    return {
        "side": "ours" if ours else "theirs",
        "text": message.text,
        "kind": message.kind,
        "who": WHO.get(
            message.author, "вы" if message.author.startswith("user:") else message.author
        ),
        "at": moment(message.sent_at, business.zone),
        "status": STATUS.get(message.status, "") if ours else "",
        "trace": _why(trace) if trace else [],
    }


def _why(trace: TurnTrace) -> list[str]:
    lines = [f"понято: {one}" for one in trace.trace.get("understood", ())]
    lines += [f"решено: {one}" for one in trace.trace.get("decided", ())]
    facts = [str(fact) for fact in trace.trace.get("facts", ()) if str(fact).strip()]
    if facts:
        lines.append(f"факты: {'; '.join(facts)[:500]}")
    return lines


def _take(
    conn: Connection, business: Business, conversation_id: int, who: str, now: datetime
) -> None:
    history.get(conn, business.id, conversation_id, now)
    handoff.start(conn, business.id, conversation_id, reason="taken", by=who, now=now)
    outbox.silence(conn, business.id, conversation_id)
    journal.note(conn, business.id, who, f"взял диалог {conversation_id}", now)


def _give_back(
    conn: Connection, business: Business, conversation_id: int, who: str, now: datetime
) -> None:
    history.get(conn, business.id, conversation_id, now)
    if handoff.end(conn, business.id, conversation_id, now):
        journal.note(conn, business.id, who, f"вернул диалог {conversation_id}", now)


def _reply(
    conn: Connection, business: Business, conversation_id: int, who: str, text: str, now: datetime
) -> None:
    _take(conn, business, conversation_id, who, now)
    outbox.put(
        conn,
        business_id=business.id,
        conversation_id=conversation_id,
        account_id=history.account_of(conn, business.id, conversation_id),
        draft=outbox.Draft(text, weight=Weight.PERSON, author=who),
        now=now,
    )
