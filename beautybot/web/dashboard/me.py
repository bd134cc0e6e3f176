"""Профиль: one's own password and sign-ins."""

from __future__ import annotations

import asyncio

from starlette.responses import Response

from beautybot.businesses import sign_ins, users
from beautybot.businesses.users import BadUser
from beautybot.web.dashboard.telling import moment
from beautybot.web.rendering import onward
from beautybot.web.sessions import Asking, cookie_name, is_secure


async def show(asking: Asking, problem: str = "") -> Response:
    """Who one is, and where one is signed in."""
    found = await asking.parts.db.read(sign_ins.places, asking.signed.user_id)
    places = [
        {
            "id": place.id,
            "place": place.place,
            "at": moment(place.seen_at, asking.business.zone),
            "here": place.id == asking.signed.id,
        }
        for place in found
    ]
    return asking.page("dashboard/me.html", 400 if problem else 200, places=places, problem=problem)


async def change_password(asking: Asking) -> Response:
    """A new password; every sign-in ends, this one too."""
    known = await asking.parts.db.read(sign_ins.password_of, asking.signed.email)
    old, new = asking.text("old"), asking.text("new")
    if known is None or not await asyncio.to_thread(users.fits, known[1], old):
        return await show(asking, "Нынешний пароль не подходит.")
    try:
        _, digest = await asyncio.to_thread(users.hashed, asking.signed.email, new)
    except BadUser:
        return await show(asking, "Новый пароль должен быть не короче 10 знаков.")
    await asking.parts.db.write(users.change_password, asking.signed.user_id, digest)
    await asking.parts.db.write(sign_ins.end_all, asking.signed.user_id)
    response = onward("/login")
    secure = is_secure(asking.parts)
    response.delete_cookie(cookie_name(asking.parts), secure=secure, httponly=True, samesite="lax")
    return response


async def end_sign_in(asking: Asking) -> Response:
    """End one of one's own sign-ins elsewhere."""
    number: int = asking.request.path_params["id"]
    await asking.parts.db.write(sign_ins.end_other, asking.signed.user_id, number)
    return onward("/dashboard/me")
