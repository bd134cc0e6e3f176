"""The Graph double refuses what Meta refuses, and sends what Meta sends."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import timedelta

import aiohttp
import pytest
from callers import Receiver, get, post
from graph_at_work import OLGA, PHONE, SECRET, TOKEN, WABA, buttons, graph_at_work, text
from starlette.responses import Response

from beautybot.demo.fakes import graph_events as events
from beautybot.demo.fakes.graph_events import WaClient
from beautybot.demo.fakes.graph_world import StatusTiming, WindowRule
from beautybot.demo.fakes.server import serving
from beautybot.demo.fakes.transcript import Style
from beautybot.kit import clock


async def test_events_are_signed_over_escaped_bytes(receiver: Receiver) -> None:
    """The digest fits the raw bytes and not the same JSON written anew."""
    async with serving(receiver) as hook, graph_at_work(callback_url=f"{hook}/wa") as (graph, _):
        await graph.client_says(PHONE, OLGA, "хочу на маникюр a/b")

        raw = receiver.bodies[0]
        given = receiver.requests[0].headers["x-hub-signature-256"]
        rewritten = json.dumps(json.loads(raw), ensure_ascii=False).encode()
        assert given == "sha256=" + hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()
        assert hmac.new(SECRET.encode(), rewritten, hashlib.sha256).hexdigest() not in given
        assert raw.isascii()
        message = json.loads(raw)["entry"][0]["changes"][0]["value"]["messages"][0]
        assert message["text"] == {"body": "хочу на маникюр a/b"}
        assert (message["from"], message["from_user_id"]) == (OLGA.wa_id, OLGA.user_id)


async def test_a_callback_is_kept_only_after_the_handshake(receiver: Receiver) -> None:
    """The challenge must come back for the right token."""
    async with serving(receiver) as hook, graph_at_work() as (graph, _):
        wrong = await graph.register_callback(hook, "wrong")
        await graph.client_says(PHONE, OLGA, "раз")
        right = await graph.register_callback(hook, receiver.verify_token)
        await graph.client_says(PHONE, OLGA, "два")

        assert (wrong, right, len(receiver.bodies)) == (False, True, 1)


async def test_a_refused_event_is_retried_until_200(receiver: Receiver) -> None:
    """503 and 401 are no success; the very same bytes come again."""
    answers = iter([503, 401, 200])
    receiver.respond = lambda _: Response(status_code=next(answers))
    async with (
        serving(receiver) as hook,
        graph_at_work(callback_url=hook, speed=1000) as (graph, _),
    ):
        await graph.client_says(PHONE, OLGA, "привет")
        await graph.idle()

        assert len(receiver.bodies) == 3
        assert len(set(receiver.bodies)) == 1


async def test_one_post_serves_several_salons(receiver: Receiver) -> None:
    """Two salons under one app come in one body, each with its own number, repeated on demand."""
    async with serving(receiver) as hook, graph_at_work(callback_url=hook) as (graph, _):
        graph.add_number("222", token="t2", app_secret=SECRET, waba_id="W2")
        batch = [graph.event(PHONE, OLGA, "раз"), graph.event("222", OLGA, "два")]

        await graph.deliver(batch, times=2)

        entries = json.loads(receiver.bodies[0])["entry"]
        assert [e["id"] for e in entries] == [WABA, "W2"]
        assert receiver.bodies[0] == receiver.bodies[1]


async def test_without_a_subscription_no_event_arrives(receiver: Receiver) -> None:
    """Only after POST subscribed_apps, whose override is checked by the handshake."""
    async with serving(receiver) as hook, graph_at_work() as (graph, url):
        graph.add_number("222", token="t2", app_secret=SECRET, waba_id="W2", subscribed=False)
        override = {"override_callback_uri": hook, "verify_token": "wrong"}
        await graph.client_says("222", OLGA, "есть кто?")

        refused_status, _ = await post(f"{url}/W2/subscribed_apps", override, token="t2")
        override["verify_token"] = receiver.verify_token
        status, _ = await post(f"{url}/W2/subscribed_apps", override, token="t2")
        await graph.client_says("222", OLGA, "а теперь?")

        assert (refused_status, status) == (400, 200)
        assert len(receiver.bodies) == 1
        assert len(graph.webhooks.undelivered) == 1
        assert (await get(f"{url}/W2/subscribed_apps", token="t2"))[1]["data"]


async def test_a_client_without_a_phone_is_answered_by_recipient(receiver: Receiver) -> None:
    """Such an event has neither from nor wa_id; the reply goes to the business-scoped id."""
    stranger = WaClient(None, "Мария", "RU.777", "@masha")
    async with serving(receiver) as hook, graph_at_work(callback_url=hook) as (graph, url):
        await graph.client_says(PHONE, stranger, "привет")
        body = {**text(to=""), "recipient": "RU.777"}
        del body["to"]

        status, answer = await post(f"{url}/{PHONE}/messages", body, token=TOKEN)

        value = json.loads(receiver.bodies[0])["entry"][0]["changes"][0]["value"]
        assert "from" not in value["messages"][0]
        assert "wa_id" not in value["contacts"][0]
        assert (status, answer["contacts"][0]["user_id"]) == (200, "RU.777")


async def test_a_person_known_by_both_ids_has_one_screen(receiver: Receiver) -> None:
    """First with the phone, later without it; both ways of answering reach the same screen."""
    hidden = WaClient(None, "Ольга", OLGA.user_id)
    async with serving(receiver) as hook, graph_at_work(callback_url=hook) as (graph, url):
        await graph.client_says(PHONE, OLGA, "раз")
        await graph.client_says(PHONE, hidden, "два")
        by_id = {**text("по id"), "recipient": OLGA.user_id}
        del by_id["to"]

        first, _ = await post(f"{url}/{PHONE}/messages", by_id, token=TOKEN)
        second, _ = await post(f"{url}/{PHONE}/messages", text("по номеру"), token=TOKEN)

        assert (first, second) == (200, 200)
        shown = [b.text for b in graph.transcripts.of(PHONE, "79161234567")]
        assert shown == ["раз", "два", "по id", "по номеру"]


async def test_the_owners_own_answer_comes_as_an_echo(receiver: Receiver) -> None:
    """From the phone app of the salon, in a field of its own."""
    async with serving(receiver) as hook, graph_at_work(callback_url=hook) as (graph, _):
        await graph.owner_answers(PHONE, OLGA, "Добрый день, это Анна")

        change = json.loads(receiver.bodies[0])["entry"][0]["changes"][0]
        assert change["field"] == "smb_message_echoes"
        assert change["value"]["metadata"]["phone_number_id"] == PHONE
        assert change["value"]["message_echoes"][0]["to"] == OLGA.wa_id


@pytest.mark.parametrize("timing", [StatusTiming.BEFORE, StatusTiming.AFTER])
async def test_statuses_may_overtake_the_answer_of_the_send(
    receiver: Receiver, timing: StatusTiming
) -> None:
    """Sent and delivered carry our own mark, before or after the send has been answered."""
    async with (
        serving(receiver) as hook,
        graph_at_work(callback_url=hook, window=WindowRule.OFF, statuses=timing) as (graph, url),
    ):
        body = {**text(), "biz_opaque_callback_data": "out-7"}

        await post(f"{url}/{PHONE}/messages", body, token=TOKEN)
        seen_at_answer = len(receiver.bodies)
        await graph.idle()

        if timing is StatusTiming.BEFORE:
            assert seen_at_answer == 2
        statuses = [
            json.loads(b)["entry"][0]["changes"][0]["value"]["statuses"][0] for b in receiver.bodies
        ]
        assert [s["status"] for s in statuses] == ["sent", "delivered"]
        assert {s["biz_opaque_callback_data"] for s in statuses} == {"out-7"}
        assert graph.transcripts.ours(PHONE, OLGA.key)[0].delivery == "delivered"


async def test_an_unreachable_client_fails_later_and_without_contacts(receiver: Receiver) -> None:
    """The send is accepted, then a failed status with the code comes."""
    async with (
        serving(receiver) as hook,
        graph_at_work(callback_url=hook, window=WindowRule.OFF) as (graph, url),
    ):
        graph.world.unreachable["79161234567"] = 131026

        status, _ = await post(f"{url}/{PHONE}/messages", text(), token=TOKEN)
        await graph.idle()

        value = json.loads(receiver.bodies[0])["entry"][0]["changes"][0]["value"]
        assert status == 200
        assert "contacts" not in value
        assert value["statuses"][0]["errors"][0]["code"] == 131026


async def test_a_press_needs_a_choice_we_really_sent(receiver: Receiver) -> None:
    """The reply names the button and quotes our message; an invented one cannot be pressed."""
    async with serving(receiver) as hook, graph_at_work(callback_url=hook) as (graph, url):
        await graph.client_says(PHONE, OLGA, "привет")
        _, answer = await post(f"{url}/{PHONE}/messages", buttons("Да", "Нет"), token=TOKEN)
        assert graph.transcripts.ours(PHONE, OLGA.key)[0].style is Style.BUTTONS

        await graph.client_presses(PHONE, OLGA, "b1")

        message = json.loads(receiver.bodies[-1])["entry"][0]["changes"][0]["value"]["messages"][0]
        assert message["interactive"]["button_reply"] == {"id": "b1", "title": "Нет"}
        assert message["context"]["id"] == answer["messages"][0]["id"]
        with pytest.raises(LookupError):
            await graph.client_presses(PHONE, OLGA, "нет такой")


async def test_media_is_fetched_in_two_steps_with_the_token() -> None:
    """The link lives five minutes and asks for the same bearer."""
    now = clock.now()
    async with graph_at_work(clock=lambda: now) as (graph, url), aiohttp.ClientSession() as http:
        await graph.client_sends_media(PHONE, OLGA, "voice", b"OggS", "audio/ogg")
        media_id = graph.transcripts.of(PHONE, OLGA.key)[0].raw["audio"]["id"]

        _, found = await get(f"{url}/{media_id}", token=TOKEN)
        bearer = {"Authorization": f"Bearer {TOKEN}"}
        async with http.get(found["url"], headers=bearer) as answer:
            data = await answer.read()
        async with http.get(found["url"]) as answer:
            without = answer.status
        now += timedelta(minutes=5)
        async with http.get(found["url"], headers=bearer) as answer:
            late = answer.status

        assert (data, without, late) == (b"OggS", 401, 404)


async def test_the_number_shows_its_health() -> None:
    """Only the asked fields, with what can be done about a blocked number."""
    async with graph_at_work() as (graph, url):
        graph.world.numbers[PHONE].can_send = "BLOCKED"
        graph.world.numbers[PHONE].possible_solution = "Verify your business"

        status, answer = await get(f"{url}/{PHONE}?fields=verified_name,health_status", token=TOKEN)
        odd, _ = await get(f"{url}/{PHONE}?fields=shoe_size", token=TOKEN)

        assert (status, odd) == (200, 400)
        assert set(answer) == {"verified_name", "health_status", "id"}
        assert answer["health_status"]["can_send_message"] == "BLOCKED"


def test_odd_contents_have_the_shape_of_metas_examples() -> None:
    """A voice is audio with a flag, the client's own card says so, a revoke names its message."""
    assert events.sent_media("voice", "1", b"x", "audio/ogg")["audio"]["voice"] is True
    assert events.sent_contact("+7916", "Ольга", own=True)["origin"] == "contact_request"
    assert events.revoked("wamid.1")["revoke"] == {"original_message_id": "wamid.1"}
    assert events.changed_number("1", "2")["system"]["type"] == "user_changed_number"
