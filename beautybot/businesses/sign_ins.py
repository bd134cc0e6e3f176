"""
Who is signed in: a token in the browser, its hash here.

Guessing is slow by account and by address: after so many failures in a quarter
of an hour nobody gets in there, right password or not.  A browser in which the
person has signed in before is counted on its own, so that a stranger who
guesses cannot lock the owner out.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, select

from beautybot.businesses.models import memberships, sign_in_failures, sign_ins, users
from beautybot.businesses.users import Role
from beautybot.kit.db import across_salons, add, change, remove

IDLE, ABSOLUTE = timedelta(hours=12), timedelta(days=14)
WINDOW = timedelta(minutes=15)
SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class SignIn:
    """A live sign-in, and the salons its person belongs to: id and role each."""

    id: int
    user_id: int
    email: str
    business_id: int | None
    seen_at: datetime
    salons: tuple[tuple[int, Role], ...]

    def role_in(self, business_id: int) -> Role | None:
        """The person's role in a salon; None if it is not theirs."""
        return dict(self.salons).get(business_id)


@dataclass(frozen=True, slots=True)
class Place:
    """One sign-in in a list, for the person to end it."""

    id: int
    created_at: datetime
    seen_at: datetime
    place: str


def password_of(conn: Connection, address: str) -> tuple[int, str] | None:
    """The user's id and password hash; None if nobody has the address."""
    row = conn.execute(
        select(users.c.id, users.c.password_hash).where(users.c.email == address.strip().lower())
    ).one_or_none()
    return (row.id, row.password_hash) if row else None


def begin(
    conn: Connection, user_id: int, place: str, now: datetime, *, instead_of: str = ""
) -> str:
    """
    A new sign-in; the token for the browser, which is kept nowhere else.

    `instead_of` is the token that the browser had until now: it ends.
    """
    token = secrets.token_urlsafe(32)
    if instead_of:
        end(conn, instead_of)
    add(
        conn,
        sign_ins,
        {
            "user_id": user_id,
            "token_hash": _hash(token),
            "created_at": now,
            "seen_at": now,
            "expires_at": now + ABSOLUTE,
            "place": place[:200],
        },
    )
    return token


def of_token(conn: Connection, token: str, now: datetime) -> SignIn | None:
    """The live sign-in of a token; None if there is none, or it was idle or is too old."""
    row = conn.execute(
        select(sign_ins, users.c.email)
        .join(users, users.c.id == sign_ins.c.user_id)
        .where(sign_ins.c.token_hash == _hash(token))
    ).one_or_none()
    if row is None or row.expires_at <= now or row.seen_at + IDLE <= now:
        return None
    salons = conn.execute(
        across_salons(
            select(memberships.c.business_id, memberships.c.role)
            .where(memberships.c.user_id == row.user_id)
            .order_by(memberships.c.business_id)
        )
    )
    theirs = tuple((s.business_id, Role(s.role)) for s in salons)
    return SignIn(row.id, row.user_id, row.email, row.salon_id, row.seen_at, theirs)


def seen(conn: Connection, token: str, now: datetime) -> None:
    """The person is still there."""
    change(conn, sign_ins, {"token_hash": _hash(token)}, {"seen_at": now})


def choose_salon(conn: Connection, sign_in_id: int, business_id: int) -> None:
    """Work in this salon from now on; the caller has checked that it is theirs."""
    change(conn, sign_ins, {"id": sign_in_id}, {"salon_id": business_id})


def end(conn: Connection, token: str) -> None:
    """Sign out."""
    remove(conn, sign_ins, {"token_hash": _hash(token)})


def end_other(conn: Connection, user_id: int, sign_in_id: int) -> int:
    """End one sign-in of this person; how many there were."""
    return remove(conn, sign_ins, {"user_id": user_id, "id": sign_in_id})


def end_others(conn: Connection, user_id: int, but: int) -> int:
    """End every sign-in of this person but one; how many there were."""
    return conn.execute(
        delete(sign_ins).where(sign_ins.c.user_id == user_id, sign_ins.c.id != but)
    ).rowcount


def end_all(conn: Connection, user_id: int) -> int:
    """End every sign-in of a person: the password changed."""
    return remove(conn, sign_ins, {"user_id": user_id})


def forget(conn: Connection, now: datetime) -> int:
    """Drop the sign-ins that are over, of everybody; how many there were."""
    over = (sign_ins.c.expires_at <= now) | (sign_ins.c.seen_at <= now - IDLE)
    return conn.execute(delete(sign_ins).where(over)).rowcount


def places(conn: Connection, user_id: int) -> list[Place]:
    """Where a person is signed in, the newest first."""
    rows = conn.execute(
        select(sign_ins).where(sign_ins.c.user_id == user_id).order_by(sign_ins.c.id.desc())
    )
    return [Place(r.id, r.created_at, r.seen_at, r.place) for r in rows]


def failed(conn: Connection, whos: Iterable[str], now: datetime) -> None:
    """Note a wrong password, by account and by address; old notes go."""
    conn.execute(delete(sign_in_failures).where(sign_in_failures.c.at < now - WINDOW))
    for who in whos:
        add(conn, sign_in_failures, {"who": _hash(who), "at": now})


def is_throttled(conn: Connection, limits: Mapping[str, int], now: datetime) -> bool:
    """True while somebody of `limits` has failed as often as it says, or more."""
    allowed = {_hash(who): most for who, most in limits.items()}
    rows = conn.execute(
        select(sign_in_failures.c.who, func.count().label("failures"))
        .where(sign_in_failures.c.who.in_(allowed), sign_in_failures.c.at >= now - WINDOW)
        .group_by(sign_in_failures.c.who)
    )
    return any(row.failures >= allowed[row.who] for row in rows)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
