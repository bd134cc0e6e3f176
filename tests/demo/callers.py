"""A receiver in the place of the product's webhook, and the two calls that the tests make."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aiohttp
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response


class Receiver:
    """A webhook that keeps what it gets; `respond` may be replaced."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.bodies: list[bytes] = []
        self.respond: Callable[[Request], Response] = lambda _: Response(status_code=200)
        self.verify_token = "let-me-in"

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        request = Request(scope, receive)
        if request.method == "GET":
            right = request.query_params.get("hub.verify_token") == self.verify_token
            challenge = request.query_params.get("hub.challenge", "")
            response: Response = PlainTextResponse(challenge, 200 if right else 403)
        else:
            self.bodies.append(await request.body())
            self.requests.append(request)
            response = self.respond(request)
        await response(scope, receive, send)


async def post(url: str, body: Any, *, token: str = "", timeout_s: float = 5.0) -> tuple[int, Any]:
    """POST JSON; status and decoded answer."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    timeout = aiohttp.ClientTimeout(total=timeout_s)
    async with (
        aiohttp.ClientSession(timeout=timeout) as session,
        session.post(url, json=body, headers=headers) as response,
    ):
        return response.status, await response.json()


async def get(url: str, *, token: str = "") -> tuple[int, Any]:
    """GET; status and decoded answer."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with (
        aiohttp.ClientSession() as session,
        session.get(url, headers=headers) as response,
    ):
        return response.status, await response.json()
