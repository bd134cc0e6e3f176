"""Credentials, tokens and streams."""

from __future__ import annotations

import base64
import binascii
import secrets
from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import parse_qs
from uuid import UUID

from beautybot.demo.fakes.wire import Answer, Call, answer_json

SCOPES = ("GIGACHAT_API_PERS", "GIGACHAT_API_B2B", "GIGACHAT_API_CORP")
TOKENS_A_SECOND = 10


@dataclass(slots=True)
class Credential:
    """One account: how many calls at once, and whether it has json_schema."""

    client_id: str
    secret: str
    scope: str
    streams: int = 1
    json_schema: bool = True
    exhausted: set[str] = field(default_factory=set)  # models whose tokens are used up: 402


@dataclass(slots=True)
class Gate:
    """Gives tokens out and knows whose they are."""

    token_life: timedelta = timedelta(minutes=30)
    credentials: dict[str, Credential] = field(default_factory=dict)
    issued: int = 0
    _tokens: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    _recent: deque[datetime] = field(default_factory=deque)

    def give_token(self, call: Call) -> Answer:
        """`POST /api/v2/oauth`"""
        try:
            if UUID(call.headers.get("rquid", "")).version != 4:
                raise ValueError
        except ValueError:
            return _no(400, 0, "Missing or malformed RqUID header")
        while self._recent and call.at - self._recent[0] >= timedelta(seconds=1):
            self._recent.popleft()
        if len(self._recent) >= TOKENS_A_SECOND:
            return _no(429, 0, "Too many requests")
        self._recent.append(call.at)
        credential = self._credential(call.headers.get("authorization", ""))
        if isinstance(credential, Answer):
            return credential
        return self._scoped(credential, call)

    def owner(self, call: Call) -> Credential | None:
        """Whose bearer token it is, if it is good."""
        client_id, until = self._tokens.get(call.bearer, ("", call.at))
        return self.credentials.get(client_id) if call.at < until else None

    def expire_tokens(self) -> None:
        """Every token given so far is good no longer."""
        self._tokens.clear()

    def _credential(self, header: str) -> Credential | Answer:
        kind, _, value = header.partition(" ")
        try:
            pair = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, ValueError):
            pair = ""
        if kind.lower() != "basic" or ":" not in pair:
            return _no(400, 4, "Can't decode 'Authorization' header")
        client_id, _, secret = pair.partition(":")
        known = self.credentials.get(client_id)
        if known is None or not secrets.compare_digest(known.secret.encode(), secret.encode()):
            return _no(401, 6, "credentials doesn't match db data")
        return known

    def _scoped(self, credential: Credential, call: Call) -> Answer:
        scope = parse_qs(call.body.decode(errors="replace")).get("scope", [""])[0]
        if not scope:
            return _no(400, 5, "scope is empty")
        if scope not in SCOPES:
            return _no(400, 1, "scope data format invalid")
        if scope != credential.scope:
            return _no(400, 7, "scope from db not fully includes consumed scope")
        token = secrets.token_urlsafe(900)
        until = call.at + self.token_life
        self._tokens[token] = (credential.client_id, until)
        self.issued += 1
        expires_ms = int(until.timestamp() * 1000)
        return answer_json(200, {"access_token": token, "expires_at": expires_ms})


@dataclass(slots=True)
class Streams:
    """Calls under way for each account, and the most ever seen."""

    now: Counter[str] = field(default_factory=Counter)
    peak: Counter[str] = field(default_factory=Counter)

    def enter(self, credential: Credential) -> bool:
        """Take a stream; False when all are taken."""
        key = credential.client_id
        if self.now[key] >= credential.streams:
            return False
        self.now[key] += 1
        self.peak[key] = max(self.peak[key], self.now[key])
        return True

    def leave(self, credential: Credential) -> None:
        """Give it back."""
        self.now[credential.client_id] -= 1


def _no(status: int, code: int, message: str) -> Answer:
    return answer_json(status, {"code": code, "message": message})
