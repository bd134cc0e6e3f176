"""Кто входит в кабинет: roles, invitations by a one-time link, who is which specialist."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection
from starlette.responses import Response

from beautybot.booking import catalogue as catalogues
from beautybot.businesses import journal, reset_links, second_factors, sign_ins, users
from beautybot.businesses.users import BadUser, Role
from beautybot.kit.errors import BeautyBotError, NotFound
from beautybot.web.rendering import onward
from beautybot.web.sessions import Asking

ROLES = (
    (Role.OWNER, "владелец", "всё, и настройки тоже"),
    (Role.ADMIN, "администратор", "диалоги, календарь, клиенты, прайс"),
    (Role.SPECIALIST, "мастер", "только свой календарь"),
)
WORDS = {role: name for role, name, _ in ROLES}
PAGE = "/dashboard/people"
OTHERS = (
    "Этот человек работает ещё в одном салоне, где вы не владелец. "
    "Добавить его может тот, кто ставил BeautyBot."
)


class OthersPerson(BeautyBotError):
    """
    An account that also opens a salon of somebody else.

    Whoever makes its link chooses its password: neither may an owner get into
    another's salon by it, nor may they bring an account of theirs in here.
    """


async def show(asking: Asking, problem: str = "", link: str = "", to: str = "") -> Response:
    """Everybody; a fresh link is shown once."""
    values = await asking.parts.db.read(_shown, asking)
    status = 400 if problem else 200
    return asking.page(
        "dashboard/people.html", status, problem=problem, link=link, to=to, roles=ROLES, **values
    )


async def invite(asking: Asking) -> Response:
    """Give somebody a role; who has no password yet gets a link to choose one."""
    try:
        address = users.spelled(asking.text("email"))
        token = await asking.parts.db.write(_invite, asking, address)
    except BadUser:
        return await show(asking, "Проверьте адрес почты.")
    except OthersPerson:
        return await show(asking, OTHERS)
    if token is None:
        return onward(f"{PAGE}?done=1")
    return await show(asking, link=_link(asking, token), to=address)


async def renew(asking: Asking) -> Response:
    """A new link for somebody who has not chosen a password yet."""
    try:
        token, address = await asking.parts.db.write(_renew, asking)
    except OthersPerson:
        return await show(asking, OTHERS)
    if not token:
        words = (
            "У этого человека уже есть пароль. Новую ссылку ему сделает тот, кто ставил BeautyBot."
        )
        return await show(asking, words)
    return await show(asking, link=_link(asking, token), to=address)


async def change(asking: Asking) -> Response:
    """Another role, or another specialist."""
    try:
        await asking.parts.db.write(_change, asking)
    except BadUser:
        return await show(asking, "У салона должен остаться хотя бы один владелец.")
    return onward(f"{PAGE}?done=1")


async def remove(asking: Asking) -> Response:
    """They may not come in any more."""
    try:
        await asking.parts.db.write(_remove, asking)
    except BadUser:
        return await show(asking, "У салона должен остаться хотя бы один владелец.")
    return onward(f"{PAGE}?done=1" if asking.id != asking.signed.user_id else "/dashboard")


def _link(asking: Asking, token: str) -> str:
    return f"{asking.parts.settings.public_url.rstrip('/')}/reset/{token}"


def _invite(conn: Connection, asking: Asking, address: str) -> str | None:
    business_id, now = asking.business.id, asking.parts.clock()
    role = asking.text("role")
    if role not in set(Role):
        raise NotFound("there is no such role")
    if any(m.email == address for m in users.of_business(conn, business_id)):
        raise BadUser("already here")
    _spare_others(conn, asking, address)
    member, is_new = users.invite(conn, address, business_id, role, now)
    users.be_specialist(conn, business_id, member.user_id, _specialist(conn, asking))
    what = f"пустил в кабинет {address}: {WORDS[member.role]}"
    journal.note(conn, business_id, asking.by, what, now)
    return reset_links.make(conn, member.user_id, now, reset_links.INVITED) if is_new else None


def _renew(conn: Connection, asking: Asking) -> tuple[str, str]:
    member = _member(conn, asking)
    if users.has_password(conn, member.user_id):
        return "", member.email
    _spare_others(conn, asking, member.email)
    now = asking.parts.clock()
    return reset_links.make(conn, member.user_id, now, reset_links.INVITED), member.email


def _change(conn: Connection, asking: Asking) -> None:
    member, business_id = _member(conn, asking), asking.business.id
    role = asking.text("role")
    if role not in set(Role):
        raise NotFound("there is no such role")
    users.change_role(conn, business_id, member.user_id, role)
    users.be_specialist(conn, business_id, member.user_id, _specialist(conn, asking))
    what = f"изменил права: {member.email}, {WORDS[Role(role)]}"
    journal.note(conn, business_id, asking.by, what, asking.parts.clock())


def _remove(conn: Connection, asking: Asking) -> None:
    member = _member(conn, asking)
    if users.leave(conn, asking.business.id, member.user_id):
        sign_ins.end_all(conn, member.user_id)
        reset_links.drop(conn, member.user_id)
        second_factors.switch_off(conn, member.user_id)
    what = f"закрыл вход: {member.email}"
    journal.note(conn, asking.business.id, asking.by, what, asking.parts.clock())


def _spare_others(conn: Connection, asking: Asking, address: str) -> None:
    mine = {business_id for business_id, role in asking.signed.salons if role is Role.OWNER}
    if any(m.business_id not in mine for m in users.of_email(conn, address)):
        raise OthersPerson(address)


def _member(conn: Connection, asking: Asking) -> users.Member:
    for member in users.of_business(conn, asking.business.id):
        if member.user_id == asking.id:
            return member
    raise NotFound("there is no such person")


def _specialist(conn: Connection, asking: Asking) -> str | None:
    ref = asking.text("specialist")
    if not ref:
        return None
    known = {p.ref for p in catalogues.load(conn, asking.business.id).specialists}
    if ref not in known:
        raise NotFound("there is no such specialist")
    return ref


def _shown(conn: Connection, asking: Asking) -> dict[str, Any]:
    catalogue = catalogues.load(conn, asking.business.id)
    return {
        "specialists": catalogue.specialists,
        "members": [
            {
                "id": m.user_id,
                "email": m.email,
                "role": m.role,
                "specialist": m.specialist or "",
                "me": m.user_id == asking.signed.user_id,
                "invited": not users.has_password(conn, m.user_id),
            }
            for m in users.of_business(conn, asking.business.id)
        ],
    }
