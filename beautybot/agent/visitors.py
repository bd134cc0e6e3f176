"""
What an assistant may look up for somebody: salons, their prices, their free times.

REST and MCP call these same verbs; what may be held is in `holding`.  Only
salons that opted in are there; one that did not is the same as one that does
not exist.  Nothing of another person is ever in an answer.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine

from beautybot.agent import public
from beautybot.agent.rules import lexicon_of
from beautybot.booking import availability, catalogue as catalogues
from beautybot.booking.availability import Wish
from beautybot.booking.catalogue import Catalogue, Service
from beautybot.businesses import access, salons
from beautybot.businesses.salons import Business
from beautybot.kit.errors import NotFound
from beautybot.russian.reading import read
from beautybot.russian.wishes import find_services

HOLD = timedelta(minutes=10)
MOST_DAYS, MOST_SLOTS, MOST_SALONS = 30, 200, 20
SUPPORT_PER_HOUR = 5


def search(
    conn: Connection,
    now: datetime,
    *,
    city: str,
    service: str,
    budget: float | None = None,
    keywords: str = "",
    available_now: bool = False,
    limit: int = 10,
) -> list[dict[str, Any]]:
    """Salons of a city that offer a service, the cheapest first."""
    found: list[tuple[int, dict[str, Any]]] = []
    for business in salons.listing(conn):
        if not business.settings.assistants or not public.same(business.city, city):
            continue
        catalogue = catalogue_of(conn, business)
        fitting = _meant(catalogue, business, " ".join(filter(None, (service, keywords))))
        if budget is not None:
            fitting = [s for s in fitting if s.price.minor <= budget * 100]
        if available_now:
            fitting = [s for s in fitting if _today(conn, business, catalogue, s, now)]
        if fitting:
            cheapest = min(s.price.minor for s in fitting)
            shown = {"services": [public.service(s) for s in fitting[:10]]}
            found.append((cheapest, public.salon(business) | shown))
    found.sort(key=lambda pair: pair[0])
    return [salon for _, salon in found[: min(max(limit, 1), MOST_SALONS)]]


def info(
    conn: Connection, salon: str, allowed: Callable[[Business], bool] | None = None
) -> dict[str, Any]:
    """Name, address, hours, services and the names of those who work there; NotFound."""
    business = opened(conn, salon, allowed or lets_assistants_in)
    catalogue = catalogue_of(conn, business)
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    hours = {
        day: [[public.hm(a), public.hm(b)] for a, b in catalogue.hours.get(number, ())]
        for number, day in enumerate(days)
    }
    return public.salon(business) | {
        "hours": hours,
        "services": [public.service(s) for s in catalogue.services],
        "specialists": [
            {"id": p.ref, "name": p.name, "role": p.role} for p in catalogue.specialists
        ],
    }


def slots(
    conn: Connection,
    salon: str,
    service: str,
    day: str,
    days: int,
    now: datetime,
    allowed: Callable[[Business], bool] | None = None,
) -> list[dict[str, Any]]:
    """Every time that can really be booked in some days from one on; BadRequest, NotFound."""
    business = opened(conn, salon, allowed or lets_assistants_in)
    catalogue = catalogue_of(conn, business)
    first = public.date_of(day, business, now)
    start = datetime(first.year, first.month, first.day, tzinfo=business.zone)
    if not 1 <= days <= MOST_DAYS:
        raise public.BadRequest(f"days must be from 1 to {MOST_DAYS}")
    wish = Wish(
        services=(one(catalogue, service).id,),
        start=start,
        end=start + timedelta(days=days),
    )
    found = availability.find(conn, business, catalogue, wish, now, limit=MOST_SLOTS, spread=False)
    return [public.slot(slot, business, catalogue) for slot in found]


def links(conn: Connection, salon: str, code: str) -> dict[str, str]:
    """Where the client confirms: the salon's own bot, and its WhatsApp number."""
    business = salons.by_slug(conn, salon)
    found: dict[str, str] = {}
    for account in access.of_business(conn, business.id):
        if account.channel == "telegram" and (bot := account.details.get("username")):
            found["telegram"] = f"https://t.me/{bot}?start={code}"
        digits = "".join(c for c in account.display if c.isdigit())
        if account.channel == "whatsapp" and digits:
            found["whatsapp"] = f"https://wa.me/{digits}?text=%D0%9A%D0%BE%D0%B4%20{code}"
    return found


def opened(conn: Connection, salon: str, allowed: Callable[[Business], bool]) -> Business:
    """A salon that lets such guests in; NotFound, the same as for one that does not exist."""
    business = salons.by_slug(conn, salon[:80])
    if not allowed(business):
        raise NotFound("there is no such salon")
    return business


def catalogue_of(conn: Connection, business: Business) -> Catalogue:
    """The salon's price list and people, read again only when something of them changed."""
    known = _KNOWN.setdefault(conn.engine, {})
    version, catalogue = known.get(business.id, (0, None))
    if catalogue is None or version != business.catalogue_version:
        catalogue = catalogues.load(conn, business.id)
        known[business.id] = (business.catalogue_version, catalogue)
    return catalogue


_KNOWN: WeakKeyDictionary[Engine, dict[int, tuple[int, Catalogue]]] = WeakKeyDictionary()
"""By database, salon and version; a salon's is a few kilobytes."""


def lets_assistants_in(business: Business) -> bool:
    """True where the owner switched assistants on."""
    return business.settings.assistants


def one(catalogue: Catalogue, ref: str) -> Service:
    """The service of an id of the salon's file; NotFound."""
    service = next((s for s in catalogue.services if s.ref == ref), None)
    if service is None:
        raise NotFound("there is no such service")
    return service


def _meant(catalogue: Catalogue, business: Business, words: str) -> list[Service]:
    heard = find_services(read(words), lexicon_of(catalogue, business).prices)
    refs = {ref for one in heard if one.known for ref in one.refs}
    return [s for s in catalogue.services if s.ref in refs]


def _today(
    conn: Connection, business: Business, catalogue: Catalogue, service: Service, now: datetime
) -> bool:
    local = now.astimezone(business.zone)
    end = local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    wish = Wish(services=(service.id,), start=now, end=end)
    return bool(availability.find(conn, business, catalogue, wish, now, limit=1, spread=False))
