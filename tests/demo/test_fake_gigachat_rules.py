"""Who the GigaChat double lets in, what it refuses, and its limits."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import httpx
import pytest
from gigachat import GigaChatAsyncClient
from gigachat.exceptions import (
    AuthenticationError,
    BadRequestError,
    NotFoundError,
    RequestEntityTooLargeError,
    ResponseError,
    UnprocessableEntityError,
)
from sdk_at_work import FUNCTION, as_function, as_schema, model_at_work, v1, v2

from beautybot.demo.fakes.gigachat.fake import FakeGigaChat
from beautybot.demo.fakes.private_ca import private_tls
from beautybot.demo.fakes.server import serving
from beautybot.kit import clock


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
