"""While a person of the salon answers, what the client writes goes on to that person."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from beautybot.businesses.notices import NoticeKind, put as put_notice
from beautybot.channels.base import Kind
from beautybot.conversations import turns
from beautybot.conversations.history import Message, Seen
from beautybot.kit.text import one_line

SHOWN = 700
WORDLESS = {
    Kind.PHOTO: "фото",
    Kind.VIDEO: "видео",
    Kind.VOICE: "голосовое сообщение",
    Kind.DOCUMENT: "файл",
    Kind.STICKER: "стикер",
    Kind.LOCATION: "место на карте",
    Kind.CONTACT: "контакт",
}


def on(conn: Connection, seen: Seen, now: datetime) -> None:
    """
    End a turn that nobody of ours answers, and tell whoever answers what was said.

    Overtaken if the client wrote meanwhile: nobody must miss the last words.
    """
    turns.hold(conn, seen.claim)
    turns.finish(conn, seen.claim, spent=seen.claim.after(len(seen.unanswered), now))
    held = seen.handoff
    if held is None or not seen.unanswered:
        return
    name = one_line(seen.client.name or "Клиент", 60)
    said = "\n".join(_said(message) for message in seen.unanswered)
    to = _user(held.claimed_by)
    put_notice(
        conn,
        business_id=seen.business.id,
        kind=NoticeKind.CLIENT_WRITES,
        key=f"{seen.claim.conversation_id}:{seen.claim.inbound_seq}",
        text=f"{name}: {one_line(said, SHOWN)}",
        now=now,
        details={"conversation_id": seen.claim.conversation_id, **({"to": to} if to else {})},
    )


def _said(message: Message) -> str:
    shown = f"[{WORDLESS[message.kind]}]" if message.kind in WORDLESS else ""
    return " ".join(filter(None, (shown, message.text)))


def _user(who: str | None) -> int:
    """The id in "user:7"; 0 for anybody else."""
    kind, _, number = (who or "").partition(":")
    return int(number) if kind == "user" and number.isdecimal() else 0
