"""What the Graph double takes and refuses of what we send."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from callers import Receiver, post
from graph_at_work import OLGA, PHONE, TOKEN, WABA, buttons, graph_at_work, rows, text

from beautybot.demo.fakes.faults import cut_answer, lost_answer, refused
from beautybot.demo.fakes.graph_errors import graph_fault
from beautybot.demo.fakes.graph_world import WindowRule
from beautybot.demo.fakes.server import serving
from beautybot.kit import clock


async def test_a_send_is_accepted_and_stands_on_the_clients_screen() -> None:
    """The answer carries the id, the screen carries the text and the journal the request."""
    async with graph_at_work() as (graph, url):
        await graph.client_says(PHONE, OLGA, "привет")

        status, answer = await post(f"{url}/{PHONE}/messages", text("Добрый день!"), token=TOKEN)

        assert status == 200
        assert answer["contacts"] == [{"input": "79161234567", "wa_id": "79161234567"}]
        shown = graph.transcripts.ours(PHONE, "79161234567")
        assert [(b.text, b.id) for b in shown] == [("Добрый день!", answer["messages"][0]["id"])]
        assert graph.journal.to("/messages")[0].bearer == TOKEN


@pytest.mark.parametrize(
    ("token", "phone", "code"),
    [("", PHONE, 190), ("other", PHONE, 190), (TOKEN, "999", 100)],
)
async def test_a_wrong_token_or_number_is_refused(token: str, phone: str, code: int) -> None:
    """A missing or unknown token is 190, a foreign number 100."""
    async with graph_at_work(window=WindowRule.OFF) as (_, url):
        status, answer = await post(f"{url}/{phone}/messages", text(), token=token)

        assert (status, answer["error"]["code"]) == (401 if code == 190 else 400, code)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (text(""), 100),
        (text("   "), 100),
        (text("я" * 4097), 100),
        (text(to="не номер"), 131009),
        ({**text(), "messaging_product": "sms"}, 100),
        ({**text(), "type": "poem"}, 131051),
        ({"messaging_product": "whatsapp", "type": "text", "text": {"body": "х"}}, 100),
        ({**text(to=""), "recipient": "79161234567"}, 131009),
        (buttons("1", "2", "3", "4"), 131009),
        (buttons("Да", "Да"), 131009),
        (buttons("Да", "Нет", ids=("x", "x")), 131009),
        (buttons("д" * 21), 131009),
        (buttons("Да", ids=("и" * 257,)), 131009),
        (rows(6, 5), 131009),
        (rows(), 131009),
        (rows(1, title="о" * 25), 131009),
        (rows(1, description="о" * 73), 131009),
        (["не объект"], 100),
    ],
)
async def test_a_body_beyond_a_limit_is_refused(body: Any, code: int) -> None:
    """Every documented limit answers 400 with its code, and nothing is shown."""
    async with graph_at_work(window=WindowRule.OFF) as (graph, url):
        status, answer = await post(f"{url}/{PHONE}/messages", body, token=TOKEN)

        assert (status, answer["error"]["code"]) == (400, code)
        assert graph.transcripts.ours(PHONE, OLGA.key) == []


@pytest.mark.parametrize("body", [text("я" * 4096), buttons("д" * 20, "Нет", "?"), rows(5, 5)])
async def test_a_body_at_the_limit_is_taken(body: Any) -> None:
    """The limits themselves are allowed."""
    async with graph_at_work(window=WindowRule.OFF) as (_, url):
        status, _ = await post(f"{url}/{PHONE}/messages", body, token=TOKEN)

        assert status == 200


async def test_the_window_closes_after_24_hours() -> None:
    """Inside it text goes, at 24 h it is 131047."""
    now = clock.now()
    async with graph_at_work(clock=lambda: now) as (graph, url):
        await graph.client_says(PHONE, OLGA, "привет")
        inside, _ = await post(f"{url}/{PHONE}/messages", text(), token=TOKEN)

        now += timedelta(hours=24)
        outside, answer = await post(f"{url}/{PHONE}/messages", text(), token=TOKEN)

        assert (inside, outside, answer["error"]["code"]) == (200, 400, 131047)


async def test_too_many_messages_to_one_client_are_131056_as_400() -> None:
    """45 may be borrowed, the next waits; another client is not held back."""
    now = clock.now()
    async with graph_at_work(window=WindowRule.OFF, clock=lambda: now) as (_, url):
        target = f"{url}/{PHONE}/messages"
        burst = [(await post(target, text(), token=TOKEN))[0] for _ in range(45)]

        status, answer = await post(target, text(), token=TOKEN)
        other, _ = await post(target, text(to="79990000000"), token=TOKEN)
        now += timedelta(seconds=6)
        later, _ = await post(target, text(), token=TOKEN)

        assert set(burst) == {200}
        assert (status, answer["error"]["code"]) == (400, 131056)
        assert (other, later) == (200, 200)


async def test_scripted_faults_come_in_order_and_then_end() -> None:
    """190, 5xx and 429 are not carried out; a lost and a cut answer are."""
    async with graph_at_work(window=WindowRule.OFF) as (graph, url):
        target = f"{url}/{PHONE}/messages"
        graph.faults.put(PHONE, graph_fault(190))
        graph.faults.put(PHONE, refused(503, {}), times=2)

        statuses = [(await post(target, text(), token=TOKEN))[0] for _ in range(4)]
        graph.faults.put(PHONE, lost_answer())
        with pytest.raises(asyncio.TimeoutError):
            await post(target, text("дошло"), token=TOKEN, timeout_s=0.2)
        graph.faults.put(PHONE, cut_answer())
        with pytest.raises(aiohttp.ClientError):
            await post(target, text("и это"), token=TOKEN)

        assert statuses == [401, 503, 503, 200]
        shown = [b.text for b in graph.transcripts.ours(PHONE, OLGA.key)]
        assert shown == ["Здравствуйте!", "дошло", "и это"]


async def test_a_template_must_be_approved_and_filled(receiver: Receiver) -> None:
    """Unknown or pending is 132001, a missing value 132000; outside the window it goes."""
    async with serving(receiver) as hook, graph_at_work(callback_url=hook) as (graph, url):
        made = {
            "name": "reminder",
            "language": "ru",
            "category": "UTILITY",
            "components": [{"type": "BODY", "text": "Ждём вас {{1}} в {{2}}"}],
        }
        values = [{"type": "text", "text": "завтра"}, {"type": "text", "text": "14:00"}]

        def reminder(count: int) -> dict[str, Any]:
            body = {"type": "body", "parameters": values[:count]}
            inner = {"name": "reminder", "language": {"code": "ru"}, "components": [body]}
            return {**text(), "type": "template", "template": inner}

        created, _ = await post(f"{url}/{WABA}/message_templates", made, token=TOKEN)
        _, pending = await post(f"{url}/{PHONE}/messages", reminder(2), token=TOKEN)
        await graph.approve_template(WABA, "reminder")
        _, short = await post(f"{url}/{PHONE}/messages", reminder(1), token=TOKEN)
        status, _ = await post(f"{url}/{PHONE}/messages", reminder(2), token=TOKEN)

        assert (created, pending["error"]["code"], short["error"]["code"]) == (200, 132001, 132000)
        assert status == 200
        assert graph.transcripts.ours(PHONE, OLGA.key)[0].text == "Ждём вас завтра в 14:00"
        assert b"message_template_status_update" in receiver.bodies[0]


async def test_typing_ends_with_the_reply() -> None:
    """Mark-read with typing shows the sign for a known message only."""
    async with graph_at_work() as (graph, url):
        wamid = await graph.client_says(PHONE, OLGA, "привет")
        read = {"messaging_product": "whatsapp", "status": "read", "message_id": wamid}
        typing = {**read, "typing_indicator": {"type": "text"}}

        unknown, _ = await post(
            f"{url}/{PHONE}/messages", {**typing, "message_id": "wamid.no"}, token=TOKEN
        )
        status, _ = await post(f"{url}/{PHONE}/messages", typing, token=TOKEN)
        before = graph.transcripts.is_typing(PHONE, OLGA.key, clock.now())
        await post(f"{url}/{PHONE}/messages", text(), token=TOKEN)

        assert (unknown, status, before) == (400, 200, True)
        assert not graph.transcripts.is_typing(PHONE, OLGA.key, clock.now())
