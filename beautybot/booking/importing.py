"""A salon created or updated from its file: what differs is written, the rest is left alone."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from beautybot.booking import opened
from beautybot.booking.importing_people import Names, put_staff, put_times
from beautybot.booking.importing_services import put_services
from beautybot.booking.models import faq_entries
from beautybot.booking.page import Difference, Page
from beautybot.booking.price_list import ImportProblem
from beautybot.booking.salon_file import SalonFile, read_file
from beautybot.businesses import salons
from beautybot.businesses.salons import Business
from beautybot.kit.errors import NotFound
from beautybot.kit.text import quoted


class DryRun(Exception):
    """Undoes the transaction of a dry run; carries what would have changed."""

    def __init__(self, difference: Difference) -> None:
        super().__init__("dry run")
        self.difference = difference


def apply(
    conn: Connection,
    file: SalonFile,
    *,
    now: datetime,
    slug: str | None = None,
    dry_run: bool = False,
    name_forms: Names | None = None,
) -> Difference:
    """
    Create or update a salon; everything or nothing.

    A price list alone updates the salon `slug`.  `name_forms` makes the forms
    by which clients call a specialist.  A dry run raises DryRun with the
    difference, so that the transaction leaves no trace.
    """
    business, difference = _salon(conn, file, slug, now)
    before = (len(difference.created), len(difference.updated), len(difference.retired))
    page = Page(conn, business.id, now, difference)
    with opened.telling(conn, business, now):
        people = put_staff(page, file.staff, business.zone, name_forms)
        if file.salon is not None:
            put_times(page, None, file.times, business.zone, "салон")
        put_services(page, file, people)
    _faq(page, file)
    after = (len(difference.created), len(difference.updated), len(difference.retired))
    if before != after:
        salons.touch_catalogue(conn, business.id)
    if dry_run:
        raise DryRun(difference)
    return difference


def _salon(
    conn: Connection, file: SalonFile, slug: str | None, now: datetime
) -> tuple[Business, Difference]:
    if file.salon is None:
        if slug is None:
            raise ImportProblem(["a price list needs --business SLUG: which salon is it?"])
        business = salons.by_slug(conn, slug)
        return business, Difference(business.slug)
    difference = Difference(file.salon["slug"])
    try:
        business = salons.by_slug(conn, file.salon["slug"])
    except NotFound:
        business = salons.create(conn, now=now, **file.salon)
        difference.created.append(f"салон {quoted(business.name)}")
    changed = {k: v for k, v in file.salon.items() if getattr(business, k) != v}
    kept = salons.settings_json(business.settings)
    wanted = kept | dict(file.settings)
    settings = salons.settings_json(salons.settings_from(wanted))
    if settings != kept:
        changed["settings"] = settings
    if changed:
        salons.change(conn, business.id, **changed)
        difference.updated += [f"салон: {name}" for name in changed]
    _agent(conn, business, file, difference)
    return salons.get(conn, business.id), difference


def _agent(conn: Connection, business: Business, file: SalonFile, difference: Difference) -> None:
    have = {
        "enabled": business.agent_enabled,
        "tone": str(business.tone),
        "restrictions": business.restrictions,
        "greeting": business.greeting,
    }
    changed = {k: v for k, v in file.agent.items() if have[k] != v}
    if changed:
        salons.update_agent(conn, business.id, **changed)
        difference.updated += [f"агент: {name}" for name in changed]


def _faq(page: Page, file: SalonFile) -> None:
    if file.faq is None:
        return
    mine = faq_entries.c.business_id == page.business_id
    have = [
        (row.question, row.answer)
        for row in page.conn.execute(select(faq_entries).where(mine).order_by(faq_entries.c.id))
    ]
    if have == list(file.faq):
        return
    page.conn.execute(delete(faq_entries).where(mine))
    for question, answer in file.faq:
        page.conn.execute(
            insert(faq_entries).values(
                business_id=page.business_id,
                question=question,
                answer=answer,
                approved_at=page.now,
            )
        )
    page.difference.updated.append("вопросы и ответы")


__all__ = ["Difference", "DryRun", "ImportProblem", "SalonFile", "apply", "read_file"]
