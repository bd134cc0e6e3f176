"""What a conversation has of its turns; due turns are found without a hot salon's."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    for name in ("spent_until", "rests_until"):
        op.add_column("conversations", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.drop_index("ix_conversations_due_at", "conversations")
    op.create_index("ix_conversations_due_at", "conversations", ["due_at", "business_id"])
