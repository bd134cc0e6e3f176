"""What a language model cost a salon on a day, and how many of its wordings were not said."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    for name in ("unfit", "kopecks", "own_kopecks"):
        op.add_column("model_use", sa.Column(name, BIG, nullable=False, server_default="0"))
    op.create_index("ix_model_use_day", "model_use", ["day", "client_id"])
