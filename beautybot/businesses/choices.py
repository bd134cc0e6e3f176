"""What a person of a salon wants to hear of it, and when not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from beautybot.businesses.models import notice_choices
from beautybot.businesses.notices import NoticeKind
from beautybot.kit.db import insert, one
from beautybot.kit.errors import BeautyBotError


class Topic(StrEnum):
    """What notices are about, as a person chooses among them."""

    VISITS = "visits"
    PEOPLE = "people"
    QUESTIONS = "questions"
    TROUBLE = "trouble"
    PLAN = "plan"
    WEEK = "week"


TITLES = {
    Topic.VISITS: "записи, переносы и отмены",
    Topic.PEOPLE: "клиент ждёт человека",
    Topic.QUESTIONS: "вопросы без ответа",
    Topic.TROUBLE: "что-то сломалось",
    Topic.PLAN: "план на день, утром",
    Topic.WEEK: "итоги недели",
}
TOPICS = {
    NoticeKind.BOOKED: Topic.VISITS,
    NoticeKind.MOVED: Topic.VISITS,
    NoticeKind.CANCELLED: Topic.VISITS,
    NoticeKind.WANTED: Topic.VISITS,
    NoticeKind.LATE: Topic.VISITS,
    NoticeKind.HANDOFF: Topic.PEOPLE,
    NoticeKind.CLIENT_WRITES: Topic.PEOPLE,
    NoticeKind.SUPPORT: Topic.PEOPLE,
    NoticeKind.QUESTION: Topic.QUESTIONS,
    NoticeKind.CHANNEL_BROKEN: Topic.TROUBLE,
    NoticeKind.NOT_DELIVERED: Topic.TROUBLE,
    NoticeKind.MODEL_BROKEN: Topic.TROUBLE,
    NoticeKind.TROUBLE: Topic.TROUBLE,
    NoticeKind.PLAN: Topic.PLAN,
    NoticeKind.WEEK: Topic.WEEK,
}


class BadQuietHours(BeautyBotError):
    """Quiet hours are two wall-clock times; the text says so in Russian."""


@dataclass(frozen=True, slots=True)
class Choices:
    """No row: everything, at any hour, and by mail where there is no Telegram."""

    muted: frozenset[Topic] = frozenset()
    quiet: tuple[time, time] | None = None
    by_mail: bool = True

    def hears(self, kind: NoticeKind) -> bool:
        """True unless the person said no to such notices."""
        return TOPICS[kind] not in self.muted

    def next_loud(self, now: datetime, zone: ZoneInfo) -> datetime:
        """`now`, or the end of the quiet hours it is in, in the salon's zone."""
        if self.quiet is None:
            return now
        begins, ends = self.quiet
        local = now.astimezone(zone)
        at = local.time()
        inside = begins <= at < ends if begins <= ends else at >= begins or at < ends
        if not inside:
            return now
        day = local.date() + timedelta(days=1 if begins > ends and at >= begins else 0)
        return datetime.combine(day, ends, zone).astimezone(now.tzinfo)


def of_user(conn: Connection, user_id: int) -> Choices:
    """What a person chose."""
    row = one(conn, notice_choices, {"user_id": user_id})
    if row is None:
        return Choices()
    quiet = tuple(time.fromisoformat(text) for text in row.quiet)
    muted = frozenset(Topic(name) for name in row.muted if name in set(Topic))
    return Choices(muted, (quiet[0], quiet[1]) if len(quiet) == 2 else None, row.by_mail)


def keep(conn: Connection, user_id: int, choices: Choices) -> None:
    """Remember what a person chose."""
    values: dict[str, Any] = {
        "muted": sorted(choices.muted),
        "quiet": [f"{at:%H:%M}" for at in choices.quiet or ()],
        "by_mail": choices.by_mail,
    }
    conn.execute(
        insert(conn, notice_choices)
        .values(user_id=user_id, **values)
        .on_conflict_do_update(index_elements=["user_id"], set_=values)
    )


def quiet_of(text: str) -> tuple[time, time] | None:
    """«22:00–08:00» as two times; None for nothing said or «нет».  BadQuietHours."""
    said = text.strip().lower().replace("—", "-").replace("–", "-").replace(" ", "")
    if said in ("", "нет", "off", "-"):
        return None
    try:
        begins, ends = (time.fromisoformat(_full(part)) for part in said.split("-"))
    except ValueError:
        raise BadQuietHours("Тихие часы пишут так: 22:00–08:00, или «нет».") from None
    if begins == ends:
        raise BadQuietHours("Начало и конец тихих часов должны быть разными.")
    return begins, ends


def _full(part: str) -> str:
    hours, _, minutes = part.partition(":")
    return f"{int(hours):02d}:{int(minutes or 0):02d}"
