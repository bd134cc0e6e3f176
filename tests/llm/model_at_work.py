"""Our own GigaChat adapter against the double, over real HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from beautybot.demo.fakes.gigachat.fake import FakeGigaChat
from beautybot.demo.fakes.gigachat.oauth import Credential
from beautybot.demo.fakes.server import Tls, serving
from beautybot.kit import clock
from beautybot.llm import gigachat
from beautybot.llm.base import Purpose, Request, Said
from beautybot.llm.steady import Steady

CLIENT, SECRET = "7a1f3c52-client", "canary-secret-5d41402abc4b"
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "commands": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "op": {"type": "string", "enum": ["start_booking", "set_service", "greet"]},
                    "value": {"type": "string"},
                },
                "required": ["op", "value"],
            },
        },
        "mood": {"type": "string", "enum": ["ok", "angry", "urgent"]},
    },
    "required": ["commands", "mood"],
}
UNDERSTOOD = {"commands": [{"op": "greet", "value": ""}], "mood": "ok"}


def asking(
    text: str = "хочу на маникюр", *, schema: bool = False, tenant: str = "1", deadline_s: float = 5
) -> Request:
    """A request as the receptionist makes it."""
    return Request(
        purpose=Purpose.UNDERSTAND,
        messages=(Said("system", "Ты администратор."), Said("user", text)),
        tenant=tenant,
        session=f"conversation-{tenant}",
        deadline_s=deadline_s,
        schema=SCHEMA if schema else None,
    )


@asynccontextmanager
async def gigachat_at_work(
    fake: FakeGigaChat | None = None,
    *,
    tls: Tls | None = None,
    account: dict[str, Any] | None = None,
    seconds: Callable[[], float] = clock.monotonic,
    **credential: Any,
) -> AsyncIterator[tuple[FakeGigaChat, Steady, Credential]]:
    """A double with one credential and our model of it; pauses between tries take no time."""
    fake = fake or FakeGigaChat()
    known = fake.add_credential(CLIENT, SECRET, **credential)
    async with serving(fake, tls=tls) as url:
        ours = gigachat.Account(
            client_id=CLIENT,
            secret=SECRET,
            scope="GIGACHAT_API_PERS",
            model="GigaChat-2-Pro",
            base_url=f"{url}/v1",
            auth_url=f"{url}/api/v2/oauth",
            streams=known.streams,
        )
        wire = gigachat.GigaChatWire(replace(ours, **(account or {})), seconds)
        model = Steady(wire, streams=known.streams, sleep=no_pause)
        try:
            yield fake, model, known
        finally:
            await model.close()


async def no_pause(_seconds: float) -> None:
    """Wait for nothing."""
