"""Услуги: the price list; one service in whole."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import Connection
from starlette.responses import Response

from beautybot.agent.saying import duration
from beautybot.booking import catalogue as catalogues, services
from beautybot.booking.catalogue import Catalogue, Service
from beautybot.booking.services import BadService, Own, ServiceDraft
from beautybot.businesses import journal
from beautybot.businesses.salons import Business
from beautybot.kit.text import counted
from beautybot.russian.concepts import telling_words
from beautybot.web.rendering import onward
from beautybot.web.sessions import Asking

PAGE = "/dashboard/services"
MOST = 60
WHOM = (("any", "для всех"), ("women", "женщинам"), ("men", "мужчинам"), ("kids", "детям"))


async def show(asking: Asking, problem: str = "", **more: Any) -> Response:
    """The services by category, a page at a time."""
    q, number = asking.query("q"), asking.page_number
    values = await asking.parts.db.read(_listed, asking.business, q.lower(), number)
    more = {"difference": None, "hidden": 0, "again": "", "suffix": "", "loaded": False, **more}
    status = 400 if problem else 200
    return asking.page(
        "dashboard/services.html", status, q=q, number=number, problem=problem, **values, **more
    )


async def show_one(asking: Asking, problem: str = "") -> Response:
    """One service, or (/new) an empty form."""
    values = await asking.parts.db.read(_one, asking)
    status = 400 if problem else 200
    return asking.page("dashboard/service.html", status, problem=problem, **values)


async def save(asking: Asking) -> Response:
    """Change one service, or add one."""
    now = asking.parts.clock()
    try:
        await asking.parts.db.write(_save, asking, now)
    except BadService as error:
        return await show_one(asking, str(error))
    return onward(f"{PAGE}?done=1")


async def retire(asking: Asking) -> Response:
    """Sell it no more."""
    now = asking.parts.clock()

    def work(conn: Connection) -> None:
        name = services.retire(conn, asking.business.id, asking.id, now)
        journal.note(conn, asking.business.id, asking.by, f"убрал услугу «{name}»", now)

    await asking.parts.db.write(work)
    return onward(f"{PAGE}?done=1")


def _save(conn: Connection, asking: Asking, now: datetime) -> None:
    number = _which(asking)
    catalogue = catalogues.load(conn, asking.business.id)
    known = frozenset(p.id for p in catalogue.specialists)
    draft = _draft(asking, known)
    services.put(conn, asking.business.id, number, draft, known)
    what = f"{'добавил' if number is None else 'изменил'} услугу «{draft.name[:100]}»"
    if number is not None:
        was, price = catalogue.service(number), f"{draft.price}"
        if was.price.minor != draft.price * 100:
            what += f": цена была {was.price}, стала {price}"
    journal.note(conn, asking.business.id, asking.by, what, now)


def _which(asking: Asking) -> int | None:
    number: int | None = asking.request.path_params.get("id")
    return number


def _draft(asking: Asking, known: frozenset[int]) -> ServiceDraft:
    kind = asking.text("kind")
    by = {
        person: Own(
            _whole(asking.text(f"price-{person}"), "Цена мастера", None),
            _whole(asking.text(f"minutes-{person}"), "Длительность мастера", None),
        )
        for person in known
        if asking.text(f"does-{person}") == "1"
    }
    return ServiceDraft(
        name=asking.text("name"),
        category=asking.text("category"),
        price=_whole(asking.text("price"), "Цена", -1) or 0,
        upto=_whole(asking.text("upto"), "Цена «до»", -1) if kind == "range" else None,
        is_from=kind in ("from", "range"),
        minutes=_whole(asking.text("minutes"), "Длительность в минутах", -1) or 0,
        buffer_before=_whole(asking.text("before"), "Подготовка в минутах", 0) or 0,
        buffer_after=_whole(asking.text("after"), "Уборка в минутах", 0) or 0,
        aliases=tuple(a.strip() for a in asking.text("aliases").split(",") if a.strip()),
        for_whom=asking.text("for_whom") or "any",
        bookable=asking.text("bookable") == "1",
        by=by,
    )


def _whole(text: str, what: str, empty: int | None) -> int | None:
    plain = "".join(text.split())
    if not plain and empty != -1:
        return empty
    if not (plain.isascii() and plain.isdigit() and len(plain) <= 9):
        raise BadService(f"{what}: напишите целое число.")
    return int(plain)


def _listed(conn: Connection, business: Business, q: str, number: int) -> dict[str, Any]:
    catalogue = catalogues.load(conn, business.id)
    found = [
        s
        for s in catalogue.services
        if not q or q in s.name.lower() or q in s.category_title.lower()
    ]
    found.sort(key=lambda s: s.category_title)
    shown = found[(number - 1) * MOST : number * MOST]
    people = {p.id: p.name for p in catalogue.specialists}
    return {
        "total": counted(len(found), "услуга", "услуги", "услуг"),
        "more": len(found) > number * MOST,
        "categories": [
            (title or "Без раздела", [_row(s, catalogue, people) for s in those])
            for title, those in groupby(shown, key=lambda s: s.category_title)
        ],
    }


def _row(service: Service, catalogue: Catalogue, people: dict[int, str]) -> dict[str, Any]:
    own = [p for p in service.specialists if (service.id, p) in catalogue.own_prices]
    return {
        "id": service.id,
        "name": service.name,
        "price": str(service.price),
        "duration": duration(service.duration),
        "who": ", ".join(people[p] for p in service.specialists if p in people),
        "own": bool(own),
        "bookable": service.bookable,
        "aliases": ", ".join(service.aliases),
    }


def _one(conn: Connection, asking: Asking) -> dict[str, Any]:
    catalogue = catalogues.load(conn, asking.business.id)
    number = _which(asking)
    service = catalogue.service(number) if number is not None else None
    titles = sorted({s.category_title for s in catalogue.services if s.category_title})
    form = asking.form if asking.form else None
    return {
        "service": service,
        "titles": titles,
        "known_by": telling_words(service.name) if service else "",
        "whom": WHOM,
        "given": _given(service) if form is None else _refilled(asking),
        "people": [
            {
                "id": p.id,
                "name": p.name,
                "does": asking.text(f"does-{p.id}") == "1"
                if form
                else service is None or p.id in service.specialists,
                "price": asking.text(f"price-{p.id}")
                if form
                else _own_price(catalogue, service, p.id),
                "minutes": asking.text(f"minutes-{p.id}")
                if form
                else _own_minutes(catalogue, service, p.id),
            }
            for p in catalogue.specialists
        ],
    }


def _given(service: Service | None) -> dict[str, Any]:
    if service is None:
        blank = dict.fromkeys(("name", "category", "price", "upto", "minutes", "aliases"), "")
        return blank | {
            "kind": "exact",
            "before": "0",
            "after": "0",
            "for_whom": "any",
            "bookable": True,
        }
    price = service.price
    kind = "range" if price.upto_minor is not None else "from" if price.is_from else "exact"
    return {
        "name": service.name,
        "category": service.category_title,
        "price": price.minor // 100,
        "upto": price.upto_minor // 100 if price.upto_minor is not None else "",
        "kind": kind,
        "minutes": _minutes(service.duration),
        "before": _minutes(service.buffer_before),
        "after": _minutes(service.buffer_after),
        "aliases": ", ".join(service.aliases),
        "for_whom": service.for_whom,
        "bookable": service.bookable,
    }


def _refilled(asking: Asking) -> dict[str, Any]:
    names = ("name", "category", "price", "upto", "kind", "minutes", "before", "after", "aliases")
    given: dict[str, Any] = {name: asking.text(name) for name in names}
    return given | {"for_whom": asking.text("for_whom"), "bookable": asking.text("bookable") == "1"}


def _own_price(catalogue: Catalogue, service: Service | None, person: int) -> str:
    own = catalogue.own_prices.get((service.id, person)) if service else None
    return str(own.minor // 100) if own else ""


def _own_minutes(catalogue: Catalogue, service: Service | None, person: int) -> str:
    own = catalogue.own_durations.get((service.id, person)) if service else None
    return str(_minutes(own)) if own else ""


def _minutes(length: timedelta) -> int:
    return int(length.total_seconds()) // 60
