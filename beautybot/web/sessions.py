"""Who is asking, and for which salon; and that a form really came from our page."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from beautybot.businesses import salons, sign_ins, users
from beautybot.businesses.salons import Business
from beautybot.businesses.sign_ins import SEEN_EVERY, SignIn
from beautybot.businesses.users import Role
from beautybot.kit.errors import BeautyBotError, NotFound
from beautybot.web.parts import Parts
from beautybot.web.rendering import onward, page, refused

LONGEST_FORM = 200
_HASHING = asyncio.Semaphore(2)  # argon2 takes 64 MB each: guesses must not become a weapon


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

    def text(self, name: str) -> str:
        """A field of the form, stripped; empty if it is not there."""
        value = self.form.get(name, "")
        return value.strip() if isinstance(value, str) else ""

    def page(self, template: str, status: int = 200, /, **values: Any) -> Response:
        """A page inside the salon's frame."""
        return page(template, {"who": self, "path": self.request.url.path, **values}, status)


Handler = Callable[[Asking], Awaitable[Response]]


def guarded(parts: Parts, roles: frozenset[Role], handler: Handler) -> Any:
    """
    An endpoint for people of a salon with one of the roles.

    Nobody signed in: to the sign-in page.  Another role, or what is not of this
    salon: 404, the same as for what does not exist.  A form without our token: 403.
    """

    async def endpoint(request: Request) -> Response:
        asking = await _asking(parts, request)
        if asking is None:
            return onward("/login")
        if asking.role not in roles:
            return refused(404, "Такой страницы нет.")
        if request.method not in ("GET", "HEAD") and not is_ours(request, asking):
            return refused(403, "Страница устарела. Откройте её снова и повторите.")
        try:
            return await handler(asking)
        except NotFound:
            return refused(404, "Такой страницы нет.")

    return endpoint


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
    signed = await parts.db.read(sign_ins.of_token, token, now) if token else None
    if signed is None or not signed.salons:
        return None
    business_id = signed.business_id
    role = signed.role_in(business_id) if business_id is not None else None
    if role is None:
        business_id, role = signed.salons[0]
    theirs = [await parts.db.read(salons.get, salon_id) for salon_id, _ in signed.salons[:50]]
    if now - signed.seen_at >= SEEN_EVERY:
        await parts.db.write(sign_ins.seen, token, now)
    return Asking(
        parts=parts,
        request=request,
        signed=signed,
        business=next(b for b in theirs if b.id == business_id),
        role=role,
        others=tuple(b for b in theirs if b.id != business_id),
        csrf=hashlib.sha256(f"form:{token}".encode()).hexdigest(),
        form=await _form(request),
    )


async def _form(request: Request) -> FormData:
    if request.method in ("GET", "HEAD"):
        return FormData()
    return await request.form(max_files=1, max_fields=LONGEST_FORM, max_part_size=2_000_000)


async def show_login(_request: Request) -> Response:
    """The sign-in page."""
    return page("login.html", {"problem": ""})


def login(parts: Parts) -> Any:
    """
    Check address and password; the same answer, after the same time, for whatever is wrong.
    """

    async def endpoint(request: Request) -> Response:
        form = await _form(request)
        address, password = str(form.get("email", ""))[:254], str(form.get("password", ""))[:1000]
        now = parts.clock()
        whos = (f"account:{address.strip().lower()}", f"place:{_place(request)}")
        if not same_origin(request) or await parts.db.read(sign_ins.is_throttled, whos, now):
            return page(
                "login.html", {"problem": "Слишком много попыток. Подождите 15 минут."}, 429
            )
        known = await parts.db.read(sign_ins.password_of, address)
        async with _HASHING:
            digest = known[1] if known else await asyncio.to_thread(_nobodys)
            fits = await asyncio.to_thread(users.fits, digest, password)
        if known is None or not fits:
            await parts.db.write(sign_ins.failed, whos, now)
            return page("login.html", {"problem": "Адрес или пароль не подходят."}, 401)
        token = await parts.db.write(sign_ins.begin, known[0], _device(request), now)
        response = onward("/dashboard")
        response.set_cookie(
            cookie_name(parts),
            token,
            max_age=int(sign_ins.ABSOLUTE.total_seconds()),
            secure=is_secure(parts),
            httponly=True,
            samesite="lax",
        )
        return response

    return endpoint


async def logout(asking: Asking) -> Response:
    """End this sign-in."""
    name = cookie_name(asking.parts)
    await asking.parts.db.write(sign_ins.end, asking.request.cookies.get(name, ""))
    response = onward("/login")
    response.delete_cookie(name, secure=is_secure(asking.parts), httponly=True, samesite="lax")
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


def plain_words(error: BeautyBotError) -> str:
    """An error of ours as a sentence for a page."""
    text = str(error)
    return text[:1].upper() + text[1:]


@cache
def _nobodys() -> str:
    """A hash to check against where there is no user, so that it takes the same time."""
    return users.hashed("nobody@example.com", "a password that nobody has")[1]


def _place(request: Request) -> str:
    return request.client.host if request.client else ""


def _device(request: Request) -> str:
    return f"{_place(request)} {request.headers.get('user-agent', '')[:150]}"
