"""
The second factor: a six-digit code from an app on the person's phone (RFC 6238).

The secret is closed like every other.  A code works once; ten spare codes
stand in for a lost phone, each once.  A spare code is 120 bits, so its plain
hash tells a thief of the database nothing.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyotp
from sqlalchemy import Connection, select, update

from beautybot.businesses.models import second_factors
from beautybot.kit.crypto import Keyring, Place, same
from beautybot.kit.db import add, change, one, remove
from beautybot.kit.errors import BeautyBotError

STEP_S, SPARE_CODES, SPARE_BYTES = 30, 10, 15


class AlreadyOn(BeautyBotError):
    """The secret is in force; it is never shown again."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A secret that is not in force yet, and the address an app reads from a QR code."""

    secret: str
    uri: str


def is_on(conn: Connection, user_id: int) -> bool:
    """True if the person needs a code to sign in."""
    row = one(conn, second_factors, {"user_id": user_id})
    return row is not None and row.confirmed_at is not None


def is_offered(conn: Connection, user_id: int) -> bool:
    """True while a secret waits for its first code."""
    row = one(conn, second_factors, {"user_id": user_id})
    return row is not None and row.confirmed_at is None


def offer(conn: Connection, keyring: Keyring, user_id: int, email: str) -> Offer:
    """The secret this person may confirm: the one that waits already, or a new one; AlreadyOn."""
    row = one(conn, second_factors, {"user_id": user_id})
    if row is not None and row.confirmed_at is not None:
        raise AlreadyOn("второй шаг уже включён")
    if row is None:
        secret = pyotp.random_base32()
        closed = keyring.encrypt(secret, _place(user_id))
        add(conn, second_factors, {"user_id": user_id, "ciphertext": closed, "spare_codes": []})
    else:
        secret = keyring.decrypt(row.ciphertext, _place(user_id))
    return Offer(secret, pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name="BeautyBot"))


def confirm(
    conn: Connection, keyring: Keyring, user_id: int, code: str, now: datetime
) -> list[str] | None:
    """Put the offered secret in force; the spare codes, shown once.  None: the code is wrong."""
    row = one(conn, second_factors, {"user_id": user_id}, lock=True)
    if row is None or row.confirmed_at is not None:
        return None
    step = _step(keyring, row, code, now)
    if step is None:
        return None
    spare = [_spare_code() for _ in range(SPARE_CODES)]
    values = {
        "confirmed_at": now,
        "last_step": step,
        "spare_codes": [_hash(_bare(s)) for s in spare],
    }
    change(conn, second_factors, {"user_id": user_id}, values)
    return spare


def fits(conn: Connection, keyring: Keyring, user_id: int, code: str, now: datetime) -> bool:
    """True for a fresh code of the app or an unused spare one; it is used up by this."""
    row = one(conn, second_factors, {"user_id": user_id}, lock=True)
    if row is None or row.confirmed_at is None:
        return False
    given = _bare(code)
    if _hash(given) in row.spare_codes:
        left = [kept for kept in row.spare_codes if kept != _hash(given)]
        change(conn, second_factors, {"user_id": user_id}, {"spare_codes": left})
        return True
    step = _step(keyring, row, given, now)
    if step is None:
        return False
    change(conn, second_factors, {"user_id": user_id}, {"last_step": step})
    return True


def switch_off(conn: Connection, user_id: int) -> bool:
    """The password alone is enough again; False if it was already."""
    return remove(conn, second_factors, {"user_id": user_id}) > 0


def rotate(conn: Connection, keyring: Keyring) -> int:
    """Close every secret again under the newest key; how many were not under it."""
    done = 0
    for row in conn.execute(select(second_factors)).all():
        if keyring.is_current(row.ciphertext):
            continue
        secret = keyring.decrypt(row.ciphertext, _place(row.user_id))
        closed = keyring.encrypt(secret, _place(row.user_id))
        conn.execute(
            update(second_factors).where(second_factors.c.id == row.id).values(ciphertext=closed)
        )
        done += 1
    return done


def _step(keyring: Keyring, row: Any, code: str, now: datetime) -> int | None:
    """The time step whose code this is, if it is near and later than the last one used."""
    totp = pyotp.TOTP(keyring.decrypt(row.ciphertext, _place(row.user_id)))
    at = int(now.timestamp()) // STEP_S
    for step in (at, at - 1, at + 1):
        if step > row.last_step and same(totp.at(step * STEP_S), code.strip()):
            return step
    return None


def _place(user_id: int) -> Place:
    return Place("second_factors", "ciphertext", 0, f"user:{user_id}")


def _spare_code() -> str:
    """Six groups of four letters and digits, to be copied by hand if need be."""
    letters = base64.b32encode(secrets.token_bytes(SPARE_BYTES)).decode().lower()
    return "-".join(letters[at : at + 4] for at in range(0, len(letters), 4))


def _bare(code: str) -> str:
    """A code without what people put between its signs."""
    return "".join(code.replace("-", " ").split()).lower()


def _hash(code: str) -> str:
    return hashlib.sha256(f"spare:{code}".encode("utf-8", "surrogatepass")).hexdigest()
