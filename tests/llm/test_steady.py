"""Streams, the breaker and the chain: whose turn it is, and what happens when nobody answers."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from model_at_work import asking, no_pause

from beautybot.llm.base import Finish, LLMBusy, LLMUnavailable, Purpose, Reply, Request
from beautybot.llm.chain import Chain
from beautybot.llm.circuit import OPENS_AFTER
from beautybot.llm.scripted import ScriptedModel
from beautybot.llm.steady import Steady
from beautybot.llm.wire import Form, Heard, TryAgain

GONE = TryAgain("away")


class SlowWire:
    """Answers after a pause, counts who was served and how many at once."""

    name = "slow"

    def __init__(self, pause_s: float = 0.001) -> None:
        self.pause_s = pause_s
        self.served: list[str] = []
        self.trouble: Exception | None = None
        self.peak = self.now = 0

    async def send(self, request: Request, form: Form) -> Heard:
        self.served.append(request.tenant)
        if self.trouble is not None:
            raise self.trouble
        self.now += 1
        self.peak = max(self.peak, self.now)
        try:
            await asyncio.sleep(self.pause_s)
        finally:
            self.now -= 1
        return Heard("да", Finish.STOP, "slow")

    async def close(self) -> None:
        """Nothing to give back."""


def steady(wire: SlowWire, streams: int = 1) -> Steady:
    """The wire as a model, without pauses."""
    return Steady(wire, streams=streams, sleep=no_pause)


async def test_fifty_salons_on_one_stream_are_served_in_turn() -> None:
    """One salon has forty callers, the others one each: nobody waits behind the forty."""
    wire = SlowWire()
    model = steady(wire)
    tenants = ["loud"] * 40 + [f"salon-{n}" for n in range(49)]

    await asyncio.gather(*(model.complete(asking(tenant=t, deadline_s=600)) for t in tenants))

    assert wire.peak == 1
    last_quiet = max(n for n, t in enumerate(wire.served) if t != "loud")
    assert last_quiet <= 51
    assert wire.served[-30:] == ["loud"] * 30


async def test_a_caller_who_gives_up_leaves_no_stream_behind() -> None:
    """Neither while waiting, nor in the very moment when the turn comes."""
    wire = SlowWire(0.02)
    model = steady(wire)
    first = asyncio.create_task(model.complete(asking()))
    await asyncio.sleep(0)
    waiting = [asyncio.create_task(model.complete(asking(tenant=str(n)))) for n in range(5)]
    await asyncio.sleep(0.005)
    crowded = model.crowded
    for task in waiting:
        task.cancel()
    await asyncio.gather(first, *waiting, return_exceptions=True)

    assert crowded
    assert not model.crowded
    assert (await model.complete(asking())).text == "да"


async def test_waiting_too_long_for_a_stream_does_not_put_the_model_to_rest() -> None:
    """It is busy, not gone."""
    wire = SlowWire(0.2)
    model = steady(wire)
    holder = asyncio.create_task(model.complete(asking()))
    await asyncio.sleep(0)
    refusals = await asyncio.gather(
        *(model.complete(asking(tenant=str(n), deadline_s=0.01)) for n in range(5)),
        return_exceptions=True,
    )

    assert {type(error) for error in refusals} == {LLMBusy}
    assert (await holder).text == "да"
    assert (await model.complete(asking())).text == "да"


async def test_nobody_joins_a_queue_that_is_too_long_to_be_served_in_time() -> None:
    """Whom the rules have to answer anyway, they answer at once; a quiet salon still joins."""
    wire = SlowWire(0.02)
    model = steady(wire)
    for _ in range(40):
        await model.complete(asking())
    loud = [asyncio.create_task(model.complete(asking(tenant="loud"))) for _ in range(20)]
    await asyncio.sleep(0)

    with pytest.raises(LLMBusy, match="too long"):
        await model.complete(asking(tenant="loud", deadline_s=0.2))
    quiet = await model.complete(asking(tenant="quiet", deadline_s=0.2))

    assert quiet.text == "да"
    assert all(isinstance(reply, Reply) for reply in await asyncio.gather(*loud))


async def test_a_model_that_is_gone_is_asked_no_more_until_a_minute_has_passed() -> None:
    """Then one caller asks; the others are still answered at once."""
    now = 1000.0
    wire = SlowWire()
    model = Steady(wire, streams=1, sleep=no_pause, seconds=lambda: now)
    wire.trouble = GONE
    for _ in range(OPENS_AFTER):
        with pytest.raises(LLMUnavailable):
            await model.complete(asking())
    calls = len(wire.served)
    for _ in range(100):
        with pytest.raises(LLMUnavailable, match="resting"):
            await model.complete(asking())
    at_rest = len(wire.served) - calls

    now += 61
    wire.trouble = None
    back = await asyncio.gather(
        *(model.complete(asking(tenant=str(n))) for n in range(5)), return_exceptions=True
    )

    assert at_rest == 0
    assert sum(isinstance(one, Reply) for one in back) == 1
    assert (await model.complete(asking())).text == "да"


async def test_after_its_minute_a_model_that_is_still_gone_is_asked_with_one_call() -> None:
    """No second try, whatever the question is; then another minute of silence."""
    now = 1000.0
    wire = SlowWire()
    model = Steady(wire, streams=1, sleep=no_pause, seconds=lambda: now)
    wire.trouble = GONE
    for _ in range(OPENS_AFTER):
        with pytest.raises(LLMUnavailable):
            await model.complete(asking())
    calls = len(wire.served)
    for _ in range(3):
        now += 61
        for _ in range(20):
            with pytest.raises(LLMUnavailable):
                await model.complete(asking())

    assert len(wire.served) - calls == 3


async def test_a_reply_that_only_waits_for_its_wording_is_tried_once() -> None:
    """A model killed in mid-talk costs a finished reply no second try and no pause."""
    wire = SlowWire()
    wire.trouble = GONE
    with pytest.raises(LLMUnavailable):
        await steady(wire).complete(replace(asking(), purpose=Purpose.WORD))

    assert len(wire.served) == 1


async def test_a_model_too_slow_to_reword_still_understands() -> None:
    """Its wordings rest for a minute, and whoever could wait for one is told so."""
    now = 1000.0
    wire = SlowWire(0.02)
    model = Steady(wire, streams=1, sleep=no_pause, seconds=lambda: now)
    wording = replace(asking(deadline_s=0.001), purpose=Purpose.WORD)
    for _ in range(OPENS_AFTER):
        with pytest.raises(LLMUnavailable, match="in time"):
            await model.complete(wording)
    resting = model.crowded
    understood = await model.complete(asking())
    now += 61
    back = await model.complete(replace(wording, deadline_s=5))

    assert resting
    assert understood.text == back.text == "да"
    assert not model.crowded


async def test_once_its_minute_is_over_a_model_is_not_thought_crowded() -> None:
    """So that even a salon whose rules are always sure finds out that it is back."""
    now = 1000.0
    wire = SlowWire()
    wire.trouble = GONE
    model = Steady(wire, streams=1, sleep=no_pause, seconds=lambda: now)
    for _ in range(OPENS_AFTER):
        with pytest.raises(LLMUnavailable):
            await model.complete(asking())
    before = model.crowded
    now += 61

    assert (before, model.crowded) == (True, False)


async def test_the_second_model_answers_where_the_first_cannot() -> None:
    """Away, full, or refusing the topic."""
    refused = Reply("", Finish.FILTERED, "first")
    first = ScriptedModel([LLMUnavailable("away"), LLMBusy("full"), refused, "сам"])
    second = ScriptedModel(["раз", "два", "три"])
    chain = Chain([first, second])

    said = [(await chain.complete(asking())).text for _ in range(4)]

    assert said == ["раз", "два", "три", "сам"]


async def test_a_chain_without_an_answer_says_why_or_that_it_was_refused() -> None:
    """After the last model come the rules."""
    away = Chain([ScriptedModel([]), ScriptedModel([LLMUnavailable("second away")])])
    with pytest.raises(LLMUnavailable, match="second away"):
        await away.complete(asking())

    refused = Reply("", Finish.FILTERED, "first")
    chain = Chain([ScriptedModel([refused]), ScriptedModel([])])

    assert (await chain.complete(asking())).finish is Finish.FILTERED


async def test_a_slow_first_model_leaves_time_for_the_second() -> None:
    """The deadline is shared, not used up."""
    chain = Chain([steady(SlowWire(5)), ScriptedModel(["второй"])])

    assert (await chain.complete(asking(deadline_s=0.2))).text == "второй"
