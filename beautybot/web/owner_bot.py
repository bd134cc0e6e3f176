"""
`/api/owner-bot`: what salons' people say to the global bot, stored and answered with 200.

Its own door with its own secret: no salon's bot and no salon's secret opens it.
Unproven is 401 with an empty body, and nothing is kept.
"""

from __future__ import annotations

import hashlib
import hmac

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from beautybot.channels.telegram import updates
from beautybot.kit import log
from beautybot.kit.crypto import Keyring
from beautybot.kit.db import DatabaseUnavailable
from beautybot.kit.wakeup import ToDo
from beautybot.notifications.bot import hearing
from beautybot.web.deadlines import ReadDeadline
from beautybot.web.parts import Parts

logger = log.get(__name__)
PATH = "/api/owner-bot"
HEADER = "x-telegram-bot-api-secret-token"
CAP = 1_000_000
READ_S = 10.0


def secrets_of(keyring: Keyring, token: str) -> list[str]:
    """What proves a delivery, newest key first; made from the token, kept nowhere."""
    return keyring.lookups(token, "owners-bot")


def routes(parts: Parts) -> list[BaseRoute]:
    """The door; without a global bot nothing opens it."""
    token = parts.settings.telegram_bot_token
    good = secrets_of(parts.keyring, token) if token else []
    deadline = ReadDeadline(READ_S)

    async def receive(request: Request) -> Response:
        given = request.headers.get(HEADER, "").encode()
        if not any(hmac.compare_digest(given, one.encode()) for one in good):
            logger.warning("❌ Ошибка секрета глобального бота: событие отклонено")
            return Response(status_code=401)
        try:
            with deadline:
                body = await _body(request)
        except TimeoutError:
            return Response(status_code=408)
        except ClientDisconnect:
            return Response(status_code=400)
        if body is None:
            return Response(status_code=413)
        number = updates.update_id(body)
        key = str(number) if number is not None else hashlib.sha256(body).hexdigest()
        try:
            await parts.db.write(hearing.accept, [(key, body)], parts.clock())
        except DatabaseUnavailable:
            return Response(status_code=503, headers={"Retry-After": "5"})
        parts.wakeup.ring(ToDo.OWNERS)
        return Response(status_code=200)

    return [Route(PATH, receive, methods=["POST"])]


async def _body(request: Request) -> bytes | None:
    """The whole of it, or None if it is too much."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > CAP:
            return None
    return bytes(body)
