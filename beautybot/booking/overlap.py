"""
The last word on double booking: what the database itself refuses.

Two rows of `busy_spans` for one specialist, or for one unit of a resource,
may not overlap; spans are half-open, so one may begin when another ends.  A
unit is one of those the resource has: they are numbered from 0.
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

_SQLITE_UNIT = """
CREATE TRIGGER busy_spans_unit_exists_on_{name} BEFORE {event} ON busy_spans
WHEN NEW.unit < 0
  OR NEW.unit >= (SELECT quantity FROM resources WHERE id = NEW.resource_id)
BEGIN
    SELECT RAISE(ABORT, 'busy_spans overlap: there is no such unit');
END
"""

SQLITE = tuple(
    _SQLITE_TRIGGER.format(
        name=f"busy_spans_no_{whose}_overlap_on_{name}",
        event=event,
        same=same,
        not_itself=not_itself,
    )
    for whose, same in _SAME.items()
    for name, (event, not_itself) in _EVENTS.items()
) + tuple(
    _SQLITE_UNIT.format(name=name, event=event)
    for name, event in (("insert", "INSERT"), ("update", "UPDATE OF resource_id, unit"))
)

POSTGRESQL_UNIT = (
    """
CREATE FUNCTION busy_spans_unit_exists() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.unit < 0 OR NEW.unit >= (
        SELECT quantity FROM resources WHERE id = NEW.resource_id
    ) THEN
        RAISE EXCEPTION 'busy_spans overlap: there is no such unit'
            USING ERRCODE = 'exclusion_violation';
    END IF;
    RETURN NEW;
END $$
""",
    "CREATE TRIGGER busy_spans_unit_exists BEFORE INSERT OR UPDATE OF resource_id, unit"
    " ON busy_spans FOR EACH ROW EXECUTE FUNCTION busy_spans_unit_exists()",
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


def lifting(engine: str) -> tuple[str, ...]:
    """Statements that take the guard away: for a control that shows what it is worth."""
    if engine == "sqlite":
        return tuple(f"DROP TRIGGER {ddl.split()[2]}" for ddl in SQLITE)
    exclusions = tuple(ddl.split()[5] for ddl in POSTGRESQL[1:])
    return (
        *(f"ALTER TABLE busy_spans DROP CONSTRAINT {name}" for name in exclusions),
        "DROP TRIGGER busy_spans_unit_exists ON busy_spans",
    )


def is_overlap(error: DBAPIError) -> bool:
    """True when the database refused a second visit at the same time."""
    words = violated(error)
    code = getattr(error.orig, "sqlstate", None)
    return code == "23P01" or "overlap" in words
