"""Parsers against whatever a stranger may send: they never raise and never lose a good item."""

from __future__ import annotations

import copy
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from postman import outcomes, post, said, signed
from recorded import recorded
from town import APP_SECRET, PHONE_ID, Town, town

from beautybot.channels.base import Ignored, Inbound, InboundMessage
from beautybot.channels.telegram import updates
from beautybot.channels.whatsapp import events
from beautybot.demo.fakes import graph_events as shapes
from beautybot.demo.fakes.graph_people import WaClient
from beautybot.kit.db import Database

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
GOOD = {
    "from": "79160009999",
    "id": "wamid.GOOD",
    "timestamp": str(int(NOW.timestamp())),
    "type": "text",
    "text": {"body": "сколько стоит маникюр?"},
}
OLGA = WaClient("79161234567", name="Ольга", user_id="RU.1")
CONTENTS: tuple[shapes.Content, ...] = (
    shapes.said_text("привет", quoted="wamid.1"),
    shapes.pressed_button("o:1:1", "10:00"),
    shapes.chose_row("o:1:2", "11:00", "Вера"),
    shapes.pressed_template("r:ok:1", "Приду"),
    shapes.sent_media("image", "1", b"x", "image/jpeg", caption="вот"),
    shapes.sent_media("voice", "2", b"x", "audio/ogg"),
    shapes.sent_contact("+79161234567", "Ольга", own=True),
    shapes.sent_location(55.7, 37.6),
    shapes.reacted("wamid.1", "👍"),
    shapes.unreadable(),
    shapes.edited("wamid.1", "нет"),
    shapes.revoked("wamid.1"),
    shapes.changed_number("79161234567", "79167654321"),
)
ODD: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    2**63,
    10**400,
    1e308,
    "",
    " ",
    "\0",
    "a\0b",
    "\ud83d",  # half of an emoji
    "x" * 5000,
    "\u202eкод\u2066",
    "2026-11-25T09:00:00Z",
    [],
    [None],
    [[[]]],
    {},
    {"a": {"b": []}},
    {"id": None},
)
odd = st.sampled_from(ODD)


def whatsapp_messages() -> list[dict[str, Any]]:
    """One message of each shape, of ours and of the recordings."""
    ours = [shapes.message_of(OLGA, f"wamid.{n}", 1, c) for n, c in enumerate(CONTENTS)]
    theirs = [
        message
        for event in recorded("whatsapp")
        for entry in event.body["entry"]
        for change in entry["changes"]
        for key in ("messages", "statuses", "message_echoes")
        for message in change["value"].get(key, ())
    ]
    return [*ours, *theirs]


def telegram_updates() -> list[dict[str, Any]]:
    """One update of each shape."""
    person = {"id": 5, "is_bot": False, "first_name": "Ольга"}
    chat = {"id": 5, "type": "private", "first_name": "Ольга"}
    head = {"message_id": 1, "date": int(NOW.timestamp()), "from": person, "chat": chat}
    link = {"business_connection_id": "link"}
    return [
        {"update_id": 1, "message": head | {"text": "привет"}},
        {"update_id": 2, "message": head | {"photo": [{"file_id": "f"}], "caption": "вот"}},
        {"update_id": 3, "message": head | {"contact": {"phone_number": "+7916", "user_id": 5}}},
        {"update_id": 4, "edited_message": head | {"text": "нет"}},
        {
            "update_id": 5,
            "callback_query": {"id": "1", "from": person, "message": head, "data": "o:1"},
        },
        {"update_id": 6, "my_chat_member": {"chat": chat, "new_chat_member": {"status": "kicked"}}},
        {"update_id": 7, "business_message": head | link | {"text": "привет"}},
        {"update_id": 8, "deleted_business_messages": link | {"chat": chat, "message_ids": [1]}},
        *(event.body for event in recorded("telegram")),
    ]


def paths(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place inside a value."""
    if at:
        yield at
    pairs = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, inner in pairs:
        yield from paths(inner, (*at, key))


def mutated(value: Any, draw: st.DrawFn) -> Any:
    """The value with one to three places put wrong or taken away."""
    wrong = copy.deepcopy(value)
    for _ in range(draw(st.integers(1, 3))):
        places = list(paths(wrong))
        if not places:
            return wrong
        *way, last = draw(st.sampled_from(places))
        inner = wrong
        for key in way:
            inner = inner[key]
        if draw(st.booleans()) or isinstance(inner, list):
            inner[last] = copy.deepcopy(draw(odd))
        else:
            del inner[last]
    return wrong


@st.composite
def bad_messages(draw: st.DrawFn) -> dict[str, Any]:
    """A message of WhatsApp, put wrong."""
    return mutated(draw(st.sampled_from(whatsapp_messages())), draw)  # type: ignore[no-any-return]


@st.composite
def bad_updates(draw: st.DrawFn) -> dict[str, Any]:
    """An update of Telegram, put wrong."""
    return mutated(draw(st.sampled_from(telegram_updates())), draw)  # type: ignore[no-any-return]


def delivery(messages: Sequence[Any], contacts: Any = ()) -> dict[str, Any]:
    """A delivery of Meta's with these messages."""
    value = {
        "metadata": {"phone_number_id": PHONE_ID},
        "contacts": list(contacts),
        "messages": list(messages),
        "statuses": list(messages),
    }
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}],
    }


def sound(items: Sequence[Inbound]) -> bool:
    """Every item may be kept by any database."""
    for item in items:
        for name in getattr(item, "__slots__", ()):
            value = getattr(item, name)
            if isinstance(value, str) and (value != value.encode("utf-8", "ignore").decode()):
                return False
        if isinstance(item, InboundMessage) and not (
            "\0" not in item.text + item.external_id + item.address
            and len(item.external_id) <= 200
            and len(item.address) <= 160
            and len(item.phone or "") <= 20
            and json.dumps(dict(item.payload), allow_nan=False) is not None
        ):
            return False
    return True


def good_one(items: Sequence[Inbound]) -> InboundMessage | None:
    """The good message, if it is still there."""
    return next(
        (
            item
            for item in items
            if isinstance(item, InboundMessage) and item.external_id == "wamid.GOOD"
        ),
        None,
    )


@given(bad_messages(), st.booleans(), odd)
@settings(max_examples=400)
def test_whatsapp_keeps_the_good_message_beside_a_bad_one(
    bad: dict[str, Any], first: bool, contact: Any
) -> None:
    """Whatever is wrong with its neighbour or with the contacts."""
    messages = [GOOD, bad] if first else [bad, GOOD]

    items = events.parse(json.dumps(delivery(messages, [contact])).encode(), NOW)

    found = good_one(items)
    assert found is not None
    assert found.text == GOOD["text"]["body"]  # type: ignore[index]
    assert found.wants_turn
    assert sound(items)


@given(st.data())
@settings(max_examples=300)
def test_whatsapp_keeps_the_good_change_beside_a_bad_one(data: st.DataObject) -> None:
    """The envelope itself is put wrong outside the good message's own change."""
    envelope = delivery([shapes.message_of(OLGA, "wamid.1", 1, CONTENTS[0])])
    bad = mutated(envelope["entry"][0], data.draw)  # type: ignore[arg-type]
    good = delivery([GOOD])["entry"][0]
    entries = [bad, good] if data.draw(st.booleans()) else [good, bad]

    items = events.parse(json.dumps({**envelope, "entry": entries}).encode(), NOW)

    assert good_one(items) is not None
    assert sound(items)


@given(bad_updates())
@settings(max_examples=400)
def test_telegram_reads_any_update(bad: dict[str, Any]) -> None:
    """Something comes of it, were it only a reason; and a database can keep it."""
    items = updates.parse(json.dumps(bad).encode(), NOW)

    assert items
    assert sound(items)


@given(st.sampled_from(telegram_updates()), bad_updates())
@settings(max_examples=200)
def test_telegram_keeps_the_good_part_beside_a_bad_one(
    good: dict[str, Any], bad: dict[str, Any]
) -> None:
    """An update with several kinds at once: what is good in it is read as if it were alone."""
    alone = [i for i in updates.parse(json.dumps(good).encode(), NOW) if not isinstance(i, Ignored)]

    items = updates.parse(json.dumps(bad | good).encode(), NOW)

    assert all(item in items for item in alone)


@given(st.data())
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
def test_neither_raises_on_broken_bytes(data: st.DataObject) -> None:
    """Cut, flipped, doubled, or not JSON at all."""
    whole = data.draw(
        st.one_of(
            st.sampled_from([json.dumps(delivery([GOOD])).encode(), b"[" * 5000, b"1" * 5000]),
            st.binary(max_size=200),
        )
    )
    at = data.draw(st.integers(0, max(len(whole) - 1, 0)))
    broken = whole[:at] + data.draw(st.binary(max_size=3)) + whole[at:][:-1]

    for parse in (events.parse, updates.parse):
        for body in (whole, whole[:at], broken):
            assert isinstance(list(parse(body, NOW)), list)
    updates.update_id(broken)


def test_half_an_emoji_and_a_nul_cost_nothing() -> None:
    """Control of the cleaning: the strict reader alone would have thrown all of it away."""
    bad = {**GOOD, "id": "wamid.\ud83d", "text": {"body": "a\0b"}}

    items = events.parse(json.dumps(delivery([bad, GOOD])).encode(), NOW)

    assert good_one(items) is not None
    assert [i.text for i in items if isinstance(i, InboundMessage)] == ["ab", GOOD["text"]["body"]]  # type: ignore[index]


@pytest.fixture
async def here(db: Database, tmp_path: Path) -> AsyncIterator[Town]:
    """«Ромашка», connected to both messengers."""
    async with town(db, tmp_path) as built:
        yield built


async def test_what_was_read_can_be_kept(here: Town) -> None:
    """Every odd value in every place of a message, through the door and into the database."""
    base = shapes.message_of(OLGA, "wamid.base", int(NOW.timestamp()), CONTENTS[4])
    odd_ones = []
    for number, value in enumerate(ODD):
        for place in paths(base):
            wrong = copy.deepcopy(base)
            inner = wrong
            for key in place[:-1]:
                inner = inner[key]
            inner[place[-1]] = value
            odd_ones.append({**wrong, "id": f"wamid.{number}.{place}"})
    body = json.dumps(delivery([*odd_ones[::5], GOOD])).encode()

    status, _ = await post(here.url + "/api/webhooks/whatsapp", body, signed(APP_SECRET, body))
    await here.worker.drain()

    assert status == 200
    assert await here.db.read(outcomes) == {"read": 1}
    assert (here.salon.id, GOOD["text"]["body"]) in await here.db.read(said)  # type: ignore[index]
