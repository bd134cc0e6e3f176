"""Any OpenAI-compatible endpoint, against a small one of our own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest
from model_at_work import UNDERSTOOD, asking, no_pause
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from beautybot.demo.fakes.server import serving
from beautybot.llm import registry
from beautybot.llm.base import Finish, LLMBusy, LLMMisconfigured, LLMUnavailable
from beautybot.llm.chain import Chain
from beautybot.llm.openai_compatible import OpenAIWire
from beautybot.llm.steady import Steady
from beautybot.settings import Settings, SettingsError, load

Answering = Callable[[dict[str, Any]], Response]


def said(content: str | None, finish: str = "stop", **message: Any) -> Response:
    """A completion as such endpoints write it."""
    return JSONResponse(
        {
            "model": "qwen3-8b",
            "choices": [
                {"index": 0, "finish_reason": finish, "message": {"content": content, **message}}
            ],
            "usage": {"prompt_tokens": 10, "completion_tokens": 3},
        }
    )


def understood(body: dict[str, Any]) -> Response:
    """A structured answer in the form that was asked for."""
    text = msgspec.json.encode(UNDERSTOOD).decode()
    if body.get("tools"):
        call = {"function": {"name": "answer", "arguments": text}}
        return said(None, "tool_calls", tool_calls=[call])
    return said(text)


@asynccontextmanager
async def endpoint(
    answer: Answering, *, key: str | None = "sk-test", model: str = "qwen3-8b"
) -> AsyncIterator[tuple[Steady, list[dict[str, Any]], list[dict[str, str]]]]:
    """Serve it; the model, and what it was sent."""
    bodies: list[dict[str, Any]] = []
    headers: list[dict[str, str]] = []

    async def complete(request: Request) -> Response:
        bodies.append(await request.json())
        headers.append(dict(request.headers))
        return answer(bodies[-1])

    app = Starlette(routes=[Route("/v1/chat/completions", complete, methods=["POST"])])
    async with serving(app) as url:
        wire = OpenAIWire(base_url=f"{url}/v1/", key=key, model=model)
        steady = Steady(wire, streams=4, sleep=no_pause)
        try:
            yield steady, bodies, headers
        finally:
            await steady.close()


async def test_a_plain_answer_and_a_key() -> None:
    """The body is the standard one, the key a bearer token."""
    async with endpoint(lambda _: said("Здравствуйте!")) as (model, bodies, headers):
        reply = await model.complete(asking())

    assert (reply.text, reply.model, reply.input_tokens) == ("Здравствуйте!", "qwen3-8b", 10)
    assert bodies[0]["messages"][0]["role"] == "system"
    assert headers[0]["authorization"] == "Bearer sk-test"


async def test_a_model_in_the_next_room_needs_no_key() -> None:
    """Ollama and llama.cpp want none."""
    async with endpoint(lambda _: said("да"), key=None) as (model, _, headers):
        await model.complete(asking())

    assert "authorization" not in headers[0]


async def test_yandex_gets_its_folder_and_keeps_no_log() -> None:
    """The folder is in the model's name."""
    async with endpoint(lambda _: said("да"), model="gpt://b1g/yandexgpt/latest") as parts:
        await parts[0].complete(asking())

    head = parts[2][0]
    assert head["authorization"] == "Api-Key sk-test"
    assert (head["openai-project"], head["x-data-logging-enabled"]) == ("b1g", "false")


@pytest.mark.parametrize("refuses", [(), ("response_format",), ("response_format", "tools")])
async def test_the_ladder_is_the_same(refuses: tuple[str, ...]) -> None:
    """Whatever the endpoint can do, the answer is data of the schema."""

    def answer(body: dict[str, Any]) -> Response:
        if any(body.get(name) for name in refuses):
            return JSONResponse({"error": {"message": "unsupported"}}, status_code=400)
        return understood(body)

    async with endpoint(answer) as (model, bodies, _):
        first = await model.complete(asking(schema=True))
        second = await model.complete(asking(schema=True))

    assert first.data == second.data == UNDERSTOOD
    assert len(bodies) == len(refuses) + 2


@pytest.mark.parametrize(
    ("status", "error", "words"),
    [
        (401, LLMMisconfigured, "OPENAI_API_KEY"),
        (404, LLMMisconfigured, "OPENAI_MODEL"),
        (302, LLMMisconfigured, "OPENAI_BASE_URL redirects"),
        (429, LLMBusy, "busy"),
        (500, LLMUnavailable, "answered 500"),
    ],
)
async def test_troubles_are_named(status: int, error: type[Exception], words: str) -> None:
    """By the setting that mends them, and without the endpoint's own text."""
    body = {"error": {"message": "canary from the endpoint"}}
    async with endpoint(lambda _: JSONResponse(body, status_code=status)) as (model, _, _headers):
        with pytest.raises(error, match=words) as caught:
            await model.complete(asking())

    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    "odd",
    [
        Response(b"not json"),
        JSONResponse([]),
        JSONResponse({"choices": []}),
        JSONResponse({"choices": [{"message": None}]}),
    ],
)
async def test_an_odd_answer_is_unavailable(odd: Response) -> None:
    """Nothing else escapes."""
    async with endpoint(lambda _: odd) as (model, _, _headers):
        with pytest.raises(LLMUnavailable, match="oddly"):
            await model.complete(asking())


async def test_a_filtered_answer_is_filtered() -> None:
    """The text of a refusal is not for clients."""
    async with endpoint(lambda _: said("Не могу", "content_filter")) as (model, _, _headers):
        reply = await model.complete(asking())

    assert (reply.finish, reply.text) == (Finish.FILTERED, "")


def test_the_settings_choose_the_models() -> None:
    """None, one, the other, or one behind the other."""
    giga = {"gigachat_client_id": "id", "gigachat_client_secret": "secret"}
    other = {"openai_base_url": "http://localhost:11434/v1", "openai_model": "qwen3"}

    assert registry.build(Settings()) is None
    assert registry.build(Settings(**giga)).name == "GigaChat"
    assert registry.build(Settings(**other)).name == "the OpenAI-compatible model"
    both = registry.build(Settings(**giga, **other))
    assert isinstance(both, Chain)
    assert both.name == "GigaChat → the OpenAI-compatible model"


def test_an_endpoint_without_a_model_is_refused_at_the_start(tmp_path: Any) -> None:
    """One line names both."""
    with pytest.raises(SettingsError, match="OPENAI_BASE_URL and OPENAI_MODEL"):
        load({"OPENAI_BASE_URL": "http://localhost:1/v1"}, tmp_path)
