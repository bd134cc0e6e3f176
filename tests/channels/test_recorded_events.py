"""
The contract suite: every recorded event of every channel, through the product's own door.

Stored; read once however often it is delivered; of the right kind, at the right
salon; answered or left in silence as the contract's table says; no exception.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from postman import outcomes, post, signed, stored
from recorded import Recorded, recorded, with_ids
from sqlalchemy import Connection, select
from town import APP_SECRET, PHONE_ID, Town, town

from beautybot.channels.base import Ignored, InboundMessage, Kind
from beautybot.channels.telegram import updates
from beautybot.channels.whatsapp import events
from beautybot.conversations.models import conversations, messages
from beautybot.demo.fakes.graph_world import WindowRule
from beautybot.kit import clock
from beautybot.kit.db import Database, across_salons

TURN, SILENCE = "turn", "silence"
# What each event is to us: the kind of its message or the name of its item, and what follows.
# Families of WhatsApp's index, by the part before the slash, or the whole where that differs.
WHATSAPP = {
    "messages_status_delivered": ("Receipt", SILENCE),
    "messages_msg_text": (Kind.TEXT, TURN),
    "account_update/account_deleted": ("AccountNews", SILENCE),
    "call_connect/business_initiated": ("Ignored", SILENCE),
    "callback_button/button": (Kind.PRESS, TURN),
    "callback_button/quick_reply": (Kind.PRESS, TURN),
    "callback_button/quick_reply_without_context": (Kind.PRESS, TURN),
    "callback_selection/callback": (Kind.PRESS, TURN),
    "callback_selection/description": (Kind.PRESS, TURN),
    "deleted_message/revoke": ("Edited", SILENCE),
    "edited_message/image": ("Edited", SILENCE),
    "flow_completion/completion": (Kind.TEXT, TURN),
    "flow_completion/without_flow_token": (Kind.TEXT, TURN),
    "message/animated_sticker": (Kind.STICKER, TURN),
    "message/audio": (Kind.VOICE, TURN),
    "message/chosen_location": (Kind.LOCATION, TURN),
    "message/contacts": (Kind.CONTACT, TURN),
    "message/current_location": (Kind.LOCATION, TURN),
    "message/document": (Kind.DOCUMENT, TURN),
    "message/forwarded": (Kind.TEXT, TURN),
    "message/forwarded_many_times": (Kind.TEXT, TURN),
    "message/image": (Kind.PHOTO, TURN),
    "message/interactive_message_with_err": (Kind.OTHER, SILENCE),
    "message/media_with_url": (Kind.PHOTO, TURN),
    "message/order": (Kind.ORDER, TURN),
    "message/reaction": (Kind.REACTION, SILENCE),
    "message/referral": (Kind.TEXT, TURN),
    "message/reply": (Kind.TEXT, TURN),
    "message/static_sticker": (Kind.STICKER, TURN),
    "message_status/delivered": ("Receipt", SILENCE),
    "message_status/failed": ("Receipt", SILENCE),
    "message_status/group": ("Receipt", SILENCE),
    "message_status/played": ("Receipt", SILENCE),
    "message_status/read": ("Receipt", SILENCE),
    "message_status/sent": ("Receipt", SILENCE),
    "message_status/with_tracker": ("Receipt", SILENCE),
    "message/text": (Kind.TEXT, TURN),
    "message/unreaction_empty": (Kind.REACTION, SILENCE),
    "message/unreaction_no_emoji": (Kind.REACTION, SILENCE),
    "message/unsupported": (Kind.UNSUPPORTED, TURN),
    "message/unsupported_with_type": (Kind.UNSUPPORTED, TURN),
    "message/video": (Kind.VIDEO, TURN),
    "message/voice": (Kind.VOICE, TURN),
    "outgoing_message/text": (
        "Ignored",
        SILENCE,
    ),  # a template of an event: <BSUID> in place of ids
    "system/identity_change": ("Ignored", SILENCE),
    "system/phone_number_change": ("IdentityChanged", SILENCE),
    "template_status_update/approved": ("TemplateDecided", SILENCE),
    "user_marketing_preferences/resume": ("MarketingWish", SILENCE),
}
TELEGRAM = {
    "animation": (Kind.VIDEO, TURN),
    "audio": (Kind.VOICE, TURN),
    "business connection": ("OwnersAccount", SILENCE),
    "business message": ("Ignored", SILENCE),  # without the connection it came through
    "callback query": (Kind.PRESS, TURN),
    "callback query complex": (Kind.PRESS, TURN),
    "callback query without message": (Kind.PRESS, TURN),
    "channel post": ("Ignored", SILENCE),
    "command": (Kind.TEXT, TURN),
    "command message": (Kind.START, TURN),
    "command tag valid": (Kind.TEXT, TURN),
    "command with parameters": (Kind.TEXT, TURN),
    "contact": (Kind.CONTACT, TURN),
    "document": (Kind.DOCUMENT, TURN),
    "edited message": ("Edited", SILENCE),
    "entities": (Kind.TEXT, TURN),
    "guest message": ("Ignored", SILENCE),
    "location": (Kind.LOCATION, TURN),
    "managed bot": ("Ignored", SILENCE),
    "message forward origin": (Kind.TEXT, TURN),
    "message reaction": ("Ignored", SILENCE),
    "message topic": ("Ignored", SILENCE),  # of a supergroup
    "my chat member": ("Reachability", SILENCE),
    "new chat members": ("Ignored", SILENCE),
    "photo": (Kind.PHOTO, TURN),
    "pre checkout query": ("Ignored", SILENCE),
    "sticker": (Kind.STICKER, TURN),
    "story": (Kind.UNSUPPORTED, TURN),
    "text": (Kind.TEXT, TURN),
    "venue": (Kind.LOCATION, TURN),
    "video": (Kind.VIDEO, TURN),
    "video note": (Kind.VOICE, TURN),
    "voice": (Kind.VOICE, TURN),
    "web app data": (Kind.UNSUPPORTED, TURN),
}
ALL = [*recorded("whatsapp"), *recorded("telegram")]
needs_events = pytest.mark.skipif(not ALL, reason="the recorded events are not here")


@pytest.fixture
async def here(db: Database, tmp_path: Path) -> AsyncIterator[Town]:
    """«Ромашка», connected to both messengers."""
    async with town(db, tmp_path) as built:
        built.graph.world.pair_rate = False
        built.graph.world.window = WindowRule.OFF
        built.telegram.world.everybody_started = True
        yield built


def expected(event: Recorded) -> tuple[str, str]:
    """What the contract says of it."""
    if event.channel == "telegram":
        return TELEGRAM[event.what]
    return WHATSAPP[event.what.rpartition(": ")[2]]


@needs_events
def test_every_recorded_event_has_its_line() -> None:
    """A new recording is a new line above; a line without a recording is a lie."""
    assert {e.what.rpartition(": ")[2] for e in ALL if e.channel == "whatsapp"} == set(WHATSAPP)
    assert {e.what for e in ALL if e.channel == "telegram"} == set(TELEGRAM)


@needs_events
@pytest.mark.parametrize("event", ALL, ids=str)
def test_it_is_read_as_what_it_is(event: Recorded) -> None:
    """The kind of its one message, or the name of its item; and whether it asks for an answer."""
    read = events.parse if event.channel == "whatsapp" else updates.parse
    (item,) = read(json.dumps(event.body).encode(), clock.now())[:1]
    kind, then = expected(event)

    what = item.kind if isinstance(item, InboundMessage) else type(item).__name__
    asks = isinstance(item, InboundMessage) and item.wants_turn

    assert what == kind
    assert asks == (then == TURN)


@needs_events
async def test_all_of_them_twice_through_the_door(
    here: Town, capfd: pytest.CaptureFixture[str]
) -> None:
    """
    Each is stored and read once, at «Ромашка» alone, and none is put aside as unreadable.

    Who asks for an answer gets one, and nobody else does; nothing that was
    logged has a secret in it.
    """
    await here.settle()
    for number, event in enumerate(ALL):
        before = await here.db.read(stored)
        answers = [await deliver(here, event, apart(event, number)) for _ in range(2)]
        assert answers == [(200, b"")] * 2, str(event)
        assert await here.db.read(stored) == before + 1, str(event)
    await here.settle()

    kept = await here.db.read(everything_said)
    wanted = [str(expected(e)[0]) for e in ALL if isinstance(expected(e)[0], Kind)]
    answered = {address for _, way, _, address in kept if way == "outbound"}
    asked = {
        address_of(event, number) for number, event in enumerate(ALL) if expected(event)[1] == TURN
    }
    assert "poison" not in await here.db.read(outcomes)
    assert sorted(kind for _, way, kind, _ in kept if way == "inbound") == sorted(wanted)
    assert {business for business, *_ in kept} == {here.salon.id}
    assert answered == asked
    printed = "".join(capfd.readouterr())
    assert not re.search(r"EAA[A-Za-z0-9]{6,}|\d{8,}:[A-Za-z0-9_-]{30,}", printed)


async def deliver(here: Town, event: Recorded, body: bytes) -> tuple[int, bytes]:
    """Through the very door its messenger uses."""
    path = f"{here.url}/api/webhooks/{event.channel}"
    if event.channel == "whatsapp":
        return await post(path, body, signed(APP_SECRET, body))
    return await post(
        path, body, {"X-Telegram-Bot-Api-Secret-Token": here.bot.webhook.secret or ""}
    )


def apart(event: Recorded, number: int) -> bytes:
    """The event as from a person of its own, so that no earlier talk is in the way."""
    body = json.loads(with_ids(event, PHONE_ID, number))
    return json.dumps(_other_person(body, number)).encode()


def _other_person(value: Any, number: int) -> Any:
    if isinstance(value, list):
        return [_other_person(v, number) for v in value]
    if not isinstance(value, dict):
        return value
    named = {k: _other_person(v, number) for k, v in value.items()}
    if isinstance(named.get("from"), str):
        named["from"] = f"7916{number:07d}"
    if "from_user_id" in named:
        named["from_user_id"] = f"RU.{number}"
    for key in ("from", "chat"):
        if isinstance(named.get(key), dict) and named[key].get("type") in (None, "private"):
            named[key] = {**named[key], "id": 9_000_000 + number}
    return named


def address_of(event: Recorded, number: int) -> str:
    """Where the person of `apart` is written to."""
    if event.channel == "telegram":
        return str(9_000_000 + number)
    text = json.dumps(event.body)
    return f"7916{number:07d}" if '"from": "' in text else f"RU.{number}"


def everything_said(conn: Connection) -> list[tuple[int, str, str, str]]:
    """Salon, direction, kind and the client's address of every message."""
    rows = conn.execute(
        across_salons(
            select(
                messages.c.business_id,
                messages.c.direction,
                messages.c.kind,
                conversations.c.address,
            ).join(conversations, conversations.c.id == messages.c.conversation_id)
        )
    )
    return [(r.business_id, r.direction, r.kind, r.address) for r in rows]


def test_an_event_without_a_line_is_seen() -> None:
    """Control: what nobody expected has no line to hide behind."""
    with pytest.raises(KeyError):
        expected(Recorded("telegram", "x.json", "brand new kind", {}))
    assert isinstance(updates.parse(b"{}", clock.now())[0], Ignored)
