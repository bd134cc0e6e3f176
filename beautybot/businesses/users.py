"""People who sign in: an address, a password, and what they may do in which salon."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlalchemy import Connection, Row, and_, insert as plain_insert, select, update

from beautybot.businesses import passwords
from beautybot.businesses.models import memberships, telegram_bindings, users
from beautybot.kit.db import across_salons, change, insert, one, remove
from beautybot.kit.errors import BeautyBotError, NotFound

NO_PASSWORD = "!"  # fits nothing: an invited person has not chosen one yet
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,180}\.[^@\s.]{2,}")
_HASHER = PasswordHasher()


class BadUser(BeautyBotError):
    """The address or the password cannot be taken; the text says why."""


class Role(StrEnum):
    """What a person may do in a salon."""

    OWNER = "owner"
    ADMIN = "admin"
    SPECIALIST = "specialist"


@dataclass(frozen=True, slots=True)
class Member:
    """One person in one salon; `telegram_chat_id` is where the global bot reaches them."""

    user_id: int
    business_id: int
    email: str
    role: Role
    telegram_chat_id: str | None
    specialist: str | None = None


def hashed(email: str, password: str, *words: str) -> tuple[str, str]:
    """
    The address in one spelling and the argon2id hash of a new password; BadUser, BadPassword.

    `words` are names that must not be most of it.  It takes a tenth of a second
    and 64 MB: call it outside a transaction.
    """
    address = spelled(email)
    passwords.check(password, (address, *words))
    return address, _HASHER.hash(password)


def spelled(email: str) -> str:
    """The address in the one spelling that is kept; BadUser."""
    address = email.strip().lower()
    if not _EMAIL.fullmatch(address):
        raise BadUser(f"{email[:60]!r} is no e-mail address")
    return address


def put(
    conn: Connection, address: str, password_hash: str, business_id: int, role: str, now: datetime
) -> Member:
    """Create a person or renew the password, and give the role in the salon; BadUser."""
    if role not in set(Role):
        raise BadUser(f"the role must be one of {', '.join(Role)}")
    user_id = conn.execute(select(users.c.id).where(users.c.email == address)).scalar_one_or_none()
    if user_id is None:
        user_id = conn.execute(
            plain_insert(users)
            .values(email=address, password_hash=password_hash, created_at=now)
            .returning(users.c.id)
        ).scalar_one()
    else:
        conn.execute(update(users).where(users.c.id == user_id).values(password_hash=password_hash))
    conn.execute(
        insert(conn, memberships)
        .values(user_id=user_id, business_id=business_id, role=role)
        .on_conflict_do_update(index_elements=["user_id", "business_id"], set_={"role": role})
    )
    return next(m for m in of_business(conn, business_id) if m.user_id == user_id)


def invite(
    conn: Connection, address: str, business_id: int, role: str, now: datetime
) -> tuple[Member, bool]:
    """
    Give a person a role in a salon; True if they have no password yet and need a link.

    A person who has one keeps it: nobody may reset it but they and the operator.
    """
    row = conn.execute(
        select(users.c.id, users.c.password_hash).where(users.c.email == address)
    ).one_or_none()
    digest = row.password_hash if row else NO_PASSWORD
    return put(conn, address, digest, business_id, role, now), digest == NO_PASSWORD


def has_password(conn: Connection, user_id: int) -> bool:
    """False for an invited person who has not followed the link yet."""
    row = one(conn, users, {"id": user_id})
    return row is not None and row.password_hash != NO_PASSWORD


def change_role(conn: Connection, business_id: int, user_id: int, role: str) -> None:
    """Another role for one of the salon's people; BadUser for the last owner, NotFound."""
    if role not in set(Role):
        raise BadUser(f"the role must be one of {', '.join(Role)}")
    _spare_last_owner(conn, business_id, user_id, role)
    mine = {"business_id": business_id, "user_id": user_id}
    change(conn, memberships, mine, {"role": role})


def leave(conn: Connection, business_id: int, user_id: int) -> bool:
    """
    They work here no more; True if they work nowhere now.  BadUser for the last owner, NotFound.

    Whoever works nowhere has no password either: who invites them next gives a new link.
    """
    _spare_last_owner(conn, business_id, user_id, None)
    remove(conn, memberships, {"business_id": business_id, "user_id": user_id})
    if of_user(conn, user_id):
        return False
    change_password(conn, user_id, NO_PASSWORD)
    return True


def be_specialist(conn: Connection, business_id: int, user_id: int, ref: str | None) -> None:
    """Say which specialist of the salon's file this person is; None: nobody.  NotFound."""
    mine = {"business_id": business_id, "user_id": user_id}
    if change(conn, memberships, mine, {"specialist": ref}) == 0:
        raise NotFound("there is no such person")


def _spare_last_owner(conn: Connection, business_id: int, user_id: int, role: str | None) -> None:
    members = of_business(conn, business_id)
    if all(m.user_id != user_id for m in members):
        raise NotFound("there is no such person")
    owners = {m.user_id for m in members if m.role is Role.OWNER}
    if owners == {user_id} and role != Role.OWNER:
        raise BadUser("the salon would have no owner")


def change_password(conn: Connection, user_id: int, password_hash: str) -> None:
    """Put a new hash in place of the old."""
    change(conn, users, {"id": user_id}, {"password_hash": password_hash})


def fits(password_hash: str, password: str) -> bool:
    """True if the password is the one that was hashed."""
    try:
        return _HASHER.verify(password_hash, password)
    except (Argon2Error, InvalidHashError):
        return False


def of_business(conn: Connection, business_id: int) -> list[Member]:
    """The people of a salon."""
    rows = conn.execute(_MEMBERS.where(memberships.c.business_id == business_id))
    return [_member(row) for row in rows]


def specialist_of(conn: Connection, business_id: int, user_id: int) -> str | None:
    """The id (of the salon's file) of the specialist this person is, if they are one."""
    row = one(conn, memberships, {"business_id": business_id, "user_id": user_id})
    return row.specialist if row else None


def of_email(conn: Connection, address: str) -> list[Member]:
    """Every salon a person belongs to."""
    rows = conn.execute(across_salons(_MEMBERS.where(users.c.email == address.strip().lower())))
    return [_member(row) for row in rows]


def of_user(conn: Connection, user_id: int) -> list[Member]:
    """The same by the person's id."""
    rows = conn.execute(across_salons(_MEMBERS.where(memberships.c.user_id == user_id)))
    return [_member(row) for row in rows]


def of_chat(conn: Connection, chat_id: str) -> list[Member]:
    """The same of whoever the global bot knows by this chat."""
    rows = conn.execute(across_salons(_MEMBERS.where(telegram_bindings.c.chat_id == chat_id)))
    return [_member(row) for row in rows]


_MEMBERS = (
    select(memberships, users.c.email, telegram_bindings.c.chat_id)
    .join(users, users.c.id == memberships.c.user_id)
    .outerjoin(
        telegram_bindings,
        and_(
            telegram_bindings.c.user_id == memberships.c.user_id,
            telegram_bindings.c.gone_at.is_(None),
        ),
    )
    .order_by(memberships.c.id)
)


def _member(row: Row[Any]) -> Member:
    return Member(
        user_id=row.user_id,
        business_id=row.business_id,
        email=row.email,
        role=Role(row.role),
        telegram_chat_id=row.chat_id,
        specialist=row.specialist,
    )
