"""The waitlist in windows, its offers, invitations, calendar addresses, deposits in words."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _calendar_links()
    _nudges()
    _waitlist_offers()
    _columns()


def _calendar_links() -> None:
    op.create_table(
        "calendar_links",
        sa.Column("id", BIG, nullable=False),
        sa.Column("business_id", BIG, nullable=False),
        sa.Column("specialist_id", BIG, nullable=True),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("clients", sa.String(length=8), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["business_id"], ["businesses.id"], name=op.f("fk_calendar_links_business_id")
        ),
        sa.ForeignKeyConstraint(
            ["specialist_id"], ["specialists.id"], name=op.f("fk_calendar_links_specialist_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_links")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_calendar_links_token_hash")),
    )
    with op.batch_alter_table("calendar_links", schema=None) as batch_op:
        batch_op.create_index("ix_calendar_links_business_id", ["business_id"], unique=False)


def _nudges() -> None:
    op.create_table(
        "nudges",
        sa.Column("id", BIG, nullable=False),
        sa.Column("business_id", BIG, nullable=False),
        sa.Column("appointment_id", BIG, nullable=False),
        sa.Column("client_id", BIG, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("message_id", BIG, nullable=True),
        sa.ForeignKeyConstraint(
            ["business_id"], ["businesses.id"], name=op.f("fk_nudges_business_id")
        ),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_nudges_client_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_nudges")),
        sa.UniqueConstraint("appointment_id", name=op.f("uq_nudges_appointment_id")),
    )
    with op.batch_alter_table("nudges", schema=None) as batch_op:
        batch_op.create_index(
            "ix_nudges_business_id_client_id", ["business_id", "client_id"], unique=False
        )


def _waitlist_offers() -> None:
    op.create_table(
        "waitlist_offers",
        sa.Column("id", BIG, nullable=False),
        sa.Column("business_id", BIG, nullable=False),
        sa.Column("waitlist_id", BIG, nullable=False),
        sa.Column("appointment_id", BIG, nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("people", sa.String(length=120), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("conversation_id", BIG, nullable=True),
        sa.Column("message_id", BIG, nullable=True),
        sa.Column("outcome", sa.String(length=12), server_default="open", nullable=False),
        sa.ForeignKeyConstraint(
            ["business_id"], ["businesses.id"], name=op.f("fk_waitlist_offers_business_id")
        ),
        sa.ForeignKeyConstraint(
            ["waitlist_id"], ["waitlist.id"], name=op.f("fk_waitlist_offers_waitlist_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waitlist_offers")),
        sa.UniqueConstraint(
            "waitlist_id",
            "starts_at",
            "people",
            name=op.f("uq_waitlist_offers_waitlist_id_starts_at_people"),
        ),
    )
    with op.batch_alter_table("waitlist_offers", schema=None) as batch_op:
        batch_op.create_index(
            "ix_waitlist_offers_business_id_outcome", ["business_id", "outcome"], unique=False
        )


def _columns() -> None:
    with op.batch_alter_table("reminders", schema=None) as batch_op:
        batch_op.add_column(sa.Column("message_id", BIG, nullable=True))
        batch_op.add_column(sa.Column("tried", sa.Text(), server_default="[]", nullable=False))

    with op.batch_alter_table("services", schema=None) as batch_op:
        batch_op.add_column(sa.Column("deposit_text", sa.Text(), server_default="", nullable=False))

    with op.batch_alter_table("waitlist", schema=None) as batch_op:
        batch_op.add_column(sa.Column("windows", sa.Text(), server_default="[]", nullable=False))
        batch_op.add_column(sa.Column("excluded", sa.Text(), server_default="[]", nullable=False))
        batch_op.add_column(sa.Column("outcome", sa.String(length=12), nullable=True))
