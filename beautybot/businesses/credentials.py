"""The secrets of a salon's channels: the only place that closes and opens them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

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
    external_id: str


@dataclass(frozen=True, slots=True, repr=False)
class AppSecret:
    """A Meta app's secret and the accounts that only it may speak for."""

    secret: str
    account_ids: frozenset[int]


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
    rows = conn.execute(
        select(credentials.c.name, credentials.c.ciphertext).where(
            credentials.c.business_id == business_id, credentials.c.account_id == account_id
        )
    )
    return {
        row.name: keyring.decrypt(row.ciphertext, _place(business_id, account_id, row.name))
        for row in rows
    }


def doors(conn: Connection, channel: str) -> list[Door]:
    """Every hash by which deliveries of a channel find their account."""
    rows = conn.execute(
        across_salons(
            select(
                credentials.c.lookup,
                credentials.c.name,
                credentials.c.account_id,
                credentials.c.business_id,
                channel_accounts.c.external_id,
            )
            .join(channel_accounts, channel_accounts.c.id == credentials.c.account_id)
            .where(channel_accounts.c.channel == channel, credentials.c.lookup.is_not(None))
        )
    )
    return [Door(*row) for row in rows]


def app_secrets(conn: Connection, keyring: Keyring, shared: str | None) -> list[AppSecret]:
    """
    Every Meta app secret in use with its accounts, the installation's own first.

    An account with a secret of its own is bound to that; all others to `shared`.
    """
    rows = conn.execute(
        across_salons(
            select(
                channel_accounts.c.id,
                channel_accounts.c.business_id,
                credentials.c.ciphertext,
            )
            .outerjoin(
                credentials,
                (credentials.c.account_id == channel_accounts.c.id)
                & (credentials.c.name == "app_secret"),
            )
            .where(channel_accounts.c.channel == "whatsapp")
        )
    )
    bound: dict[str, set[int]] = {shared: set()} if shared else {}
    for row in rows:
        if row.ciphertext is None:
            secret = shared
        else:
            place = _place(row.business_id, row.id, "app_secret")
            secret = keyring.decrypt(row.ciphertext, place)
        if secret:
            bound.setdefault(secret, set()).add(row.id)
    return [AppSecret(secret, frozenset(ids)) for secret, ids in bound.items()]


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
