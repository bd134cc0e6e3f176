"""What the operator does with one appointment: look, mark, cancel, move."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from beautybot.cli.opening import House, inside
from beautybot.cli.output import JsonFlag, say, show_json, show_rows
from beautybot.cli.salons import Slug
from beautybot.cli.visits import appointments as commands

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from beautybot.booking.visits import Appointment
    from beautybot.businesses.salons import Business

app = typer.Typer()

Id = Annotated[int, typer.Argument(metavar="ID", min=1, help="From `appointments list`.")]
Why = Annotated[str, typer.Option("--why", help="The reason, kept in the record.")]
BY = "operator"


@commands.command()
def show(appointment_id: Id, as_json: JsonFlag = False) -> None:
    """An appointment and all that was ever done with it: when, what, by whom, why."""

    async def work(house: House) -> dict[str, Any]:
        return await house.db.read(_shown, appointment_id)

    shown = inside(work)
    if as_json:
        show_json(shown)
        return
    say(f"{shown['number']}: {shown['what']}, {shown['start']}, {shown['status']}")
    show_rows(shown["history"], as_json=False, empty="")


@commands.command()
def unanswered(slug: Slug, as_json: JsonFlag = False) -> None:
    """Visits to come whose client was reminded and has not answered: call them."""

    async def work(house: House) -> list[dict[str, Any]]:
        return await house.db.read(_unanswered, slug)

    show_rows(inside(work), as_json=as_json, empty="Everybody has answered.")


@commands.command()
def complete(appointment_id: Id) -> None:
    """The client came; corrects a no-show."""
    from beautybot.booking import appointments

    _do(appointment_id, lambda conn, salon, now: appointments.complete(
        conn, salon, appointment_id, now=now, by=BY
    ))  # fmt: skip


@commands.command("no-show")
def no_show(appointment_id: Id) -> None:
    """The client did not come; corrects a completed visit."""
    from beautybot.booking import appointments

    _do(appointment_id, lambda conn, salon, now: appointments.no_show(
        conn, salon, appointment_id, now=now, by=BY
    ))  # fmt: skip


@commands.command()
def cancel(appointment_id: Id, why: Why = "") -> None:
    """Cancel for the salon, also shortly before the visit; the client is told."""
    from beautybot.notifications import by_staff

    _do(appointment_id, lambda conn, salon, now: by_staff.cancel(
        conn, salon, appointment_id, now=now, by=BY, why=why
    ))  # fmt: skip


@commands.command()
def move(
    appointment_id: Id,
    start: Annotated[datetime, typer.Argument(metavar="START", help="Local: 2026-03-05T14:00.")],
    why: Why = "",
) -> None:
    """Move to another true time, with the same specialist; the client is told."""
    from beautybot.notifications import by_staff

    _do(appointment_id, lambda conn, salon, now: by_staff.move(
        conn, salon, appointment_id, start.replace(tzinfo=salon.zone), now=now, by=BY, why=why
    ))  # fmt: skip


@app.command("waitlist")
def list_waiting(slug: Slug, as_json: JsonFlag = False) -> None:
    """Who waits for a time to become free, the first in line first; local times."""
    from beautybot.kit import clock

    async def work(house: House) -> list[dict[str, Any]]:
        return await house.db.read(_waiting, slug, clock.now())

    show_rows(inside(work), as_json=as_json, empty="Nobody waits.")


def _do(appointment_id: int, verb: Callable[[Connection, Business, datetime], Appointment]) -> None:
    from beautybot.booking import visits
    from beautybot.businesses import salons
    from beautybot.kit import clock

    def written(conn: Connection) -> str:
        salon = salons.get(conn, visits.salon_of(conn, appointment_id))
        done = verb(conn, salon, clock.now())
        return f"{done.number}: {done.status}, {done.start.astimezone(salon.zone):%Y-%m-%d %H:%M}"

    async def work(house: House) -> str:
        return await house.db.write(written)

    say(inside(work))


def _waiting(conn: Connection, slug: str, now: datetime) -> list[dict[str, Any]]:
    from beautybot.booking import catalogue, waitlist
    from beautybot.businesses import salons
    from beautybot.conversations import clients

    salon = salons.by_slug(conn, slug)
    offered = catalogue.load(conn, salon.id)
    services = {s.id: s.ref for s in offered.services}
    people = {p.id: p.ref for p in offered.specialists}
    return [
        {
            "id": each.id,
            "client": clients.get(conn, salon.id, each.client_id).name,
            "services": [services.get(i, "?") for i in each.services],
            "specialist": people.get(each.specialist_id or 0),
            "from": min(start for start, _ in each.windows).astimezone(salon.zone),
            "to": each.until.astimezone(salon.zone),
            "since": each.created_at.astimezone(salon.zone),
        }
        for each in waitlist.listing(conn, salon.id, now)
    ]


def _unanswered(conn: Connection, slug: str) -> list[dict[str, Any]]:
    from beautybot.businesses import salons
    from beautybot.kit import clock
    from beautybot.notifications import unanswered as silent

    salon = salons.by_slug(conn, slug)
    return [
        {
            "id": visit.id,
            "start": visit.start.astimezone(salon.zone),
            "client": visit.client_name,
            "phone": visit.client_phone,
        }
        for visit in silent.listing(conn, salon.id, clock.now())
    ]


def _shown(conn: Connection, appointment_id: int) -> dict[str, Any]:
    from beautybot.booking import visits
    from beautybot.businesses import salons

    salon = salons.get(conn, visits.salon_of(conn, appointment_id))
    visit = visits.get(conn, salon.id, appointment_id)
    return {
        "id": visit.id,
        "number": visit.number,
        "business": salon.slug,
        "status": visit.status.value,
        "start": visit.start.astimezone(salon.zone),
        "end": visit.end.astimezone(salon.zone),
        "what": f"{', '.join(visit.service_names)} — {', '.join(visit.specialist_names)}",
        "client": {"name": visit.client_name, "phone": visit.client_phone},
        "history": [
            {
                "at": change.at.astimezone(salon.zone),
                "kind": change.kind,
                "by": change.by,
                "why": change.why,
                "was": change.was_start and change.was_start.astimezone(salon.zone),
            }
            for change in visits.history(conn, salon.id, appointment_id)
        ],
    }
