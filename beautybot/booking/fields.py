"""Values of the salon's file, checked: what is wrong is told by its place, and the rest goes on."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

Problems = list[str]

DAY_MIN = 24 * 60
DEAREST = 10_000_000
LONGEST_BUFFER = 4 * 60
MOST_UNITS = 500


def whole(
    row: Any,
    name: str,
    where: str,
    problems: Problems,
    *,
    low: int = 0,
    high: int = DAY_MIN,
    default: int | None = None,
) -> int | None:
    """A whole number between two bounds; None, and a problem, if it is not."""
    value = row.get(name, default) if isinstance(row, dict) else None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        problems.append(f"{where}.{name}: a whole number from {low} to {high}")
        return None
    return value


def rows(data: dict[str, Any], name: str, problems: Problems) -> list[tuple[int, dict[str, Any]]]:
    """The objects of a list, each with its position."""
    value = data.get(name) or []
    if not isinstance(value, list):
        problems.append(f"{name}: a list is expected")
        return []
    for i, row in enumerate(value):
        if not isinstance(row, dict):
            problems.append(f"{name}[{i}]: an object is expected")
    return [(i, row) for i, row in enumerate(value) if isinstance(row, dict)]


def texts(row: dict[str, Any], name: str, where: str, problems: Problems) -> tuple[str, ...]:
    """A list of short texts."""
    value = row.get(name) or []
    if not isinstance(value, list) or not all(isinstance(v, str | int) for v in value):
        problems.append(f"{where}.{name}: a list is expected")
        return ()
    return tuple(str(v)[:100] for v in value)


def day(value: Any, where: str, problems: Problems) -> date | None:
    """A date as YYYY-MM-DD."""
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        problems.append(f"{where}: {str(value)[:20]!r} is no date, like 2026-12-31")
        return None


def local_time(value: Any, where: str, problems: Problems) -> datetime | None:
    """A local time without a zone, as YYYY-MM-DD HH:MM; or a date, its midnight."""
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError:
        problems.append(f"{where}: {str(value)[:20]!r} is no time, like 2026-12-31 14:00")
        return None
    if at.tzinfo is not None:
        problems.append(f"{where}: without a zone, as the salon's clock shows it")
        return None
    return at
