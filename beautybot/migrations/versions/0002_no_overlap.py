"""
No overlap: two visits of one specialist, or in one unit of a resource, cannot meet.

A later step that rebuilds `busy_spans` on SQLite drops these triggers with the
old table and must make them again; a test compares them with booking/overlap.py.
"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"

SQLITE = (
    """
CREATE TRIGGER busy_spans_no_specialist_overlap_on_insert BEFORE INSERT ON busy_spans
WHEN EXISTS (
    SELECT 1 FROM busy_spans AS other
    WHERE other.specialist_id = NEW.specialist_id
      AND other.starts_at < NEW.ends_at AND other.ends_at > NEW.starts_at
)
BEGIN
    SELECT RAISE(ABORT, 'busy_spans overlap');
END
""",
    """
CREATE TRIGGER busy_spans_no_specialist_overlap_on_update BEFORE UPDATE ON busy_spans
WHEN EXISTS (
    SELECT 1 FROM busy_spans AS other
    WHERE other.specialist_id = NEW.specialist_id
      AND other.starts_at < NEW.ends_at AND other.ends_at > NEW.starts_at
      AND other.id <> OLD.id
)
BEGIN
    SELECT RAISE(ABORT, 'busy_spans overlap');
END
""",
    """
CREATE TRIGGER busy_spans_no_resource_overlap_on_insert BEFORE INSERT ON busy_spans
WHEN EXISTS (
    SELECT 1 FROM busy_spans AS other
    WHERE other.resource_id = NEW.resource_id AND other.unit = NEW.unit
      AND other.starts_at < NEW.ends_at AND other.ends_at > NEW.starts_at
)
BEGIN
    SELECT RAISE(ABORT, 'busy_spans overlap');
END
""",
    """
CREATE TRIGGER busy_spans_no_resource_overlap_on_update BEFORE UPDATE ON busy_spans
WHEN EXISTS (
    SELECT 1 FROM busy_spans AS other
    WHERE other.resource_id = NEW.resource_id AND other.unit = NEW.unit
      AND other.starts_at < NEW.ends_at AND other.ends_at > NEW.starts_at
      AND other.id <> OLD.id
)
BEGIN
    SELECT RAISE(ABORT, 'busy_spans overlap');
END
""",
)

POSTGRESQL = (
    "CREATE EXTENSION IF NOT EXISTS btree_gist",
    "ALTER TABLE busy_spans ADD CONSTRAINT busy_spans_no_specialist_overlap EXCLUDE USING "
    "gist (specialist_id WITH =, tstzrange(starts_at, ends_at) WITH &&) WHERE (specialist_id "
    "IS NOT NULL)",
    "ALTER TABLE busy_spans ADD CONSTRAINT busy_spans_no_resource_overlap EXCLUDE USING gist "
    "(resource_id WITH =, unit WITH =, tstzrange(starts_at, ends_at) WITH &&) WHERE "
    "(resource_id IS NOT NULL)",
)


def upgrade() -> None:
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)
