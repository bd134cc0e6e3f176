"""
The one door of assistants: who calls, how often they may, and what they are answered.

REST and MCP both go through it, so their answers agree.  Every refusal is one
sentence that a model can act on, never the text of an exception.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from beautybot.agent import guests, holding, public, visitors
from beautybot.agent.guests import Plea
from beautybot.agent.holding import Caller, NotThen, Wanted
from beautybot.agent.public import BadRequest
from beautybot.booking.caps import TooManyHolds
from beautybot.booking.tickets import KeyReused, hashed
from beautybot.kit.errors import NotFound
from beautybot.kit.wakeup import ToDo
from beautybot.web.codes import code_of
from beautybot.web.parts import Parts
from beautybot.web.quotas import Quota

T = TypeVar("T")
ABSENT = "There is no such salon, service or booking."


class Refused(Exception):
    """An answer that is not a success: status, one sentence, and perhaps free times."""

    def __init__(self, status: int, words: str, **more: Any) -> None:
        super().__init__(words)
        self.status, self.words, self.more = status, words, more


class Asks(Protocol):
    """A hold as REST spells it."""

    salonId: str
    serviceId: str
    bookingTime: str
    clientName: str
    clientPhone: str
    notes: str
    specialistId: str


class Door:
    """What both ways in share; quotas are by address, and every salon has caps of its own."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.reads, self.writes = Quota(60, 5), Quota(30, 0.2)
        self.salons = Quota(600, 300)

    def caller(self, request: Request, *, writes: bool) -> str:
        """Who calls, as a hash; Refused without the key or over the quota."""
        if not self.has_key(request.headers.get("authorization", "")):
            raise Refused(401, "A valid API key is needed as a bearer token.")
        place = request.client.host if request.client else ""
        return self.subject(place, request.headers.get("x-chatgpt-user-id", ""), writes=writes)

    def has_key(self, authorization: str) -> bool:
        """True where no key is set, or this is it."""
        key = self.parts.settings.assistants_api_key
        given = authorization.removeprefix("Bearer ").encode()
        return not key or hmac.compare_digest(given, key.encode())

    def subject(self, place: str, hint: str, *, writes: bool) -> str:
        """The caller as a hash; Refused over the quota.  The hint only tells some apart."""
        quota = self.writes if writes else self.reads
        if wait := quota.take(place):
            raise Refused(429, "Too many calls: wait a little.", retry_after=int(wait) + 1)
        return hashed(f"{place}|{hint[:200]}")

    def of_salon(self, salon: str) -> None:
        """Refused when all callers together ask for one salon too often."""
        if wait := self.salons.take(salon):
            raise Refused(429, "Too many calls for this salon: wait.", retry_after=int(wait) + 1)

    async def look(self, verb: Callable[..., T], salon: str, *args: Any) -> T:
        """Read something of one salon, counted among all that is asked of it."""
        self.of_salon(salon)
        return await self.run(True, verb, salon, *args)

    def code_of(self, reference: str) -> str:
        """The secret code of a reference."""
        return code_of(self.parts.keyring, reference)

    async def hold(
        self, asked: Asks, subject: str, key: str, source: str, *, instead_of: str = ""
    ) -> dict[str, Any]:
        """Hold a time, perhaps in place of an earlier one, and say where it is confirmed."""
        wanted = self._wanted(asked)
        caller, now = self._by(subject, source, key), self.parts.clock()
        if instead_of:
            answer = await self.run(False, holding.reschedule, instead_of, wanted, caller, now)
        else:
            answer = await self.run(False, holding.hold, wanted, caller, now)
        return await self._with_links(dict(answer))

    async def cancel(self, reference: str, subject: str, source: str) -> dict[str, Any]:
        """Give a hold back, or say where the client cancels what is booked."""
        caller = self._by(subject, source, "")
        answer = await self.run(False, holding.cancel, reference, caller, self.parts.clock())
        return await self._with_links(answer) if "salon" in answer else answer

    async def support(self, salon: str, plea: Plea, subject: str) -> dict[str, Any]:
        """Tell the salon that somebody wants a person."""
        now = self.parts.clock()
        told = await self.run(False, guests.ask, salon, plea, subject=subject, now=now)
        self.parts.wakeup.ring(ToDo.NOTICES)
        return told

    async def run(self, read: bool, verb: Callable[..., T], *args: Any, **named: Any) -> T:
        """Run a verb; what it refuses becomes one sentence."""
        db = self.parts.db
        try:
            return await (db.read if read else db.write)(verb, *args, **named)
        except NotFound:
            raise Refused(404, ABSENT) from None
        except NotThen as error:
            raise Refused(409, f"{error}.", alternatives=error.free) from None
        except KeyReused as error:
            raise Refused(409, f"{error}.") from None
        except TooManyHolds as error:
            raise Refused(429, f"{error}.", retry_after=60) from None
        except BadRequest as error:
            raise Refused(422, f"{error}.") from None

    def _wanted(self, asked: Asks) -> Wanted:
        try:
            phone = public.normalised(asked.clientPhone)
        except BadRequest as error:
            raise Refused(422, f"{error}.") from None
        return Wanted(
            salon=asked.salonId,
            service=asked.serviceId,
            start=asked.bookingTime,
            name=asked.clientName,
            phone=phone,
            notes=asked.notes,
            specialist=asked.specialistId,
        )

    def _by(self, subject: str, source: str, key: str) -> Caller:
        return Caller(subject=subject, source=source, code_of=self.code_of, key=key)

    async def _with_links(self, answer: dict[str, Any]) -> dict[str, Any]:
        code = self.code_of(answer["reference"])
        return {**answer, "confirm": await self.run(True, visitors.links, answer["salon"], code)}


async def refused(_request: Request, error: Exception) -> JSONResponse:
    """The answer of a Refused."""
    assert isinstance(error, Refused)
    more = dict(error.more)
    retry = more.pop("retry_after", None)
    headers = {"Retry-After": str(retry)} if retry else None
    return JSONResponse({"error": error.words, **more}, error.status, headers)


async def invalid(_request: Request, error: Exception) -> JSONResponse:
    """Which field of a request cannot be, without what was in it."""
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"][1:])[:80] or "the body"
    return JSONResponse({"error": f"{place}: {first['msg']}."[:300]}, 422)


async def unavailable(_request: Request, _error: Exception) -> JSONResponse:
    """The database is away."""
    return JSONResponse({"error": "Try again in a few seconds."}, 503, {"Retry-After": "5"})
