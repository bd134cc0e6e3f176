"""The GigaChat double, with the official SDK as its witness."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import httpx
import pytest
from gigachat import GigaChatAsyncClient
from gigachat.context import session_id_cvar
from gigachat.exceptions import (
    AuthenticationError,
    BadRequestError,
    NotFoundError,
    RateLimitError,
    RequestEntityTooLargeError,
    ResponseError,
    ServerError,
    UnprocessableEntityError,
)

from beautybot.demo.fakes.faults import cut_answer, lost_answer, refused
from beautybot.demo.fakes.gigachat.brains import CANNED_REFUSAL, Thought, refusal
from beautybot.demo.fakes.gigachat.fake import FakeGigaChat, spread
from beautybot.demo.fakes.gigachat.lies import Lie, LyingBrain
from beautybot.demo.fakes.gigachat.oauth import Credential
from beautybot.demo.fakes.private_ca import private_tls
from beautybot.demo.fakes.server import serving
from beautybot.kit import clock

OPS = ("greet", "ask_price", "start_booking", "set_service", "set_when", "confirm", "human")
SCHEMA = {
    "type": "object",
    "properties": {
        "commands": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "op": {"type": "string", "enum": list(OPS)},
                    "value": {"type": "string"},
                },
                "required": ["op", "value"],
            },
        },
        "mood": {"type": "string", "enum": ["ok", "angry", "urgent"]},
    },
    "required": ["commands", "mood"],
}
FUNCTION = {"name": "understand", "description": "Что хочет клиент", "parameters": SCHEMA}
ASKED = "хочу на маникюр завтра после шести"


@asynccontextmanager
async def model_at_work(
    *, scope: str = "GIGACHAT_API_PERS", fake: FakeGigaChat | None = None, **account: Any
) -> AsyncIterator[tuple[FakeGigaChat, GigaChatAsyncClient, Credential]]:
    """A double with one account and the SDK's client of it."""
    fake = fake or FakeGigaChat()
    credential = fake.add_credential("client-1", "secret-1", **account)
    async with (
        serving(fake) as url,
        GigaChatAsyncClient(
            base_url=f"{url}/v1",
            auth_url=f"{url}/api/v2/oauth",
            credentials=fake.authorization_key(credential),
            scope=scope,
            model="GigaChat-2-Pro",
            timeout=5.0,
            max_retries=0,
        ) as client,
    ):
        yield fake, client, credential


def v1(text: str = ASKED, **more: Any) -> dict[str, Any]:
    """A body of the first contract."""
    messages = [
        {"role": "system", "content": "Ты администратор."},
        {"role": "user", "content": text},
    ]
    return {"messages": messages, **more}


def v2(text: str = ASKED, **more: Any) -> dict[str, Any]:
    """A body of the second contract."""
    messages = [
        {"role": "system", "content": [{"text": "Ты администратор."}]},
        {"role": "user", "content": [{"text": text}]},
    ]
    return {"messages": messages, **more}


def as_schema(schema: Any = SCHEMA) -> dict[str, Any]:
    """Structured output by `response_format`."""
    return {"type": "json_schema", "schema": schema, "strict": True}


def as_function(function: Any = FUNCTION) -> dict[str, Any]:
    """Structured output by a forced function."""
    return {
        "tools": [{"functions": {"specifications": [function]}}],
        "tool_config": {"mode": "forced", "function_name": function["name"]},
    }


def part(answer: Any) -> Any:
    """The only content part of an answer of the second contract."""
    return answer.messages[0].content[0]


def ops(data: Any) -> dict[str, str]:
    """The commands of an answer by op."""
    return {c["op"]: c["value"] for c in data["commands"]}


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


@pytest.mark.parametrize(
    ("headers", "scope", "status", "code"),
    [
        ({"RqUID": "не uuid"}, "GIGACHAT_API_PERS", 400, 0),
        ({}, "GIGACHAT_API_MOON", 400, 1),
        ({}, "", 400, 5),
        ({}, "GIGACHAT_API_CORP", 400, 7),
        ({"Authorization": "Basic %%%"}, "GIGACHAT_API_PERS", 400, 4),
        ({"Authorization": "Basic Y2xpZW50LTE6bm8="}, "GIGACHAT_API_PERS", 401, 6),
    ],
)
async def test_oauth_refuses_with_its_own_codes(
    headers: dict[str, str], scope: str, status: int, code: int
) -> None:
    """Scope, identity and the RqUID are checked."""
    fake = FakeGigaChat()
    key = fake.authorization_key(fake.add_credential("client-1", "secret-1"))
    sent = {"RqUID": str(uuid4()), "Authorization": f"Basic {key}", **headers}
    async with serving(fake) as url, aiohttp.ClientSession() as http:
        async with http.post(
            f"{url}/api/v2/oauth", data={"scope": scope}, headers=sent
        ) as response:
            body = await response.json()

        assert (response.status, body["code"]) == (status, code)


async def test_a_token_is_long_expires_in_milliseconds_and_heals() -> None:
    """An expired token is 401; the SDK fetches another and repeats the call."""
    async with model_at_work() as (fake, client, _):
        token = await client.aget_token()
        await client.achat(v1())
        fake.gate.expire_tokens()

        await client.achat(v1())

        assert token is not None
        assert len(token.access_token) >= 1024
        assert token.expires_at > clock.now().timestamp() * 1000
        assert fake.gate.issued == 2


async def test_a_wrong_secret_and_a_wrong_scope_stop_the_sdk() -> None:
    """Each with its own exception."""
    async with model_at_work(scope="GIGACHAT_API_CORP") as (fake, client, credential):
        with pytest.raises(BadRequestError):
            await client.achat(v1())
        credential.secret = "another"
        with pytest.raises(AuthenticationError):
            await client.achat(v1())
        assert fake.prompts == []


@pytest.mark.parametrize(
    "body",
    [
        {"messages": [{"role": "user", "content": "а"}, {"role": "system", "content": "б"}]},
        {"messages": []},
        v1(temperature=0.0),
        v1(functions=[{**FUNCTION, "name": "web_search"}], function_call={"name": "web_search"}),
        {
            "messages": [
                {"role": "user", "content": "а"},
                {
                    "role": "assistant",
                    "content": "",
                    "function_call": {"name": "understand", "arguments": {}},
                },
                {"role": "user", "content": "б"},
            ]
        },
        {
            "messages": [
                {"role": "user", "content": "а"},
                {"role": "function", "name": "understand", "content": "не объект"},
            ]
        },
        v1(function_call={"name": "нет такой"}),
    ],
)
async def test_a_body_against_the_rules_is_422(body: dict[str, Any]) -> None:
    """One system message first, results after calls, positive temperature, known functions."""
    async with model_at_work() as (_, client, _):
        with pytest.raises(UnprocessableEntityError):
            await client.achat(body)


@pytest.mark.parametrize(
    "parameters",
    [
        {"type": "object", "properties": {"a": {"$ref": "#/x"}}},
        {"type": "object", "properties": {"a": {"anyOf": [{"type": "string"}]}}},
        {"type": "object", "properties": {"a": {"type": ["string", "null"]}}},
        {"type": "object", "properties": {"a": {"type": "object"}}},
        {"type": "object", "properties": {"a": {"type": "array"}}},
        {"type": "object", "properties": {"a": {"type": "string", "enum": ["a", 1]}}},
        {"type": "object", "properties": {"a": {"type": "string", "format": "email"}}},
        {"type": "string"},
    ],
)
async def test_a_schema_outside_the_dialect_is_422(parameters: dict[str, Any]) -> None:
    """The second contract carries specifications verbatim, so they are seen as written."""
    async with model_at_work() as (_, client, _):
        with pytest.raises(UnprocessableEntityError):
            await client.achat.create(v2(**as_function({"name": "f", "parameters": parameters})))


async def test_an_account_without_json_schema_still_has_functions() -> None:
    """422 on response_format, an answer on the forced function."""
    async with model_at_work(json_schema=False) as (_, client, _):
        with pytest.raises(UnprocessableEntityError):
            await client.achat.create(v2(model_options={"response_format": as_schema()}))

        answer = await client.achat.create(v2(**as_function()))

        assert answer.finish_reason == "function_call"


async def test_models_and_their_limits() -> None:
    """404 for an unknown one, 402 when its tokens are used up, 413 for too long a prompt."""
    async with model_at_work() as (_, client, credential):
        known = await client.aget_models()
        counted = await client.atokens_count(["привет"], model="GigaChat-2")
        with pytest.raises(NotFoundError):
            await client.achat({**v1(), "model": "GigaChat-2-Lite"})
        with pytest.raises(RequestEntityTooLargeError):
            await client.achat(v1("я" * 500_000))
        credential.exhausted.add("GigaChat-2-Pro")
        with pytest.raises(ResponseError) as spent:
            await client.achat(v1())

        assert "GigaChat-2-Max" in [m.id_ for m in known.data]
        assert counted[0].characters == 6
        assert spent.value.status_code == 402


async def test_one_stream_means_one_call_at_once() -> None:
    """The second of two parallel calls is 429; the peak is kept for assertions."""
    fake = FakeGigaChat(latency=lambda: 0.1)
    async with model_at_work(fake=fake) as (_, client, _):
        await client.aget_token()
        results = await asyncio.gather(
            client.achat(v1()), client.achat(v1()), return_exceptions=True
        )
        await client.achat(v1())

        assert sorted(type(r).__name__ for r in results) == ["ChatCompletion", "RateLimitError"]
        assert fake.streams.peak["client-1"] == 1
        assert fake.streams.now["client-1"] == 0


async def test_ten_streams_let_ten_calls_in() -> None:
    """A company's account."""
    fake = FakeGigaChat(latency=lambda: 0.05)
    async with model_at_work(fake=fake, streams=10) as (_, client, _):
        await asyncio.gather(*(client.achat(v1()) for _ in range(10)))

        assert fake.streams.peak["client-1"] == 10


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


async def test_both_streams_of_events_are_read_by_the_sdk() -> None:
    """Chunks with [DONE] in v1, named events in v2."""
    async with model_at_work() as (_, client, _):
        first = [c async for c in client.astream(v1())]
        second = [c async for c in client.achat.stream(v2())]

        assert ASKED in "".join(c.choices[0].delta.content or "" for c in first)
        assert first[-1].choices[0].finish_reason == "stop"
        assert [c.event for c in second] == ["response.message.delta", "response.message.done"]
        assert second[-1].finish_reason == "stop"


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


async def test_an_unknown_root_is_refused_until_it_is_trusted(tmp_path: Path) -> None:
    """As with the Russian Trusted Root CA: the SDK needs an SSL context that knows it."""
    fake = FakeGigaChat()
    credential = fake.add_credential("client-1", "secret-1")
    tls = private_tls(tmp_path, clock.now())
    knowing = ssl.create_default_context(cafile=str(tls.root))

    async with serving(fake, tls=tls) as url:

        def client(context: ssl.SSLContext | None) -> GigaChatAsyncClient:
            return GigaChatAsyncClient(
                base_url=f"{url}/v1",
                auth_url=f"{url}/api/v2/oauth",
                credentials=fake.authorization_key(credential),
                model="GigaChat-2-Pro",
                ssl_context=context,
            )

        async with client(None) as stranger:
            with pytest.raises(httpx.ConnectError):
                await stranger.achat(v1())
        async with client(knowing) as friend:
            answer = await friend.achat(v1())

        assert answer.choices[0].finish_reason == "stop"


def test_latency_has_the_asked_median_and_tail() -> None:
    """p50 1.5 s and p95 6 s within a tenth."""
    draw = spread(1.5, 6.0)
    times = sorted(draw() for _ in range(4000))

    assert times[2000] == pytest.approx(1.5, rel=0.1)
    assert times[3800] == pytest.approx(6.0, rel=0.15)
