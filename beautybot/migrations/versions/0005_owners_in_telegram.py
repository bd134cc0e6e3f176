"""
Owners in Telegram: a binding is a person's own, made by a one-time link and a code.

Chats that were bound to memberships before are taken over, one a person.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

TAKE_OVER = """
INSERT INTO telegram_bindings (user_id, chat_id, name, bound_at)
SELECT found.user_id, found.chat_id, 'Telegram', CURRENT_TIMESTAMP
FROM (
    SELECT min(user_id) AS user_id, chat_id FROM (
        SELECT user_id, min(telegram_chat_id) AS chat_id FROM memberships
        WHERE telegram_chat_id IS NOT NULL GROUP BY user_id
    ) AS one_a_person GROUP BY chat_id
) AS found
"""


def upgrade() -> None:
    _owner_updates()
    _binding_links()
    _choices_and_bindings()
    _owner_messages()
    _columns()


def _owner_updates() -> None:
    op.create_table(
        "owner_updates",
        sa.Column("id", BIG, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("outcome", sa.String(length=16), server_default="new", nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease", sa.Integer(), server_default="0", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("leased_by", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_owner_updates")),
        sa.UniqueConstraint("key", name=op.f("uq_owner_updates_key")),
    )
    with op.batch_alter_table("owner_updates", schema=None) as batch_op:
        batch_op.create_index("ix_owner_updates_due_at", ["due_at"], unique=False)


def _binding_links() -> None:
    op.create_table(
        "binding_links",
        sa.Column("id", BIG, nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("chat_id", sa.String(length=32), nullable=True),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=True),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_binding_links_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_binding_links")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_binding_links_token_hash")),
        sa.UniqueConstraint("user_id", name=op.f("uq_binding_links_user_id")),
    )


def _choices_and_bindings() -> None:
    op.create_table(
        "notice_choices",
        sa.Column("id", BIG, nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("muted", sa.Text(), nullable=False),
        sa.Column("quiet", sa.Text(), nullable=False),
        sa.Column("by_mail", sa.Boolean(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_notice_choices_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_choices")),
        sa.UniqueConstraint("user_id", name=op.f("uq_notice_choices_user_id")),
    )
    op.create_table(
        "telegram_bindings",
        sa.Column("id", BIG, nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("chat_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("bound_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_telegram_bindings_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_telegram_bindings")),
        sa.UniqueConstraint("chat_id", name=op.f("uq_telegram_bindings_chat_id")),
        sa.UniqueConstraint("user_id", name=op.f("uq_telegram_bindings_user_id")),
    )


def _owner_messages() -> None:
    op.create_table(
        "owner_messages",
        sa.Column("id", BIG, nullable=False),
        sa.Column("business_id", BIG, nullable=True),
        sa.Column("notice_id", BIG, nullable=True),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("about", sa.String(length=64), server_default="", nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("buttons", sa.Text(), nullable=False),
        sa.Column("context", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("external_id", sa.String(length=64), nullable=True),
        sa.Column("outcome", sa.String(length=16), server_default="new", nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease", sa.Integer(), server_default="0", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("leased_by", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["business_id"], ["businesses.id"], name=op.f("fk_owner_messages_business_id")
        ),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notices.id"], name=op.f("fk_owner_messages_notice_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_owner_messages")),
    )
    with op.batch_alter_table("owner_messages", schema=None) as batch_op:
        batch_op.create_index(
            "ix_owner_messages_address", ["channel", "address", "created_at"], unique=False
        )
        batch_op.create_index("ix_owner_messages_due_at", ["due_at"], unique=False)
        batch_op.create_index("ix_owner_messages_notice_id", ["notice_id"], unique=False)


def _columns() -> None:
    op.execute(TAKE_OVER)
    with op.batch_alter_table("memberships", schema=None) as batch_op:
        batch_op.drop_column("telegram_chat_id")

    with op.batch_alter_table("handoffs", schema=None) as batch_op:
        batch_op.add_column(sa.Column("claimed_by", sa.String(length=32), nullable=True))

    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.add_column(sa.Column("settled_by", sa.Text(), nullable=True))

    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("goal", sa.String(length=16), server_default="book", nullable=False)
        )
        batch_op.add_column(sa.Column("contact", sa.Text(), server_default="{}", nullable=False))
        batch_op.add_column(sa.Column("asked_salon_at", sa.DateTime(timezone=True), nullable=True))
