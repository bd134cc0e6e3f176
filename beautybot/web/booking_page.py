"""
`/b/{slug}`: booking without a messenger, by the same engine and the same holds.

Plain forms that work without script.  A hold is confirmed in the salon's
messenger by its link, or, where the visitor has none, by the salon itself.
Only this page may stand in a frame, and only on sites the salon has named.
"""

from __future__ import annotations

import io
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import segno
from sqlalchemy import Connection
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from beautybot.agent import asking_salon, holding, public, saying, visitors
from beautybot.agent.holding import Caller, NotThen, Wanted
from beautybot.booking import tickets
from beautybot.booking.caps import TooManyHolds, TooManyTogether
from beautybot.booking.tickets import hashed
from beautybot.businesses.salons import Business, Consent
from beautybot.kit.errors import NotFound
from beautybot.kit.wakeup import ToDo
from beautybot.web import agreement
from beautybot.web.codes import code_of
from beautybot.web.parts import Parts
from beautybot.web.quotas import Quota
from beautybot.web.rendering import HEADERS, page

DAYS, MOST_TYPED = 7, 100_000
ABSENT = "Такой страницы нет."
BUSY = "Слишком много запросов подряд. Подождите минуту и повторите."
HELD_ALREADY = "Вы уже держите время. Подтвердите его или подождите десять минут."
MANY_HOLD = "Сейчас записывается много людей. Выберите другой день или зайдите через десять минут."
Handler = Callable[["Visit"], Awaitable[Response]]


def lets_in(business: Business) -> bool:
    """True where the owner switched the page on."""
    return business.settings.booking_page


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of a visitor to one salon's page."""

    parts: Parts
    request: Request
    business: Business
    form: FormData

    def asked(self, name: str, most: int = 80) -> str:
        """A field of the form or the query."""
        value = self.form.get(name) or self.request.query_params.get(name) or ""
        return value.strip()[:most] if isinstance(value, str) else ""

    @property
    def path(self) -> str:
        """The page's own address."""
        return f"/b/{self.business.slug}"

    @property
    def caller(self) -> Caller:
        """Whoever is at this address."""
        place = self.request.client.host if self.request.client else ""
        keyring = self.parts.keyring
        return Caller(
            hashed(f"web|{place}"), "web", lambda ref: code_of(keyring, ref), allowed=lets_in
        )

    def show(self, step: str, status: int = 200, /, **values: Any) -> Response:
        """A step of the page, which may stand in the frames the salon has named."""
        salon = {"name": self.business.name, "address": self.business.address, "path": self.path}
        told = {"step": step, "salon": salon, "problem": "", **values}
        return page("public/booking.html", told, status, headers=self._headers())

    def _headers(self) -> dict[str, str]:
        sites = " ".join(self.business.settings.embed_on)
        allowed = f"frame-ancestors {sites}" if sites else "frame-ancestors 'none'"
        policy = HEADERS["Content-Security-Policy"].replace("frame-ancestors 'none'", allowed)
        return HEADERS | {"Content-Security-Policy": policy}


def routes(parts: Parts) -> list[BaseRoute]:
    """The page, its forms and its picture."""
    looks, acts = Quota(120, 4), Quota(12, 0.1)

    def guest(handler: Handler, quota: Quota) -> Any:
        async def endpoint(request: Request) -> Response:
            place = request.client.host if request.client else ""
            if wait := quota.take(place):
                return _refused(429, BUSY, {"Retry-After": str(int(wait) + 1)})
            slug = request.path_params["slug"]
            try:
                business = await parts.db.read(visitors.opened, slug, lets_in)
                return await handler(Visit(parts, request, business, await _form(request)))
            except NotFound:
                return _refused(404, ABSENT)

        return endpoint

    held = "/b/{slug}/held/{reference}"
    return [
        Route("/b/{slug}", guest(show, looks), methods=["GET"]),
        Route("/b/{slug}", guest(hold, acts), methods=["POST"], max_body_size=MOST_TYPED),
        Route("/b/{slug}/qr.svg", guest(picture, looks), methods=["GET"]),
        Route(held, guest(waits, looks), methods=["GET"]),
        Route(f"{held}/ask", guest(ask_salon, acts), methods=["POST"]),
        Route(f"{held}/release", guest(release, acts), methods=["POST"]),
    ]


async def show(visit: Visit) -> Response:
    """Services; then the days and times of one; then the form for one time."""
    service, start = visit.asked("service"), visit.asked("start")
    if not service:
        info = await visit.parts.db.read(visitors.info, visit.business.slug, lets_in)
        services = [one for one in info["services"] if one["bookable"]]
        return visit.show("services", groups=_groups(services))
    if not start:
        return await _times(visit, service)
    return await _contact(visit, service, start)


async def hold(visit: Visit) -> Response:
    """Keep the time; what cannot be is said over the same form."""
    service, start = visit.asked("service"), visit.asked("start")
    try:
        phone = public.normalised(visit.asked("phone", 30))
    except public.BadRequest:
        phone = ""
    if problem := _missing(visit, phone):
        return await _contact(visit, service, start, problem)
    wanted = Wanted(
        salon=visit.business.slug,
        service=service,
        start=start,
        name=visit.asked("name"),
        phone=phone,
        notes=visit.asked("notes", 500),
        consent=agreement.proof(visit.asked("consent"), visit.business.settings),
    )
    try:
        made = await visit.parts.db.write(holding.hold, wanted, visit.caller, visit.parts.clock())
    except NotThen:
        return await _times(visit, service, "Это время только что заняли. Выберите другое.")
    except public.BadRequest:
        return await _times(visit, service, "Такого времени нет. Выберите из списка.")
    except TooManyHolds as error:
        together = isinstance(error, TooManyTogether)
        return await _times(visit, service, MANY_HOLD if together else HELD_ALREADY)
    return RedirectResponse(f"{visit.path}/held/{made['reference']}", 303)


async def ask_salon(visit: Visit) -> Response:
    """No messenger: the salon is asked, once, and the time is kept for longer."""
    reference, now = visit.request.path_params["reference"], visit.parts.clock()
    await visit.parts.db.write(asking_salon.ask, visit.business, reference, now)
    visit.parts.wakeup.ring(ToDo.NOTICES)
    return RedirectResponse(f"{visit.path}/held/{reference}", 303)


async def release(visit: Visit) -> Response:
    """Another time, please."""
    reference = visit.request.path_params["reference"]
    await visit.parts.db.write(asking_salon.release, visit.business, reference, visit.parts.clock())
    return RedirectResponse(visit.path, 303)


async def picture(visit: Visit) -> Response:
    """The page's address as a QR code, to be printed."""
    url = f"{visit.parts.settings.public_url.rstrip('/')}{visit.path}"
    drawn = io.BytesIO()
    segno.make(url, micro=False, error="m").save(drawn, kind="svg", scale=8, border=3)
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "public, max-age=3600"}
    return Response(drawn.getvalue(), media_type="image/svg+xml", headers=headers)


async def _times(visit: Visit, service: str, problem: str = "") -> Response:
    now = visit.parts.clock()
    today = now.astimezone(visit.business.zone).date()
    try:
        first = max(public.date_of(visit.asked("day", 10), visit.business, now), today)
    except public.BadRequest:
        first = today
    found, chosen = await visit.parts.db.read(
        _found, visit.business.slug, service, first.isoformat(), now
    )
    days: dict[str, list[dict[str, str]]] = {}
    for slot in found:
        at = datetime.fromisoformat(slot["start"])
        title = saying.day(at.date(), today).capitalize()
        days.setdefault(title, []).append({"start": slot["start"], "time": f"{at:%H:%M}"})
    return visit.show(
        "times",
        409 if problem else 200,
        problem=problem,
        service=chosen,
        days=days,
        later=(first + timedelta(days=DAYS)).isoformat(),
        earlier=(first - timedelta(days=DAYS)).isoformat() if first > today else "",
    )


def _found(
    conn: Connection, slug: str, service: str, day: str, now: datetime
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    slots = visitors.slots(conn, slug, service, day, DAYS, now, lets_in)
    business = visitors.opened(conn, slug, lets_in)
    one = visitors.one(visitors.catalogue_of(conn, business), service)
    return list({slot["start"]: slot for slot in slots}.values()), public.service(one)


async def _contact(visit: Visit, service: str, start: str, problem: str = "") -> Response:
    try:
        at = public.moment_of(start, visit.business).astimezone(visit.business.zone)
    except public.BadRequest:
        return await _times(visit, service, "Такого времени нет. Выберите из списка.")
    info = await visit.parts.db.read(visitors.info, visit.business.slug, lets_in)
    chosen = next((one for one in info["services"] if one["id"] == service), None)
    if chosen is None:
        raise NotFound("there is no such service")
    today = visit.parts.clock().astimezone(visit.business.zone).date()
    settings = visit.business.settings
    return visit.show(
        "contact",
        422 if problem else 200,
        problem=problem,
        service=chosen,
        start=start,
        when=f"{saying.day(at.date(), today)}, {at:%H:%M}",
        typed={name: visit.asked(name, 500) for name in ("name", "phone", "notes")},
        consent=agreement.WORDS if settings.consent is not Consent.OFF else "",
        privacy_url=settings.privacy_url,
    )


async def waits(visit: Visit) -> Response:
    """How the hold stands, and where to confirm it."""
    reference = visit.request.path_params["reference"]
    now = visit.parts.clock()
    ticket = await visit.parts.db.read(tickets.of_reference, reference)
    if ticket.business_id != visit.business.id or ticket.source != "web":
        raise NotFound("there is no such booking")
    stands = await visit.parts.db.read(holding.standing, reference, now)
    code = code_of(visit.parts.keyring, reference)
    links = await visit.parts.db.read(visitors.links, visit.business.slug, code)
    at = datetime.fromisoformat(stands["summary"]["start"])
    today = now.astimezone(visit.business.zone).date()
    return visit.show(
        "held",
        status=stands["status"],
        summary=stands["summary"],
        when=f"{saying.day(at.date(), today)}, {at:%H:%M}",
        until=f"{ticket.hold_until.astimezone(visit.business.zone):%H:%M}",
        links=links,
        pictures={name: _qr(url) for name, url in links.items()},
        asked=ticket.asked_salon_at is not None,
        reference=reference,
    )


def _qr(url: str) -> str:
    return segno.make(url, micro=False).svg_data_uri(scale=3)


def _missing(visit: Visit, phone: str) -> str:
    if not visit.asked("name"):
        return "Напишите, как к вам обращаться."
    if not phone:
        return "Напишите телефон с кодом, например +7 916 123-45-67."
    if visit.business.settings.consent is Consent.REQUIRED and visit.asked("consent") != "1":
        return "Без согласия на обработку данных записать нельзя. Позвоните в салон."
    return ""


def _groups(services: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for one in services:
        groups.setdefault(one["category"] or "Услуги", []).append(one)
    return groups


async def _form(request: Request) -> FormData:
    if request.method == "GET":
        return FormData()
    return await request.form(max_files=0, max_fields=20, max_part_size=10_000)


def _refused(status: int, words: str, headers: dict[str, str] | None = None) -> Response:
    told = {"status": status, "words": words}
    return page("public/refused.html", told, status, headers=HEADERS | (headers or {}))
