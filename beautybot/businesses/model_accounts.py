"""A salon's own account of GigaChat: its secret is closed and opened here alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update

from beautybot.businesses.models import model_accounts
from beautybot.kit.crypto import Keyring, Place
from beautybot.kit.db import across_salons, insert


@dataclass(frozen=True, slots=True, repr=False)
class ModelAccount:
    """Who the salon is to GigaChat; the secret is in clear."""

    business_id: int
    client_id: str
    secret: str
    scope: str
    model: str


@dataclass(frozen=True, slots=True)
class ShownAccount:
    """What a page may show of an account."""

    client_id: str
    scope: str
    model: str
    since: datetime


def put(conn: Connection, keyring: Keyring, account: ModelAccount, now: datetime) -> None:
    """Store a salon's account, in place of the old one."""
    values = {
        "client_id": account.client_id,
        "ciphertext": keyring.encrypt(account.secret, _place(account.business_id)),
        "scope": account.scope,
        "model": account.model,
        "updated_at": now,
    }
    conn.execute(
        insert(conn, model_accounts)
        .values(business_id=account.business_id, **values)
        .on_conflict_do_update(index_elements=["business_id"], set_=values)
    )


def of_business(conn: Connection, keyring: Keyring, business_id: int) -> ModelAccount | None:
    """The salon's own account; None: it uses the installation's.  CannotDecrypt."""
    row = conn.execute(
        select(model_accounts).where(model_accounts.c.business_id == business_id)
    ).one_or_none()
    return _account(row, keyring) if row else None


def shown(conn: Connection, business_id: int) -> ShownAccount | None:
    """The same without the secret, to be looked at; None: the installation's is used."""
    row = conn.execute(
        select(model_accounts).where(model_accounts.c.business_id == business_id)
    ).one_or_none()
    if row is None:
        return None
    return ShownAccount(row.client_id, row.scope, row.model, row.updated_at)


def forget(conn: Connection, business_id: int) -> bool:
    """Use the installation's again; False if the salon had none of its own."""
    mine = delete(model_accounts).where(model_accounts.c.business_id == business_id)
    return conn.execute(mine).rowcount > 0


def rotate(conn: Connection, keyring: Keyring, now: datetime) -> int:
    """Close every secret again under the newest key; how many were not under it."""
    done = 0
    for row in conn.execute(across_salons(select(model_accounts))).all():
        if keyring.is_current(row.ciphertext):
            continue
        account = _account(row, keyring)
        closed = keyring.encrypt(account.secret, _place(account.business_id))
        conn.execute(
            update(model_accounts)
            .where(model_accounts.c.business_id == row.business_id)
            .values(ciphertext=closed, updated_at=now)
        )
        done += 1
    return done


def _account(row: Row[Any], keyring: Keyring) -> ModelAccount:
    secret = keyring.decrypt(row.ciphertext, _place(row.business_id))
    return ModelAccount(row.business_id, row.client_id, secret, row.scope, row.model)


def _place(business_id: int) -> Place:
    return Place("model_accounts", "ciphertext", business_id, "secret")
