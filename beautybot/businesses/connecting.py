"""Connecting a salon's number or bot: prove, store closed, ask for deliveries."""

from __future__ import annotations

import secrets as random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from beautybot.businesses import access, credentials
from beautybot.businesses.access import ChannelAccount
from beautybot.businesses.salons import Business
from beautybot.channels.base import Account, Channel, Connected
from beautybot.kit.crypto import Keyring
from beautybot.kit.db import Database


@dataclass(frozen=True, slots=True)
class Made:
    """What came of it: the account, and what the owner should still know, in Russian."""

    account: ChannelAccount
    warnings: tuple[str, ...]


async def connect(
    db: Database,
    keyring: Keyring,
    channel: Channel,
    *,
    business: Business,
    secrets: Mapping[str, str],
    details: Mapping[str, Any],
    public_url: str,
    now: datetime,
) -> Made:
    """
    Check the secrets with the channel, keep them, and register our webhook.

    ConnectError if the channel refuses, AccountTaken if another salon has the
    account; in both cases nothing is stored.
    """
    kept = {name: value.strip() for name, value in secrets.items() if value}
    if channel.hook is not None and channel.hook.proofs:
        kept["secret_token"] = random.token_urlsafe(32)
    checked = await channel.check(kept, details)
    account = await db.write(store, keyring, business, channel.name, checked, kept, now)
    speaking = Account(account.external_id, kept, account.details)
    await channel.register(speaking, callback_of(public_url, channel.name))
    return Made(account, checked.warnings)


def callback_of(public_url: str, channel: str) -> str:
    """Where a channel delivers to."""
    return f"{public_url.rstrip('/')}/api/webhooks/{channel}"


def store(
    conn: Connection,
    keyring: Keyring,
    business: Business,
    channel: str,
    checked: Connected,
    secrets: Mapping[str, str],
    now: datetime,
) -> ChannelAccount:
    """Keep a checked account with its secrets, in one transaction."""
    before = access.by_external_id(conn, channel, checked.external_id)
    details = dict(before.details) if before and before.business_id == business.id else {}
    details |= {k: v for k, v in checked.details.items() if v is not None}
    if app_secret := secrets.get("app_secret"):
        details["app_mark"] = credentials.mark_of(app_secret)
    account = access.connect(
        conn,
        business_id=business.id,
        channel=channel,
        external_id=checked.external_id,
        display=checked.display,
        details=details,
        now=now,
    )
    for name, value in secrets.items():
        credentials.put(
            conn,
            keyring,
            business_id=business.id,
            account_id=account.id,
            name=name,
            value=value,
            now=now,
        )
    return account
