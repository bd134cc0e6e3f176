"""A client's own rights: to have everything that is kept, and to have it erased."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from beautybot.cli.opening import House, inside
from beautybot.cli.output import JsonFlag, say, show_json, show_rows
from beautybot.cli.salons import Slug
from beautybot.kit.errors import BeautyBotError

if TYPE_CHECKING:
    from beautybot.privacy.erasing import Erased

app = typer.Typer()
client = typer.Typer(no_args_is_help=True, help="What is kept of a client.")
app.add_typer(client, name="client")

Number = Annotated[int, typer.Argument(metavar="ID", help="As `client find` shows it.")]


class NotConfirmed(BeautyBotError):
    """Erasing cannot be undone."""


@client.command("find")
def find_clients(
    slug: Slug,
    words: Annotated[str, typer.Argument(metavar="WORDS", help="Of a name or a phone.")] = "",
    as_json: JsonFlag = False,
) -> None:
    """The clients of a salon whose name or phone holds the words."""
    from beautybot.businesses import salons
    from beautybot.conversations import clients

    async def work(house: House) -> list[dict[str, Any]]:
        salon = await house.db.read(salons.by_slug, slug)
        return [asdict(c) for c in await house.db.read(clients.search, salon.id, words)]

    show_rows(inside(work), as_json=as_json, empty="Nobody is called so.")


@client.command("export")
def export_client(
    slug: Slug,
    number: Number,
    out: Annotated[Path | None, typer.Option(help="A file of mode 0600 instead of stdout.")] = None,
) -> None:
    """Everything that is kept of a client, as JSON."""
    from beautybot.businesses import salons
    from beautybot.kit import clock
    from beautybot.privacy import exporting

    async def work(house: House) -> dict[str, Any]:
        salon = await house.db.read(salons.by_slug, slug)
        return await house.db.read(exporting.export, salon, number, clock.now())

    everything = inside(work)
    if out is None:
        show_json(everything)
        return
    import json

    out.touch(mode=0o600)
    out.write_text(json.dumps(everything, ensure_ascii=False, indent=2), encoding="utf-8")
    say(f"{out}: everything that is kept of client {number}.")


@client.command("erase")
def erase_client(
    slug: Slug,
    number: Number,
    yes: Annotated[bool, typer.Option("--yes", help="It cannot be undone.")] = False,
    cancel_visits: Annotated[
        bool, typer.Option("--cancel-visits", help="Also if visits are still to come.")
    ] = False,
) -> None:
    """Erase a client: messages, consents, traces; visits stay in the books without the person."""
    from beautybot.businesses import salons
    from beautybot.kit import clock
    from beautybot.privacy import erasing

    if not yes:
        raise NotConfirmed(f"this cannot be undone; add --yes to erase client {number}")

    async def work(house: House) -> tuple[Erased, bool]:
        salon = await house.db.read(salons.by_slug, slug)
        erased = await house.db.write(
            erasing.erase,
            salon,
            number,
            by="operator",
            now=clock.now(),
            cancel_visits=cancel_visits,
        )
        return erased, await house.db.scrub()

    erased, scrubbed = inside(work)
    say(
        f"Client {number} is erased: {erased.gone} rows are gone, {erased.blanked} stay without "
        f"the person, {erased.events} raw deliveries are emptied."
    )
    if not scrubbed:
        say("The running server empties its log of changes within a few seconds.")
