"""Voice notes become words before a turn reads them, where speech to text is configured."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from sqlalchemy import Connection, select

from beautybot.businesses import salons
from beautybot.channels.base import Kind, SendError
from beautybot.conversations import attachments, messages as talk
from beautybot.conversations.fetching import Fetching
from beautybot.conversations.models import attachments as attachment_rows, messages
from beautybot.conversations.turns import Claim
from beautybot.kit import log
from beautybot.kit.errors import NotFound
from beautybot.llm.speech import SpeechToText, Unheard

logger = log.get(__name__)

PATIENCE_S = 10.0
"""For all notes of one turn: its lease lasts thirty seconds, and the model wants some of them."""
MOST = 3


@dataclass(frozen=True, slots=True)
class Listening:
    """Fetches the notes of a turn and asks for their words."""

    fetching: Fetching
    speech: SpeechToText
    abroad: bool = False  # what is heard leaves Russia, which a salon has to allow

    async def hear(self, claim: Claim) -> None:
        """Give words to the voice notes of a turn; a note nobody could hear stays as it is."""
        unheard = await self.fetching.db.read(_unheard, claim)
        if not unheard or (self.abroad and not await self.fetching.db.read(_may_leave, claim)):
            return
        try:
            async with asyncio.timeout(PATIENCE_S):
                for attachment_id, message_id in unheard:
                    await self._hear(claim.business_id, attachment_id, message_id)
        except (TimeoutError, SendError, Unheard, NotFound) as error:
            logger.warning("a voice note was not heard", error=type(error).__name__)

    async def _hear(self, business_id: int, attachment_id: int, message_id: int) -> None:
        db = self.fetching.db
        await self.fetching.fetch(business_id, attachment_id)
        file, sound = await db.read(attachments.contents, business_id, attachment_id)
        words = await self.speech.words(sound, file.mime_type)
        await db.write(talk.heard, business_id, message_id, words)


def _may_leave(conn: Connection, claim: Claim) -> bool:
    return salons.get(conn, claim.business_id).settings.model_abroad


def _unheard(conn: Connection, claim: Claim) -> list[tuple[int, int]]:
    rows = conn.execute(
        select(attachment_rows.c.id, messages.c.id)
        .join(messages, messages.c.id == attachment_rows.c.message_id)
        .where(
            attachment_rows.c.business_id == claim.business_id,
            messages.c.business_id == claim.business_id,
            messages.c.conversation_id == claim.conversation_id,
            messages.c.kind == Kind.VOICE,
            messages.c.text == "",
            messages.c.status == "received",
            messages.c.id > claim.answered_seq,
            messages.c.id <= claim.inbound_seq,
        )
        .order_by(messages.c.id)
        .limit(MOST)
    )
    return [(row[0], row[1]) for row in rows]
