"""Запись по ссылке: the public page of the salon, its QR code, where it may be embedded."""

from __future__ import annotations

from urllib.parse import urlsplit

from sqlalchemy import Connection
from starlette.responses import Response

from beautybot.businesses import journal, rules, salons
from beautybot.web.rendering import onward
from beautybot.web.sessions import Asking


async def show(asking: Asking, problem: str = "") -> Response:
    """The address, the picture to print, the lines for a site."""
    settings = asking.business.settings
    return asking.page(
        "dashboard/link.html",
        400 if problem else 200,
        problem=problem,
        on=settings.booking_page,
        url=f"{asking.parts.settings.public_url.rstrip('/')}/b/{asking.business.slug}",
        sites="\n".join(settings.embed_on),
    )


async def change(asking: Asking) -> Response:
    """Switch the page on or off, and name the sites that may show it."""
    sites = asking.text("sites").split()
    bad = [site for site in sites if not rules.is_site(site)]
    if bad or len(sites) > rules.MOST_SITES:
        return await show(asking, "Сайты пишут так: https://example.ru, по одному в строке, до 10.")
    on = asking.text("on") == "1"
    await asking.parts.db.write(_change, asking, on, tuple(_origin(site) for site in sites))
    return onward("/dashboard/link?done=1")


def _change(conn: Connection, asking: Asking, on: bool, sites: tuple[str, ...]) -> None:
    business = asking.business
    kept = salons.settings_json(business.settings)
    wanted = salons.settings_from(kept | {"booking_page": on, "embed_on": list(sites)})
    salons.change(conn, business.id, settings=salons.settings_json(wanted))
    what = "включил страницу записи" if on else "выключил страницу записи"
    journal.note(conn, business.id, f"user:{asking.signed.user_id}", what, asking.parts.clock())


def _origin(text: str) -> str:
    parts = urlsplit(text)
    return f"https://{parts.hostname}{f':{parts.port}' if parts.port else ''}"
