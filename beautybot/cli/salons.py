"""Salons and how their receptionist behaves."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from beautybot.cli.opening import House, inside
from beautybot.cli.output import JsonFlag, say, show_json, show_rows, watched

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from beautybot.businesses.salons import Business
    from beautybot.conversations.health import ConnectionHealth

app = typer.Typer()
business = typer.Typer(no_args_is_help=True, help="Salons.")
app.add_typer(business, name="business")
agents = typer.Typer()
app.add_typer(agents, name="agent")

Slug = Annotated[str, typer.Option("--business", metavar="SLUG", help="The salon.")]


@business.command("list")
def list_salons(as_json: JsonFlag = False) -> None:
    """Every salon: its agent, its channels and how they are."""

    async def work(house: House) -> list[dict[str, Any]]:
        return await house.db.read(_salons)

    rows = inside(work)
    if not as_json:
        rows = [row | {"channels": [_said(c) for c in row["channels"]]} for row in rows]
    show_rows(rows, as_json=as_json, empty="No salons yet; `beautybot business import FILE`.")


@business.command("create")
def create_salon(
    slug: Annotated[str, typer.Argument(metavar="SLUG", help="Its short name in Latin letters.")],
    name: Annotated[str, typer.Option(help="As clients know it.")],
    timezone: Annotated[str, typer.Option(help="Of its clock.")] = "Europe/Moscow",
    city: Annotated[str, typer.Option()] = "",
    address: Annotated[str, typer.Option()] = "",
    currency: Annotated[str, typer.Option(help="Three letters of ISO 4217.")] = "RUB",
) -> None:
    """A salon without anything: its owner fills it in the dashboard, or a file does later."""
    from beautybot.booking.salon_file import bare_salon
    from beautybot.businesses import salons
    from beautybot.kit import clock

    given = {"slug": slug, "name": name, "timezone": timezone, "currency": currency}
    checked = bare_salon(given | {"city": city, "address": address})

    async def work(house: House) -> Business:
        return await house.db.write(salons.create, **checked, now=clock.now())

    made = inside(work)
    say(f"{made.name} is there; `beautybot user create EMAIL --business {slug} --password -`.")


@business.command("import")
def import_salon(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="JSON; a price list: CSV, XLSX.")],
    slug: Annotated[
        str | None, typer.Option("--business", metavar="SLUG", help="Whose price list it is.")
    ] = None,
    dry_run: Annotated[bool, typer.Option(help="Only show the difference.")] = False,
) -> None:
    """Create or update a salon from a file; prints the difference, all of it or nothing."""
    from beautybot.booking import importing
    from beautybot.kit import clock
    from beautybot.russian.people import name_forms

    read = importing.read_file(file)
    # Before the transaction: the morphology takes its time, and others wait for the lock.
    forms = {p.name: name_forms(p.name) for p in watched(read.staff or (), "Learning the names")}

    async def work(house: House) -> importing.Difference:
        try:
            return await house.db.write(
                importing.apply,
                read,
                now=clock.now(),
                slug=slug,
                dry_run=dry_run,
                name_forms=forms.__getitem__,
            )
        except importing.DryRun as tried:
            return tried.difference

    say(str(inside(work)))


Tone = Annotated[str | None, typer.Option(help="professional, friendly, casual or formal.")]
Restrictions = Annotated[str | None, typer.Option(help="What it must not do, in plain words.")]
Abroad = Annotated[
    bool | None,
    typer.Option(
        "--abroad/--no-abroad",
        help="Let a language model abroad see what its clients write, phones and surnames masked.",
    ),
]
Greeting = Annotated[str | None, typer.Option(help="Its first words.")]


@agents.callback(invoke_without_command=True)
def agent(
    context: typer.Context,
    slug: Annotated[
        str | None, typer.Option("--business", metavar="SLUG", help="The salon.")
    ] = None,
    on: Annotated[bool | None, typer.Option("--on/--off", help="Let it answer, or not.")] = None,
    tone: Tone = None,
    restrictions: Restrictions = None,
    greeting: Greeting = None,
    abroad: Abroad = None,
    as_json: JsonFlag = False,
) -> None:
    """Switch a salon's receptionist on or off and set how it speaks."""
    if context.invoked_subcommand is not None:
        return
    if slug is None:
        raise typer.BadParameter("which salon? give --business SLUG")
    from beautybot.businesses import salons

    async def work(house: House) -> Business:
        salon = await house.db.read(salons.by_slug, slug)
        return await house.db.write(
            salons.update_agent,
            salon.id,
            enabled=on,
            tone=tone,
            restrictions=restrictions,
            greeting=greeting,
            abroad=abroad,
        )

    salon = inside(work)
    now = {
        "business": salon.slug,
        "agent": _on(salon),
        "tone": salon.tone.value,
        "restrictions": salon.restrictions,
        "greeting": salon.greeting,
        "abroad": "yes" if salon.settings.model_abroad else "no",
    }
    if as_json:
        show_json(now)
    else:
        say("\n".join(f"{name}: {value or '–'}" for name, value in now.items()))


def _salons(conn: Connection) -> list[dict[str, Any]]:
    from beautybot.businesses import salons
    from beautybot.conversations import health
    from beautybot.kit import clock

    now = clock.now()
    return [
        {
            "slug": salon.slug,
            "name": salon.name,
            "agent": _on(salon),
            "channels": [_channel(s) for s in health.of_business(conn, salon.id, now)],
        }
        for salon in salons.listing(conn)
    ]


def _channel(state: ConnectionHealth) -> dict[str, Any]:
    """One connection: "stopped", "warning" or "ok", why, and what to do about it."""
    account = state.account
    fine = state.level in ("ok", "note")
    return {
        "channel": account.channel,
        "account": account.external_id,
        "display": account.display,
        "health": "stopped" if account.stopped_at else "ok" if fine else "warning",
        "problem": None if fine else state.words,
        "waiting": state.waiting,
        "last_inbound_at": account.last_inbound_at,
        "last_outbound_at": account.last_outbound_at,
    }


def _said(channel: dict[str, Any]) -> str:
    words = f"{channel['channel']} {channel['display'] or channel['account']}: {channel['health']}"
    return f"{words} ({channel['problem']})" if channel["problem"] else words


def _on(salon: Business) -> str:
    return "on" if salon.agent_enabled else "off"
