"""Connecting a salon's number or bot: prove the secrets, keep them closed, ask for deliveries."""

from __future__ import annotations

import secrets as random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any

import typer

from beautybot.cli import secret
from beautybot.cli.opening import House, inside
from beautybot.cli.output import say
from beautybot.cli.salons import Slug

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from beautybot.businesses.access import ChannelAccount
    from beautybot.businesses.salons import Business
    from beautybot.channels.base import Channel, Connected
    from beautybot.kit.crypto import Keyring

app = typer.Typer()
connect = typer.Typer(no_args_is_help=True, help="Connect a salon's WhatsApp or Telegram.")
app.add_typer(connect, name="connect")


@dataclass(frozen=True, slots=True, repr=False)
class Wanted:
    """An account to connect; secrets in clear."""

    slug: str
    channel: str
    secrets: Mapping[str, str]
    details: Mapping[str, Any] = field(default_factory=dict)


@connect.command()
def whatsapp(
    slug: Slug,
    phone_id: Annotated[str, typer.Option("--phone-id", metavar="ID")],
    access_token: Annotated[str, typer.Option(metavar="SECRET", help=secret.HELP)],
    app_secret: Annotated[
        str | None, typer.Option(metavar="SECRET", help="If the salon has a Meta app of its own.")
    ] = None,
    waba_id: Annotated[
        str | None, typer.Option("--waba-id", metavar="ID", help="To subscribe to its events.")
    ] = None,
) -> None:
    """Check a number's credentials with Meta, store them closed, subscribe to its events."""
    given = {"access_token": secret.read(access_token, "the access token")}
    if app_secret is not None:
        given["app_secret"] = secret.read(app_secret, "the app secret")
    details = {"phone_id": phone_id.strip(), "waba_id": waba_id and waba_id.strip()}
    inside(lambda house: _connect(house, Wanted(slug, "whatsapp", given, details)))


@connect.command()
def telegram(
    slug: Slug, token: Annotated[str, typer.Option(metavar="SECRET", help=secret.HELP)]
) -> None:
    """Check a bot's token, store it closed, set the webhook (or poll, if TELEGRAM_MODE says so)."""
    given = {
        "token": secret.read(token, "the bot's token"),
        "secret_token": random.token_urlsafe(32),
    }
    inside(lambda house: _connect(house, Wanted(slug, "telegram", given)))


async def _connect(house: House, wanted: Wanted) -> None:
    from beautybot.businesses import salons
    from beautybot.channels import registry

    salon = await house.db.read(salons.by_slug, wanted.slug)
    built = registry.build(house.settings)
    try:
        channel = built[wanted.channel]
        checked = await channel.check(wanted.secrets, wanted.details)
        account = await house.db.write(_store, house.keyring, salon, wanted, checked)
        say(f"{checked.display} is connected to {salon.name}.")
        for warning in checked.warnings:
            say(f"⚠️ {warning}")
        await _ask_for_deliveries(house, channel, account, wanted)
    finally:
        for each in built.values():
            await each.close()


def _store(
    conn: Connection, keyring: Keyring, salon: Business, wanted: Wanted, checked: Connected
) -> ChannelAccount:
    from beautybot.businesses import access, credentials
    from beautybot.kit import clock

    now = clock.now()
    before = access.by_external_id(conn, wanted.channel, checked.external_id)
    kept = dict(before.details) if before else {}
    details = kept | {name: value for name, value in checked.details.items() if value is not None}
    account = access.connect(
        conn,
        business_id=salon.id,
        channel=wanted.channel,
        external_id=checked.external_id,
        display=checked.display,
        details=details,
        now=now,
    )
    for name, value in wanted.secrets.items():
        credentials.put(
            conn,
            keyring,
            business_id=salon.id,
            account_id=account.id,
            name=name,
            value=value,
            now=now,
        )
    return account


async def _ask_for_deliveries(
    house: House, channel: Channel, account: ChannelAccount, wanted: Wanted
) -> None:
    from beautybot.channels.base import Account

    speaking = Account(account.external_id, wanted.secrets, account.details)
    if wanted.channel == "telegram" and house.settings.telegram_mode == "polling":
        say("The server will poll for its messages.")
        return
    if wanted.channel == "whatsapp" and not account.details.get("waba_id"):
        return
    callback = f"{house.settings.public_url.rstrip('/')}/api/webhooks/{wanted.channel}"
    await channel.register(speaking, callback)
    say(f"Its messages will come to {callback}.")
