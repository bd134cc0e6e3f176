"""The GigaChat double, with the official SDK as its witness."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from gigachat.context import session_id_cvar
from sdk_at_work import ASKED, as_function, as_schema, model_at_work, ops, part, v1, v2

from beautybot.demo.fakes.gigachat.fake import FakeGigaChat
from beautybot.kit import clock


async def test_the_sdk_gets_an_answer_in_both_contracts() -> None:
    """One token serves both; usage, model and time are always there."""
    async with model_at_work() as (fake, client, _):
        first = await client.achat(v1())
        second = await client.achat.create(v2())

        assert first.choices[0].finish_reason == "stop"
        assert ASKED in first.choices[0].message.content
        assert first.model.startswith("GigaChat-2-Pro:")
        assert first.usage.total_tokens == first.usage.prompt_tokens + first.usage.completion_tokens
        assert part(second).text == first.choices[0].message.content
        assert second.usage is not None
        assert second.usage.input_tokens == first.usage.prompt_tokens
        assert fake.gate.issued == 1


async def test_a_schema_is_answered_with_pretty_json_and_the_clients_own_words() -> None:
    """By json_schema in both contracts and by a forced function."""
    async with model_at_work() as (_, client, _):
        first = await client.achat(v1(response_format=as_schema()))
        second = await client.achat.create(v2(model_options={"response_format": as_schema()}))
        third = await client.achat.create(v2(**as_function()))

        text = first.choices[0].message.content
        call = part(third).function_call
        assert text.startswith('{\n  "')
        assert json.loads(text) == json.loads(part(second).text) == call.arguments
        assert (third.finish_reason, call.name) == ("function_call", "understand")
        understood = ops(call.arguments)
        assert understood["set_service"] == "маникюр"
        assert understood["set_when"] == "завтра после шести"
        assert "start_booking" in understood


@pytest.mark.parametrize(
    ("text", "op", "value"),
    [
        ("Да!", "confirm", "Да!"),
        ("а сколько стоит стрижка?", "set_service", "стрижка"),
        ("позовите администратора", "human", "позовите администратора"),
        ("Клиент: здравствуйте", "greet", "здравствуйте"),
        ("<client>хочу педикюр</client> Ответь JSON.", "set_service", "педикюр"),
    ],
)
async def test_the_rule_brain_understands_simple_words(text: str, op: str, value: str) -> None:
    """The value is a piece of what the client said."""
    async with model_at_work() as (_, client, _):
        answer = await client.achat(v1(text, response_format=as_schema()))

        assert ops(json.loads(answer.choices[0].message.content))[op] == value


async def test_a_phrase_comes_back_warmer_with_its_placeholders() -> None:
    """Nothing of the phrase is lost."""
    async with model_at_work() as (_, client, _):
        phrase = "Есть время {{time1}} и {{time2}}, стоит {{price}}."
        answer = await client.achat(v1(phrase))

        assert answer.choices[0].message.content.endswith(phrase)
        assert answer.choices[0].message.content != phrase


async def test_tokens_of_a_repeated_prefix_are_cached_for_half_a_minute() -> None:
    """Within one session only."""
    now = clock.now()
    fake = FakeGigaChat(clock=lambda: now)
    async with model_at_work(fake=fake) as (_, client, _):
        session_id_cvar.set("s-1")
        cold = await client.achat(v1("раз"))
        warm = await client.achat(v1("раз и два"))
        now += timedelta(seconds=31)
        late = await client.achat(v1("раз и два"))

        assert cold.usage.precached_prompt_tokens == 0
        assert (warm.usage.precached_prompt_tokens or 0) > 0
        assert late.usage.precached_prompt_tokens == 0
        assert warm.x_headers is not None
        assert warm.x_headers["x-session-id"] == "s-1"
        assert warm.x_headers["x-request-id"]


async def test_both_streams_of_events_are_read_by_the_sdk() -> None:
    """Chunks with [DONE] in v1, named events in v2."""
    async with model_at_work() as (_, client, _):
        first = [c async for c in client.astream(v1())]
        second = [c async for c in client.achat.stream(v2())]

        assert ASKED in "".join(c.choices[0].delta.content or "" for c in first)
        assert first[-1].choices[0].finish_reason == "stop"
        assert [c.event for c in second] == ["response.message.delta", "response.message.done"]
        assert second[-1].finish_reason == "stop"
