"""What WhatsApp's contract asks of a receiver and a sender, each line over real HTTP."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta

import pytest
from postman import get, outcomes, post, said, signed, stored
from town import APP_SECRET, NEIGHBOUR_PHONE_ID, PHONE_ID, VERIFY, Town

from beautybot.businesses import access, notices, salons
from beautybot.businesses.access import AccountTaken
from beautybot.businesses.notices import NoticeKind
from beautybot.conversations import clients, history
from beautybot.demo.fakes import graph_events as events
from beautybot.demo.fakes.graph_errors import graph_fault
from beautybot.demo.fakes.graph_people import WaClient
from beautybot.demo.fakes.graph_world import StatusTiming

OLGA = WaClient("79161234567", name="Ольга")
PATH = "/api/webhooks/whatsapp"


@pytest.mark.parametrize(
    ("token", "status"), [(VERIFY, 200), ("wrong", 403), (None, 403), ("токен", 403)]
)
async def test_1_only_the_right_token_shakes_hands(
    here: Town, token: str | None, status: int
) -> None:
    """The challenge comes back exactly, as plain text, and only for the right token."""
    query = {"hub.mode": "subscribe", "hub.challenge": "1158201444"}
    query |= {"hub.verify_token": token} if token else {}

    answered, body, kind = await get(here.url + PATH, query)

    assert answered == status
    assert (body == b"1158201444") == (status == 200)
    assert kind == "text/plain" or status != 200


async def test_1_a_handshake_without_a_challenge_is_a_bad_request(here: Town) -> None:
    """There would be nothing to give back."""
    query = {"hub.mode": "subscribe", "hub.verify_token": VERIFY}

    answered, _, _ = await get(here.url + PATH, query)

    assert answered == 400


def forgeries(body: bytes) -> dict[str, dict[str, str]]:
    """Headers that prove nothing about this body."""
    anew = json.dumps(json.loads(body), ensure_ascii=False).encode()
    right = signed(APP_SECRET, body)["X-Hub-Signature-256"]
    return {
        "unsigned": {},
        "wrong": {"X-Hub-Signature-256": "sha256=" + "0" * 64},
        "another app's": signed("f" * 32, body),
        "sha1": {"X-Hub-Signature-256": right.replace("sha256", "sha1")},
        "not ASCII": {"X-Hub-Signature-256": "sha256=подпись"},
        "of the same JSON written anew": signed(APP_SECRET, anew),
    }


@pytest.mark.parametrize("how", list(forgeries(b"{}")))
async def test_2_what_is_not_proven_leaves_no_trace(here: Town, how: str) -> None:
    """401, an empty body, nothing stored; the same body with the right signature is stored."""
    body = events.envelope([here.graph.event(PHONE_ID, OLGA, "сколько стоит маникюр?")])

    status, words = await post(here.url + PATH, body, forgeries(body)[how])
    kept = await here.db.read(stored)
    proven, _ = await post(here.url + PATH, body, signed(APP_SECRET, body))

    assert (status, words, kept) == (401, b"", 0)
    assert proven == 200
    assert await here.db.read(stored) == 1


async def test_3_one_salon_s_app_does_not_speak_for_another_salon(here: Town) -> None:
    """Lilia's own signature over Romashka's number changes nothing at Romashka."""
    await here.neighbour(app_secret="fedcba9876543210fedcba9876543210")
    forged = events.envelope([here.graph.event(PHONE_ID, OLGA, "позовите человека")])

    status, _ = await post(
        here.url + PATH, forged, signed("fedcba9876543210fedcba9876543210", forged)
    )
    await here.settle()

    assert status == 200
    assert await here.db.read(said) == []
    assert await here.db.read(outcomes) == {"ignored": 1}


async def test_4_every_message_of_a_batch_reaches_its_own_salon(here: Town) -> None:
    """Two entries of two changes of two messages over two salons are eight turns."""
    lilia = await here.neighbour()
    people = [WaClient(f"7916000000{n}", name=f"Клиент {n}") for n in range(8)]
    batch = [
        here.graph.event(PHONE_ID if n < 4 else NEIGHBOUR_PHONE_ID, person, "сколько стоит маникюр")
        for n, person in enumerate(people)
    ]
    pairs = [two_in_one(batch[n], batch[n + 1]) for n in range(0, 8, 2)]

    statuses = await here.graph.deliver(pairs)
    await here.settle()

    assert statuses == [200]
    prices = await here.db.read(said, "outbound")
    assert [sum(b == salon.id for b, _ in prices) for salon in (here.salon, lilia)] == [4, 4]
    assert all(("1 800" if b == here.salon.id else "1 700") in words for b, words in prices)


def two_in_one(first: events.Event, second: events.Event) -> events.Event:
    """One change with the messages of both."""
    both = {key: [*first.value[key], *second.value[key]] for key in ("messages", "contacts")}
    value = {**first.value, **both}
    return events.Event(first.account, first.field, value, first.app_secret, first.callback_url)


async def test_5_the_same_message_is_answered_once_however_it_comes(here: Town) -> None:
    """Ten bodies at one time, then the same message in another body."""
    event = here.graph.event(PHONE_ID, OLGA, "сколько стоит маникюр?")
    other = here.graph.event(PHONE_ID, WaClient("79160000009", name="Ира"), "а педикюр?")

    answered = await asyncio.gather(*(here.graph.deliver([event]) for _ in range(10)))
    await here.settle()
    await here.graph.deliver([event, other])
    await here.settle()

    assert answered == [[200]] * 10
    assert len(here.graph.transcripts.ours(PHONE_ID, OLGA.key)) == 1
    assert len(here.graph.transcripts.ours(PHONE_ID, "79160000009")) == 1


async def test_8_an_odd_item_does_not_harm_its_neighbour(here: Town) -> None:
    """A message without a sender, one that is no object, and one that is fine."""
    event = here.graph.event(PHONE_ID, OLGA, "сколько стоит маникюр?")
    odd: list[object] = [{"id": "x", "type": "text"}, None, 7, {"type": "order", "id": "y"}]
    value = {**event.value, "messages": [*odd, *event.value["messages"]], "statuses": [1, {}]}
    batch = [events.Event(event.account, "messages", value, APP_SECRET, event.callback_url)]

    statuses = await here.graph.deliver(batch)
    await here.settle()

    assert statuses == [200]
    assert "1 800" in here.graph.transcripts.ours(PHONE_ID, OLGA.key)[-1].text
    assert "poison" not in await here.db.read(outcomes)


async def test_9_a_client_stays_one_client_when_meta_renames_her(here: Town) -> None:
    """First by phone, then by both ids, then by the new id alone, then by a newer one."""
    both = WaClient("79161234567", name="Ольга", user_id="RU.AAA111")
    hidden = WaClient(None, name="Ольга", user_id="RU.AAA111")
    renamed = WaClient(None, name="Ольга", user_id="RU.BBB222")
    moved = {
        "type": "system",
        "system": {"type": "user_changed_user_id", "body": "", "user_id": "RU.BBB222"},
    }

    await here.whatsapp(OLGA, "сколько стоит маникюр?")
    await here.whatsapp(both, "а педикюр?")
    await here.whatsapp(hidden, "а стрижка?")
    await here.graph.client_says(PHONE_ID, hidden, moved)
    await here.settle()
    await here.whatsapp(renamed, "спасибо")

    found = await here.db.read(clients.search, here.salon.id, "Ольга")
    talks = await here.db.read(history.listing, here.salon.id, here.hands())
    assert len(found) == 1
    assert len(talks) == 1


async def test_10_a_late_answer_does_not_leave_the_window(here: Town) -> None:
    """Ready a day and a second later: not sent, and the owner hears of it."""
    await here.graph.client_says(PHONE_ID, OLGA, "сколько стоит маникюр?")
    await here.worker._read()
    await here.worker._turns()
    await asyncio.gather(*here.worker.running)
    here.hands.ahead = timedelta(days=1, seconds=1)

    await here.settle()

    assert here.graph.transcripts.ours(PHONE_ID, OLGA.key) == []
    told = await here.db.read(notices.listing, here.salon.id)
    assert any("суток" in notice.text for notice in told)


async def test_11_a_throttled_pair_waits_and_a_dead_token_stops_its_salon_only(here: Town) -> None:
    """131056 comes as HTTP 400; 190 stops this salon and tells its owner; others go on."""
    lilia = await here.neighbour()
    here.graph.faults.put(PHONE_ID, graph_fault(131056, method="messages"), times=2)
    waits = await here.whatsapp(OLGA, "сколько стоит маникюр?")
    here.hands.ahead += timedelta(minutes=2)
    await here.settle()
    came = here.graph.transcripts.ours(PHONE_ID, OLGA.key)

    here.graph.world.numbers[PHONE_ID].token = "EAArevoked"
    silent = await here.whatsapp(OLGA, "а педикюр?")
    ira = WaClient("79160000009", name="Ира")
    await here.graph.client_says(NEIGHBOUR_PHONE_ID, ira, "сколько стоит маникюр?")
    await here.settle()

    assert waits == ""
    assert "1 800" in came[0].text
    assert silent == ""
    (whatsapp, *_) = [
        a for a in await here.db.read(access.of_business, here.salon.id) if a.channel == "whatsapp"
    ]
    assert whatsapp.stopped_at is not None
    told = await here.db.read(notices.listing, here.salon.id)
    assert any(n.kind is NoticeKind.CHANNEL_BROKEN and "токен" in n.text.lower() for n in told)
    assert "1 700" in here.graph.transcripts.ours(NEIGHBOUR_PHONE_ID, ira.key)[-1].text
    assert await here.db.read(notices.listing, lilia.id) == []


async def test_12_a_failure_that_overtakes_its_own_send_is_matched(here: Town) -> None:
    """The status names a message whose id we do not know yet."""
    here.graph.statuses = StatusTiming.BEFORE
    here.graph.world.unreachable[OLGA.key] = 131026

    await here.whatsapp(OLGA, "сколько стоит маникюр?")

    (talk,) = await here.db.read(history.listing, here.salon.id, here.hands())
    thread = await here.db.read(history.thread, here.salon.id, talk.id)
    (ours,) = [m for m in thread if m.direction == "outbound"]
    assert ours.status == "failed"


async def test_13_a_number_has_one_salon(here: Town) -> None:
    """A second salon is refused, the first one works on."""
    lilia = await here.neighbour()

    with pytest.raises(AccountTaken):
        await here.connect(
            lilia, "whatsapp", {"access_token": "EAAgoodtoken"}, {"phone_id": PHONE_ID}
        )

    assert "1 800" in await here.whatsapp(OLGA, "сколько стоит маникюр?")


async def test_14_with_the_agent_off_messages_are_kept_and_nothing_is_sent(here: Town) -> None:
    """The owner still sees what the client wrote; switched on again, the agent answers."""
    await here.db.write(salons.update_agent, here.salon.id, enabled=False)

    silence = await here.whatsapp(OLGA, "сколько стоит маникюр?")
    await here.db.write(salons.update_agent, here.salon.id, enabled=True)
    answer = await here.whatsapp(OLGA, "а педикюр?")

    assert silence == ""
    assert (here.salon.id, "сколько стоит маникюр?") in await here.db.read(said)
    assert "2 400" in answer


async def test_the_owner_s_own_answer_silences_the_agent(here: Town) -> None:
    """She answers from the phone app: the agent is quiet for that client alone."""
    await here.whatsapp(OLGA, "сколько стоит маникюр?")
    await here.graph.owner_answers(PHONE_ID, OLGA, "Оля, это Анна, приходи!")
    await here.settle()

    silence = await here.whatsapp(OLGA, "а педикюр?")
    other = await here.whatsapp(WaClient("79160000009", name="Ира"), "а педикюр?")

    assert silence == ""
    assert "2 400" in other


async def test_a_message_is_marked_read_while_the_answer_is_made(here: Town) -> None:
    """The client sees that somebody is there; with the agent off she does not."""
    await here.whatsapp(OLGA, "сколько стоит маникюр?")
    await here.db.write(salons.update_agent, here.salon.id, enabled=False)
    await here.whatsapp(OLGA, "а педикюр?")

    screen = here.graph.transcripts.of(PHONE_ID, OLGA.key)
    assert [b.delivery for b in screen if not b.ours] == ["read", "delivered"]
