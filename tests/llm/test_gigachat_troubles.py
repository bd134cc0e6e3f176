"""GigaChat when it does not answer: what is tried again, given up, or named to be mended."""

from __future__ import annotations

from typing import Any

import pytest
from model_at_work import CLIENT, SECRET, asking, gigachat_at_work

from beautybot.demo.fakes.faults import (
    cut_answer,
    lost_answer,
    refused,
    trickled_answer,
)
from beautybot.llm import gigachat
from beautybot.llm.base import Finish, LLMBusy, LLMMisconfigured, LLMUnavailable


async def test_an_expired_token_is_renewed_once_and_the_call_repeated() -> None:
    """The client notices nothing."""
    async with gigachat_at_work() as (fake, model, _):
        await model.complete(asking())
        fake.gate.expire_tokens()

        await model.complete(asking())

        assert fake.gate.issued == 2


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (401, "GIGACHAT_CLIENT_ID"),
        (403, "GIGACHAT_SCOPE"),
        (404, "GIGACHAT_MODEL"),
    ],
)
async def test_a_setting_that_must_be_mended_is_named(status: int, words: str) -> None:
    """And the call is not repeated."""
    async with gigachat_at_work() as (fake, model, _):
        fake.faults.put(CLIENT, refused(status), times=2)

        with pytest.raises(LLMMisconfigured, match=words):
            await model.complete(asking())

        assert fake.prompts == []


@pytest.mark.parametrize(
    ("account", "words"),
    [
        ({"secret": "wrong"}, "GIGACHAT_CLIENT_ID and GIGACHAT_CLIENT_SECRET"),
        ({"scope": "GIGACHAT_API_CORP"}, "GIGACHAT_SCOPE"),
        ({"model": "GigaChat-2-Lite"}, "GIGACHAT_MODEL"),
        ({"ca_bundle_file": "/nowhere.pem"}, "GIGACHAT_CA_BUNDLE_FILE"),
        ({"base_url": "http://127.0.0.1:9/v1"}, "cannot be reached"),
    ],
)
async def test_the_probe_says_what_is_wrong_in_one_line(
    account: dict[str, Any], words: str
) -> None:
    """Each trouble has a line of its own; the probe never raises."""
    async with gigachat_at_work(account=account) as (_, model, _credential):
        probe = await model.probe()

        assert not probe.ok
        assert len(probe.lines) == 1
        assert words in probe.lines[0]
        assert SECRET not in probe.lines[0]


async def test_used_up_tokens_of_one_model_move_on_to_a_smaller_one() -> None:
    """And where those are used up too, the setting is named."""
    async with gigachat_at_work() as (_, model, credential):
        credential.exhausted.add("GigaChat-2-Pro")
        reply = await model.complete(asking())
        credential.exhausted.add("GigaChat-2")
        with pytest.raises(LLMMisconfigured, match="used up"):
            await model.complete(asking())

        assert reply.model.startswith("GigaChat-2:")


async def test_a_model_whose_tokens_were_bought_again_comes_back_within_the_hour() -> None:
    """Until then every answer says what somebody should mend, and so does the probe."""
    now = 0.0
    async with gigachat_at_work(seconds=lambda: now) as (_, model, credential):
        credential.exhausted.add("GigaChat-2-Pro")
        smaller = await model.complete(asking())
        probe = await model.probe()
        credential.exhausted.clear()
        still = await model.complete(asking())
        now += gigachat.ASK_AGAIN_S + 1
        again = await model.complete(asking())

    assert "tokens of GigaChat-2-Pro are used up" in smaller.warning
    assert probe.ok
    assert "GigaChat-2-Pro" in probe.warnings[0]
    assert still.model.startswith("GigaChat-2:")
    assert again.model.startswith("GigaChat-2-Pro:")
    assert again.warning == ""


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (402, "tokens of GIGACHAT_MODEL are used up"),
        (403, "GIGACHAT_SCOPE does not allow"),
        (404, "no such GIGACHAT_MODEL"),
        (413, "too long"),
        (422, "refuses our requests"),
        (429, "streams of GigaChat are busy"),
        (503, "answered 503"),
    ],
)
async def test_every_status_has_a_line_of_its_own_in_the_probe(status: int, words: str) -> None:
    """What `doctor` prints; never two, never the provider's own text."""
    async with gigachat_at_work() as (fake, model, _):
        fake.faults.put(CLIENT, refused(status, {"message": "canary"}), times=10)
        probe = await model.probe()

    assert not probe.ok
    assert len(probe.lines) == 1
    assert words in probe.lines[0]
    assert "canary" not in probe.lines[0]


async def test_too_long_a_prompt_is_cut_once() -> None:
    """The instruction and the end of what was said stay."""
    async with gigachat_at_work() as (fake, model, _):
        reply = await model.complete(asking("я" * 500_000 + " хочу маникюр"))

        assert reply.calls == 2
        assert fake.prompts[0].system == "Ты администратор."
        assert fake.prompts[0].last_user.endswith("хочу маникюр")
        assert len(fake.prompts[0].last_user) == 2_000


@pytest.mark.parametrize("status", [429, 500, 502, 503])
async def test_a_passing_trouble_is_tried_once_more(status: int) -> None:
    """The second answer is the answer."""
    async with gigachat_at_work() as (fake, model, _):
        fake.faults.put(CLIENT, refused(status, headers={"retry-after": "600"}))

        reply = await model.complete(asking(deadline_s=20))

        assert reply.calls == 2


async def test_who_is_told_to_wait_longer_than_he_can_gives_up_at_once() -> None:
    """Busy is not gone: nobody is put to rest for it, and nobody sleeps a server's ten minutes."""
    async with gigachat_at_work() as (fake, model, _):
        for _ in range(5):
            fake.faults.put(CLIENT, refused(429, headers={"retry-after": "600"}))
            with pytest.raises(LLMBusy):
                await model.complete(asking(deadline_s=3))

        assert (await model.complete(asking())).text


async def test_a_lasting_trouble_is_given_up_after_two_tries() -> None:
    """Full streams are "busy", a broken service is "unavailable"."""
    async with gigachat_at_work() as (fake, model, _):
        fake.faults.put(CLIENT, refused(429), times=2)
        with pytest.raises(LLMBusy):
            await model.complete(asking())
        fake.faults.put(CLIENT, refused(500), times=2)
        with pytest.raises(LLMUnavailable) as broken:
            await model.complete(asking())

        assert not isinstance(broken.value, LLMBusy)


@pytest.mark.parametrize("fault", [lost_answer(), trickled_answer(60)], ids=["hang", "trickle"])
async def test_a_deadline_holds_whatever_the_other_side_does(fault: Any) -> None:
    """The caller goes on; our stream is free again."""
    async with gigachat_at_work(streams=2) as (fake, model, _):
        await model.complete(asking(deadline_s=60))  # signed in: only the fault takes time now
        fake.faults.put(CLIENT, fault)
        with pytest.raises(LLMUnavailable, match="in time"):
            await model.complete(asking(deadline_s=0.3))
        fake.faults.clear()  # a slow machine may not have met it yet

        assert (await model.complete(asking(deadline_s=60))).finish is Finish.STOP


async def test_a_cut_connection_is_tried_again() -> None:
    """A repeated call costs tokens and has no other effect."""
    async with gigachat_at_work() as (fake, model, _):
        fake.faults.put(CLIENT, cut_answer())

        assert (await model.complete(asking())).calls == 2
