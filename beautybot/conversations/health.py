"""How each connection of a salon is doing, in words an owner understands, and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection, func, select

from beautybot.businesses import access
from beautybot.businesses.access import ChannelAccount
from beautybot.conversations import openings
from beautybot.conversations.models import outbox
from beautybot.conversations.openings import Opening
from beautybot.kit.text import counted

FRESH = timedelta(hours=24)
LONG = timedelta(minutes=10)
NO_MESSENGERS = frozenset({"console", "guest"})
"""Nothing can be wrong with them."""
RECONNECT = "Подключите заново в настройках: всё, что ещё не устарело, уйдёт само."


class Level(StrEnum):
    """How bad it is: BROKEN means that clients get no answer."""

    OK = "ok"
    NOTE = "note"
    WARNING = "warning"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing about a connection: what it is, and what to do about it."""

    level: Level
    what: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class ConnectionHealth:
    """A connection with the signs found, the worst first; none means that all is well."""

    account: ChannelAccount
    signs: tuple[Sign, ...]
    waiting: int
    waiting_since: datetime | None

    @property
    def level(self) -> Level:
        """The worst of its signs."""
        return self.signs[0].level if self.signs else Level.OK

    @property
    def words(self) -> str:
        """All signs in one line; empty if all is well."""
        return " ".join(f"{sign.what} {sign.advice}".strip() for sign in self.signs)


def of_business(conn: Connection, business_id: int, now: datetime) -> list[ConnectionHealth]:
    """Every connection of a salon: what came, what went, what is wrong."""
    return [_health(conn, account, now) for account in access.of_business(conn, business_id)]


def _health(conn: Connection, account: ChannelAccount, now: datetime) -> ConnectionHealth:
    waiting, since = conn.execute(
        select(func.count(), func.min(outbox.c.created_at)).where(
            outbox.c.business_id == account.business_id, outbox.c.account_id == account.id
        )
    ).one()
    order = [Level.BROKEN, Level.WARNING, Level.NOTE, Level.OK]
    signs = sorted(_signs(account, waiting, since, now), key=lambda s: order.index(s.level))
    return ConnectionHealth(account, tuple(signs), waiting, since)


def _signs(
    account: ChannelAccount, waiting: int, since: datetime | None, now: datetime
) -> Iterator[Sign]:
    if account.channel in NO_MESSENGERS:
        return
    if account.stopped_at is not None:
        yield Sign(
            Level.BROKEN, f"Ничего не отправляем. {account.problem or ''}".strip(), RECONNECT
        )
    elif account.problem:
        yield Sign(Level.WARNING, account.problem, account.advice or "")
    if _is_news(account, now):
        yield Sign(Level.WARNING, f"Последняя отправка не удалась: {account.last_error}")
    if since is not None and now - since > LONG:
        what = counted(waiting, "сообщение ждёт", "сообщения ждут", "сообщений ждут")
        yield Sign(Level.WARNING, f"{what} отправки дольше десяти минут.")
    reminder = openings.template_of(account.details, Opening.REMINDER)
    if account.channel == "whatsapp" and reminder is None:
        yield Sign(
            Level.NOTE,
            "Нет одобренного шаблона: после суток молчания клиента напоминание не уйдёт.",
            "Мы создаём его сами, если указан WABA ID; Meta проверяет его до суток.",
        )
    if account.last_inbound_at is None:
        yield Sign(Level.NOTE, "Сообщений ещё не было.", "Напишите сами, чтобы проверить.")


def _is_news(account: ChannelAccount, now: datetime) -> bool:
    """True while the newest thing known of sending is that it failed."""
    failed, sent = account.last_error_at, account.last_outbound_at
    if account.last_error is None or failed is None or now - failed > FRESH:
        return False
    return sent is None or sent < failed
