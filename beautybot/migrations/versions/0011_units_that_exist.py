"""
Resources can be retired, and no visit keeps a unit that a resource does not have.

Fewer units than before leave the visits alone that keep one already.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

SQLITE = (
    """
CREATE TRIGGER busy_spans_unit_exists_on_insert BEFORE INSERT ON busy_spans
WHEN NEW.unit < 0
  OR NEW.unit >= (SELECT quantity FROM resources WHERE id = NEW.resource_id)
BEGIN
    SELECT RAISE(ABORT, 'busy_spans overlap: there is no such unit');
END
""",
    """
CREATE TRIGGER busy_spans_unit_exists_on_update BEFORE UPDATE OF resource_id, unit ON busy_spans
WHEN NEW.unit < 0
  OR NEW.unit >= (SELECT quantity FROM resources WHERE id = NEW.resource_id)
BEGIN
    SELECT RAISE(ABORT, 'busy_spans overlap: there is no such unit');
END
""",
)

POSTGRESQL = (
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


def upgrade() -> None:
    op.add_column("resources", sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True))
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)
