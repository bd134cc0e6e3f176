"""Signing in: the password, the code from the phone, and a new password by a one-time link."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from beautybot.businesses import reset_links, second_factors, sign_ins, users
from beautybot.businesses.passwords import SHORTEST, BadPassword, Weakness
from beautybot.businesses.reset_links import BadLink
from beautybot.businesses.users import NO_PASSWORD
from beautybot.kit import log
from beautybot.kit.crypto import Keyring
from beautybot.web.parts import Parts
from beautybot.web.rendering import onward, page, refused
from beautybot.web.sessions import BadForm, cookie_name, is_secure, read_form, same_origin

logger = log.get(__name__)

PER_ACCOUNT, PER_PLACE, PER_CODE = 5, 20, 5
MOST_WAITING = 30
KNOWN_FOR = timedelta(days=180)
PATIENCE = timedelta(minutes=5)
WRONG = "Адрес или пароль не подходят."
SLOWLY = "Слишком много попыток. Подождите 15 минут."
BUSY = "Сейчас входит слишком много людей. Повторите через минуту."

WEAK = {
    Weakness.SHORT: f"Пароль должен быть не короче {SHORTEST} знаков.",
    Weakness.LONG: "Такой длинный пароль мы не запомним. Хватит и двухсот знаков.",
    Weakness.GUESSABLE: "Этот пароль легко угадать. Возьмите четыре слова, которые "
    "не стоят рядом, или попросите браузер придумать пароль.",
}

Endpoint = Callable[[Request], Awaitable[Response]]


class TooMany(Exception):
    """More people are signing in at this moment than are let wait."""


@dataclass(slots=True)
class _Hashing:
    """argon2 takes 64 MB and a tenth of a second: guesses must not become a weapon."""

    turns: asyncio.Semaphore
    waiting: int = 0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Two at a time; TooMany at once if the queue is long."""
        if self.waiting >= MOST_WAITING:
            raise TooMany
        self.waiting += 1
        try:
            async with self.turns:
                yield
        finally:
            self.waiting -= 1


def routes(parts: Parts) -> list[BaseRoute]:
    """The pages of whoever has not signed in yet."""
    hashing = _Hashing(asyncio.Semaphore(2))
    return [
        Route("/login", _show_login, methods=["GET"]),
        Route("/login", _careful(_login(parts, hashing)), methods=["POST"]),
        Route("/login/code", _careful(_code(parts)), methods=["POST"]),
        Route("/reset/{token}", _show_reset(parts), methods=["GET"]),
        Route("/reset/{token}", _careful(_reset(parts)), methods=["POST"]),
    ]


def _careful(endpoint: Endpoint) -> Endpoint:
    """A form that cannot be read is answered with a sentence."""

    async def guarded(request: Request) -> Response:
        try:
            return await endpoint(request)
        except BadForm as error:
            return refused(413, str(error))

    return guarded


async def _show_login(request: Request) -> Response:
    done = request.query_params.get("done") == "1"
    return page("login.html", {"problem": "", "done": done})


def _login(parts: Parts, hashing: _Hashing) -> Endpoint:
    """Check address and password; the same answer, after the same time, for whatever is wrong."""

    async def endpoint(request: Request) -> Response:
        form = await read_form(request)
        address, password = str(form.get("email", ""))[:254], str(form.get("password", ""))
        now = parts.clock()
        if not same_origin(request):
            return _again("Откройте страницу входа снова.", 403)
        limits = _limits(parts, request, address)
        try:
            async with hashing.turn():
                known, refusal = await _tried(parts, request, address, password, limits)
        except TooMany:
            return _again(BUSY, 503)
        if known is None:
            return _again(*refusal)
        if await parts.db.read(second_factors.is_on, known):
            return page("code.html", {"problem": "", "proof": _proof(parts, known, now)})
        return await _begin(parts, request, known, now)

    return endpoint


async def _tried(
    parts: Parts, request: Request, address: str, password: str, limits: dict[str, int]
) -> tuple[int | None, tuple[str, int]]:
    """
    The person whose password it is; None, and what to say.

    Guesses are counted here, where two at most are tried at a time: a hundred
    sent at once are no more than a hundred sent one after another.
    """
    now = parts.clock()
    if await parts.db.read(sign_ins.is_throttled, limits, now):
        logger.warning("🔑 Вход придержан: слишком много попыток", place=_place(request))
        return None, (SLOWLY, 429)
    known = await parts.db.read(sign_ins.password_of, address)
    if known is None or known[1] == NO_PASSWORD:
        await asyncio.to_thread(users.fits, await asyncio.to_thread(_nobodys), password)
    elif await asyncio.to_thread(users.fits, known[1], password):
        return known[0], ("", 200)
    await parts.db.write(sign_ins.failed, limits, now)
    user = known[0] if known else None
    logger.warning("🔑 Неверный пароль", user=user, place=_place(request))
    return None, (WRONG, 401)


def _code(parts: Parts) -> Endpoint:
    """The second step: only with the proof that the first was just taken."""

    async def endpoint(request: Request) -> Response:
        form = await read_form(request)
        proof, code = str(form.get("proof", "")), str(form.get("code", ""))[:40]
        now = parts.clock()
        user_id = _proven(parts, proof, now)
        if user_id is None or not same_origin(request):
            return _again("Время вышло. Войдите ещё раз.", 401)
        fits = await parts.db.write(_code_fits, parts.keyring, user_id, code, now)
        if fits is None:
            logger.warning("🔑 Вход придержан: слишком много кодов", user=user_id)
            return _again(SLOWLY, 429)
        if not fits:
            logger.warning("🔑 Неверный код второго шага", user=user_id, place=_place(request))
            return page("code.html", {"problem": "Код не подошёл.", "proof": proof}, 401)
        return await _begin(parts, request, user_id, now)

    return endpoint


def _code_fits(
    conn: Connection, keyring: Keyring, user_id: int, code: str, now: datetime
) -> bool | None:
    """None after too many wrong ones; tried and counted in one step, by the row's lock."""
    limits = {f"code:{user_id}": PER_CODE}
    fits = second_factors.fits(conn, keyring, user_id, code, now)
    if sign_ins.is_throttled(conn, limits, now):
        return None
    if not fits:
        sign_ins.failed(conn, limits, now)
    return fits


def _show_reset(parts: Parts) -> Endpoint:
    """Choose a password; the link still works after looking."""

    async def endpoint(request: Request) -> Response:
        token = request.path_params["token"]
        try:
            _, email = await parts.db.read(reset_links.whose, token, parts.clock())
        except BadLink:
            return refused(404, "Ссылка уже сработала или устарела. Попросите новую.")
        return page("reset.html", {"problem": "", "email": email})

    return endpoint


def _reset(parts: Parts) -> Endpoint:
    """Set the password; the link ends, and so does every sign-in."""

    async def endpoint(request: Request) -> Response:
        token, now = request.path_params["token"], parts.clock()
        form = await read_form(request)
        new = str(form.get("new", ""))
        if not same_origin(request):
            return refused(403, "Откройте ссылку снова.")
        try:
            _, email = await parts.db.read(reset_links.whose, token, now)
            _, digest = await asyncio.to_thread(users.hashed, email, new)
            user_id = await parts.db.write(reset_links.use, token, digest, now)
        except BadLink:
            return refused(404, "Ссылка уже сработала или устарела. Попросите новую.")
        except BadPassword as error:
            words = WEAK[error.weakness]
            return page("reset.html", {"problem": words, "email": email}, 400)
        logger.info("🔑 Пароль задан по ссылке", user=user_id, place=_place(request))
        return onward("/login?done=1")

    return endpoint


async def _begin(parts: Parts, request: Request, user_id: int, now: datetime) -> Response:
    before = request.cookies.get(cookie_name(parts), "")
    token = await parts.db.write(_begun, user_id, _device(request), now, before)
    logger.info("🔑 Вход в кабинет", user=user_id, place=_place(request))
    response = onward("/dashboard")
    for name, value, lives in (
        (cookie_name(parts), token, sign_ins.ABSOLUTE),
        (_known_name(parts), f"{user_id}.{_known(parts, user_id)}", KNOWN_FOR),
    ):
        response.set_cookie(
            name,
            value,
            max_age=int(lives.total_seconds()),
            secure=is_secure(parts),
            httponly=True,
            samesite="lax",
        )
    return response


def _begun(conn: Connection, user_id: int, device: str, now: datetime, before: str) -> str:
    return sign_ins.begin(conn, user_id, device, now, instead_of=before)


def _limits(parts: Parts, request: Request, address: str) -> dict[str, int]:
    """Who is counted: the place, and the account; a browser known to it on its own."""
    account = f"account:{address.strip().lower()}"
    given = request.cookies.get(_known_name(parts), "")
    user_id, _, mark = given.partition(".")
    is_number = user_id.isascii() and user_id.isdigit() and len(user_id) < 18
    if is_number and hmac.compare_digest(mark.encode(), _known(parts, int(user_id)).encode()):
        account = f"known:{user_id}:{account}"
    return {account: PER_ACCOUNT, f"place:{_place(request)}": PER_PLACE}


def _known(parts: Parts, user_id: int) -> str:
    return parts.keyring.lookups(str(user_id), "known browser")[0]


def _known_name(parts: Parts) -> str:
    return f"{cookie_name(parts)}-known"


def _proof(parts: Parts, user_id: int, now: datetime) -> str:
    """Says that this person's password was right a moment ago."""
    until = int((now + PATIENCE).timestamp())
    return f"{user_id}.{until}.{parts.keyring.lookups(f'{user_id}.{until}', 'first step')[0]}"


def _proven(parts: Parts, proof: str, now: datetime) -> int | None:
    said, _, mark = proof.rpartition(".")
    true = parts.keyring.lookups(said, "first step")[0]
    if not hmac.compare_digest(mark.encode("utf-8", "replace"), true.encode()):
        return None
    user_id, until = (int(part) for part in said.split("."))
    return user_id if now.timestamp() <= until else None


def _again(problem: str, status: int) -> Response:
    return page("login.html", {"problem": problem, "done": False}, status)


@cache
def _nobodys() -> str:
    """A hash to check against where there is no user, so that it takes the same time."""
    return users.hashed("nobody@example.com", "a password that nobody has")[1]


def _place(request: Request) -> str:
    return request.client.host if request.client else ""


def _device(request: Request) -> str:
    return f"{_place(request)} {request.headers.get('user-agent', '')[:150]}"
