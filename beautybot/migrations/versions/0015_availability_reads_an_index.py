"""Availability reads a specialist's time from an index alone, without looking at the rows."""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_index(
        "ix_busy_spans_of_specialist",
        "busy_spans",
        ["specialist_id", "starts_at", "ends_at", "business_id"],
    )
    op.drop_index("ix_busy_spans_specialist_id_starts_at", "busy_spans")
