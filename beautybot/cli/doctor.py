"""What is connected, what is half connected, and the command that mends it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import typer

from beautybot.cli import model_checks
from beautybot.cli.findings import Finding, machine, of_drill, of_settings
from beautybot.cli.opening import House, inside
from beautybot.cli.output import JsonFlag, show_rows
from beautybot.settings import DEFAULT_VERIFY_TOKEN, Settings

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from beautybot.businesses.access import ChannelAccount
    from beautybot.businesses.salons import Business
    from beautybot.channels.base import Channel
    from beautybot.conversations.health import ConnectionHealth

app = typer.Typer()

LONG_UNREAD_S = 60
LATELY = timedelta(days=1)
SILENT = "Сообщений ещё не было."


@app.command()
def doctor(as_json: JsonFlag = False) -> None:
    """What is connected, what is half connected, and the command that mends it."""

    async def work(house: House) -> list[Finding]:
        settings = house.settings
        found = [*_settings(settings), *of_settings(settings), *machine(settings)]
        found += await house.db.read(_stored, house)
        async for finding in _channels(house):
            found.append(finding)
        found += [Finding(*told) async for told in model_checks.of(house)]
        return found

    rows: list[dict[str, Any]] = [asdict(finding) for finding in inside(work)]
    show_rows(rows, as_json=as_json, empty="")


def _settings(settings: Settings) -> Iterator[Finding]:
    if settings.whatsapp_verify_token == DEFAULT_VERIFY_TOKEN:
        yield Finding(
            "WhatsApp", "warning", "the verify token is the public default", "WHATSAPP_VERIFY_TOKEN"
        )
    address = urlsplit(settings.public_url)
    local = address.hostname in ("localhost", "127.0.0.1", "::1")
    if address.scheme != "https" and settings.telegram_mode == "webhook":
        what = "only this machine can reach it" if local else "messengers want https"
        yield Finding("PUBLIC_URL", "warning", what, "PUBLIC_URL, or TELEGRAM_MODE=polling")
    if not settings.gigachat_client_id and not settings.openai_base_url:
        yield Finding(
            "language model", "note", "none: the receptionist works by rules", "GIGACHAT_CLIENT_ID"
        )
    if not settings.telegram_bot_token:
        yield Finding(
            "owners' notices", "note", "on the dashboard only: no global bot", "TELEGRAM_BOT_TOKEN"
        )


def _stored(conn: Connection, house: House) -> list[Finding]:
    from beautybot.businesses import salons
    from beautybot.kit import clock, jobs
    from beautybot.privacy import drills

    found = [
        Finding(f"job {name} {key}", "warning", f"given up: {error}")
        for name, key, error in jobs.given_up(conn)
    ]
    found += _inbox(conn)
    found.append(of_drill(drills.last(conn), clock.now()))
    listed = salons.listing(conn)
    if not listed:
        mend = "beautybot business import FILE"
        found.append(Finding("salons", "warning", "there is none yet", mend))
    for salon in listed:
        found += _salon(conn, salon, house)
    return found


def _inbox(conn: Connection) -> Iterator[Finding]:
    from beautybot.conversations import inbox
    from beautybot.kit import clock
    from beautybot.notifications.bot import put_aside

    waiting = inbox.backlog(conn)
    poison = waiting.poison + put_aside.count(conn)
    if poison:
        what = f"{poison} could not be read and are put aside"
        yield Finding("deliveries", "broken", what, "beautybot events list, then events retry")
    if waiting.oldest is not None:
        behind = (clock.now() - waiting.oldest).total_seconds()
        if behind > LONG_UNREAD_S:
            what = f"{waiting.unread} wait to be read, for {behind / 60:.0f} min"
            yield Finding("deliveries", "broken", what, "is `beautybot serve` or a worker running?")


def _salon(conn: Connection, salon: Business, house: House) -> Iterator[Finding]:
    from beautybot.booking import catalogue
    from beautybot.businesses import access, users

    if not catalogue.load(conn, salon.id).services:
        yield Finding(
            salon.slug, "warning", "it sells nothing yet", "beautybot business import FILE"
        )
    if not salon.agent_enabled:
        yield Finding(
            salon.slug, "note", "the agent is off", f"beautybot agent --business {salon.slug} --on"
        )
    if not users.of_business(conn, salon.id):
        mend = f"beautybot user create EMAIL --business {salon.slug} --password -"
        yield Finding(salon.slug, "warning", "nobody can sign in to its dashboard", mend)
    yield from _lost(conn, salon)
    accounts = access.of_business(conn, salon.id)
    if not accounts:
        mend = f"beautybot connect telegram --business {salon.slug} --token -"
        yield Finding(salon.slug, "warning", "no client can write to it", mend)
    for account in accounts:
        yield from _secrets(conn, salon, account, house)


def _lost(conn: Connection, salon: Business) -> Iterator[Finding]:
    from beautybot.conversations import undelivered
    from beautybot.kit import clock

    lost = undelivered.lately(conn, salon.id, clock.now() - LATELY, limit=100)
    if lost:
        what = f"{len(lost)} of the last day's answers did not arrive, or nobody knows"
        yield Finding(salon.slug, "warning", what, "see the first page of its dashboard")


def _secrets(
    conn: Connection, salon: Business, account: ChannelAccount, house: House
) -> Iterator[Finding]:
    from beautybot.businesses import credentials
    from beautybot.kit.crypto import CannotDecrypt

    about = _name(salon, account)
    try:
        kept = credentials.of_account(conn, house.keyring, salon.id, account.id)
    except CannotDecrypt as error:
        yield Finding(about, "broken", str(error), f"ENCRYPTION_KEYS, or {_again(salon, account)}")
        return
    if account.stopped_at is not None:
        what = f"nothing is sent: {account.problem}"
        yield Finding(about, "broken", what, _again(salon, account))
    signed = kept.get("app_secret") or house.settings.whatsapp_app_secret
    if account.channel == "whatsapp" and not signed:
        what = "half connected: without an app secret its deliveries are refused"
        yield Finding(about, "broken", what, f"WHATSAPP_APP_SECRET, or {_again(salon, account)}")


async def _channels(house: House) -> AsyncIterator[Finding]:
    from beautybot.businesses import access, salons
    from beautybot.channels import registry
    from beautybot.conversations import health
    from beautybot.kit import clock

    channels = registry.build(house.settings)
    try:
        for salon in await house.db.read(salons.listing):
            for account in await house.db.read(access.of_business, salon.id):
                yield await _health(house, channels[account.channel], salon, account)
            for state in await house.db.read(health.of_business, salon.id, clock.now()):
                for finding in _signs(salon, state):
                    yield finding
    finally:
        for channel in channels.values():
            await channel.close()


async def _health(
    house: House, channel: Channel, salon: Business, account: ChannelAccount
) -> Finding:
    from beautybot.businesses import credentials
    from beautybot.businesses.connecting import callback_of
    from beautybot.channels.base import Account
    from beautybot.kit.crypto import CannotDecrypt

    about = _name(salon, account)
    try:
        kept = await house.db.read(credentials.of_account, house.keyring, salon.id, account.id)
    except CannotDecrypt:
        return Finding(about, "broken", "its secrets do not open", _again(salon, account))
    callback = callback_of(house.settings.public_url, account.channel)
    health = await channel.health(Account(account.external_id, kept, account.details), callback)
    if health.ok:
        return Finding(about, "ok", f"connected; {_traffic(account)}")
    return Finding(about, "warning", f"{health.problem} {health.advice}", _again(salon, account))


def _traffic(account: ChannelAccount) -> str:
    """When the last message came and the last answer went."""
    came, went = account.last_inbound_at, account.last_outbound_at
    if came is None:
        return "no message has come yet"
    answered = f", the last answer went {went:%d.%m %H:%M}" if went else ", nothing was answered"
    return f"the last message came {came:%d.%m %H:%M}{answered} (UTC)"


def _signs(salon: Business, state: ConnectionHealth) -> Iterator[Finding]:
    """What is known of a connection beside what its messenger says just now."""
    for sign in state.signs:
        if sign.what not in (state.account.problem, SILENT) and state.account.stopped_at is None:
            yield Finding(_name(salon, state.account), sign.level, sign.what, sign.advice)


def _name(salon: Business, account: ChannelAccount) -> str:
    return f"{salon.slug}: {account.channel} {account.display or account.external_id}"


def _again(salon: Business, account: ChannelAccount) -> str:
    start = f"beautybot connect {account.channel} --business {salon.slug}"
    if account.channel == "whatsapp":
        waba = account.details.get("waba_id") or "ID"
        return f"{start} --phone-id {account.external_id} --access-token - --waba-id {waba}"
    return f"{start} --token -"
