"""A sender who delivers more than anybody can read stands behind the others."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest
from town import APP_SECRET, PHONE_ID, WABA

from beautybot.channels.telegram import updates
from beautybot.channels.whatsapp import senders
from beautybot.demo.fakes.graph import FakeGraph
from beautybot.demo.fakes.graph_events import WaClient, envelope
from beautybot.web import shares
from beautybot.web.shares import AT_ONCE, EVERY_S, LATEST_S, Shares

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_a_pile_is_no_flood() -> None:
    """Twenty at once, and four a second for ever, are read at once."""
    kept = Shares()

    pile = [kept.due("olga", NOON) for _ in range(AT_ONCE)]
    steady = [kept.due("vera", NOON + timedelta(seconds=n * EVERY_S)) for n in range(200)]

    assert set(pile + steady) == {None}


def test_a_flood_waits_and_nobody_else() -> None:
    """Its times go on, a whole second each, never back, and never beyond the latest."""
    kept = Shares()
    came = [NOON + timedelta(seconds=n / 167) for n in range(10_000)]

    due = [kept.due("hot", at) for at in came]
    other = kept.due("olga", came[-1])

    waits = [(at, later) for at, later in zip(came, due, strict=True) if later is not None]
    times = [later for _, later in waits]
    assert len(waits) > 9_900
    assert times == sorted(times) and {t.microsecond for t in times} == {0}
    assert all(at <= later <= at + timedelta(seconds=LATEST_S + 1) for at, later in waits)
    assert other is None


def test_who_stops_is_soon_as_everybody() -> None:
    """Paid back, nothing waits; until then even a single one keeps its place behind the rest."""
    kept = Shares()
    for _ in range(AT_ONCE + 40):
        last = kept.due("hot", NOON)
    assert last is not None

    soon = kept.due("hot", NOON + timedelta(seconds=2))
    later = kept.due("hot", NOON + timedelta(seconds=60))

    assert soon is not None and soon >= last
    assert later is None


def test_a_flood_makes_way_only_for_others() -> None:
    """While somebody else comes, it is crowded out; alone, and soon after they left, it is not."""
    kept = Shares()
    moments = [NOON + timedelta(seconds=n / 100) for n in range(600)]

    crowded = []
    for n, at in enumerate(moments):
        if 200 <= n < 300 and n % 50 == 0:
            kept.due("olga", at)
        kept.due("hot", at)
        crowded.append(kept.crowds_out("hot", at))

    assert not any(crowded[:200]) and all(crowded[200:340]) and not any(crowded[360:])


def test_a_crowd_of_senders_does_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """The longest silent is forgotten first."""
    monkeypatch.setattr(shares, "KNOWN", 10)
    kept = Shares()
    for _ in range(shares.SUSPECT):
        kept.due("hot", NOON)
    for n in range(100):
        kept.due(f"client {n}", NOON)

    assert len(kept._until) == 10


def test_quiet_traffic_is_looked_at_now_and_then() -> None:
    """One in eight; all while somebody floods, and for a while after."""
    kept = Shares()
    quiet = sum(kept.looks(NOON) for _ in range(800))
    for _ in range(shares.SUSPECT):
        kept.due("hot", NOON)
    flood = sum(kept.looks(NOON) for _ in range(800))
    later = sum(kept.looks(NOON + timedelta(seconds=shares.ALERT_S + 1)) for _ in range(800))

    assert (quiet, flood, later) == (100, 800, 100)


def test_a_crowd_of_few_words_each_is_no_flood() -> None:
    """Chance meets nobody three times in a second: nobody is even counted."""
    kept = Shares()

    due = {kept.due(f"client {n % 500}", NOON + timedelta(seconds=n / 500)) for n in range(5_000)}

    assert due == {None} and not kept._until


OLGA, VERA = WaClient("79160000001", name="Ольга"), WaClient("79160000002", name="Вера")


def test_whatsapp_names_who_wrote() -> None:
    """One person's delivery is hers; of several, of nobody and of nonsense there is no sender."""
    graph = FakeGraph()
    graph.add_number(PHONE_ID, token="EAA", app_secret=APP_SECRET, waba_id=WABA)
    hers = graph.event(PHONE_ID, OLGA, '"from":"79990000000"')
    both = envelope([hers, graph.event(PHONE_ID, VERA, "добрый день")])

    assert senders.sender(envelope([hers])) == OLGA.wa_id
    assert senders.sender(both) is None
    assert [senders.sender(b) for b in (b"", b"{", b"[]", b'{"entry":1}', b"{}")] == [None] * 5


@pytest.mark.parametrize("kind", ["message", "edited_message", "callback_query"])
def test_telegram_names_who_wrote(kind: str) -> None:
    """A press is its presser's; what nobody wrote has no sender."""
    update = {"update_id": 1, kind: {"from": {"id": 77}, "text": "добрый день"}}

    assert updates.sender(json.dumps(update).encode()) == "77"
    assert updates.sender(b'{"update_id":1,"my_chat_member":{"from":{"id":77}}}') is None
    assert [updates.sender(b) for b in (b"", b"[]", b'{"message":7}')] == [None] * 3


async def test_many_refusals_wait_and_a_few_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some in a second at once; of a flood so many as may wait, the rest not."""
    monkeypatch.setattr(shares, "REFUSED_AT_ONCE", 20)
    monkeypatch.setattr(shares, "MOST_WAITING", 30)
    monkeypatch.setattr(shares, "REFUSED_AFTER_S", 3600)
    strangers = shares.Strangers()

    told = [asyncio.create_task(strangers.pause(7.1)) for _ in range(100)]
    for _ in range(3):
        await asyncio.sleep(0)
    waiting = [task for task in told if not task.done()]
    for task in waiting:
        task.cancel()
    await asyncio.gather(*told, return_exceptions=True)
    async with asyncio.timeout(5):
        await strangers.pause(8.2)  # another second: nobody waits

    assert told[:20] == [task for task in told[:20] if task not in waiting]
    assert waiting == told[20:50]
