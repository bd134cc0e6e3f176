"""What was said in a conversation, line by line, with why each reply was given."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from beautybot.businesses.salons import Business
from beautybot.conversations import attachments, history, notes
from beautybot.conversations.attachments import Attachment
from beautybot.conversations.history import Message, Summary, TurnTrace
from beautybot.web.dashboard import telling
from beautybot.web.dashboard.attached import of_message
from beautybot.web.dashboard.telling import moment
from beautybot.web.sessions import Asking

MOST = 60


def lines(
    conn: Connection, asking: Asking, talk: Summary, members: dict[str, str], before: int | None
) -> tuple[list[dict[str, Any]], int | None]:
    """The newest messages before an id, and from which id on there are older ones."""
    business = asking.business
    said = history.thread(conn, business.id, talk.id, limit=MOST + 1, before=before)
    shown = said[-MOST:]
    turn_ids = {m.turn_id for m in shown if m.turn_id is not None}
    traces = history.traces(conn, business.id, talk.id, only=turn_ids) if turn_ids else []
    files = {f.message_id: f for f in attachments.of_messages(conn, business.id, _ids(shown))}
    found = [_said(m, business, members, asking.by, files) for m in shown]
    _explain(found, {t.id: t for t in traces})
    if before is None:
        _weave(found, conn, asking, talk.client_id, shown, members)
    return found, shown[0].id if len(said) > MOST else None


def _ids(shown: list[Message]) -> list[int]:
    return [m.id for m in shown if m.kind in attachments.KINDS]


def _said(
    message: Message,
    business: Business,
    members: dict[str, str],
    me: str,
    files: dict[int, Attachment],
) -> dict[str, Any]:
    ours = message.direction == "outbound"
    person = message.author.startswith("user:") or message.author == "owner"
    who = {"client": "клиент", "agent": "агент", "system": "напоминание", "owner": "с телефона"}
    by = "вы" if message.author == me else members.get(message.author, "человек")
    return {
        "id": message.id,
        "turn": message.turn_id,
        "side": f"ours{' person' if person else ''}" if ours else "theirs",
        "text": message.text,
        "attached": of_message(message, files),
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
                    "attached": {},
                    "who": f"заметка, {'вы' if note.by == asking.by else members.get(note.by, '')}",
                    "at": moment(note.at, asking.business.zone),
                    "at_all": note.at,
                    "status": "",
                    "failed": False,
                    "trace": [],
                }
            )
    lines.sort(key=lambda line: line["at_all"])
