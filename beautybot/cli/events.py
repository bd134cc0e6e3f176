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


class WhichOnes(BeautyBotError):
    """Neither a number nor --all."""


@events.command("list")
def list_events(as_json: JsonFlag = False) -> None:
    """Deliveries put aside after three tries; clients' words are not shown, `show` has them."""
    from beautybot.conversations import quarantine

    async def work(house: House) -> list[Poison]:
        return await house.db.read(quarantine.listing)

    rows = [_row(poison) for poison in inside(work)]
    show_rows(rows, as_json=as_json, empty="Everything that came could be read.")


@events.command("show")
def show_event(number: Annotated[int, typer.Argument(metavar="ID")]) -> None:
    """The bytes of a delivery that was put aside, just as they came."""
    from beautybot.conversations import quarantine

    async def work(house: House) -> bytes:
        return await house.db.read(quarantine.body, number)

    typer.echo(inside(work))


@events.command("retry")
def retry_events(
    number: Annotated[int | None, typer.Argument(metavar="ID")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every one that was put aside.")] = False,
) -> None:
    """Read a delivery again that was put aside, or all: after an update that mends the reading."""
    from beautybot.conversations import quarantine
    from beautybot.kit import clock

    if (number is None) != every:
        raise WhichOnes("which one? give its ID, or --all")

    async def work(house: House) -> int:
        return await house.db.write(quarantine.retry, clock.now(), number)

    say(f"{inside(work)} to be read again; the server does it within a second.")


def _row(poison: Poison) -> dict[str, Any]:
    return {
        "id": poison.id,
        "channel": poison.channel,
        "received": poison.received_at,
        "bytes": poison.size,
        "why": poison.why,
    }
