"""
`/api/chatgpt/…`: what ChatGPT Actions and other assistants may call.

Reading is open and rationed.  Writing makes holds and messages to the salon,
never a booking.  Every error is one sentence that a model can act on.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from fastapi import Depends, FastAPI, Header, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from beautybot.agent import public, visitors
from beautybot.agent.public import BadRequest
from beautybot.agent.visitors import NotThen, Wanted
from beautybot.booking.appointments import SlotTaken
from beautybot.booking.tickets import KeyReused, TooManyHolds, hashed
from beautybot.kit.db import DatabaseUnavailable
from beautybot.kit.errors import NotFound
from beautybot.web.parts import Parts
from beautybot.web.quotas import Quota

T = TypeVar("T")
ROOT = "/api/chatgpt"
NOTE_APPLIED = "We hold no ratings and no coordinates: these filters were not applied."


class Booking(BaseModel):
    """A time to hold until the client confirms it in the salon's messenger."""

    model_config = ConfigDict(extra="forbid")

    salonId: str = Field(max_length=80, description="`id` of a salon from searchSalons.")
    serviceId: str = Field(max_length=64, description="`id` of a service from getSalonInfo.")
    bookingTime: str = Field(
        max_length=40,
        description="`start` of a free slot; without an offset it is the salon's local time.",
    )
    clientName: str = Field(default="", max_length=80)
    clientPhone: str = Field(default="", max_length=30)
    clientEmail: str = Field(default="", max_length=120)
    notes: str = Field(default="", max_length=500)
    specialistId: str = Field(default="", max_length=64)


class Support(BaseModel):
    """A wish to speak with a person of the salon."""

    model_config = ConfigDict(extra="forbid")

    salonId: str = Field(max_length=80)
    reason: str = Field(min_length=1, max_length=300)
    clientMessage: str = Field(default="", max_length=1000)
    clientName: str = Field(default="", max_length=80)
    clientPhone: str = Field(default="", max_length=30)


class Reference(BaseModel):
    """A hold of this caller."""

    model_config = ConfigDict(extra="forbid")

    reference: str = Field(max_length=40)


def build(parts: Parts) -> FastAPI:
    """The app; its document is made for import as an Action."""
    app = FastAPI(
        title="BeautyBot for assistants",
        version="1.0.0",
        description="Find a beauty salon, see its free times, hold one, or ask for a person. "
        "A hold is booked only when the client confirms it in the salon's messenger.",
        servers=[{"url": parts.settings.public_url.rstrip("/")}],
        openapi_url=f"{ROOT}/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    desk = app.state.door = Door(parts)
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(DatabaseUnavailable, _unavailable)
    _reading(app, desk)
    _writing(app, desk)
    return app


class Refused(Exception):
    """An answer that is not a success: status, one sentence, and perhaps free times."""

    def __init__(self, status: int, words: str, **more: Any) -> None:
        super().__init__(words)
        self.status, self.words, self.more = status, words, more


class Door:
    """Who calls, how often they may, and what the answers need of the house."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self._reads, self._writes = Quota(60, 5), Quota(20, 0.2)

    def caller(self, request: Request, *, writes: bool) -> str:
        """Who calls, as a hash; Refused without the key or over the quota."""
        return self._caller(request, self._writes if writes else self._reads)

    def code_of(self, reference: str) -> str:
        """The secret code of a reference: made again when it is needed, kept nowhere."""
        return self.parts.keyring.lookups(reference, "ticket")[0][:48]

    async def run(self, read: bool, verb: Callable[..., T], *args: Any, **named: Any) -> T:
        """Run a verb; what it refuses becomes one sentence."""
        db = self.parts.db
        try:
            return await (db.read if read else db.write)(verb, *args, **named)
        except NotFound:
            raise Refused(404, "There is no such salon, service or booking.") from None
        except NotThen as error:
            raise Refused(409, f"{error}.", alternatives=error.free) from None
        except SlotTaken:
            raise Refused(409, "That time was taken a moment ago: choose another.") from None
        except (KeyReused, TooManyHolds) as error:
            status = 409 if isinstance(error, KeyReused) else 429
            raise Refused(status, f"{error}.") from None
        except BadRequest as error:
            raise Refused(422, f"{error}.") from None

    def _caller(self, request: Request, quota: Quota) -> str:
        key = self.parts.settings.assistants_api_key
        given = request.headers.get("authorization", "").removeprefix("Bearer ").encode()
        if key and not hmac.compare_digest(given, key.encode()):
            raise Refused(401, "A valid API key is needed as a bearer token.")
        place = request.client.host if request.client else ""
        if wait := quota.take(place):
            raise Refused(429, "Too many calls: wait a little.", retry_after=int(wait) + 1)
        # The header is anybody's to set: it only tells callers at one address apart.
        return hashed(f"{place}|{request.headers.get('x-chatgpt-user-id', '')[:200]}")


async def reader(request: Request) -> str:
    """The caller of a look-up."""
    door: Door = request.app.state.door
    return door.caller(request, writes=False)


async def writer(request: Request) -> str:
    """The caller of a hold or a message."""
    door: Door = request.app.state.door
    return door.caller(request, writes=True)


Reader = Annotated[str, Depends(reader)]
Writer = Annotated[str, Depends(writer)]


def _reading(app: FastAPI, desk: Door) -> None:
    @app.get(f"{ROOT}/search", operation_id="searchSalons", summary="Find salons of a city")
    async def search(
        _caller: Reader,
        city: Annotated[str, Query(max_length=80)],
        service: Annotated[str, Query(max_length=200, description="What the client wants done.")],
        budget: Annotated[float | None, Query(gt=0, le=10_000_000)] = None,
        min_rating: Annotated[float | None, Query(ge=0, le=5)] = None,
        keywords: Annotated[str, Query(max_length=200)] = "",
        available_now: bool = False,
        lat: Annotated[float | None, Query(ge=-90, le=90)] = None,
        lon: Annotated[float | None, Query(ge=-180, le=180)] = None,
        limit: Annotated[int, Query(ge=1, le=20)] = 10,
    ) -> dict[str, Any]:
        found = await desk.run(
            True,
            visitors.search,
            desk.parts.clock(),
            city=city,
            service=service,
            budget=budget,
            keywords=keywords,
            available_now=available_now,
            limit=limit,
        )
        unused = [given is not None for given in (min_rating, lat, lon)]
        return {"salons": found, "note": NOTE_APPLIED if any(unused) else ""}

    @app.get(f"{ROOT}/salon/{{id}}", operation_id="getSalonInfo", summary="One salon")
    async def salon(_caller: Reader, id: str) -> dict[str, Any]:
        return await desk.run(True, visitors.info, id)

    @app.get(
        f"{ROOT}/salon/{{id}}/available-slots",
        operation_id="getAvailableSlots",
        summary="Times that can be booked",
    )
    async def slots(
        _caller: Reader,
        id: str,
        serviceId: Annotated[str, Query(max_length=64)],
        date: Annotated[str, Query(max_length=25, description="The first day, ISO.")] = "",
        days: Annotated[int, Query(ge=1, le=visitors.MOST_DAYS)] = 1,
    ) -> dict[str, Any]:
        now = desk.parts.clock()
        return {"slots": await desk.run(True, visitors.slots, id, serviceId, date, days, now)}

    @app.get(f"{ROOT}/booking/{{reference}}", operation_id="getMyBooking", summary="How it stands")
    async def standing(_caller: Reader, reference: str) -> dict[str, Any]:
        return await desk.run(True, visitors.standing, reference, desk.parts.clock())

    @app.get(f"{ROOT}/user/preferences", operation_id="getUserPreferences", summary="Nothing yet")
    async def preferences(_caller: Reader) -> dict[str, Any]:
        return {"preferences": {}, "note": "Nothing is kept about callers."}


def _writing(app: FastAPI, desk: Door) -> None:
    @app.post(f"{ROOT}/book", operation_id="bookAppointment", summary="Hold a time")
    async def book(
        subject: Writer,
        booking: Booking,
        idempotency_key: Annotated[str, Header(max_length=120)] = "",
    ) -> dict[str, Any]:
        return await hold(desk, booking, subject, idempotency_key, "chatgpt")

    @app.post(f"{ROOT}/request-support", operation_id="requestHumanSupport", summary="A person")
    async def support(subject: Writer, wish: Support) -> dict[str, Any]:
        return await desk.run(
            False,
            visitors.support,
            wish.salonId,
            wish.reason,
            wish.clientMessage,
            wish.clientName,
            wish.clientPhone,
            subject=subject,
            now=desk.parts.clock(),
        )

    @app.post(f"{ROOT}/cancel", operation_id="cancelBooking", summary="Give a held time back")
    async def cancel(_subject: Writer, mine: Reference) -> dict[str, Any]:
        return await desk.run(False, visitors.release, mine.reference, desk.parts.clock())

    @app.post(f"{ROOT}/reschedule", operation_id="rescheduleBooking", summary="Hold another time")
    async def reschedule(
        subject: Writer,
        mine: Reference,
        booking: Booking,
        idempotency_key: Annotated[str, Header(max_length=120)] = "",
    ) -> dict[str, Any]:
        made = await hold(desk, booking, subject, idempotency_key, "chatgpt")
        await desk.run(False, visitors.release, mine.reference, desk.parts.clock())
        return made


async def hold(desk: Door, booking: Booking, subject: str, key: str, source: str) -> dict[str, Any]:
    """Hold a time and say where the client confirms it; REST and MCP both end here."""
    try:
        phone = public.normalised(booking.clientPhone)
    except BadRequest as error:
        raise Refused(422, f"{error}.") from None
    wanted = Wanted(
        salon=booking.salonId,
        service=booking.serviceId,
        start=booking.bookingTime,
        name=booking.clientName,
        phone=phone,
        notes=booking.notes,
        specialist=booking.specialistId,
    )
    answer = await desk.run(
        False,
        visitors.hold,
        wanted,
        subject=subject,
        source=source,
        key=key,
        code_of=desk.code_of,
        now=desk.parts.clock(),
    )
    code = desk.code_of(answer["reference"])
    return {**answer, "confirm": await desk.run(True, visitors.links, answer["salon"], code)}


async def _refused(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Refused)
    retry = error.more.pop("retry_after", None)
    headers = {"Retry-After": str(retry)} if retry else None
    return JSONResponse({"error": error.words, **error.more}, error.status, headers)


async def _invalid(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"][1:]) or "the body"
    return JSONResponse({"error": f"{place}: {first['msg']}."}, 422)


async def _unavailable(_request: Request, _error: Exception) -> JSONResponse:
    return JSONResponse({"error": "Try again in a few seconds."}, 503, {"Retry-After": "5"})
