"""The price list from a file: first what would change, then the same file for good."""

from __future__ import annotations

import asyncio
import base64
import binascii
import re
from pathlib import Path

from sqlalchemy import Connection
from starlette.datastructures import UploadFile
from starlette.responses import Response

from beautybot.booking import catalogue as catalogues, difference, file_reader, importing
from beautybot.booking.difference import Line
from beautybot.booking.price_list import ImportProblem
from beautybot.booking.salon_file import SalonFile
from beautybot.businesses import journal
from beautybot.kit.errors import BeautyBotError
from beautybot.russian.people import name_forms
from beautybot.web.dashboard import services
from beautybot.web.sessions import Asking

KINDS = (".csv", ".xlsx", ".json")
CARRIED = 60_000  # what the page of the difference may carry along, so that nobody picks it twice
MOST_LINES = 200
_READING = asyncio.Semaphore(1)

# The reader names places and fields as the file does; people read Russian.
WORDS = (
    (r"^nothing was imported: ", ""),
    (r"\bline (\d+)", r"строка \1"),
    (r"\bservices\[(\d+)\]", r"услуга № \1"),
    (r"\bstaff\[(\d+)\]", r"мастер № \1"),
    (r"\.name\b", ", название"),
    (r"\.price_max\b", ", цена «до»"),
    (r"\.price\b", ", цена"),
    (r"\.duration_min\b", ", длительность"),
    (r"\.staff\b", ", мастер"),
    (r"\.for_whom\b", ", для кого"),
    (r"a whole number from (\d+) to (\d+)", r"нужно целое число от \1 до \2"),
    (r"it is missing", "пусто"),
    (r"it is below the price", "меньше цены"),
    (r"no column «", "нет столбца «"),
    (r"nobody has the id ('[^']*')", r"нет мастера \1"),
    (r"more than (\d+) rows", r"больше \1 строк"),
    (
        r"the file unfolds to too much|(the file: )?it unpacks to too much",
        "файл слишком большой внутри",
    ),
    (r"the file is larger than (\d+) MB", r"файл больше \1 МБ"),
    (r"a header with at least", "нужен заголовок, в нём хотя бы"),
    (r"the id ('[^']*') is there twice", r"код \1 встречается дважды"),
    (r"services: the file has none", "в файле нет ни одной услуги"),
    (r"not an XLSX file[^;]*", "это не файл XLSX"),
    (r"not JSON[^;]*", "это не файл JSON"),
    (r"the file: ", ""),
    (r"; and (\d+) more", r"; и ещё \1"),
)


class _Dry(Exception):
    """Undoes the transaction of a dry run; carries what would have changed."""

    def __init__(self, lines: list[Line]) -> None:
        super().__init__("dry run")
        self.lines = lines


async def load(asking: Asking) -> Response:
    """Show the difference; with `for_good`, make it so."""
    try:
        body, suffix = await _file(asking)
        async with _READING:
            read = await file_reader.read(body, suffix)
        people = {p.name: await asyncio.to_thread(name_forms, p.name) for p in read.staff or ()}
        lines = await asking.parts.db.write(_apply, asking, read, people)
    except _Dry as dry:
        small = len(body) <= CARRIED
        return await services.show(
            asking,
            difference=dry.lines[:MOST_LINES],
            hidden=max(len(dry.lines) - MOST_LINES, 0),
            again=base64.b64encode(body).decode() if small else "",
            suffix=suffix,
        )
    except BeautyBotError as error:
        return await services.show(asking, f"Файл не загружен: {in_russian(str(error))}.")
    hidden = max(len(lines) - MOST_LINES, 0)
    return await services.show(asking, difference=lines[:MOST_LINES], hidden=hidden, loaded=True)


def in_russian(problem: str) -> str:
    """What the reader complained of, for the owner."""
    for pattern, words in WORDS:
        problem = re.sub(pattern, words, problem)
    return problem.rstrip(".")


async def _file(asking: Asking) -> tuple[bytes, str]:
    """The file of the form, or the one the page of the difference carried along."""
    file = asking.form.get("file")
    if isinstance(file, UploadFile) and file.filename:
        suffix = Path(file.filename).suffix.lower()
        body = await file.read()
    else:
        suffix = asking.text("suffix")
        carried = asking.form.get("again")
        try:
            body = base64.b64decode(carried if isinstance(carried, str) else "", validate=True)
        except (binascii.Error, ValueError):
            body = b""
    if suffix not in KINDS:
        raise ImportProblem(["нужен файл CSV, XLSX или JSON"])
    if not body:
        raise ImportProblem(["файл пуст"])
    return body, suffix


def _apply(
    conn: Connection, asking: Asking, read: SalonFile, people: dict[str, tuple[str, ...]]
) -> list[Line]:
    business, now = asking.business, asking.parts.clock()
    if read.salon is not None and read.salon["slug"] != business.slug:
        raise ImportProblem(["это файл другого салона"])
    before = catalogues.load(conn, business.id)
    forms = people.__getitem__
    importing.apply(conn, read, now=now, slug=business.slug, name_forms=forms)
    lines = difference.between(before, catalogues.load(conn, business.id))
    if asking.text("for_good") != "1":
        raise _Dry(lines)
    journal.note(conn, business.id, asking.by, f"загрузил прайс-лист: изменений {len(lines)}", now)
    return lines
