"""Профиль: one's own password, second step and sign-ins."""

from __future__ import annotations

import asyncio

import segno
from starlette.responses import Response

from beautybot.businesses import second_factors, sign_ins, users
from beautybot.businesses.users import BadUser
from beautybot.web.dashboard.telling import moment
from beautybot.web.rendering import onward
from beautybot.web.sessions import Asking, cookie_name, is_secure

PER_PERSON = 5
_HASHING = asyncio.Semaphore(2)


async def show(asking: Asking, problem: str = "", spare: list[str] | None = None) -> Response:
    """Who one is, and where one is signed in."""
    db, user_id = asking.parts.db, asking.signed.user_id
    places = [
        {
            "id": place.id,
            "place": place.place,
            "at": moment(place.seen_at, asking.business.zone),
            "here": place.id == asking.signed.id,
        }
        for place in await db.read(sign_ins.places, user_id)
    ]
    return asking.page(
        "dashboard/me.html",
        400 if problem else 200,
        places=places,
        problem=problem,
        spare=spare or [],
        protected=await db.read(second_factors.is_on, user_id),
        offer=None,
    )


async def offer_second(asking: Asking, problem: str = "") -> Response:
    """A secret for the app on the phone; nothing is in force before a code of it was given."""
    db, signed = asking.parts.db, asking.signed
    if await db.read(second_factors.is_on, signed.user_id):
        return onward("/dashboard/me")
    made = await db.write(second_factors.offer, asking.parts.keyring, signed.user_id, signed.email)
    return asking.page(
        "dashboard/me.html",
        400 if problem else 200,
        places=[],
        problem=problem,
        spare=[],
        protected=False,
        offer={"secret": made.secret, "qr": segno.make(made.uri).svg_data_uri(scale=4)},
    )


async def confirm_second(asking: Asking) -> Response:
    """The code fits: from the next sign-in on both steps are needed."""
    parts, now = asking.parts, asking.parts.clock()
    code, user_id = asking.text("code"), asking.signed.user_id
    spare = await parts.db.write(second_factors.confirm, parts.keyring, user_id, code, now)
    if spare is None:
        return await offer_second(asking, "Код не подошёл. Проверьте время на телефоне.")
    return await show(asking, spare=spare)


async def drop_second(asking: Asking) -> Response:
    """The password alone again; the password proves who asks."""
    if problem := await _wrong_password(asking):
        return await show(asking, problem)
    await asking.parts.db.write(second_factors.switch_off, asking.signed.user_id)
    return onward("/dashboard/me?done=1")


async def change_password(asking: Asking) -> Response:
    """A new password; every sign-in ends, this one too."""
    if problem := await _wrong_password(asking):
        return await show(asking, problem)
    new = str(asking.form.get("new", ""))[:1000]
    try:
        async with _HASHING:
            _, digest = await asyncio.to_thread(users.hashed, asking.signed.email, new)
    except BadUser:
        return await show(asking, "Новый пароль должен быть не короче 10 знаков.")
    await asking.parts.db.write(users.change_password, asking.signed.user_id, digest)
    await asking.parts.db.write(sign_ins.end_all, asking.signed.user_id)
    response = onward("/login?done=1")
    secure = is_secure(asking.parts)
    response.delete_cookie(cookie_name(asking.parts), secure=secure, httponly=True, samesite="lax")
    return response


async def end_sign_in(asking: Asking) -> Response:
    """End one of one's own sign-ins elsewhere."""
    await asking.parts.db.write(sign_ins.end_other, asking.signed.user_id, asking.id)
    return onward("/dashboard/me?done=1")


async def end_others(asking: Asking) -> Response:
    """End every sign-in but this one."""
    await asking.parts.db.write(sign_ins.end_others, asking.signed.user_id, asking.signed.id)
    return onward("/dashboard/me?done=1")


async def _wrong_password(asking: Asking) -> str:
    """What to say if the password given is not this person's; guesses are counted."""
    db, now = asking.parts.db, asking.parts.clock()
    limits = {f"own:{asking.signed.user_id}": PER_PERSON}
    if await db.read(sign_ins.is_throttled, limits, now):
        return "Слишком много попыток. Подождите 15 минут."
    known = await db.read(sign_ins.password_of, asking.signed.email)
    old = str(asking.form.get("old", ""))[:1000]
    async with _HASHING:
        if known is not None and await asyncio.to_thread(users.fits, known[1], old):
            return ""
    await db.write(sign_ins.failed, limits, now)
    return "Нынешний пароль не подходит."
