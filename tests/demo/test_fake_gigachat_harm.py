"""What the GigaChat double does badly on purpose: refusals, faults, lies, slowness."""

from __future__ import annotations

import json

import httpx
import pytest
from gigachat.exceptions import (
    RateLimitError,
    ServerError,
)
from sdk_at_work import ASKED, as_function, as_schema, model_at_work, part, v1, v2

from beautybot.demo.fakes.faults import cut_answer, lost_answer, refused
from beautybot.demo.fakes.gigachat.brains import CANNED_REFUSAL, Thought, refusal
from beautybot.demo.fakes.gigachat.fake import FakeGigaChat, spread
from beautybot.demo.fakes.gigachat.lies import Lie, LyingBrain
from beautybot.kit import clock


async def test_a_refused_topic_is_200_with_a_canned_text() -> None:
    """Named blacklist in v1, a filter reason in v2, and sometimes plain stop."""
    async with model_at_work() as (fake, client, _):
        first = await client.achat(v1("что думаешь о политике?"))
        second = await client.achat.create(v2("что думаешь о политике?"))
        fake.mind.script(refusal(finish="stop"))
        third = await client.achat(v1())

        reasons = [first.choices[0].finish_reason, second.finish_reason]
        assert [*reasons, third.choices[0].finish_reason] == [
            "blacklist",
            "request_blacklist",
            "stop",
        ]
        assert third.choices[0].message.content == CANNED_REFUSAL


async def test_scripts_and_patterns_come_before_the_brain() -> None:
    """A script once, a pattern always."""
    async with model_at_work() as (fake, client, _):
        fake.mind.when("маникюр", Thought(text="по образцу"))
        fake.mind.script(Thought(text="по сценарию"))

        texts = [(await client.achat(v1())).choices[0].message.content for _ in range(3)]

        assert texts == ["по сценарию", "по образцу", "по образцу"]
        assert fake.prompts[0].last_user == ASKED


async def test_faults_are_met_by_the_next_calls() -> None:
    """429, 5xx, a reset and a hang; afterwards all is well."""
    async with model_at_work() as (fake, client, _):
        fake.faults.put("client-1", refused(429, {"status": 429, "message": "Too Many Requests"}))
        fake.faults.put("client-1", refused(500, {}))
        fake.faults.put("client-1", cut_answer())
        fake.faults.put("client-1", lost_answer(0.3))

        for error in (RateLimitError, ServerError, httpx.RemoteProtocolError):
            with pytest.raises(error):
                await client.achat(v1())
        started = clock.monotonic()
        await client.achat(v1())

        assert clock.monotonic() - started >= 0.3
        assert (await client.achat(v1())).choices


async def test_max_tokens_cuts_the_answer() -> None:
    """The reason is length, and JSON is broken in the middle."""
    async with model_at_work() as (_, client, _):
        answer = await client.achat(v1(response_format=as_schema(), max_tokens=5))

        assert answer.choices[0].finish_reason == "length"
        with pytest.raises(json.JSONDecodeError):
            json.loads(answer.choices[0].message.content)


@pytest.mark.parametrize("lie", list(Lie))
async def test_every_lie_is_told_in_both_contracts(lie: Lie) -> None:
    """However bad, it arrives as HTTP 200, or the client library itself gives up on it."""
    liar = LyingBrain([lie])
    fake = FakeGigaChat(liar)
    async with model_at_work(fake=fake) as (_, client, _):
        first = await client.achat(v1(response_format=as_schema()))
        second = await client.achat.create(v2(**as_function()))
        third = await client.achat(v1())

        assert [c.status for c in fake.journal.to("completions")] == [200, 200, 200]
        assert first.choices
        assert second.messages
        honest = "Хорошо! " + ASKED
        if lie in (Lie.PROSE, Lie.PROMPT_ECHO, Lie.OBEYS, Lie.CLAIMS_BOOKED):
            assert third.choices[0].message.content != honest
        assert liar.told == [lie] * 3


async def test_lies_keep_their_shapes() -> None:
    """Arguments as a string, an unknown function, broken JSON, NUL and surrogates."""
    fake = FakeGigaChat(LyingBrain([Lie.STRING_ARGUMENTS, Lie.UNKNOWN_FUNCTION, Lie.NULS]))
    async with model_at_work(fake=fake) as (_, client, _):
        calls = [
            part(await client.achat.create(v2(**as_function()))).function_call for _ in range(3)
        ]
        fake.mind.brain = LyingBrain([Lie.TRUNCATED])
        cut = await client.achat(v1(response_format=as_schema()))

        assert isinstance(calls[0].arguments, str)
        assert calls[1].name == "transfer_money"
        assert "\x00" in calls[2].arguments["commands"][0]["value"]
        with pytest.raises(json.JSONDecodeError):
            json.loads(cut.choices[0].message.content)


def test_latency_has_the_asked_median_and_tail() -> None:
    """p50 1.5 s and p95 6 s within a tenth."""
    draw = spread(1.5, 6.0)
    times = sorted(draw() for _ in range(4000))

    assert times[2000] == pytest.approx(1.5, rel=0.1)
    assert times[3800] == pytest.approx(6.0, rel=0.15)
