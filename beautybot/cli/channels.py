"""Connecting a salon's number or bot: prove the secrets, keep them closed, ask for deliveries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

import typer

from beautybot.cli import secret
from beautybot.cli.opening import House, inside
from beautybot.cli.output import say
from beautybot.cli.salons import Slug

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
    given = {"token": secret.read(token, "the bot's token")}
    inside(lambda house: _connect(house, Wanted(slug, "telegram", given)))


async def _connect(house: House, wanted: Wanted) -> None:
    from beautybot.businesses import connecting, salons
    from beautybot.channels import registry
    from beautybot.kit import clock

    settings = house.settings
    salon = await house.db.read(salons.by_slug, wanted.slug)
    channels = registry.build(settings)
    polling = wanted.channel == "telegram" and settings.telegram_mode == "polling"
    try:
        made = await connecting.connect(
            house.db,
            house.keyring,
            channels[wanted.channel],
            business=salon,
            secrets=wanted.secrets,
            details=wanted.details,
            public_url=settings.public_url,
            now=clock.now(),
            polling=polling,
        )
    finally:
        for channel in channels.values():
            await channel.close()
    say(f"{made.account.display} is connected to {salon.name}.")
    for warning in made.warnings:
        say(f"⚠️ {warning}")
    if polling:
        say("The server will ask Telegram for its messages.")
