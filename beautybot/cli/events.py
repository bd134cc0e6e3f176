"""Deliveries that could not be read: kept with their bytes, shown, and read again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from beautybot.cli.opening import House, inside
from beautybot.cli.output import JsonFlag, say, show_rows
from beautybot.kit.errors import BeautyBotError

if TYPE_CHECKING:
    from beautybot.conversations.quarantine import Poison

app = typer.Typer()
events = typer.Typer(no_args_is_help=True, help="Deliveries that could not be read.")
app.add_typer(events, name="events")


OWNERS = "o"
"""The mark of what salons' people wrote to the global bot: it has numbers of its own."""


class WhichOnes(BeautyBotError):
    """Neither a number nor --all."""


@events.command("list")
def list_events(as_json: JsonFlag = False) -> None:
    """Deliveries put aside after three tries; clients' words are not shown, `show` has them."""
    from beautybot.conversations import quarantine
    from beautybot.notifications.bot import put_aside

    async def work(house: House) -> list[dict[str, Any]]:
        ours = [_row(poison, OWNERS) for poison in await house.db.read(put_aside.listing)]
        return [_row(poison) for poison in await house.db.read(quarantine.listing)] + ours

    show_rows(inside(work), as_json=as_json, empty="Everything that came could be read.")


@events.command("show")
def show_event(number: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """The bytes of a delivery that was put aside, just as they came."""
    from beautybot.conversations import quarantine
    from beautybot.notifications.bot import put_aside

    owners, found = _which(number)

    async def work(house: House) -> bytes:
        return await house.db.read(put_aside.body if owners else quarantine.body, found)

    typer.echo(inside(work))


@events.command("retry")
def retry_events(
    number: Annotated[str | None, typer.Argument(metavar="ID")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every one that was put aside.")] = False,
) -> None:
    """Read a delivery again that was put aside, or all: after an update that mends the reading."""
    from beautybot.conversations import quarantine
    from beautybot.kit import clock
    from beautybot.notifications.bot import put_aside

    if (number is None) != every:
        raise WhichOnes("which one? give its ID, or --all")
    owners, found = _which(number) if number is not None else (False, None)

    async def work(house: House) -> int:
        now = clock.now()
        if found is not None:
            return await house.db.write((put_aside if owners else quarantine).retry, now, found)
        done = await house.db.write(quarantine.retry, now)
        return done + await house.db.write(put_aside.retry, now)

    say(f"{inside(work)} to be read again; the server does it within a second.")


def _which(number: str) -> tuple[bool, int]:
    """Whether it came to the owners' bot, and its number; `o7` is the seventh of those."""
    owners, digits = number.startswith(OWNERS), number.removeprefix(OWNERS)
    if not (digits.isascii() and digits.isdecimal() and len(digits) < 19):
        raise WhichOnes(f"{number[:40]!r} is no ID: `beautybot events list` shows them")
    return owners, int(digits)


def _row(poison: Poison, mark: str = "") -> dict[str, Any]:
    return {
        "id": f"{mark}{poison.id}" if mark else poison.id,
        "channel": poison.channel,
        "received": poison.received_at,
        "bytes": poison.size,
        "why": poison.why,
    }
