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

from beautybot.channels import registry
from beautybot.channels.base import Hook
from beautybot.conversations.inbox import RawEvent
from beautybot.kit import clock as clocks, log, metrics
from beautybot.kit.batching import Batcher
from beautybot.kit.clock import Clock
from beautybot.kit.db import DatabaseUnavailable
from beautybot.kit.failpoints import Stage, reached
from beautybot.kit.wakeup import ToDo, Wakeup
from beautybot.web.deadlines import ReadDeadline
from beautybot.web.doors import Doors
from beautybot.web.shares import Shares, Strangers

logger = log.get(__name__)

ROOT = "/api/webhooks/"
HOOKS = registry.hooks()
TITLES = {kind.name: kind.title for kind in registry.CHANNELS}
ACKS = {name: metrics.ACK.labels(name) for name in HOOKS}
READ_S = 10.0


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
    crowded: Batcher[RawEvent] | None = None  # where what stands behind the others is stored
    shares: Shares = field(default_factory=Shares)
    strangers: Strangers = field(default_factory=Strangers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = clocks.monotonic()
        name, _, key = str(scope["path"])[len(ROOT) :].partition("/")
        hook = HOOKS.get(name)
        refusal: tuple[int, bool] | None = None
        try:
            if hook is None:
                raise Refused(404)
            if scope["method"] == "GET" and hook.handshake is not None and not key:
                status, challenge = hook.handshake(_query(scope), self.verify_token)
                await _answer(send, status, challenge)
                return
            if scope["method"] != "POST":
                raise Refused(405)
            await self._receive(name, hook, key, scope, receive)
        except Refused as refused:
            refusal = refused.status, refused.retry_after
        except DatabaseUnavailable:
            refusal = 503, True
        if refusal is not None:  # no body is held any more: not even by the error
            await self._refuse(name, send, *refusal)
        else:
            reached(Stage.ACCEPTED)
            await _answer(send, 200)
            ACKS[name].observe(clocks.monotonic() - began)
            reached(Stage.ANSWERED)

    async def _refuse(self, name: str, send: Send, status: int, retry_after: bool) -> None:
        _count(name, status)
        if status == 401:
            await self.strangers.pause(clocks.monotonic())
        await _answer(send, status, retry_after=retry_after)

    async def _receive(
        self, name: str, hook: Hook, key: str, scope: Scope, receive: Receive
    ) -> None:
        headers = _headers(scope)
        if hook.verify is not None:
            body = await _body(receive, headers, hook.cap, self.deadline)
            event = await self._signed(name, hook, body, headers)
        else:
            account = await self._proven(name, hook, key, headers)
            body = await _body(receive, headers, hook.cap, self.deadline)
            event = self._of_account(name, hook, body, account)
        reached(Stage.RECEIVED)
        sender, later = None, None
        if self.shares.looks(event.received_at):
            person = hook.sender(event.body)
            sender = f"{name}:{event.account_id}:{person}" if person is not None else None
            later = self.shares.due(sender, event.received_at)
        if later is None:  # everybody but who floods us
            await self.inbox.add(event)
            self.wakeup.ring(ToDo.INBOX)
            return
        behind = self.shares.crowds_out(sender, event.received_at)
        door = self.crowded if behind and self.crowded is not None else self.inbox
        await door.add(event._replace(due_at=later))

    async def _signed(
        self, name: str, hook: Hook, body: bytes, headers: dict[bytes, bytes]
    ) -> RawEvent:
        """A delivery that one of our app secrets has signed; Refused otherwise."""
        assert hook.verify is not None
        given = headers.get(hook.signature)
        header = given.decode("latin-1") if given else None
        known = await self.doors.app_secrets()
        fits = hook.verify(body, header, [k.secret for k in known])
        if fits is None and header is not None:
            known = await self.doors.app_secrets_again() or []
            fits = hook.verify(body, header, [k.secret for k in known])
        if fits is None:
            logger.warning(f"❌ Ошибка подписи {TITLES[name]}: событие отклонено", bytes=len(body))
            raise Refused(401)
        return RawEvent(
            channel=name,
            key=_fingerprint(body),
            received_at=self.clock(),
            body=body,
            signed_by=known[fits].mark,
        )

    async def _proven(self, name: str, hook: Hook, key: str, headers: dict[bytes, bytes]) -> int:
        """The one account that everything presented names; Refused otherwise."""
        accounts: set[int | None] = set()
        strict = shown = False
        for proof in hook.proofs:
            value = unquote(key) if proof.header is None else _text(headers, proof.header)
            shown = bool(value)  # in the end: was the messenger's own proof there?
            if value:
                door = await self.doors.account(name, value, proof.secret)
                accounts.add(door.account_id if door else None)
                strict = strict or (door is not None and door.strict)
        account = accounts.pop() if len(accounts) == 1 else None
        if account is None or (strict and not shown):
            logger.warning(f"❌ Ошибка токена {TITLES[name]}: событие отклонено")
            raise Refused(401)
        return account

    def _of_account(self, name: str, hook: Hook, body: bytes, account_id: int) -> RawEvent:
        number = hook.number(body)
        unique = str(number) if number is not None else _fingerprint(body)
        return RawEvent(
            channel=name,
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


def _fingerprint(body: bytes) -> str:
    """Half of a SHA-256: 128 bits tell deliveries apart, and the index of keys stays small."""
    return hashlib.sha256(body).hexdigest()[:32]


def _query(scope: Scope) -> dict[str, str]:
    return dict(parse_qsl(scope["query_string"].decode("latin-1"), encoding="utf-8"))


def _text(headers: dict[bytes, bytes], name: bytes) -> str:
    return headers.get(name, b"").decode("latin-1")


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


def _count(channel: str, status: int) -> None:
    known = channel if channel in HOOKS else "other"  # a stranger must not make up labels
    metrics.REFUSED.labels(known, str(status)).inc()
