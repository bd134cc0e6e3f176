"""
`/api/chatgpt/…`: what ChatGPT Actions and other assistants may call.

Reading is open and rationed.  Writing makes holds and messages to the salon,
never a booking.  Every error is one sentence that a model can act on.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from fastapi import Depends, FastAPI, Header, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field

from beautybot.agent import holding, visitors
from beautybot.agent.guests import Plea
from beautybot.booking import tickets
from beautybot.kit.db import DatabaseUnavailable
from beautybot.web.assistant_door import Door, Refused, invalid, refused, unavailable
from beautybot.web.parts import Parts

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
    """A hold, or what became of it."""

    model_config = ConfigDict(extra="forbid")

    reference: str = Field(max_length=40)


class Change(Booking):
    """Another time for what a reference stands for."""

    reference: str = Field(max_length=40, description="`reference` of the earlier answer.")


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
    app.add_exception_handler(Refused, refused)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(DatabaseUnavailable, unavailable)
    _reading(app, desk)
    _writing(app, desk)
    _counting(app, desk)
    return app


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
        return await desk.look(visitors.info, id)

    @app.get(
        f"{ROOT}/salon/{{id}}/available-slots",
        operation_id="getAvailableSlots",
        summary="Times that can be booked",
        response_model=dict[str, Any],
    )
    async def slots(
        _caller: Reader,
        id: str,
        serviceId: Annotated[str, Query(max_length=64)],
        date: Annotated[str, Query(max_length=25, description="The first day, ISO.")] = "",
        days: Annotated[int, Query(ge=1, le=visitors.MOST_DAYS)] = 1,
    ) -> Response:
        now = desk.parts.clock()
        found = await desk.look(visitors.slots, id, serviceId, date, days, now)
        # The busiest answer: plain already, so it is not checked against a model once more.
        return Response(msgspec.json.encode({"slots": found}), media_type="application/json")

    @app.get(f"{ROOT}/booking/{{reference}}", operation_id="getMyBooking", summary="How it stands")
    async def standing(_caller: Reader, reference: str) -> dict[str, Any]:
        return await desk.run(True, holding.standing, reference, desk.parts.clock())

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
        return await desk.hold(booking, subject, idempotency_key, "chatgpt")

    @app.post(f"{ROOT}/request-support", operation_id="requestHumanSupport", summary="A person")
    async def support(
        subject: Writer,
        wish: Support,
        idempotency_key: Annotated[str, Header(max_length=120)] = "",
    ) -> dict[str, Any]:
        plea = Plea(
            wish.reason, wish.clientMessage, wish.clientName, wish.clientPhone, idempotency_key
        )
        return await desk.support(wish.salonId, plea, subject)

    @app.post(f"{ROOT}/cancel", operation_id="cancelBooking", summary="Give a held time back")
    async def cancel(subject: Writer, mine: Reference) -> dict[str, Any]:
        return await desk.cancel(mine.reference, subject, "chatgpt")

    @app.post(f"{ROOT}/reschedule", operation_id="rescheduleBooking", summary="Hold another time")
    async def reschedule(
        subject: Writer,
        change: Change,
        idempotency_key: Annotated[str, Header(max_length=120)] = "",
    ) -> dict[str, Any]:
        return await desk.hold(
            change, subject, idempotency_key, "chatgpt", instead_of=change.reference
        )


def _counting(app: FastAPI, desk: Door) -> None:
    @app.get(f"{ROOT}/stats", operation_id="getStats", summary="For whoever runs this installation")
    async def stats(_caller: Reader) -> dict[str, Any]:
        if not desk.parts.settings.assistants_api_key:
            raise Refused(404, "There are no statistics without an API key of the installation.")
        now = desk.parts.clock()
        return {"last_30_days": await desk.run(True, tickets.counts, now)}
