"""Услуги: the price list, by hand and from a file."""

from __future__ import annotations

import asyncio
import tempfile
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from sqlalchemy import Connection
from starlette.datastructures import UploadFile
from starlette.responses import Response

from beautybot.agent.saying import duration
from beautybot.booking import catalogue as catalogues, importing, pricing
from beautybot.booking.price_list import ImportProblem
from beautybot.booking.pricing import BadService
from beautybot.booking.salon_file import SalonFile
from beautybot.businesses import journal
from beautybot.businesses.salons import Business
from beautybot.kit.errors import BeautyBotError
from beautybot.web.rendering import onward
from beautybot.web.sessions import Asking

KINDS = (".csv", ".xlsx", ".json")


async def show(asking: Asking, problem: str = "", difference: str = "") -> Response:
    """Every category with its services."""
    categories = await asking.parts.db.read(_categories, asking.business)
    return asking.page(
        "dashboard/services.html",
        400 if problem else 200,
        categories=categories,
        problem=problem,
        difference=difference,
    )


async def change(asking: Asking) -> Response:
    """The price, the length and the other names of one service."""
    now = asking.parts.clock()
    try:
        await asking.parts.db.write(_change, asking, now)
    except BadService as error:
        return await show(asking, str(error))
    return onward("/dashboard/services?done=1")


async def load_file(asking: Asking) -> Response:
    """A price list from a file; a dry run shows the difference and changes nothing."""
    file = asking.form.get("file")
    if not isinstance(file, UploadFile) or not (file.filename or "").lower().endswith(KINDS):
        return await show(asking, "Нужен файл CSV, XLSX или JSON.")
    try:
        read = await asyncio.to_thread(_read, await file.read(), Path(file.filename or "").suffix)
        done = await asking.parts.db.write(_apply, asking, read, asking.parts.clock())
    except importing.DryRun as dry:
        return await show(asking, difference=str(dry.difference))
    except (ImportProblem, BeautyBotError) as error:
        return await show(asking, f"Файл не загружен. {error}")
    return await show(asking, difference=str(done))


def _read(body: bytes, suffix: str) -> SalonFile:
    with tempfile.NamedTemporaryFile(suffix=suffix.lower()) as place:
        place.write(body)
        place.flush()
        return importing.read_file(Path(place.name))


def _apply(
    conn: Connection, asking: Asking, read: SalonFile, now: datetime
) -> importing.Difference:
    if read.salon is not None and read.salon["slug"] != asking.business.slug:
        raise ImportProblem(["это файл другого салона"])
    done = importing.apply(
        conn, read, now=now, slug=asking.business.slug, dry_run=asking.text("dry_run") == "1"
    )
    who = f"user:{asking.signed.user_id}"
    journal.note(conn, asking.business.id, who, "загрузил прайс-лист", now)
    return done


def _change(conn: Connection, asking: Asking, now: datetime) -> None:
    number: int = asking.request.path_params["id"]
    name = pricing.change_service(
        conn,
        asking.business.id,
        number,
        price=asking.text("price"),
        minutes=asking.text("duration"),
        aliases=asking.text("aliases"),
    )
    who = f"user:{asking.signed.user_id}"
    journal.note(conn, asking.business.id, who, f"изменил услугу «{name}»", now)


def _categories(conn: Connection, business: Business) -> list[tuple[str, list[dict[str, Any]]]]:
    catalogue = catalogues.load(conn, business.id)
    rows = sorted(catalogue.services, key=lambda s: s.category_title or "")
    return [
        (
            title or "Услуги",
            [
                {
                    "id": s.id,
                    "name": s.name,
                    "price": str(s.price),
                    "duration": duration(s.duration),
                    "whole": s.price.minor // 100,
                    "minutes": int(s.duration.total_seconds()) // 60,
                    "aliases": ", ".join(s.aliases),
                }
                for s in those
            ],
        )
        for title, those in groupby(rows, key=lambda s: s.category_title or "")
    ]
