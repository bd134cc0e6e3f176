"""
Sending what the outbox holds: one call to the channel, one verdict by the error's class.

No transaction is open while the channel answers.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import assert_never

from sqlalchemy import Connection, update

from beautybot.businesses import access
from beautybot.businesses.notices import NoticeKind, put as put_notice
from beautybot.channels.base import Channel, Outbound, Scope, SendError, SendProblem
from beautybot.conversations import detour, messages as talk, outbox, settling
from beautybot.conversations.envelope import Dropped, Envelope, Sending, Weight
from beautybot.conversations.models import conversations, outbox as outbox_table
from beautybot.conversations.outbox import Drop, StillTrue
from beautybot.kit import log, metrics
from beautybot.kit.clock import Clock
from beautybot.kit.crypto import Keyring
from beautybot.kit.db import Database, insist
from beautybot.kit.failpoints import Stage, reached
from beautybot.kit.leases import backoff, finish
from beautybot.kit.text import masked

logger = log.get(__name__)
GIVE_UP_AFTER = 12
WAIT_FOR_RECEIPT = timedelta(seconds=30)


def take(
    conn: Connection,
    keyring: Keyring,
    now: datetime,
    worker: str,
    limit: int,
    still_true: StillTrue | None = None,
    but: Collection[int] = (),
) -> tuple[list[Envelope], int]:
    """Claim what is due; how many were settled without sending, and told in the same commit."""
    envelopes, drops = outbox.take(conn, keyring, now, worker, limit, still_true, but)
    for lost in drops:
        give_up(conn, lost, now)
    return envelopes, len(drops)


def go_around(conn: Connection, now: datetime) -> int:
    """What is stuck behind a channel goes another way, or the salon is told; how much there was."""
    moved, drops = detour.around(conn, now)
    for lost in drops:
        give_up(conn, lost, now)
    return moved + len(drops)


async def deliver(
    envelope: Envelope, *, db: Database, channels: Mapping[str, Channel], clock: Clock
) -> None:
    """Send one claimed message and write down what became of it."""
    channel = channels[envelope.channel]
    parts = channel.split(envelope.message.text)
    to = masked(envelope.message.address)
    external_id = ""
    sent = envelope.parts_sent
    try:
        for number in range(sent, len(parts)):
            message = _part(envelope.message, parts, number)
            reached(Stage.SENDING)
            external_id = await channel.send(envelope.account, message)
            reached(Stage.SENT)
            sent = number + 1
    except SendError as error:
        metrics.SENDS.labels(envelope.channel, str(error.problem)).inc()
        logger.error(
            f"❌ Ошибка отправки {channel.title}",
            to=to,
            conversation=envelope.conversation_id,
            problem=str(error.problem),
            detail=error.detail,
        )
        await insist(db, not_sent, envelope, error, sent, clock())
        return
    await insist(db, was_sent, envelope, external_id, clock())
    metrics.SENDS.labels(envelope.channel, "sent").inc()
    reached(Stage.SETTLED)
    logger.info(
        f"✅ {channel.title} сообщение отправлено {to}", conversation=envelope.conversation_id
    )


def _part(message: Outbound, parts: list[str], number: int) -> Outbound:
    """One bubble of a long text; what can be pressed is under the last one."""
    last = number == len(parts) - 1
    return replace(
        message,
        text=parts[number],
        buttons=message.buttons if last else (),
        ask_contact=message.ask_contact and last,
        reference=message.reference if last else f"{message.reference}.{number}",
    )


def was_sent(conn: Connection, envelope: Envelope, external_id: str, now: datetime) -> None:
    """The channel has the message: keep its id, and apply receipts that came first."""
    outbox.remove(conn, envelope.business_id, envelope.outbox_id, envelope.lease)
    talk.mark(
        conn,
        envelope.business_id,
        envelope.message_id,
        status="sent",
        external_id=external_id,
        sent_at=now,
    )
    settling.apply_early(conn, envelope.business_id, envelope.message_id, external_id)
    access.note(conn, envelope.business_id, envelope.account_id, last_outbound_at=now)
    reached(Stage.SETTLING)


def not_sent(
    conn: Connection, envelope: Envelope, error: SendError, parts_sent: int, now: datetime
) -> None:
    """Decide by the class of the error: later, tell the owner, or stop writing to this client."""
    access.note(
        conn,
        envelope.business_id,
        envelope.account_id,
        last_error=error.owner_words or WORDS[error.problem],
        last_error_at=now,
    )
    if parts_sent > envelope.parts_sent:
        talk.mark_parts(conn, envelope.business_id, envelope.message_id, parts_sent)
    match error.problem:
        case SendProblem.UNREACHABLE | SendProblem.THROTTLED:
            _later(conn, envelope, error, now)
        case SendProblem.AMBIGUOUS:
            finish(
                conn,
                outbox_table,
                envelope.outbox_id,
                envelope.lease,
                due_at=now + WAIT_FOR_RECEIPT,
                keep_attempts=True,
                state=Sending.UNANSWERED,
            )
        case SendProblem.CREDENTIALS:
            _stop_account(conn, envelope, error, now)
        case SendProblem.RECIPIENT_GONE:
            _gone(conn, envelope, now)
        case SendProblem.WINDOW_CLOSED:
            settle_drop(conn, envelope, Dropped.WINDOW_CLOSED, now)
        case SendProblem.REJECTED:
            settle_drop(conn, envelope, "rejected", now)
        case _:
            assert_never(error.problem)


def _later(conn: Connection, envelope: Envelope, error: SendError, now: datetime) -> None:
    if envelope.attempts >= GIVE_UP_AFTER and error.problem is not SendProblem.THROTTLED:
        settle_drop(conn, envelope, "unreachable", now)
        return
    wait = backoff(envelope.attempts)
    if error.retry_after_s is not None:
        wait = timedelta(seconds=error.retry_after_s * random.uniform(1.0, 1.1))
    finish(
        conn,
        outbox_table,
        envelope.outbox_id,
        envelope.lease,
        due_at=now + wait,
        keep_attempts=True,
        state=Sending.QUEUED,
    )
    if error.scope is Scope.ACCOUNT:
        conn.execute(
            update(outbox_table)
            .where(
                outbox_table.c.business_id == envelope.business_id,
                outbox_table.c.account_id == envelope.account_id,
                outbox_table.c.due_at < now + wait,
            )
            .values(due_at=now + wait)
        )


def _stop_account(conn: Connection, envelope: Envelope, error: SendError, now: datetime) -> None:
    words = error.owner_words or "Канал не принимает наши сообщения: проверьте подключение."
    access.stop(conn, envelope.business_id, envelope.account_id, words, now)
    finish(conn, outbox_table, envelope.outbox_id, envelope.lease, due_at=now, state=Sending.QUEUED)
    put_notice(
        conn,
        business_id=envelope.business_id,
        kind=NoticeKind.CHANNEL_BROKEN,
        key=f"credentials:{envelope.account_id}:{now:%Y-%m-%dT%H}",
        text=words,
        now=now,
        details={"account_id": envelope.account_id},
    )


def _gone(conn: Connection, envelope: Envelope, now: datetime) -> None:
    conn.execute(
        update(conversations)
        .where(
            conversations.c.business_id == envelope.business_id,
            conversations.c.id == envelope.conversation_id,
        )
        .values(unreachable_at=now)
    )
    settle_drop(conn, envelope, Dropped.UNREACHABLE, now)


def settle_drop(conn: Connection, envelope: Envelope, why: str, now: datetime) -> None:
    """Give a message up, and tell the salon if it mattered."""
    finish(conn, outbox_table, envelope.outbox_id, envelope.lease)
    outbox.drop(conn, envelope.business_id, envelope.outbox_id, envelope.message_id, why)
    lost = Drop(
        envelope.business_id, envelope.conversation_id, envelope.message_id, envelope.weight, why
    )
    give_up(conn, lost, now)


def give_up(conn: Connection, lost: Drop, now: datetime) -> None:
    """What will not leave by its own channel goes by another one, or the salon is told."""
    if lost.why == Dropped.OUT_OF_DATE:
        return
    doubtful = (Dropped.AMBIGUOUS, Dropped.DIED)
    certain = lost.why not in (*doubtful, Dropped.PERSON_ANSWERS, Dropped.AGENT_OFF)
    if certain and detour.another_way(conn, lost, now):
        return
    tell(conn, lost, now)


def tell(conn: Connection, dropped: Drop, now: datetime) -> None:
    """A message that will not arrive is the salon's business, unless a person made it so."""
    if dropped.why in (Dropped.PERSON_ANSWERS, Dropped.AGENT_OFF, Dropped.ANOTHER_WAY):
        return
    if dropped.weight is Weight.TALK and dropped.why in (Dropped.EXPIRED, Dropped.AMBIGUOUS):
        return
    put_notice(
        conn,
        business_id=dropped.business_id,
        kind=NoticeKind.NOT_DELIVERED,
        key=f"message:{dropped.message_id}",
        text=f"Ответ клиенту не отправлен: {REASONS.get(dropped.why, 'канал его не принял')}. "
        "Откройте диалог и свяжитесь с клиентом сами.",
        now=now,
        details={"conversation_id": dropped.conversation_id},
    )


WORDS = {
    SendProblem.UNREACHABLE: "канал не отвечает.",
    SendProblem.AMBIGUOUS: "канал не сказал, дошло ли сообщение.",
    SendProblem.THROTTLED: "канал просит писать реже.",
    SendProblem.CREDENTIALS: "канал не принимает наши доступы.",
    SendProblem.RECIPIENT_GONE: "клиент заблокировал бота или номер недоступен.",
    SendProblem.WINDOW_CLOSED: "прошло больше суток с последнего сообщения клиента.",
    SendProblem.REJECTED: "канал не принял текст сообщения.",
}
REASONS = {
    Dropped.AMBIGUOUS: "канал не сказал, дошёл ли он",
    Dropped.WINDOW_CLOSED: "прошло больше суток с последнего сообщения клиента",
    Dropped.UNREACHABLE: "клиент заблокировал бота или номер недоступен",
    Dropped.EXPIRED: "канал слишком долго не отвечал",
    Dropped.DIED: "отправка прерывалась раз за разом, дошёл ли он, неизвестно",
    "unreachable": "канал не отвечает",
    "rejected": "канал не принял текст сообщения",
}
