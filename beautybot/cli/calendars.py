"""Calendar addresses of a salon: make, list, revoke."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from beautybot.cli.opening import House, inside
from beautybot.cli.output import JsonFlag, say, show_rows, warn
from beautybot.cli.salons import Slug

if TYPE_CHECKING:
    from sqlalchemy import Connection

app = typer.Typer()
calendar = typer.Typer(no_args_is_help=True, help="Calendars to subscribe to (iCal).")
app.add_typer(calendar, name="calendar")


@calendar.command()
def link(
    slug: Slug,
    specialist: Annotated[
        str | None, typer.Option(metavar="ID", help="Only her visits; else the salon's.")
    ] = None,
    clients: Annotated[
        str, typer.Option(help="What it says of clients: hidden, name or phone.")
    ] = "hidden",
) -> None:
    """A new secret address; it is shown once, and whoever knows it reads the calendar."""
    from beautybot.kit import clock
    from beautybot.web.calendar_feed import address

    async def work(house: House) -> str:
        token = await house.db.write(_make, slug, specialist, clients, clock.now())
        return address(house.settings.public_url, token)

    say(inside(work))
    warn("Shown once: add it to the calendar now. `beautybot calendar revoke` closes it.")


@calendar.command("list")
def list_links(slug: Slug, as_json: JsonFlag = False) -> None:
    """The addresses that work, without their secret part."""

    async def work(house: House) -> list[dict[str, Any]]:
        return await house.db.read(_links, slug)

    show_rows(inside(work), as_json=as_json, empty="No calendar addresses.")


@calendar.command()
def revoke(
    slug: Slug,
    link_id: Annotated[
        int | None, typer.Argument(metavar="[ID]", help="From the list; without it, all.")
    ] = None,
) -> None:
    """Close an address, or every address of a salon, at once."""
    from beautybot.kit import clock

    async def work(house: House) -> int:
        return await house.db.write(_revoke, slug, link_id, clock.now())

    closed = inside(work)
    say(f"closed: {closed}")


def _make(conn: Connection, slug: str, specialist: str | None, clients: str, now: Any) -> str:
    from beautybot.booking import calendar_links
    from beautybot.businesses import salons

    if clients not in set(calendar_links.Shows):
        raise typer.BadParameter("--clients is one of hidden, name, phone")
    salon = salons.by_slug(conn, slug)
    who = calendar_links.specialist_id(conn, salon.id, specialist) if specialist else None
    return calendar_links.make(conn, salon.id, who, calendar_links.Shows(clients), now)


def _links(conn: Connection, slug: str) -> list[dict[str, Any]]:
    from beautybot.booking import calendar_links, catalogue
    from beautybot.businesses import salons

    salon = salons.by_slug(conn, slug)
    refs = {p.id: p.ref for p in catalogue.load(conn, salon.id).specialists}
    return [
        {
            "id": each.id,
            "specialist": refs.get(each.specialist_id or 0),
            "clients": each.shows.value,
            "created": each.created_at,
            "read": each.read_at,
        }
        for each in calendar_links.listing(conn, salon.id)
    ]


def _revoke(conn: Connection, slug: str, link_id: int | None, now: Any) -> int:
    from beautybot.booking import calendar_links
    from beautybot.businesses import salons
    from beautybot.kit.errors import NotFound

    salon = salons.by_slug(conn, slug)
    closed = calendar_links.revoke(conn, salon.id, now, link_id)
    if link_id is not None and not closed:
        raise NotFound(f"there is no calendar address {link_id} in this salon")
    return closed
