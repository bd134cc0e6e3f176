"""Диалоги: the inbox, and one conversation with why each reply was given."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection
from starlette.responses import Response

from beautybot.businesses import users
from beautybot.businesses.salons import Business
from beautybot.conversations import history, notes, talks
from beautybot.conversations.handoff import Handoff
from beautybot.conversations.history import Message, TurnTrace
from beautybot.conversations.talks import Only, Talk
from beautybot.web.dashboard import telling
from beautybot.web.dashboard.card import card
from beautybot.web.dashboard.telling import moment, recent
from beautybot.web.sessions import Asking, as_id

PAGE, SHORT_PAGE, THREAD = 30, 15, 60
TABS = ((Only.ALL, "Все"), (Only.WAITING, "Ждут человека"), (Only.UNREAD, "Непрочитанные"))


async def show_all(asking: Asking) -> Response:
    """The list, a page at a time."""
    wanted = asking.query("only")
    only = Only(wanted) if wanted in set(Only) else Only.ALL
    number, now = asking.page_number, asking.parts.clock()
    found = await asking.parts.db.read(
        talks.inbox,
        asking.business.id,
        now,
        only=only,
        words=asking.query("q"),
        limit=PAGE + 1,
        offset=(number - 1) * PAGE,
    )
    return asking.page(
        "dashboard/conversations.html",
        talks=[talk_row(t, asking.business, now) for t in found[:PAGE]],
        tabs=TABS,
        only=only,
        q=asking.query("q"),
        number=number,
        more=len(found) > PAGE,
    )


async def show(asking: Asking, problem: str = "", text: str = "") -> Response:
    """One conversation: what was said, and why we said it.  Who looks has read it."""
    now, db = asking.parts.clock(), asking.parts.db
    before = as_id(asking.query("before"))
    values = await db.read(_whole, asking, asking.id, now, before)
    if before is None and values["unread"]:
        await db.write(talks.see, asking.business.id, asking.id, now)
    return asking.page(
        "dashboard/conversation.html",
        400 if problem else 200,
        problem=problem,
        text=text,
        before=before,
        **values,
    )


def talk_row(talk: Talk, business: Business, now: datetime) -> dict[str, Any]:
    """A conversation as a line of the list."""
    summary = talk.summary
    at, author = summary.last_message_at, summary.last_author
    ours = {"client": "", "agent": "Агент: ", "system": "Напоминание: "}
    return {
        "id": summary.id,
        "name": summary.client_name or summary.client_address,
        "channel": telling.CHANNELS.get(summary.channel, summary.channel),
        "state": telling.STATES.get(summary.state, summary.state),
        "handoff": summary.handoff,
        "waits": waits(summary.handoff) or (summary.handoff is not None and author == "client"),
        "last": ours.get(author, "Вы: ") + (summary.last_text or "вложение"),
        "at": recent(at, business.zone, now) if at else "",
        "unread": talk.unread,
    }


def waits(handoff: Handoff | None) -> bool:
    """True for a hand-over that no person has taken yet."""
    if handoff is None or handoff.claimed_by is not None:
        return False
    return not handoff.by.startswith(("user:", "owner"))


def _whole(
    conn: Connection, asking: Asking, conversation_id: int, now: datetime, before: int | None
) -> dict[str, Any]:
    business = asking.business
    talk = history.get(conn, business.id, conversation_id, now)
    said = history.thread(conn, business.id, conversation_id, limit=THREAD + 1, before=before)
    shown = said[-THREAD:]
    turn_ids = {m.turn_id for m in shown if m.turn_id is not None}
    traces = history.traces(conn, business.id, conversation_id, only=turn_ids)
    inbox = talks.inbox(conn, business.id, now, limit=SHORT_PAGE)
    members = {f"user:{m.user_id}": m.email for m in users.of_business(conn, business.id)}
    lines = [_said(m, business, members, asking.by) for m in shown]
    _explain(lines, {t.id: t for t in traces})
    if before is None:
        _weave(lines, conn, asking, talk.client_id, shown, members)
    handoff = talk.handoff
    return {
        "talk": talk,
        "channel": telling.CHANNELS.get(talk.channel, talk.channel),
        "state": telling.STATES.get(talk.state, talk.state),
        "reason": telling.REASONS.get(handoff.reason, handoff.reason) if handoff else "",
        "summary": handoff.summary if handoff else "",
        "taken_by_other": _other(handoff, asking.by, members),
        "waits": waits(handoff),
        "until": moment(handoff.until, business.zone) if handoff and handoff.until else "",
        "thread": lines,
        "older": shown[0].id if len(said) > THREAD else None,
        "unread": any(t.unread for t in inbox if t.summary.id == conversation_id)
        or all(t.summary.id != conversation_id for t in inbox),
        "inbox": [talk_row(t, business, now) for t in inbox],
        "card": card(conn, business, talk.client_id, now),
    }


def _other(handoff: Handoff | None, me: str, members: dict[str, str]) -> str:
    """Who answers, if it is not the one who looks."""
    who = (handoff.claimed_by or handoff.by) if handoff else me
    return members.get(who, "другой человек") if who.startswith("user:") and who != me else ""


def _said(message: Message, business: Business, members: dict[str, str], me: str) -> dict[str, Any]:
    ours = message.direction == "outbound"
    person = message.author.startswith("user:") or message.author == "owner"
    who = {"client": "клиент", "agent": "агент", "system": "напоминание", "owner": "с телефона"}
    by = "вы" if message.author == me else members.get(message.author, "человек")
    return {
        "id": message.id,
        "turn": message.turn_id,
        "side": f"ours{' person' if person else ''}" if ours else "theirs",
        "text": message.text,
        "kind": telling.KINDS.get(message.kind, "вложение") if message.kind != "text" else "",
        "who": who.get(message.author, by),
        "at": moment(message.sent_at, business.zone),
        "at_all": message.created_at,
        "status": telling.DELIVERY.get(message.status, "") if ours else "",
        "failed": ours and message.status in ("failed", "dropped", "ambiguous"),
        "problem": message.problem or "",
        "trace": [],
    }


def _explain(lines: list[dict[str, Any]], traces: dict[int, TurnTrace]) -> None:
    """Put what was understood and quoted beside the first message of each turn."""
    for line in lines:
        if trace := traces.pop(line["turn"] or 0, None):
            line["trace"] = _why(trace)


def _why(trace: TurnTrace) -> list[tuple[str, str]]:
    told = trace.trace
    facts = [str(fact) for fact in told.get("facts", ()) if str(fact).strip()]
    models = [str(m.get("model") or "модель") for m in told.get("model", ())]
    return [
        ("понято", "; ".join(telling.command(str(c)) for c in told.get("understood", ()))),
        ("решено", "; ".join(str(d) for d in told.get("decided", ()))[:500]),
        ("из данных салона", "; ".join(dict.fromkeys(facts))[:700]),
        ("спрошена модель", ", ".join(dict.fromkeys(models)) or "нет, хватило правил"),
    ]


def _weave(
    lines: list[dict[str, Any]],
    conn: Connection,
    asking: Asking,
    client_id: int,
    shown: list[Message],
    members: dict[str, str],
) -> None:
    """Lay the private notes among the messages of their time."""
    since = shown[0].created_at if shown else None
    for note in notes.of_client(conn, asking.business.id, client_id):
        if since is None or note.at >= since:
            lines.append(
                {
                    "id": f"note-{note.id}",
                    "side": "note",
                    "text": note.text,
                    "kind": "",
                    "who": f"заметка, {'вы' if note.by == asking.by else members.get(note.by, '')}",
                    "at": moment(note.at, asking.business.zone),
                    "at_all": note.at,
                    "status": "",
                    "failed": False,
                    "trace": [],
                }
            )
    lines.sort(key=lambda line: line["at_all"])
