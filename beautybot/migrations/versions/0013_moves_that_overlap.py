"""A hold for a move may share time with the visit that moves; holds are found by their end."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("appointments", sa.Column("replaces", BIG, nullable=True))
    op.add_column("appointments", sa.Column("borrowed", sa.Text(), nullable=True))
    op.create_index(
        "ix_appointments_business_id_hold_until", "appointments", ["business_id", "hold_until"]
    )
