"""
Notices to a salon's people: in Telegram, else by mail, else on the dashboard alone.

Two steps, each with its own to-do list: a notice is spread over those who want
to hear it, then every copy is sent by itself.  A channel of theirs that fails
holds up neither the others nor any client.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from beautybot.businesses import bindings, notices as told, salons
from beautybot.businesses.models import notices
from beautybot.businesses.notices import Notice, notice
from beautybot.channels.base import SendError, SendProblem
from beautybot.channels.telegram.owners import Key, OwnersBot
from beautybot.kit import log
from beautybot.kit.clock import Clock
from beautybot.kit.db import Database, insist
from beautybot.kit.leases import LeaseLost, backoff, claim, finish
from beautybot.kit.mail import Mailer, NotMailed
from beautybot.notifications import listeners, pacing
from beautybot.notifications.bot import cards, pouch
from beautybot.notifications.bot.pouch import Kept, Letter
from beautybot.notifications.listeners import Listener, Reach

logger = log.get(__name__)
GIVE_UP_AFTER = 8
AT_ONCE = 3
"""So many to one person at one time; more come as a digest."""
MOST_LINES = 15
BATCH = 2000
PERSONAL = frozenset({str(kind) for kind in cards.WAITS})


@dataclass(frozen=True, slots=True)
class Voices:
    """What the installation can speak to salons' people by."""

    bot: OwnersBot | None = None
    mailer: Mailer | None = None
    public_url: str = ""

    @property
    def reach(self) -> Reach:
        """The same as facts."""
        return Reach(self.bot is not None, self.mailer is not None)


async def tell(db: Database, voices: Voices, *, worker: str, clock: Clock) -> int:
    """Spread and send what is due; how much there was."""
    spread_now = await db.write(spread, voices, clock(), worker)
    due = await db.write(pouch.take, clock(), worker, BATCH)
    for letters in _by_person(due):
        with suppress(LeaseLost):  # we slept through our time: another worker tells them
            await _send(db, voices, letters, clock)
    return spread_now + len(due)


def spread(conn: Connection, voices: Voices, now: datetime, worker: str) -> int:
    """Make a copy of every due notice for whoever is to hear it; how many notices there were."""
    rows = claim(conn, notices, now, worker, limit=50, visibility=timedelta(seconds=60))
    for row in rows:
        item = notice(row)
        people = listeners.of_notice(conn, item, voices.reach)
        for listener in people:
            _copy(conn, item, listener, voices.public_url, now)
        finish(conn, notices, item.id, row.lease, told_at=now if people else None)
    return len(rows)


def _copy(
    conn: Connection, item: Notice, listener: Listener, public_url: str, now: datetime
) -> None:
    business = salons.get(conn, item.business_id)
    about = cards.about(item)
    said_of_it, said = pouch.counts(conn, listener.address, about, now - pacing.HOUR)
    due = pacing.due_at(
        now,
        business.zone,
        listener.choices,
        about=said_of_it,
        all_=said,
        letter=listener.channel == "mail",
    )
    salon = business.name if listener.many_salons or listener.channel == "mail" else ""
    card = cards.card(item, salon=salon, public_url=public_url, by_mail=listener.channel == "mail")
    letter = Letter(
        address=listener.address,
        text=card.text,
        rows=card.rows,
        context=cards.context_of(item),
        channel=listener.channel,
        business_id=item.business_id,
        notice_id=item.id,
        about=about,
    )
    pouch.put(conn, letter, now, due)


def _by_person(due: Sequence[Kept]) -> list[list[Kept]]:
    people: dict[tuple[str, str], list[Kept]] = {}
    for kept in due:
        people.setdefault((kept.letter.channel, kept.letter.address), []).append(kept)
    return list(people.values())


async def _send(db: Database, voices: Voices, letters: list[Kept], clock: Clock) -> None:
    """What one person is to have now: a few alone, many as a digest, a letter for all by mail."""
    if letters[0].letter.channel == "mail":
        await _mail(db, voices, letters, clock)
        return
    alone, folded = _folded(letters)
    for kept in alone:
        if not await _say(db, voices, kept, kept.letter, clock):
            return  # the rest of this person's waits too; its leases run out
    if folded:
        text = cards.digest(_lines(folded))
        whole = Letter(folded[0].letter.address, text)
        if await _say(db, voices, folded[0], whole, clock):
            for kept in folded[1:]:
                await db.write(pouch.merged, kept)


def _folded(letters: list[Kept]) -> tuple[list[Kept], list[Kept]]:
    if len(letters) <= AT_ONCE:
        return letters, []
    waits = [k for k in letters if k.letter.context.get("kind") in PERSONAL or k.letter.about == ""]
    alone = waits[-AT_ONCE:] if len(letters) > 2 * AT_ONCE else waits
    return alone, [k for k in letters if k not in alone]


def _lines(folded: list[Kept]) -> list[str]:
    texts = [kept.letter.text for kept in folded[:MOST_LINES]]
    more = len(folded) - len(texts)
    return [*texts, f"и ещё {more}: всё в кабинете"] if more else texts


async def _say(db: Database, voices: Voices, kept: Kept, letter: Letter, clock: Clock) -> bool:
    bot = voices.bot
    if bot is None:
        await db.write(pouch.not_sent, kept, "there is no global bot", None)
        return False
    asks = bool(letter.context.get("asks"))
    try:
        sent = await bot.send(letter.address, letter.text, keys(kept.id, letter), asks=asks)
    except SendError as error:
        logger.warning("❌ Ошибка уведомления владельцу", problem=str(error.problem))
        await db.write(_failed, kept, error, voices.reach, clock())
        return False
    await insist(db, pouch.sent, kept, sent)
    return True


async def _mail(db: Database, voices: Voices, letters: list[Kept], clock: Clock) -> None:
    if voices.mailer is None:
        for kept in letters:
            await db.write(pouch.not_sent, kept, "there is no mail", None)
        return
    texts = [kept.letter.text for kept in letters[:MOST_LINES]]
    if len(letters) > len(texts):
        texts.append(f"И ещё {len(letters) - len(texts)}.")
    body = "\n\n".join([*texts, f"Кабинет: {voices.public_url}/dashboard"])
    title = texts[0].splitlines()[0]
    try:
        await voices.mailer.send(letters[0].letter.address, f"BeautyBot: {title}", body)
    except NotMailed as error:
        logger.warning("❌ Ошибка письма владельцу", problem=str(error))
        for kept in letters:
            await db.write(pouch.not_sent, kept, str(error), _again(kept, clock()))
        return
    for kept in letters:
        await insist(db, pouch.sent, kept, "mail")


def keys(message_id: int, letter: Letter) -> list[list[Key]]:
    """The buttons of a letter; what a press carries names the letter and the verb, no more."""
    return [
        [
            Key(key["title"], url=key["url"])
            if "url" in key
            else Key(key["title"], data=f"o:{message_id}:{key['verb']}")
            for key in row
        ]
        for row in letter.rows
    ]


def _failed(conn: Connection, kept: Kept, error: SendError, reach: Reach, now: datetime) -> None:
    """Later again; but who blocked the bot is written to by mail, if there is mail."""
    if error.problem is not SendProblem.RECIPIENT_GONE:
        wait = error.retry_after_s
        again = now + timedelta(seconds=wait) if wait else _again(kept, now)
        final = error.problem is SendProblem.REJECTED
        pouch.not_sent(conn, kept, str(error.problem), None if final else again)
        return
    bindings.note_gone(conn, kept.letter.address, now)
    pouch.not_sent(conn, kept, str(error.problem), None)
    item = _notice_of(conn, kept)
    if item is not None and reach.mail:
        for listener in listeners.of_notice(conn, item, reach):
            if listener.channel == "mail":
                _copy(conn, item, listener, "", now)


def _notice_of(conn: Connection, kept: Kept) -> Notice | None:
    letter = kept.letter
    if letter.business_id is None or letter.notice_id is None:
        return None
    return told.get(conn, letter.business_id, letter.notice_id)


def _again(kept: Kept, now: datetime) -> datetime | None:
    return now + backoff(kept.attempts) if kept.attempts < GIVE_UP_AFTER else None
