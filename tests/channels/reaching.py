"""A channel that does not work, as the tests see it: what Ольга has, what the salon heard."""

from __future__ import annotations

from typing import Any

from town import PHONE_ID, Town

from beautybot.businesses import access, notices
from beautybot.businesses.notices import NoticeKind
from beautybot.conversations import clients, consents, history, outbox
from beautybot.conversations.consents import Proof, Purpose
from beautybot.conversations.envelope import Weight
from beautybot.conversations.outbox import Draft
from beautybot.demo.fakes.graph_people import WaClient
from beautybot.demo.fakes.telegram_people import TgUser

OLGA = WaClient("79161234567", name="Ольга")
OLGA_TOO = TgUser(5_001, "Ольга")
BOOKED = "Вы записаны: маникюр, завтра в 15:00."


async def ours(here: Town, channel: str) -> list[str]:
    """What Ольга has from us in one messenger."""
    seen = (
        here.graph.transcripts.ours(PHONE_ID, OLGA.key)
        if channel == "whatsapp"
        else here.telegram.transcripts.ours(here.bot.key, str(OLGA_TOO.id))
    )
    return [bubble.text for bubble in seen]


async def put(
    here: Town, channel: str, text: str = BOOKED, weight: Weight = Weight.CONFIRMATION
) -> int:
    """Put a message for Ольга into the outbox of one messenger."""
    (talk,) = [
        t
        for t in await here.db.read(history.listing, here.salon.id, here.hands())
        if t.channel == channel
    ]
    return await here.db.write(
        outbox.put,
        business_id=here.salon.id,
        conversation_id=talk.id,
        account_id=await here.db.read(history.account_of, here.salon.id, talk.id),
        draft=Draft(text, weight=weight, author="system"),
        now=here.hands(),
    )


async def both(here: Town, *, agreed: bool = True) -> None:
    """Ольга is one person in both messengers, by the phone that Telegram says is hers."""
    await here.whatsapp(OLGA, "сколько стоит маникюр?")
    here.telegram.start(here.bot, OLGA_TOO)
    here.telegram.share_contact(here.bot, OLGA_TOO, "+79161234567")
    await here.settle()
    (olga,) = await here.db.read(clients.search, here.salon.id, "Ольга")
    if agreed:
        proof = Proof("1", "0" * 64, None)
        await here.db.write(
            lambda conn: consents.give(
                conn,
                here.salon.id,
                olga.id,
                Purpose.PERSONAL_DATA,
                proof,
                channel="whatsapp",
                now=here.hands(),
            )
        )


async def told(here: Town, kind: NoticeKind) -> list[str]:
    """What the salon's people heard."""
    return [n.text for n in await here.db.read(notices.listing, here.salon.id) if n.kind is kind]


async def account(here: Town, channel: str) -> Any:
    """The salon's account in a messenger."""
    (found,) = await here.db.read(access.of_channel, channel)
    return found
