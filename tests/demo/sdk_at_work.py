"""The official SDK before the GigaChat double, and bodies of both contracts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from gigachat import GigaChatAsyncClient

from beautybot.demo.fakes.gigachat.fake import FakeGigaChat
from beautybot.demo.fakes.gigachat.oauth import Credential
from beautybot.demo.fakes.server import serving

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
