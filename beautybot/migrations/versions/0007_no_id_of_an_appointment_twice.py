"""
An appointment's id is never given again, also where SQLite would reuse a dropped hold's.

A button, a proposal or an assistant's ticket that speaks of a hold which is
gone must not meet somebody else's.
"""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    with op.batch_alter_table("reminders", schema=None) as batch_op:
        batch_op.drop_column("tried")  # conversations/detour.py finds the other way
    if op.get_bind().dialect.name != "sqlite":
        return  # a sequence never goes back
    with op.batch_alter_table(
        "appointments", recreate="always", table_kwargs={"sqlite_autoincrement": True}
    ):
        pass
