"""The secrets of a salon's channels: the only place that closes and opens them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, select, update

from beautybot.businesses.models import channel_accounts, credentials
from beautybot.kit.crypto import Keyring, Place, lookup
from beautybot.kit.db import across_salons, insert

# Secrets by which a delivery finds its account; each is hashed for its own purpose.
FINDABLE = frozenset({"token", "secret_token"})


@dataclass(frozen=True, slots=True)
class Door:
    """A keyed hash that opens one account: what a request presents is hashed and compared."""

    lookup: str
    name: str
    account_id: int
    business_id: int
    channel: str
    strict: bool = False  # only the messenger's own secret header opens it


@dataclass(frozen=True, slots=True, repr=False)
class AppSecret:
    """A Meta app's secret, and the mark that its accounts and its deliveries both carry."""

    secret: str
    mark: str


def mark_of(app_secret: str) -> str:
    """A fingerprint by which a delivery and an account are known to be of one Meta app."""
    return hashlib.sha256(b"beautybot app " + app_secret.encode()).hexdigest()[:24]


def put(
    conn: Connection,
    keyring: Keyring,
    *,
    business_id: int,
    account_id: int,
    name: str,
    value: str,
    now: datetime,
) -> None:
    """Store a secret of an account, in place of the old one."""
    values = {
        "ciphertext": keyring.encrypt(value, _place(business_id, account_id, name)),
        "lookup": lookup(keyring.newest, value, name) if name in FINDABLE else None,
        "updated_at": now,
    }
    conn.execute(
        insert(conn, credentials)
        .values(business_id=business_id, account_id=account_id, name=name, **values)
        .on_conflict_do_update(index_elements=["account_id", "name"], set_=values)
    )


def of_account(
    conn: Connection, keyring: Keyring, business_id: int, account_id: int
) -> dict[str, str]:
    """The secrets of an account, in clear; CannotDecrypt when a key is missing."""
    rows = conn.execute(_OF_ACCOUNT, {"business": business_id, "account": account_id})
    return {
        row.name: keyring.decrypt(row.ciphertext, _place(business_id, account_id, row.name))
        for row in rows
    }


_OF_ACCOUNT = select(credentials.c.name, credentials.c.ciphertext).where(
    credentials.c.business_id == bindparam("business"),
    credentials.c.account_id == bindparam("account"),
)


def doors(conn: Connection) -> list[Door]:
    """Every hash by which deliveries find their account."""
    rows = conn.execute(
        across_salons(
            select(
                credentials.c.lookup,
                credentials.c.name,
                credentials.c.account_id,
                credentials.c.business_id,
                channel_accounts.c.channel,
                channel_accounts.c.details,
            )
            .join(channel_accounts, channel_accounts.c.id == credentials.c.account_id)
            .where(credentials.c.lookup.is_not(None))
        )
    )
    return [Door(*row[:-1], strict=bool(row.details.get("strict"))) for row in rows]


def app_secrets(conn: Connection, keyring: Keyring, shared: str | None) -> list[AppSecret]:
    """Every Meta app secret in use, the installation's own first."""
    rows = conn.execute(
        across_salons(select(credentials).where(credentials.c.name == "app_secret"))
    )
    known = dict.fromkeys([shared] if shared else [])
    for row in rows:
        place = _place(row.business_id, row.account_id, row.name)
        known[keyring.decrypt(row.ciphertext, place)] = None
    return [AppSecret(secret, mark_of(secret)) for secret in known]


def rotate(conn: Connection, keyring: Keyring, now: datetime, *, limit: int = 100) -> int:
    """
    Close up to `limit` secrets again under the newest key; how many were done.

    Zero means that all are.  Safe to stop and to run again at any point.
    """
    done = 0
    for row in conn.execute(across_salons(select(credentials))).all():
        if keyring.is_current(row.ciphertext):
            continue
        place = _place(row.business_id, row.account_id, row.name)
        value = keyring.decrypt(row.ciphertext, place)
        conn.execute(
            update(credentials)
            .where(credentials.c.id == row.id, credentials.c.business_id == row.business_id)
            .values(
                ciphertext=keyring.encrypt(value, place),
                lookup=lookup(keyring.newest, value, row.name) if row.lookup else None,
                updated_at=now,
            )
        )
        done += 1
        if done == limit:
            break
    return done


def _place(business_id: int, account_id: int, name: str) -> Place:
    return Place("credentials", "ciphertext", business_id, f"{account_id}:{name}")
