"""Who is asking, and for which salon; and that a form really came from our page."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from beautybot.businesses import salons, second_factors, sign_ins
from beautybot.businesses.salons import Business
from beautybot.businesses.sign_ins import SEEN_EVERY, SignIn
from beautybot.businesses.users import Role
from beautybot.conversations import talks
from beautybot.kit import log
from beautybot.kit.errors import BeautyBotError, NotFound
from beautybot.kit.text import clean
from beautybot.web.parts import Parts
from beautybot.web.rendering import onward, page, refused

logger = log.get(__name__)

MOST_FIELDS, MOST_BYTES = 1_000, 6_000_000
MOST_SALONS, MOST_PAGES = 50, 100_000
LONGEST_FIELD, LONGEST_QUERY = 20_000, 200
BIGGEST_ID = 2**62
OWN_PAGE = "/dashboard/me"
WITHOUT_SECOND = (OWN_PAGE, "/logout", "/dashboard/salon")


class BadForm(BeautyBotError):
    """A form that is too large or broken; the text says so in Russian."""


@dataclass(frozen=True, slots=True)
class Asking:
    """One request of a person who is signed in, in the salon where they work now."""

    parts: Parts
    request: Request
    signed: SignIn
    business: Business
    role: Role
    others: tuple[Business, ...]
    csrf: str
    form: FormData
    waiting: int

    @property
    def by(self) -> str:
        """The person in journals and records: user:7."""
        return f"user:{self.signed.user_id}"

    @property
    def id(self) -> int:
        """The id in the address of the page."""
        number: int = self.request.path_params["id"]
        return number

    def text(self, name: str) -> str:
        """A field of the form, cleaned and stripped; empty if it is not there."""
        value = self.form.get(name, "")
        return clean(value, LONGEST_FIELD).strip() if isinstance(value, str) else ""

    def texts(self, name: str) -> list[str]:
        """Every field of that name, in the order of the page."""
        return [
            clean(value, LONGEST_FIELD).strip() if isinstance(value, str) else ""
            for value in self.form.getlist(name)
        ]

    def number(self, name: str) -> int | None:
        """A field of the form as a row's id; None if it is none."""
        return as_id(self.text(name))

    def query(self, name: str) -> str:
        """A value of the address, cleaned and stripped; empty if it is not there."""
        return clean(self.request.query_params.get(name, ""), LONGEST_QUERY).strip()

    @property
    def page_number(self) -> int:
        """Which page of a list is wanted, from 1."""
        return min(as_id(self.query("page")) or 1, MOST_PAGES)

    @property
    def wants_part(self) -> bool:
        """True when a page that is open asks for what may have changed on it."""
        return self.request.headers.get("x-part") == "1"

    def page(self, template: str, status: int = 200, /, **values: Any) -> Response:
        """A page inside the salon's frame."""
        return page(template, {"who": self, "path": self.request.url.path, **values}, status)


def as_id(text: str) -> int | None:
    """A row's id written in plain digits; None for anything else."""
    plain = text.isascii() and text.isdigit() and len(text) <= 18
    return int(text) if plain and int(text) > 0 else None


Handler = Callable[[Asking], Awaitable[Response]]


def guarded(parts: Parts, roles: frozenset[Role], handler: Handler) -> Any:
    """
    An endpoint for people of a salon with one of the roles.

    Nobody signed in: to the sign-in page.  Another role, or what is not of this
    salon: 404, the same as for what does not exist.  A form without our token: 403.
    """

    async def endpoint(request: Request) -> Response:
        try:
            asking = await _asking(parts, request)
        except BadForm as error:
            return refused(413, str(error))
        if asking is None:
            return onward("/login")
        if asking.role not in roles or not _may_exist(request):
            _note(asking, "🔒 Нет права на страницу")
            return refused(404, "Такой страницы нет.")
        if request.method not in ("GET", "HEAD") and not is_ours(request, asking):
            _note(asking, "🔒 Форма не с нашей страницы")
            return refused(403, "Страница устарела. Откройте её снова и повторите.")
        if await _needs_second(asking):
            return onward(f"{OWN_PAGE}?second=1")
        try:
            return await handler(asking)
        except NotFound:
            _note(asking, "🔒 Нет такого в этом салоне")
            return refused(404, "Такой страницы нет.")

    return endpoint


def _note(asking: Asking, what: str) -> None:
    """A refusal in the log: who, where, what; never what was sent."""
    path = asking.request.scope.get("route")
    where = getattr(path, "path", "")
    logger.warning(what, user=asking.signed.user_id, salon=asking.business.id, page=where)


async def _needs_second(asking: Asking) -> bool:
    """True where this installation wants a second step and the person has none yet."""
    if asking.parts.settings.second_step != "required":
        return False
    if asking.request.url.path.startswith(WITHOUT_SECOND):
        return False
    return not await asking.parts.db.read(second_factors.is_on, asking.signed.user_id)


def _may_exist(request: Request) -> bool:
    """False for an id that no database can hold."""
    return all(v < BIGGEST_ID for v in request.path_params.values() if isinstance(v, int))


def is_ours(request: Request, asking: Asking) -> bool:
    """True for a form with this sign-in's token that no other site has sent."""
    given = asking.form.get("csrf") or request.headers.get("x-csrf", "")
    return (
        isinstance(given, str)
        and hmac.compare_digest(given.encode(), asking.csrf.encode())
        and same_origin(request)
    )


def same_origin(request: Request) -> bool:
    """False if the browser says that another site sent this."""
    origin = request.headers.get("origin")
    if origin and origin != "null":
        return urlsplit(origin).netloc == request.headers.get("host")
    return request.headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")


async def _asking(parts: Parts, request: Request) -> Asking | None:
    token = request.cookies.get(cookie_name(parts), "")
    now = parts.clock()
    found = await parts.db.read(_signed, token, now) if token else None
    if found is None:
        return None
    signed, theirs, waiting = found
    if now - signed.seen_at >= SEEN_EVERY:
        await parts.db.write(sign_ins.seen, token, now)
    role = signed.role_in(theirs[0].id)
    assert role is not None
    return Asking(
        parts=parts,
        request=request,
        signed=signed,
        business=theirs[0],
        role=role,
        others=tuple(theirs[1:]),
        csrf=hashlib.sha256(f"form:{token}".encode()).hexdigest(),
        form=await read_form(request),
        waiting=waiting,
    )


def _signed(
    conn: Connection, token: str, now: datetime
) -> tuple[SignIn, list[Business], int] | None:
    """The sign-in, the salon it works in now and then the others, and who waits there."""
    signed = sign_ins.of_token(conn, token, now)
    if signed is None or not signed.salons:
        return None
    ids = [salon_id for salon_id, _ in signed.salons[:MOST_SALONS]]
    here = signed.business_id if signed.business_id in ids else ids[0]
    ids = [here, *(i for i in ids if i != here)]
    return signed, [salons.get(conn, i) for i in ids], talks.waiting(conn, here, now)


async def read_form(request: Request) -> FormData:
    """What a form sent; nothing for a GET.  BadForm if it is too large or broken."""
    if request.method in ("GET", "HEAD"):
        return FormData()
    length = request.headers.get("content-length", "")
    if not length.isdecimal() or int(length) > MOST_BYTES:
        raise BadForm("Слишком много данных для одной формы.")
    try:
        return await request.form(max_files=1, max_fields=MOST_FIELDS, max_part_size=1_000_000)
    except HTTPException:
        raise BadForm("Форма не читается. Откройте страницу снова.") from None


async def logout(asking: Asking) -> Response:
    """End this sign-in."""
    name = cookie_name(asking.parts)
    await asking.parts.db.write(sign_ins.end, asking.request.cookies.get(name, ""))
    logger.info("🔑 Выход из кабинета", user=asking.signed.user_id)
    return forgotten(asking, "/login")


def forgotten(asking: Asking, to: str) -> Response:
    """Onward without the sign-in, and without what the browser kept of our pages."""
    response = onward(to)
    name, secure = cookie_name(asking.parts), is_secure(asking.parts)
    response.delete_cookie(name, secure=secure, httponly=True, samesite="lax")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


async def choose_salon(asking: Asking) -> Response:
    """Work in another salon of one's own."""
    chosen = next((b for b in asking.others if b.slug == asking.text("salon")), None)
    if chosen is None:
        raise NotFound("there is no such salon")
    await asking.parts.db.write(sign_ins.choose_salon, asking.signed.id, chosen.id)
    return onward("/dashboard")


def cookie_name(parts: Parts) -> str:
    """`__Host-` binds the cookie to this host, where there is HTTPS."""
    return "__Host-beautybot" if is_secure(parts) else "beautybot"


def is_secure(parts: Parts) -> bool:
    """True when browsers reach us by HTTPS."""
    return parts.settings.public_url.startswith("https://")
