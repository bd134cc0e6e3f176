"""
`/api/webhooks/…`: verify, store, answer 200 with an empty body.  Nothing else.

Plain ASGI: this is the hot path.  A delivery that is not proven leaves no
trace but a masked log line; one that is proven is durable before the channel
hears "200", whatever is in it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote

from starlette.types import Receive, Scope, Send

from beautybot.channels.telegram import updates
from beautybot.channels.whatsapp import signature
from beautybot.conversations.inbox import RawEvent
from beautybot.kit import clock as clocks, log, metrics
from beautybot.kit.batching import Batcher
from beautybot.kit.clock import Clock
from beautybot.kit.db import DatabaseUnavailable
from beautybot.kit.failpoints import Stage, reached
from beautybot.kit.wakeup import ToDo, Wakeup
from beautybot.web.deadlines import ReadDeadline
from beautybot.web.doors import Doors

logger = log.get(__name__)

ROOT = "/api/webhooks/"
CAPS = {"whatsapp": 3_500_000, "telegram": 1_000_000}
READ_S = 10.0
SECRET_HEADER = b"x-telegram-bot-api-secret-token"


class Refused(Exception):
    """The delivery is answered with this status and an empty body."""

    def __init__(self, status: int, *, retry_after: bool = False) -> None:
        super().__init__(status)
        self.status = status
        self.retry_after = retry_after


@dataclass(slots=True)
class Webhooks:
    """The ASGI endpoint of every channel."""

    doors: Doors
    inbox: Batcher[RawEvent]
    wakeup: Wakeup
    verify_token: str
    clock: Clock = clocks.now
    deadline: ReadDeadline = field(default_factory=lambda: ReadDeadline(READ_S))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = clocks.monotonic()
        channel, _, key = str(scope["path"])[len(ROOT) :].partition("/")
        try:
            if channel == "whatsapp" and not key and scope["method"] == "GET":
                status, challenge = self._handshake(scope)
                await _answer(send, status, challenge)
                return
            if scope["method"] != "POST" or channel not in CAPS:
                raise Refused(405 if channel in CAPS else 404)
            await self._receive(channel, key, scope, receive)
        except Refused as refused:
            _count(channel, refused.status)
            await _answer(send, refused.status, retry_after=refused.retry_after)
        except DatabaseUnavailable:
            _count(channel, 503)
            await _answer(send, 503, retry_after=True)
        else:
            reached(Stage.ACCEPTED)
            await _answer(send, 200)
            metrics.ACK.labels(channel).observe(clocks.monotonic() - began)
            reached(Stage.ANSWERED)

    async def _receive(self, channel: str, key: str, scope: Scope, receive: Receive) -> None:
        headers = _headers(scope)
        if channel == "whatsapp":
            body = await _body(receive, headers, CAPS[channel], self.deadline)
            event = await self._whatsapp(body, headers)
        else:
            door = await self._telegram_account(key, headers)
            body = await _body(receive, headers, CAPS[channel], self.deadline)
            event = self._telegram(body, door)
        reached(Stage.RECEIVED)
        await self.inbox.add(event)
        self.wakeup.ring(ToDo.INBOX)

    def _handshake(self, scope: Scope) -> tuple[int, bytes]:
        query = dict(parse_qsl(scope["query_string"].decode("latin-1"), encoding="utf-8"))
        return signature.handshake(query, self.verify_token)

    async def _whatsapp(self, body: bytes, headers: dict[bytes, bytes]) -> RawEvent:
        given = headers.get(b"x-hub-signature-256")
        header = given.decode("latin-1") if given else None
        known = await self.doors.app_secrets()
        fits = signature.verify(body, header, [k.secret for k in known])
        if fits is None and header is not None:
            known = await self.doors.app_secrets_again() or []
            fits = signature.verify(body, header, [k.secret for k in known])
        if fits is None:
            logger.warning("❌ Ошибка подписи WhatsApp: событие отклонено", bytes=len(body))
            raise Refused(401)
        return RawEvent(
            channel="whatsapp",
            key=hashlib.sha256(body).hexdigest(),
            received_at=self.clock(),
            body=body,
            signed_by=known[fits].mark,
        )

    async def _telegram_account(self, key: str, headers: dict[bytes, bytes]) -> int:
        """The one account that everything presented names; Refused otherwise."""
        presented = [
            (unquote(key), "token"),
            (headers.get(b"x-bot-token", b"").decode("latin-1"), "token"),
            (
                headers.get(b"x-telegram-bot-api-secret-token", b"").decode("latin-1"),
                "secret_token",
            ),
        ]
        accounts: set[int | None] = set()
        for value, name in presented:
            if value:
                door = await self.doors.telegram(value, name)
                accounts.add(door.account_id if door else None)
        account = accounts.pop() if len(accounts) == 1 else None
        if account is None:
            logger.warning("❌ Ошибка токена Telegram: событие отклонено")
            raise Refused(401)
        return account

    def _telegram(self, body: bytes, account_id: int) -> RawEvent:
        number = updates.update_id(body)
        unique = str(number) if number is not None else hashlib.sha256(body).hexdigest()
        return RawEvent(
            channel="telegram",
            key=f"{account_id}:{unique}",
            received_at=self.clock(),
            body=body,
            account_id=account_id,
        )


async def _body(
    receive: Receive, headers: dict[bytes, bytes], cap: int, deadline: ReadDeadline
) -> bytes:
    declared = headers.get(b"content-length", b"0")
    if declared.isdigit() and int(declared) > cap:
        raise Refused(413)
    try:
        with deadline:
            message = await receive()
            body: bytes = message.get("body", b"")
            while message.get("more_body"):
                message = await receive()
                body += message.get("body", b"")
                if len(body) > cap:
                    raise Refused(413)
            if message["type"] == "http.disconnect":
                raise Refused(400)
    except TimeoutError:
        raise Refused(408) from None
    if len(body) > cap:
        raise Refused(413)
    return body


def _count(channel: str, status: int) -> None:
    known = channel if channel in CAPS else "other"  # a stranger must not make up labels
    metrics.REFUSED.labels(known, str(status)).inc()


def _headers(scope: Scope) -> dict[bytes, bytes]:
    return dict(scope["headers"])


async def _answer(send: Send, status: int, body: bytes = b"", *, retry_after: bool = False) -> None:
    headers = [(b"content-length", str(len(body)).encode())]
    if body:
        headers += [
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"x-content-type-options", b"nosniff"),
        ]
    if retry_after:
        headers.append((b"retry-after", b"5"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
