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
connect = typer.Typer(
    no_args_is_help=True, help="Connect a salon's WhatsApp, Telegram or GigaChat."
)
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
    slug: Slug,
    token: Annotated[str, typer.Option(metavar="SECRET", help=secret.HELP)],
    strict: Annotated[
        bool | None,
        typer.Option("--strict/--no-strict", help="Take deliveries with our own secret only."),
    ] = None,
) -> None:
    """Check a bot's token, store it closed, set the webhook (or poll, if TELEGRAM_MODE says so)."""
    given = {"token": secret.read(token, "the bot's token")}
    inside(lambda house: _connect(house, Wanted(slug, "telegram", given, {"strict": strict})))


@connect.command()
def gigachat(
    slug: Slug,
    client_id: Annotated[str, typer.Option("--client-id", metavar="ID")] = "",
    client_secret: Annotated[
        str, typer.Option("--client-secret", metavar="SECRET", help=secret.HELP)
    ] = "-",
    scope: Annotated[str, typer.Option(help="GIGACHAT_API_PERS, _B2B or _CORP.")] = (
        "GIGACHAT_API_PERS"
    ),
    model: Annotated[str, typer.Option()] = "GigaChat-2-Pro",
    forget: Annotated[
        bool, typer.Option("--forget", help="Use the installation's account again.")
    ] = False,
) -> None:
    """Check a salon's own GigaChat account and use it for that salon alone."""
    if forget:
        inside(lambda house: _forget(house, slug))
        return
    if not client_id:
        raise typer.BadParameter("whose account? give --client-id ID")
    given = secret.read(client_secret, "the client secret")
    inside(lambda house: _own_model(house, slug, (client_id.strip(), given, scope, model)))


async def _own_model(house: House, slug: str, given: tuple[str, str, str, str]) -> None:
    from beautybot.businesses import model_accounts, salons
    from beautybot.businesses.model_accounts import ModelAccount
    from beautybot.kit import clock
    from beautybot.kit.errors import BeautyBotError
    from beautybot.llm import registry

    salon = await house.db.read(salons.by_slug, slug)
    account = ModelAccount(salon.id, *given)
    probe = await registry.try_own(house.settings, account)
    if not probe.ok:
        raise BeautyBotError("; ".join(probe.lines))
    await house.db.write(model_accounts.put, house.keyring, account, clock.now())
    say(f"{probe.lines[0]}; {salon.name} uses its own account now.")


async def _forget(house: House, slug: str) -> None:
    from beautybot.businesses import model_accounts, salons

    salon = await house.db.read(salons.by_slug, slug)
    await house.db.write(model_accounts.forget, salon.id)
    say(f"{salon.name} uses the installation's model, if there is one.")


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
        )
    finally:
        for channel in channels.values():
            await channel.close()
    say(f"{made.account.display} is connected to {salon.name}.")
    for warning in made.warnings:
        say(f"⚠️ {warning}")
    if polling:
        say("The server will ask Telegram for its messages.")
