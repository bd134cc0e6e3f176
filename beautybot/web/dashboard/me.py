"""Профиль: one's own password, second step and sign-ins."""

from __future__ import annotations

import asyncio

import segno
from starlette.responses import Response

from beautybot.businesses import second_factors, sign_ins, users
from beautybot.businesses.passwords import BadPassword
from beautybot.kit import log
from beautybot.web.dashboard.telling import moment
from beautybot.web.rendering import onward
from beautybot.web.sessions import Asking, forgotten
from beautybot.web.signing_in import WEAK

logger = log.get(__name__)

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
        demanded=asking.query("second") == "1",
    )


async def offer_second(asking: Asking) -> Response:
    """The password proves who asks; nothing is in force before a code of the app was given."""
    if await asking.parts.db.read(second_factors.is_on, asking.signed.user_id):
        return onward("/dashboard/me")
    if problem := await _wrong_password(asking):
        return await show(asking, problem)
    return await _show_offer(asking)


async def _show_offer(asking: Asking, problem: str = "") -> Response:
    db, signed = asking.parts.db, asking.signed
    made = await db.write(second_factors.offer, asking.parts.keyring, signed.user_id, signed.email)
    return asking.page(
        "dashboard/me.html",
        400 if problem else 200,
        places=[],
        problem=problem,
        spare=[],
        protected=False,
        demanded=False,
        offer={"secret": made.secret, "qr": segno.make(made.uri).svg_data_uri(scale=4)},
    )


async def confirm_second(asking: Asking) -> Response:
    """The code fits: from the next sign-in on both steps are needed."""
    parts, now = asking.parts, asking.parts.clock()
    code, user_id = asking.text("code"), asking.signed.user_id
    spare = await parts.db.write(second_factors.confirm, parts.keyring, user_id, code, now)
    if spare is None:
        return await _offered_again(asking)
    logger.info("🔑 Второй шаг включён", user=user_id)
    return await show(asking, spare=spare)


async def _offered_again(asking: Asking) -> Response:
    """A wrong code: the same secret once more, if one was offered; guesses are counted."""
    db, now, user_id = asking.parts.db, asking.parts.clock(), asking.signed.user_id
    limits = {f"offer:{user_id}": PER_PERSON}
    if not await db.read(second_factors.is_offered, user_id):
        return onward("/dashboard/me")
    if await db.read(sign_ins.is_throttled, limits, now):
        return await show(asking, "Слишком много попыток. Подождите 15 минут.")
    await db.write(sign_ins.failed, limits, now)
    return await _show_offer(asking, "Код не подошёл. Проверьте время на телефоне.")


async def drop_second(asking: Asking) -> Response:
    """The password alone again; the password proves who asks."""
    if problem := await _wrong_password(asking):
        return await show(asking, problem)
    await asking.parts.db.write(second_factors.switch_off, asking.signed.user_id)
    logger.warning("🔑 Второй шаг выключен", user=asking.signed.user_id)
    return onward("/dashboard/me?done=1")


async def change_password(asking: Asking) -> Response:
    """A new password; every sign-in ends, this one too."""
    if problem := await _wrong_password(asking):
        return await show(asking, problem)
    new, salon = str(asking.form.get("new", "")), asking.business
    words = (asking.signed.email, new, salon.name, salon.slug)
    try:
        async with _HASHING:
            _, digest = await asyncio.to_thread(users.hashed, *words)
    except BadPassword as error:
        return await show(asking, WEAK[error.weakness])
    await asking.parts.db.write(users.change_password, asking.signed.user_id, digest)
    await asking.parts.db.write(sign_ins.end_all, asking.signed.user_id)
    logger.info("🔑 Пароль сменён", user=asking.signed.user_id)
    return forgotten(asking, "/login?done=1")


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
    old = str(asking.form.get("old", ""))
    async with _HASHING:  # counted inside: guesses sent together are guesses one by one
        if await db.read(sign_ins.is_throttled, limits, now):
            return "Слишком много попыток. Подождите 15 минут."
        known = await db.read(sign_ins.password_of, asking.signed.email)
        if known is not None and await asyncio.to_thread(users.fits, known[1], old):
            return ""
        await db.write(sign_ins.failed, limits, now)
    logger.warning("🔑 Неверный нынешний пароль", user=asking.signed.user_id)
    return "Нынешний пароль не подходит."
