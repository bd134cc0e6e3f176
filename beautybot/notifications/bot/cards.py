"""What a person of the salon reads of a notice, and what can be pressed under it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from beautybot.businesses.notices import Notice, NoticeKind
from beautybot.kit.text import unlinked

LINE = 220


class Verb(StrEnum):
    """What a button of the global bot does."""

    ACCEPT = "accept"
    MOVE = "move"
    CALL = "call"
    REPLY = "reply"
    TAKE = "take"
    GIVE_BACK = "back"
    ADOPT = "adopt"
    DISMISS = "dismiss"
    CONFIRM = "confirm"
    DECLINE = "decline"
    SLOT = "slot"  # its argument is the moment
    NOT_ME = "notme"
    TOPIC = "topic"  # its argument is the topic
    QUIET = "quiet"  # its argument is the hours
    STOP = "stop"


TITLES = {
    Verb.ACCEPT: "Принять",
    Verb.MOVE: "Перенести",
    Verb.CALL: "Позвонить",
    Verb.REPLY: "Ответить",
    Verb.TAKE: "Взять диалог",
    Verb.GIVE_BACK: "Вернуть администратору",
    Verb.ADOPT: "Добавить в ответы",
    Verb.DISMISS: "Не надо",
    Verb.CONFIRM: "Подтвердить",
    Verb.DECLINE: "Отказать",
    Verb.NOT_ME: "Это не я",
    Verb.STOP: "Да, больше не писать",
}
VISIT = ((Verb.ACCEPT, Verb.MOVE), (Verb.CALL,))
TALK = ((Verb.REPLY, Verb.TAKE), (Verb.CALL, Verb.GIVE_BACK))
BUTTONS: dict[NoticeKind, tuple[tuple[Verb, ...], ...]] = {
    NoticeKind.BOOKED: VISIT,
    NoticeKind.MOVED: VISIT,
    NoticeKind.CANCELLED: ((Verb.ACCEPT, Verb.CALL),),
    NoticeKind.WANTED: ((Verb.CONFIRM, Verb.DECLINE), (Verb.CALL,)),
    NoticeKind.LATE: TALK,
    NoticeKind.HANDOFF: TALK,
    NoticeKind.CLIENT_WRITES: ((Verb.REPLY, Verb.GIVE_BACK),),
    NoticeKind.SUPPORT: ((Verb.ACCEPT, Verb.CALL),),
    NoticeKind.QUESTION: ((Verb.REPLY,),),
    NoticeKind.TROUBLE: TALK,
    NoticeKind.NOT_DELIVERED: ((Verb.CALL,),),
    NoticeKind.CHANNEL_BROKEN: (),
    NoticeKind.MODEL_BROKEN: (),
    NoticeKind.PLAN: (),
    NoticeKind.WEEK: (),
}
SIGNS = {
    NoticeKind.BOOKED: "🗓",
    NoticeKind.MOVED: "🔁",
    NoticeKind.CANCELLED: "✖️",
    NoticeKind.WANTED: "🙏",
    NoticeKind.LATE: "⏳",
    NoticeKind.HANDOFF: "🙋",
    NoticeKind.CLIENT_WRITES: "💬",
    NoticeKind.SUPPORT: "🤖",
    NoticeKind.QUESTION: "❓",
    NoticeKind.TROUBLE: "⚠️",
    NoticeKind.NOT_DELIVERED: "📭",
    NoticeKind.CHANNEL_BROKEN: "🔌",
    NoticeKind.MODEL_BROKEN: "🔧",
    NoticeKind.PLAN: "☀️",
    NoticeKind.WEEK: "📈",
}
HINTS = {
    NoticeKind.QUESTION: "Ответьте на это сообщение, и клиент получит ответ.",
    NoticeKind.HANDOFF: "Ответьте на это сообщение, и клиент получит ответ.",
    NoticeKind.TROUBLE: "Ответьте на это сообщение, и клиент получит ответ.",
}
# Somebody waits for an answer: these are never folded into a digest.
WAITS = frozenset(
    {NoticeKind.HANDOFF, NoticeKind.QUESTION, NoticeKind.WANTED, NoticeKind.CLIENT_WRITES}
)


@dataclass(frozen=True, slots=True)
class Card:
    """A notice as text and rows of buttons, each {"verb", "title"} or {"url", "title"}."""

    text: str
    rows: list[list[dict[str, str]]]


def card(notice: Notice, *, salon: str, public_url: str, by_mail: bool = False) -> Card:
    """`salon` is named where a person has several; nobody else's link is live in it."""
    head = f"{SIGNS[notice.kind]} {salon}\n" if salon else f"{SIGNS[notice.kind]} "
    text = f"{head}{unlinked(notice.text)}"
    hint = HINTS.get(notice.kind, "")
    if hint and not by_mail and "conversation_id" in notice.details:
        text = f"{text}\n\n{hint}"
    rows = [[button(verb) for verb in row if _fits(verb, notice)] for row in BUTTONS[notice.kind]]
    if link := _link(notice, public_url):
        rows.append([{"url": link, "title": "Открыть"}])
    return Card(text, [row for row in rows if row])


def button(verb: Verb, title: str = "", argument: str = "") -> dict[str, str]:
    """A button as it is kept."""
    made = {"verb": f"{verb}:{argument}" if argument else str(verb)}
    return made | {"title": title or TITLES[verb]}


def digest(texts: Sequence[str]) -> str:
    """Many notices in one message, a line each."""
    lines = [" ".join(text.split()) for text in texts]
    cut = [line if len(line) <= LINE else line[: LINE - 1] + "…" for line in lines]
    return "\n".join(["Накопилось за это время:", *(f"• {line}" for line in cut)])


def context_of(notice: Notice) -> dict[str, Any]:
    """What a press or a reply needs to know."""
    names = {"conversation_id": "talk", "appointment_id": "visit", "question_id": "question"}
    kept = {short: notice.details[key] for key, short in names.items() if key in notice.details}
    kept |= {key: str(notice.details[key]) for key in ("phone", "name") if notice.details.get(key)}
    return kept | {"kind": str(notice.kind)}


def about(notice: Notice) -> str:
    """
    What it is about, for the cap of one caller, one visit or one client's words.

    A visit comes before its client: who has written much today and then
    cancels must not have the cancelling wait for the hour's end.
    """
    for key in ("subject", "appointment_id", "conversation_id"):
        if key in notice.details:
            return f"{key}:{notice.details[key]}"[:64]
    return str(notice.kind)


def _fits(verb: Verb, notice: Notice) -> bool:
    details = notice.details
    match verb:
        case Verb.MOVE | Verb.CONFIRM | Verb.DECLINE:
            return "appointment_id" in details
        case Verb.REPLY | Verb.TAKE | Verb.GIVE_BACK:
            return "conversation_id" in details
        case Verb.CALL:
            return bool({"appointment_id", "conversation_id", "phone"} & set(details))
        case _:
            return True


def _link(notice: Notice, public_url: str) -> str:
    """Where it is in the dashboard; Telegram takes no button to a host without a dot."""
    if "." not in (urlsplit(public_url).hostname or ""):
        return ""
    page = "/dashboard"
    if notice.kind in (NoticeKind.CHANNEL_BROKEN, NoticeKind.MODEL_BROKEN):
        page = "/dashboard/settings"
    elif "conversation_id" in notice.details:
        page = f"/dashboard/conversations/{notice.details['conversation_id']}"
    elif "appointment_id" in notice.details:
        page = "/dashboard/calendar"
    return f"{public_url}{page}"
