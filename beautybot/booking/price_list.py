"""
A price list as salons keep it: CSV or XLSX with a header row, in anybody's words.

Caps are checked before and while reading: a spreadsheet of a few kilobytes can
unfold into hundreds of thousands of rows.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from beautybot.kit.errors import BeautyBotError

MOST_ROWS = 5_000
MOST_COLUMNS = 60
MOST_UNPACKED = 12_000_000


class ImportProblem(BeautyBotError):
    """A file cannot be imported; each problem names the line and the field."""

    def __init__(self, problems: list[str]) -> None:
        shown = problems[:20]
        more = f"; and {len(problems) - 20} more" if len(problems) > 20 else ""
        super().__init__("nothing was imported: " + "; ".join(shown) + more)
        self.problems = problems


_HEADERS = {
    "id": ("id", "код", "артикул"),
    "name": ("name", "услуга", "название", "наименование"),
    "category_title": ("category", "category_title", "категория", "раздел", "группа"),
    "duration_min": ("duration", "duration_min", "длительность", "время", "минут", "мин"),
    "price": ("price", "цена", "стоимость", "прайс"),
    "price_max": ("price_max", "цена до", "до"),
    "staff": ("staff", "мастер", "мастера", "специалист", "сотрудники"),
    "for_whom": ("for_whom", "для кого", "пол"),
    "aliases": ("aliases", "синонимы", "другие названия"),
}
_WHOM = {"мужской": "men", "женский": "women", "детский": "kids", "м": "men", "ж": "women"}


def read(path: Path) -> list[tuple[str, dict[str, Any]]]:
    """Rows as (where, fields named as in the salon file); ImportProblem for what cannot be read."""
    rows = _xlsx(path) if path.suffix.lower() == ".xlsx" else _csv(path)
    header: dict[int, str] = {}
    found = []
    for number, cells in enumerate(rows, 1):
        if number > MOST_ROWS:
            raise ImportProblem([f"line {number}: more than {MOST_ROWS} rows"])
        if not any(str(c or "").strip() for c in cells):
            continue
        if not header:
            header = _header(cells)
            continue
        values = {name: cells[i] for i, name in header.items() if i < len(cells)}
        found.append((f"line {number}", _fields(values)))
    if not header:
        raise ImportProblem(["line 1: a header with at least «Услуга», «Цена», «Длительность»"])
    return found


def ref_of(name: str) -> str:
    """A stable id for a service that came without one."""
    return "s" + hashlib.sha256(name.strip().lower().encode()).hexdigest()[:12]


def _csv(path: Path) -> Iterator[list[Any]]:
    raw = path.read_bytes()
    for encoding in ("utf-8-sig", "cp1251"):
        try:
            text = raw.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise ImportProblem([f"{path.name}: neither UTF-8 nor Windows-1251"])
    first = text.split("\n", 1)[0]
    delimiter = max(";,\t", key=first.count)
    try:
        for row in csv.reader(io.StringIO(text), delimiter=delimiter):
            yield list(row[:MOST_COLUMNS])
    except csv.Error as error:
        raise ImportProblem([f"{path.name}: {error}"]) from None


def _xlsx(path: Path) -> Iterator[list[Any]]:
    import openpyxl

    try:
        with zipfile.ZipFile(path) as archive:
            if sum(item.file_size for item in archive.infolist()) > MOST_UNPACKED:
                raise ImportProblem([f"{path.name}: it unpacks to too much"])
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise ImportProblem([f"{path.name}: not an XLSX file ({error})"]) from None
    try:
        sheet: Iterable[Any] = book.active.iter_rows(values_only=True, max_col=MOST_COLUMNS)
        for row in sheet:
            yield list(row)
    finally:
        book.close()


def _header(cells: list[Any]) -> dict[int, str]:
    header: dict[int, str] = {}
    for i, cell in enumerate(cells):
        words = re.sub(r"[^\w ]", " ", str(cell or "").lower()).split()
        text = " ".join(words)
        for name, known in _HEADERS.items():
            if name not in header.values() and (text in known or (words and words[0] in known)):
                header[i] = name
                break
    missing = [n for n in ("name", "price", "duration_min") if n not in header.values()]
    if missing:
        titles = {"name": "Услуга", "price": "Цена", "duration_min": "Длительность"}
        raise ImportProblem([f"line 1: no column «{titles[n]}»" for n in missing])
    return header


def _fields(values: dict[str, Any]) -> dict[str, Any]:
    row = {k: v for k, v in values.items() if v not in (None, "")}
    if "price" in row:
        low, high, is_from = _price(str(row["price"]))
        row |= {"price": low, "price_from": is_from}
        if high is not None:
            row.setdefault("price_max", high)
    if "price_max" in row:
        row["price_max"] = _number(str(row["price_max"]))
    if "duration_min" in row:
        row["duration_min"] = _minutes(str(row["duration_min"]))
    for name in ("staff", "aliases"):
        if name in row:
            row[name] = [p.strip() for p in re.split(r"[;,]", str(row[name])) if p.strip()]
    if "for_whom" in row:
        row["for_whom"] = _WHOM.get(str(row["for_whom"]).strip().lower(), row["for_whom"])
    return row


def _price(text: str) -> tuple[int | None, int | None, bool]:
    """«от 1 000 ₽», «1000–1500», "2500": the price, the top of a range, "from"."""
    flat = re.sub(r"(?<=\d)[\s\u00a0](?=\d{3}\b)", "", text.lower())
    numbers = [int(float(n.replace(",", "."))) for n in re.findall(r"\d+(?:[.,]\d+)?", flat)]
    if not numbers or flat.strip().startswith("-"):
        return None, None, False
    return numbers[0], numbers[1] if len(numbers) > 1 else None, "от" in flat or len(numbers) > 1


def _minutes(text: str) -> int | None:
    flat = text.lower()
    if match := re.fullmatch(r"(\d{1,2}):(\d{2})(?::\d{2})?", flat.strip()):
        return int(match[1]) * 60 + int(match[2])
    hours = re.search(r"(\d+(?:[.,]\d+)?)\s*ч", flat)
    minutes = re.search(r"(\d+)\s*м", flat)
    if hours or minutes:
        of_hours = float(hours[1].replace(",", ".")) * 60 if hours else 0
        return int(of_hours) + (int(minutes[1]) if minutes else 0)
    return _number(flat)


def _number(text: str) -> int | None:
    digits = re.sub(r"[^\d]", "", text.split(".", maxsplit=1)[0])
    return int(digits) if digits and not text.strip().startswith("-") else None
