"""Parsers against whatever a stranger may send: they never raise and never lose a good item."""

from __future__ import annotations

import copy
import json
from collections.abc import Sequence
from typing import Any

from hypothesis import HealthCheck, given, settings, strategies as st
from mutations import (
    CONTENTS,
    GOOD,
    NOW,
    ODD,
    OLGA,
    bad_messages,
    bad_updates,
    delivery,
    mutated,
    odd,
    paths,
    telegram_updates,
)
from postman import outcomes, post, said, signed
from town import APP_SECRET, Town

from beautybot.channels.base import Ignored, Inbound, InboundMessage
from beautybot.channels.telegram import updates
from beautybot.channels.whatsapp import events
from beautybot.demo.fakes import graph_events as shapes


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
