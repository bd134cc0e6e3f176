"""The GigaChat double itself."""

from __future__ import annotations

import asyncio
import base64
import math
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from beautybot.demo.fakes.faults import FaultScript
from beautybot.demo.fakes.gigachat.brains import Brain, Mind
from beautybot.demo.fakes.gigachat.dialect import Refused, check_function
from beautybot.demo.fakes.gigachat.oauth import Credential, Gate, Streams
from beautybot.demo.fakes.gigachat.prompt import Prompt, read_prompt
from beautybot.demo.fakes.gigachat.rules import rule_brain
from beautybot.demo.fakes.gigachat.shapes import answer_of, tokens
from beautybot.demo.fakes.wire import (
    Answer,
    Call,
    Handler,
    Journal,
    Receive,
    Scope,
    Send,
    answer_json,
    serve,
)
from beautybot.kit import clock as kit_clock

MODELS = ("GigaChat-2", "GigaChat-2-Pro", "GigaChat-2-Max", "GigaChat-3-Ultra")
CACHE_LIFE = timedelta(seconds=30)
CONTEXT_TOKENS = 128_000
OAUTH_PATH = "/api/v2/oauth"
_PREFIXES = ("/api/v1", "/api/v2", "/v1", "/v2")


def spread(p50_s: float, p95_s: float, *, speed: float = 1.0, seed: int = 0) -> Callable[[], float]:
    """A lognormal latency with this median and 95th percentile, divided by `speed`."""
    dice = random.Random(seed)
    sigma = math.log(p95_s / p50_s) / 1.645
    return lambda: dice.lognormvariate(math.log(p50_s), sigma) / speed


class FakeGigaChat:
    """
    An ASGI app that answers as GigaChat's OAuth and API hosts.

    `mind` decides what is answered (`mind.script`, `mind.when`, `mind.brain`),
    `faults` are put by client id, `prompts` keeps what was asked, and
    `streams.peak` the most calls at once of each client id.  `latency` gives
    seconds for each call.
    """

    def __init__(
        self,
        brain: Brain = rule_brain,
        *,
        clock: kit_clock.Clock = kit_clock.now,
        token_life: timedelta = timedelta(minutes=30),
        latency: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self.mind = Mind(brain)
        self.clock = clock
        self.latency = latency
        self.gate = Gate(token_life)
        self.streams = Streams()
        self.faults = FaultScript()
        self.journal = Journal()
        self.prompts: list[Prompt] = []
        self._caches: dict[str, tuple[datetime, str]] = {}

    def add_credential(
        self,
        client_id: str,
        secret: str,
        *,
        scope: str = "GIGACHAT_API_PERS",
        streams: int = 1,
        json_schema: bool = True,
    ) -> Credential:
        """One account; `streams` is how many calls it may have at once."""
        credential = Credential(client_id, secret, scope, streams, json_schema)
        self.gate.credentials[client_id] = credential
        return credential

    @staticmethod
    def authorization_key(credential: Credential) -> str:
        """What the SDK calls `credentials`."""
        return base64.b64encode(f"{credential.client_id}:{credential.secret}".encode()).decode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        held: list[Credential] = []
        handler: Handler = lambda call: self._answer(call, held)
        try:
            await serve(scope, receive, send, handler, journal=self.journal, at=self.clock())
        finally:
            for credential in held:
                self.streams.leave(credential)

    async def _answer(self, call: Call, held: list[Credential]) -> Answer:
        if call.path == OAUTH_PATH and call.method == "POST":
            return await self.faults.around(
                "oauth", "oauth", lambda: _ready(self.gate.give_token(call))
            )
        prefix = next((p for p in _PREFIXES if call.path.startswith(p + "/")), "")
        credential = self.gate.owner(call)
        if credential is None:
            return _error(401, "Unauthorized")
        name = call.path.removeprefix(prefix).strip("/")
        version = 2 if prefix.endswith("2") else 1
        return await self.faults.around(
            credential.client_id,
            name,
            lambda: self._carry_out(call, name, version, credential, held),
        )

    async def _carry_out(
        self, call: Call, name: str, version: int, credential: Credential, held: list[Credential]
    ) -> Answer:
        try:
            match call.method, name:
                case "POST", "chat/completions":
                    return await self._chat(call, version, credential, held)
                case "GET", "models":
                    return answer_json(200, {"data": list(map(_model, MODELS)), "object": "list"})
                case "POST", "tokens/count":
                    return _count(call.json())
                case "POST", "functions/validate":
                    check_function(call.json())
                    return answer_json(200, {"status": 200, "message": "Function is valid"})
                case "GET", "balance":
                    return _error(403, "Permission denied")
                case "GET", _ if name.startswith("models/"):
                    known = name.removeprefix("models/")
                    return answer_json(200, _model(known)) if known in MODELS else _no_model()
        except Refused as refused:
            return _error(refused.status, refused.message)
        return _error(404, "Not Found")

    async def _chat(
        self, call: Call, version: int, credential: Credential, held: list[Credential]
    ) -> Answer:
        if not self.streams.enter(credential):
            return _error(429, "Too Many Requests")
        held.append(credential)
        prompt = read_prompt(call.json(), version, json_schema=credential.json_schema)
        session = call.headers.get("x-session-id", "")
        prompt = replace(prompt, session=session, credential=credential.client_id)
        if prompt.model not in MODELS:
            return _no_model()
        if prompt.model in credential.exhausted:
            return _error(402, "Payment Required")
        if tokens(prompt.text) > CONTEXT_TOKENS:
            return _error(413, "Tokens limit exceeded")
        self.prompts.append(prompt)
        if (pause := self.latency()) > 0:
            await asyncio.sleep(pause)
        echoed = {n: call.headers[n] for n in ("x-session-id", "x-client-id") if n in call.headers}
        echoed["x-request-id"] = call.headers.get("x-request-id") or str(uuid4())
        return answer_of(
            prompt,
            self.mind.think(prompt),
            cached=self._cached(prompt, call.at),
            created=int(call.at.timestamp()),
            headers=echoed,
        )

    def _cached(self, prompt: Prompt, now: datetime) -> int:
        if not prompt.session:
            return 0
        since, known = self._caches.get(prompt.session, (now, ""))
        self._caches[prompt.session] = (now, prompt.text)
        if now - since > CACHE_LIFE:
            return 0
        same = next(
            (i for i, (a, b) in enumerate(zip(known, prompt.text, strict=False)) if a != b),
            min(len(known), len(prompt.text)),
        )
        return tokens(prompt.text[:same])


async def _ready(answer: Answer) -> Answer:
    return answer


def _model(name: str) -> dict[str, str]:
    return {"id": name, "object": "model", "owned_by": "salutedevices", "type": "chat"}


def _no_model() -> Answer:
    return _error(404, "No such model")


def _count(body: Any) -> Answer:
    texts = body.get("input") if isinstance(body, dict) else None
    if not isinstance(texts, list):
        raise Refused(422, "Invalid params: input must be an array of strings")
    rows = [{"object": "tokens", "tokens": tokens(t), "characters": len(t)} for t in texts]
    return answer_json(200, rows)


def _error(status: int, message: str) -> Answer:
    return answer_json(status, {"status": status, "message": message})
