"""The salon's time: what is booked, and what is free."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from beautybot.cli.opening import House, inside
from beautybot.cli.output import JsonFlag, show_rows
from beautybot.cli.salons import Slug

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from beautybot.booking.availability import Slot
    from beautybot.booking.catalogue import Catalogue
    from beautybot.booking.visits import Appointment
    from beautybot.businesses.salons import Business
    from beautybot.kit.money import Price

app = typer.Typer()
appointments = typer.Typer(no_args_is_help=True, help="Appointments.")
app.add_typer(appointments, name="appointments")


@appointments.command("list")
def list_appointments(slug: Slug, as_json: JsonFlag = False) -> None:
    """Every appointment of a salon, by time; times in the salon's zone."""

    async def work(house: House) -> list[dict[str, Any]]:
        return await house.db.read(_appointments, slug)

    rows = inside(work)
    show_rows(rows, as_json=as_json, empty="Nobody has booked yet.")


@app.command()
def availability(
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="SLUG SERVICE…", help="The salon, and services as in its file."),
    ] = None,
    business: Annotated[
        str | None, typer.Option("--business", metavar="SLUG", help="The salon, if not first.")
    ] = None,
    more: Annotated[
        list[str] | None, typer.Option("--service", metavar="ID", help="One more; may repeat.")
    ] = None,
    specialist: Annotated[str | None, typer.Option(metavar="ID")] = None,
    since: Annotated[
        datetime | None, typer.Option("--from", help="Local time of the salon, inclusive.")
    ] = None,
    until: Annotated[datetime | None, typer.Option("--to", help="Local time, exclusive.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 20,
    as_json: JsonFlag = False,
) -> None:
    """Free times for a visit, the same that clients are offered; the soonest first."""
    slug, services = _asked(list(words or ()), business, list(more or ()))
    if since is not None and until is not None and since >= until:
        raise typer.BadParameter("--to must be later than --from")
    window = (since, until)

    async def work(house: House) -> list[dict[str, Any]]:
        return await house.db.read(_free, slug, services, specialist, window, limit)

    show_rows(inside(work), as_json=as_json, empty="Nothing is free then.")


def _asked(words: list[str], business: str | None, more: list[str]) -> tuple[str, list[str]]:
    """The salon, named first or by its option, and every service."""
    if business is None and not words:
        raise typer.BadParameter("which salon? availability SLUG SERVICE")
    slug = business if business is not None else words.pop(0)
    if not words and not more:
        raise typer.BadParameter("which service? availability SLUG SERVICE")
    return slug, words + more


def _appointments(conn: Connection, slug: str) -> list[dict[str, Any]]:
    from beautybot.booking import visits
    from beautybot.businesses import salons
    from beautybot.conversations import history
    from beautybot.kit import clock

    salon = salons.by_slug(conn, slug)
    talks = history.listing(conn, salon.id, clock.now(), limit=1_000_000)
    where: dict[tuple[int, str], str] = {(t.client_id, t.channel): t.client_address for t in talks}
    lately = {t.client_id: t.channel for t in reversed(talks)}
    return [
        _appointment(visit, salon, _reached(visit, where, lately))
        for visit in visits.listing(conn, salon.id)
    ]


def _reached(
    visit: Appointment, where: dict[tuple[int, str], str], lately: dict[int, str]
) -> dict[str, str | None]:
    """By which channel the client talks: that of the booking, or the latest."""
    client = visit.client_id or 0
    channel = visit.source if (client, visit.source) in where else lately.get(client)
    return {"channel": channel, "address": where.get((client, channel or ""))}


def _appointment(
    visit: Appointment, salon: Business, reached: dict[str, str | None]
) -> dict[str, Any]:
    return {
        "id": visit.id,
        "status": visit.status.value,
        "start": visit.start.astimezone(salon.zone),
        "end": visit.end.astimezone(salon.zone),
        "services": [part.service_ref for part in visit.parts],
        "specialist": visit.parts[0].specialist_ref if visit.parts else None,
        "client": {"name": visit.client_name, "phone": visit.client_phone, **reached},
        "price": _price(visit.price),
        "source": visit.source,
    }


def _free(
    conn: Connection,
    slug: str,
    services: list[str],
    specialist: str | None,
    window: tuple[datetime | None, datetime | None],
    limit: int,
) -> list[dict[str, Any]]:
    from beautybot.booking import availability as times, catalogue as offers
    from beautybot.businesses import salons
    from beautybot.kit import clock

    salon = salons.by_slug(conn, slug)
    catalogue = offers.load(conn, salon.id)
    start, end = (at and _in_zone(at, salon) for at in window)
    wish = times.Wish(
        services=tuple(_id(ref, catalogue.services, "service") for ref in services),
        specialist_id=_id(specialist, catalogue.specialists, "specialist") if specialist else None,
        start=start,
        end=end,
    )
    found = times.find(conn, salon, catalogue, wish, clock.now(), limit=limit, spread=False)
    return [_slot(slot, salon, catalogue) for slot in found]


def _slot(slot: Slot, salon: Business, catalogue: Catalogue) -> dict[str, Any]:
    return {
        "start": slot.start.astimezone(salon.zone),
        "end": slot.end.astimezone(salon.zone),
        "specialists": [catalogue.specialist(who).ref for who in slot.specialist_ids],
        "price": _price(slot.price),
    }


def _id(ref: str, things: Any, kind: str) -> int:
    for thing in things:
        if thing.ref == ref:
            return int(thing.id)
    raise typer.BadParameter(f"there is no {kind} {ref!r} in this salon")


def _in_zone(at: datetime, salon: Business) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=salon.zone)


def _price(price: Price) -> dict[str, Any]:
    from beautybot.kit.money import Money

    return {
        "amount": Money(price.minor, price.currency).whole,
        "currency": price.currency,
        "is_from": price.is_from,
    }
