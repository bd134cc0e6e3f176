"""GigaChat by the official SDK: what it answers, and in which form."""

from __future__ import annotations

import asyncio
import base64
from pathlib import Path

import pytest
from model_at_work import CLIENT, SECRET, UNDERSTOOD, asking, gigachat_at_work

from beautybot.demo.fakes.faults import (
    late_answer,
    refused,
)
from beautybot.demo.fakes.gigachat.brains import CANNED_REFUSAL, Thought, refusal
from beautybot.demo.fakes.gigachat.fake import FakeGigaChat
from beautybot.demo.fakes.gigachat.lies import Lie, LyingBrain
from beautybot.demo.fakes.private_ca import private_tls
from beautybot.kit import clock
from beautybot.llm.base import Finish, LLMInvalid, LLMUnavailable

KEY = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()


async def test_a_plain_answer_comes_with_its_model_and_tokens() -> None:
    """One call, one answer, one session id."""
    async with gigachat_at_work() as (fake, model, _):
        reply = await model.complete(asking("Есть время {{time}}."))

        assert reply.finish is Finish.STOP
        assert "{{time}}" in reply.text
        assert reply.model.startswith("GigaChat-2-Pro:")
        assert reply.input_tokens > 0
        assert (reply.calls, len(fake.prompts)) == (1, 1)
        assert fake.prompts[0].session == "conversation-1"
        assert fake.prompts[0].version == 2


@pytest.mark.parametrize("secret", [SECRET, KEY])
async def test_the_secret_or_the_ready_key_signs_in(secret: str) -> None:
    """People paste the ready authorization key where the secret belongs."""
    async with gigachat_at_work(account={"secret": secret}) as (fake, model, _):
        await model.complete(asking())

        assert fake.gate.issued == 1


async def test_a_structured_answer_is_data_of_the_schema() -> None:
    """By json_schema, at the first rung."""
    async with gigachat_at_work() as (fake, model, _):
        reply = await model.complete(asking(schema=True))

        assert reply.data["commands"][0]["op"] == "start_booking"
        assert (fake.prompts[0].function, reply.calls) == ("", 1)


async def test_an_account_without_json_schema_is_asked_by_function_and_this_is_remembered() -> None:
    """Two calls the first time, one ever after."""
    async with gigachat_at_work(json_schema=False) as (fake, model, _):
        first = await model.complete(asking(schema=True))
        second = await model.complete(asking(schema=True))

        assert first.data == second.data
        assert (first.calls, second.calls) == (2, 1)
        assert [p.function for p in fake.prompts] == ["answer", "answer"]


async def test_an_account_that_refuses_functions_too_is_asked_in_words() -> None:
    """The last rung: the schema in the prompt, the JSON out of the prose."""
    async with gigachat_at_work() as (fake, model, _):
        fake.faults.put(CLIENT, refused(422), times=2)
        fake.mind.script(Thought(text='Вот: ```json\n{"commands": [], "mood": "ok"}\n```'))

        reply = await model.complete(asking(schema=True))

        assert reply.data == {"commands": [], "mood": "ok"}
        assert "JSON" in fake.prompts[0].system


@pytest.mark.parametrize(
    "bad",
    [
        Thought(text="Конечно! Клиент хочет записаться."),
        Thought(text='{"commands": [{"op": "gre', finish="length"),
        Thought(data={"commands": [{"op": "drop_table", "value": ""}], "mood": "ok"}),
        Thought(data={"commands": "greet", "mood": 7}),
        Thought(text="[]"),
    ],
)
async def test_a_broken_answer_is_mended_once(bad: Thought) -> None:
    """Prose, a cut, a wrong word of an enum, wrong types: one request to repair."""
    async with gigachat_at_work() as (fake, model, _):
        fake.mind.script(bad, Thought(data=UNDERSTOOD))

        reply = await model.complete(asking(schema=True))

        assert reply.data == UNDERSTOOD
        assert reply.calls == 2
        assert "Это не подходит" in fake.prompts[1].last_user


async def test_an_answer_that_stays_broken_is_given_up_after_one_repair() -> None:
    """And the model is not put to rest for it: it lives."""
    async with gigachat_at_work() as (fake, model, _):
        for _ in range(5):
            fake.mind.script(Thought(text="Нет."), Thought(text="Не буду."))
            with pytest.raises(LLMInvalid):
                await model.complete(asking(schema=True))

        assert len(fake.prompts) == 10
        assert (await model.complete(asking(schema=True))).data


@pytest.mark.parametrize("json_schema", [True, False])
async def test_every_lie_about_the_form_ends_in_data_or_in_words(json_schema: bool) -> None:
    """Huge, cut, NULs, surrogates, strings for objects: never an odd exception."""
    fake = FakeGigaChat(LyingBrain())
    async with gigachat_at_work(fake, json_schema=json_schema) as (_, model, _credential):
        for _ in range(2 * len(Lie)):
            try:
                reply = await model.complete(asking(schema=True))
            except LLMUnavailable:
                continue
            assert isinstance(reply.data, dict)


@pytest.mark.parametrize(
    "thought", [refusal(), refusal(finish="response_blacklist"), Thought(text=CANNED_REFUSAL)]
)
@pytest.mark.parametrize("schema", [True, False])
async def test_a_refused_topic_is_filtered_and_not_a_word_of_it_comes_through(
    thought: Thought, schema: bool
) -> None:
    """By the reason, or by the canned text under "stop"."""
    async with gigachat_at_work() as (fake, model, _):
        fake.mind.script(thought)

        reply = await model.complete(asking(schema=schema))

        assert (reply.finish, reply.text, reply.data) == (Finish.FILTERED, "", None)


@pytest.mark.parametrize(
    ("json_schema", "faults", "form"),
    [(True, 0, "json_schema"), (False, 0, "function"), (True, 2, "words")],
)
async def test_the_probe_says_how_structures_are_answered(
    json_schema: bool, faults: int, form: str
) -> None:
    """The rung of the ladder this account has."""
    async with gigachat_at_work(json_schema=json_schema) as (fake, model, _):
        await model.complete(asking())
        if faults:
            fake.faults.put(CLIENT, late_answer(0))
            fake.faults.put(CLIENT, refused(422), times=faults)
        probe = await model.probe()

    assert probe.ok
    assert probe.lines[0].endswith(f"structured answers by {form}")


async def test_a_private_root_is_trusted_only_by_the_setting(tmp_path: Path) -> None:
    """The bundle is added to the usual roots; without it the trouble names the setting."""
    tls = private_tls(tmp_path, clock.now())
    async with gigachat_at_work(tls=tls) as (_, model, _credential):
        stranger = await model.probe()
    bundle = {"ca_bundle_file": str(tls.root)}
    async with gigachat_at_work(tls=tls, account=bundle) as (_, model, _credential):
        trusted = await model.probe()

    assert not stranger.ok
    assert "GIGACHAT_CA_BUNDLE_FILE" in stranger.lines[0]
    assert trusted.ok


async def test_parallel_callers_never_use_more_streams_than_the_account_has() -> None:
    """Twenty at once on two streams: all answered, none refused by the other side."""
    fake = FakeGigaChat(latency=lambda: 0.01)
    async with gigachat_at_work(fake, streams=2) as (_, model, _credential):
        replies = await asyncio.gather(
            *(model.complete(asking(tenant=str(n), deadline_s=60)) for n in range(20))
        )

        assert all(reply.calls == 1 for reply in replies)
        assert fake.streams.peak[CLIENT] == 2


async def test_two_accounts_do_not_bleed_into_each_other() -> None:
    """Each call is made with its own credential and its own model."""
    fake = FakeGigaChat()
    fake.add_credential("salon-own", "another-secret")
    async with gigachat_at_work(fake) as (_, shared, _credential):
        own = {"client_id": "salon-own", "secret": "another-secret", "model": "GigaChat-2-Max"}
        async with gigachat_at_work(fake, account=own) as (_, salons, _other):
            await asyncio.gather(*(m.complete(asking()) for m in (shared, salons) * 3))

    seen = {(p.credential, p.model) for p in fake.prompts}
    assert seen == {(CLIENT, "GigaChat-2-Pro"), ("salon-own", "GigaChat-2-Max")}
