"""
Small courtesies before an answer: read marks, "typing…", a pressed button that stops spinning.

None of them is ever worth a failure: what does not work is left out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from beautybot.businesses import access, credentials, salons
from beautybot.businesses.models import channel_accounts
from beautybot.channels.base import Account, Channel, InboundMessage, Kind, Spot
from beautybot.conversations import handoff
from beautybot.conversations.models import conversations
from beautybot.conversations.turns import Claim
from beautybot.kit import log
from beautybot.kit.clock import Clock
from beautybot.kit.crypto import Keyring
from beautybot.kit.db import Database, DatabaseUnavailable

logger = log.get(__name__)

AGAIN_S = 4.0
"""Telegram shows "typing…" for five seconds: core.telegram.org/bots/api#sendchataction."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a client waits for an answer."""

    business_id: int
    account_id: int
    conversation_id: int
    channel: str
    address: str
    reply_with: Mapping[str, Any] = field(default_factory=dict)
    rests: bool = False  # who floods us is answered after a rest: nobody is typing

    @property
    def spot(self) -> Spot:
        """The same, as a channel knows it."""
        return Spot(self.address, self.reply_with)


@dataclass(frozen=True, slots=True)
class Courtesy:
    """What the worker shows a client while an answer is on its way; nothing here raises."""

    db: Database
    channels: Mapping[str, Channel]
    keyring: Keyring
    clock: Clock

    async def receive(self, place: Place, item: InboundMessage, *, typing: bool) -> None:
        """Stop a pressed button's spinner; mark read and "typing…" where the agent will answer."""
        pressed = item.kind is Kind.PRESS
        typing = typing and not place.rests
        if not pressed and not (typing and item.wants_turn):
            return
        try:
            speaking = await self.db.read(
                speaker, self.keyring, place.business_id, place.account_id
            )
            answers = await self.db.read(agent_answers, place, self.clock())
        except DatabaseUnavailable as error:
            logger.warning("no courtesy was shown", error=str(error))
            return
        channel = self.channels[place.channel]
        if pressed:
            await channel.answer_press(speaking, item.payload, place.spot)
        if typing and answers:
            await channel.thinking(speaking, place.spot, item.external_id)

    async def keep_typing(self, claim: Claim, *, crowded: bool) -> None:
        """Show "typing…" again and again while an answer takes long; in a crowd it is left out."""
        if crowded:
            return
        await asyncio.sleep(AGAIN_S)
        try:
            place = await self.db.read(place_of, claim.business_id, claim.conversation_id)
            speaking = await self.db.read(
                speaker, self.keyring, place.business_id, place.account_id
            )
        except DatabaseUnavailable:
            return
        while True:
            await self.channels[place.channel].thinking(speaking, place.spot, None)
            await asyncio.sleep(AGAIN_S)


def place_of(conn: Connection, business_id: int, conversation_id: int) -> Place:
    """Where the client of a conversation waits."""
    row = conn.execute(
        select(
            conversations.c.account_id,
            conversations.c.address,
            conversations.c.reply_with,
            channel_accounts.c.channel,
        )
        .join(channel_accounts, channel_accounts.c.id == conversations.c.account_id)
        .where(
            conversations.c.business_id == business_id,
            channel_accounts.c.business_id == business_id,
            conversations.c.id == conversation_id,
        )
    ).one()
    return Place(
        business_id, row.account_id, conversation_id, row.channel, row.address, row.reply_with
    )


def speaker(conn: Connection, keyring: Keyring, business_id: int, account_id: int) -> Account:
    """An account with its secrets in clear."""
    account = access.get(conn, business_id, account_id)
    secrets = credentials.of_account(conn, keyring, business_id, account_id)
    return Account(account.external_id, secrets, account.details)


def agent_answers(conn: Connection, place: Place, now: datetime) -> bool:
    """True where the agent is on and no person has the conversation."""
    on = salons.get(conn, place.business_id).agent_answers(now, place.channel)
    return on and handoff.current(conn, place.business_id, place.conversation_id, now) is None
