"""What a conversation has of its turns, so that one client cannot spend everybody's."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    for name in ("spent_until", "rests_until"):
        op.add_column("conversations", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
