"""
The last word on double booking: what the database itself refuses.

Two rows of `busy_spans` for one specialist, or for one unit of a resource,
may not overlap; spans are half-open, so one may begin when another ends.
"""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError

from beautybot.kit.db import violated

_SQLITE_TRIGGER = """
CREATE TRIGGER {name} BEFORE {event} ON busy_spans
WHEN EXISTS (
    SELECT 1 FROM busy_spans AS other
    WHERE {same}
      AND other.starts_at < NEW.ends_at AND other.ends_at > NEW.starts_at
      {not_itself}
)
BEGIN
    SELECT RAISE(ABORT, 'busy_spans overlap');
END
"""
_SAME = {
    "specialist": "other.specialist_id = NEW.specialist_id",
    "resource": "other.resource_id = NEW.resource_id AND other.unit = NEW.unit",
}
_EVENTS = {"insert": ("INSERT", ""), "update": ("UPDATE", "AND other.id <> OLD.id")}

SQLITE = tuple(
    _SQLITE_TRIGGER.format(
        name=f"busy_spans_no_{whose}_overlap_on_{name}",
        event=event,
        same=same,
        not_itself=not_itself,
    )
    for whose, same in _SAME.items()
    for name, (event, not_itself) in _EVENTS.items()
)

POSTGRESQL = (
    "CREATE EXTENSION IF NOT EXISTS btree_gist",
    "ALTER TABLE busy_spans ADD CONSTRAINT busy_spans_no_specialist_overlap"
    " EXCLUDE USING gist (specialist_id WITH =, tstzrange(starts_at, ends_at) WITH &&)"
    " WHERE (specialist_id IS NOT NULL)",
    "ALTER TABLE busy_spans ADD CONSTRAINT busy_spans_no_resource_overlap"
    " EXCLUDE USING gist (resource_id WITH =, unit WITH =, tstzrange(starts_at, ends_at) WITH &&)"
    " WHERE (resource_id IS NOT NULL)",
)


def is_overlap(error: DBAPIError) -> bool:
    """True when the database refused a second visit at the same time."""
    words = violated(error)
    code = getattr(error.orig, "sqlstate", None)
    return code == "23P01" or "overlap" in words
