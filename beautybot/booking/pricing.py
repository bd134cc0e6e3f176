"""One line of the price list changed by hand."""

from __future__ import annotations

from sqlalchemy import Connection

from beautybot.booking.models import services
from beautybot.businesses import salons
from beautybot.kit.db import change, one
from beautybot.kit.errors import BeautyBotError, NotFound
from beautybot.kit.text import clean

DEAREST, LONGEST = 10_000_000, 24 * 60


class BadService(BeautyBotError):
    """A price or a length that cannot be; the text names it, in Russian."""


def change_service(
    conn: Connection, business_id: int, service_id: int, *, price: str, minutes: str, aliases: str
) -> str:
    """Set price (whole units), length (minutes) and other names of a service; its name."""
    mine = {"business_id": business_id, "id": service_id}
    row = one(conn, services, mine)
    if row is None or row.retired_at is not None:
        raise NotFound("there is no such service")
    whole = _number(price, "цена", DEAREST)
    if row.price_max_minor is not None and row.price_max_minor < whole * 100:
        raise BadService(f"«{row.name}»: цена больше верхней границы")
    values = {
        "price_minor": whole * 100,
        "duration_min": _number(minutes, "длительность", LONGEST),
        "aliases": [a for part in clean(aliases, 300).split(",") if (a := part.strip())],
    }
    change(conn, services, mine, values)
    salons.touch_catalogue(conn, business_id)
    name: str = row.name
    return name


def _number(text: str, what: str, most: int) -> int:
    plain = text.replace(" ", "").replace("\u00a0", "")
    if not (plain.isascii() and plain.isdigit() and 0 < int(plain[:12]) <= most):
        raise BadService(f"{what}: нужно целое число от 1 до {most}")
    return int(plain)
