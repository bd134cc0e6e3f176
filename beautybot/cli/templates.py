"""Naming the WhatsApp templates that Meta has approved for a salon."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from beautybot.cli.opening import House, inside
from beautybot.cli.output import JsonFlag, show_rows
from beautybot.cli.salons import Slug

if TYPE_CHECKING:
    from sqlalchemy import Connection

app = typer.Typer()
Name = Annotated[str | None, typer.Option(metavar="NAME", help='Of the template; "" forgets it.')]


@app.command()
def templates(
    slug: Slug,
    reminder: Name = None,
    waitlist: Name = None,
    nudge: Name = None,
    as_json: JsonFlag = False,
) -> None:
    """Name the approved templates for a closed WhatsApp window; shows what each has and needs."""
    given = {"reminder": reminder, "waitlist": waitlist, "nudge": nudge}
    names = {purpose: name for purpose, name in given.items() if name is not None}

    async def work(house: House) -> list[dict[str, Any]]:
        if names:
            await house.db.write(_rename, slug, names)
        return await house.db.read(_shown, slug)

    show_rows(inside(work), as_json=as_json, empty="")


def _rename(conn: Connection, slug: str, names: Mapping[str, str]) -> None:
    from beautybot.businesses import journal, salons
    from beautybot.conversations import openings
    from beautybot.kit import clock

    salon = salons.by_slug(conn, slug)
    named = {openings.Opening(f"{purpose}_template"): name for purpose, name in names.items()}
    openings.rename(conn, salon.id, named)
    journal.note(conn, salon.id, "operator", "назвал шаблоны WhatsApp", clock.now())


def _shown(conn: Connection, slug: str) -> list[dict[str, Any]]:
    from beautybot.businesses import salons
    from beautybot.conversations import openings

    salon = salons.by_slug(conn, slug)
    return [
        {
            "number": number.display,
            "for": named.opening.removesuffix("_template"),
            "template": named.name,
            "meta": named.decided or None,
            "parameters": ", ".join(openings.HOLES[named.opening]),
        }
        for number in openings.of_salon(conn, salon.id)
        for named in openings.listing(number)
    ]
