"""Indexes that begin with the salon: by conversation, by client, by when it was."""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.drop_index("ix_messages_conversation_id_id")
        batch_op.drop_index("ix_messages_business_id")
        batch_op.create_index(
            "ix_messages_business_id_conversation_id_id",
            ["business_id", "conversation_id", "id"],
            unique=False,
        )
        batch_op.create_index(
            "ix_messages_business_id_created_at", ["business_id", "created_at"], unique=False
        )
    with op.batch_alter_table("turns", schema=None) as batch_op:
        batch_op.create_index("ix_turns_business_id_at", ["business_id", "at"], unique=False)
    with op.batch_alter_table("appointments", schema=None) as batch_op:
        batch_op.drop_index("ix_appointments_client_id")
        batch_op.create_index(
            "ix_appointments_business_id_client_id", ["business_id", "client_id"], unique=False
        )
        batch_op.create_index(
            "ix_appointments_business_id_created_at", ["business_id", "created_at"], unique=False
        )
