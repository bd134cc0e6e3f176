"""
The net between Meta and us, in both directions, without sockets and with its faults.

Deliveries are lost, repeated, delayed and overtaken; their answers are lost.
Our sends are refused, throttled, or carried out with the answer lost.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import msgspec

from beautybot.demo.fakes.faults import cut_answer, lost_answer
from beautybot.demo.fakes.graph import FakeGraph
from beautybot.demo.fakes.graph_errors import graph_fault
from beautybot.demo.fakes.graph_webhooks import MetaWebhooks, signature
from beautybot.kit.http import Answer, HttpCaller, NoAnswer, Upload
from beautybot.proof.simulated import chances as share
from beautybot.proof.simulated.chances import Chances
from beautybot.proof.simulated.machine import Handle, Machine

PATH = "/api/webhooks/whatsapp"
PATIENCE_S = 10.0  # Meta's
OURS_S = 20.0
LONGEST_DELAY_S = 240.0


@dataclass(slots=True)
class Deliveries(MetaWebhooks):
    """Meta's deliveries to whatever process answers now; `acknowledged` are keys of bodies."""

    chances: Chances = field(default_factory=lambda: Chances(0))
    door: Callable[[], Machine | None] = lambda: None
    acknowledged: set[str] = field(default_factory=set)
    forged_taken: int = 0

    async def _post(self, url: str, body: bytes, app_secret: str) -> int:
        luck = self.chances
        if luck.strikes("delivery delayed", share.DELAYED):
            await asyncio.sleep(luck.dice("delay").uniform(0.1, LONGEST_DELAY_S))
        if luck.strikes("delivery lost", share.LOST_REQUEST):
            return 0
        if luck.strikes("forged copy", share.FORGED):
            self.forged_taken += await self._once(body, "another secret") == 200
        status = await self._once(body, app_secret)
        if luck.strikes("delivery repeated", share.REPEATED):
            await self._once(body, app_secret)
        return 0 if luck.strikes("answer lost", share.LOST_ANSWER) else status

    async def _once(self, body: bytes, app_secret: str) -> int:
        machine = self.door()
        if machine is None:
            return 0
        try:
            async with asyncio.timeout(PATIENCE_S):
                headers = {"X-Hub-Signature-256": signature(app_secret, body)}
                status = await machine.post(PATH, headers, body)
        except TimeoutError:
            return 0
        if status == 200:
            self.acknowledged.add(hashlib.sha256(body).hexdigest()[:32])
        return status


class Sends(HttpCaller):
    """Graph as one process reaches it."""

    def __init__(self, graph: FakeGraph, luck: Chances, handle: Handle) -> None:
        super().__init__()
        self._graph = graph
        self._luck = luck
        self._handle = handle

    async def call(
        self,
        method: str,
        url: str,
        *,
        headers: dict[str, str] | None = None,
        json: Any = None,
        upload: Upload | None = None,
        timeout_s: float | None = None,
        limit: int = 0,
    ) -> Answer:
        """One request; NoAnswer when there is no answer."""
        await self._handle.alive()
        await asyncio.sleep(self._luck.dice("graph").uniform(0.02, 0.4))
        await self._handle.alive()
        parts = urlsplit(url)
        if parts.path.endswith("/messages") and isinstance(json, dict) and "to" in json:
            self._spoil(parts.path.split("/")[-2])
        try:
            async with asyncio.timeout(timeout_s or OURS_S):
                answer = await self._asked(method, parts.path, parts.query, headers or {}, json)
        except TimeoutError:
            raise NoAnswer("timeout", sent=True) from None
        await self._handle.alive()
        if answer is None:
            raise NoAnswer("the connection was cut", sent=True)
        return answer

    def _spoil(self, number: str) -> None:
        luck, faults = self._luck, self._graph.faults
        if luck.strikes("send refused", share.SEND_REFUSED):
            faults.put(number, graph_fault(131000))
        elif luck.strikes("send throttled", share.SEND_THROTTLED):
            faults.put(number, graph_fault(130429))
        elif luck.strikes("send carried out, answer cut", share.SEND_CUT):
            faults.put(number, cut_answer())
        elif luck.strikes("send carried out, answer never came", share.SEND_HANGS):
            faults.put(number, lost_answer())

    async def _asked(
        self, method: str, path: str, query: str, headers: dict[str, str], json: Any
    ) -> Answer | None:
        given = [
            {"type": "http.request", "body": b"" if json is None else msgspec.json.encode(json)}
        ]
        status, raw, whole = 0, b"", False

        async def receive() -> Any:
            if given:
                return given.pop()
            return await asyncio.Event().wait()  # the caller does not hang up by himself

        async def send(message: Any) -> None:
            nonlocal status, raw, whole
            status = message.get("status", status)
            raw += message.get("body", b"")
            whole = message["type"] == "http.response.body" and not message.get("more_body")

        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": query.encode(),
            "headers": [(k.lower().encode(), v.encode()) for k, v in headers.items()],
        }
        await self._graph(scope, receive, send)
        return Answer(status, msgspec.json.decode(raw), {}, raw) if whole else None
