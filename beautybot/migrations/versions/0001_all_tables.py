"""All tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "businesses",
        sa.Column("id", BIG, nullable=False),
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), server_default="", nullable=False),
        sa.Column("address", sa.Text(), server_default="", nullable=False),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("ai_agent_enabled", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("tone", sa.String(length=16), server_default="friendly", nullable=False),
        sa.Column("restrictions", sa.Text(), server_default="", nullable=False),
        sa.Column("greeting", sa.Text(), server_default="", nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("catalogue_version", BIG, server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_businesses")),
        sa.UniqueConstraint("slug", name=op.f("uq_businesses_slug")),
    )
    op.create_table(
        "inbound_events",
        sa.Column("id", BIG, nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("account_id", BIG, nullable=True),
        sa.Column("signed_by", sa.String(length=64), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("outcome", sa.String(length=16), server_default="new", nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease", sa.Integer(), server_default="0", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("leased_by", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbound_events")),
        sa.UniqueConstraint("channel", "key", name=op.f("uq_inbound_events_channel_key")),
    )
    with op.batch_alter_table("inbound_events", schema=None) as batch_op:
        batch_op.create_index("ix_inbound_events_due_at", ["due_at"], unique=False)

    op.create_table(
        "jobs",
        sa.Column("id", BIG, nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("args", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease", sa.Integer(), server_default="0", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("leased_by", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
        sa.UniqueConstraint("name", "key", name=op.f("uq_jobs_name_key")),
    )
    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.create_index("ix_jobs_due_at", ["due_at"], unique=False)

    op.create_table(
        "seats",
        sa.Column("id", BIG, nullable=False),
        sa.Column("what", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("holder", sa.String(length=64), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seats")),
        sa.UniqueConstraint("what", "number", name=op.f("uq_seats_what_number")),
    )
    op.create_table(
        "sign_in_failures",
        sa.Column("id", BIG, nullable=False),
        sa.Column("who", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_failures")),
    )
    with op.batch_alter_table("sign_in_failures", schema=None) as batch_op:
        batch_op.create_index("ix_sign_in_failures_who_at", ["who", "at"], unique=False)

    op.create_table(
        "users",
        sa.Column("id", BIG, nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("email", name=op.f("uq_users_email")),
    )
    op.create_table(
        "audit_log",
        sa.Column("id", BIG, nullable=False),
        sa.Column("business_id", BIG, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["business_id"], ["businesses.id"], name=op.f("fk_audit_log_business_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_log")),
    )
    with op.batch_alter_table("audit_log", schema=None) as batch_op:
        batch_op.create_index("ix_audit_log_business_id_at", ["business_id", "at"], unique=False)

    op.create_table(
        "channel_accounts",
        sa.Column("id", BIG, nullable=False),
        sa.Column("business_id", BIG, nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("external_id", sa.String(length=64), nullable=False),
        sa.Column("display", sa.Text(), server_default="", nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("connected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_inbound_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_outbound_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["business_id"], ["businesses.id"], name=op.f("fk_channel_accounts_business_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_accounts")),
        sa.UniqueConstraint(
            "channel", "external_id", name=op.f("uq_channel_accounts_channel_external_id")
        ),
    )
    op.create_table(
        "clients",
        sa.Column("id", BIG, nullable=False),
        sa.Column("business_id", BIG, nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opted_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("merged_into", BIG, nullable=True),
        sa.ForeignKeyConstraint(
            ["business_id"], ["businesses.id"], name=op.f("fk_clients_business_id")
        ),
        sa.ForeignKeyConstraint(
            ["merged_into"], ["clients.id"], name=op.f("fk_clients_merged_into")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clients")),
    )
    with op.batch_alter_table("clients", schema=None) as batch_op:
        batch_op.create_index(
            "ix_clients_business_id_phone", ["business_id", "phone"], unique=False
        )

    op.create_table(
        "faq_entries",
        sa.Column("id", BIG, nullable=False),
        sa.Column("business_id", BIG, nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["business_id"], ["businesses.id"], name=op.f("fk_faq_entries_business_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_faq_entries")),
    )
    with op.batch_alter_table("faq_entries", schema=None) as batch_op:
        batch_op.create_index("ix_faq_entries_business_id", ["business_id"], unique=False)

    op.create_table(
        "memberships",
        sa.Column("id", BIG, nullable=False),
        sa.Column("business_id", BIG, nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("specialist", sa.String(length=64), nullable=True),
        sa.Column("telegram_chat_id", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["business_id"], ["businesses.id"], name=op.f("fk_memberships_business_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_memberships_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_memberships")),
        sa.UniqueConstraint(
            "user_id", "business_id", name=op.f("uq_memberships_user_id_business_id")
        ),
    )
    op.create_table(
        "model_accounts",
        sa.Column("id", BIG, nullable=False),
        sa.Column("business_id", BIG, nullable=False),
        sa.Column("client_id", sa.String(length=128), nullable=False),
        sa.Column("ciphertext", sa.Text(), nullable=False),
        sa.Column("scope", sa.String(length=32), nullable=False),
        sa.Column("model", sa.String(length=64), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["business_id"], ["businesses.id"], name=op.f("fk_model_accounts_business_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_accounts")),
        sa.UniqueConstraint("business_id", name=op.f("uq_model_accounts_business_id")),
    )
    op.create_table(
        "model_use",
        sa.Column("id", BIG, nullable=False),
        sa.Column("business_id", BIG, nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("client_id", BIG, nullable=False),
        sa.Column("calls", BIG, server_default="0", nullable=False),
        sa.Column("wordings", BIG, server_default="0", nullable=False),
        sa.Column("untrue", BIG, server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["business_id"], ["businesses.id"], name=op.f("fk_model_use_business_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_use")),
        sa.UniqueConstraint(
            "business_id", "day", "client_id", name=op.f("uq_model_use_business_id_day_client_id")
        ),
    )
    op.create_table(
        "notices",
        sa.Column("id", BIG, nullable=False),
        sa.Column("business_id", BIG, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("details", sa.Text(), server_default="{}", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease", sa.Integer(), server_default="0", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("leased_by", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["business_id"], ["businesses.id"], name=op.f("fk_notices_business_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint(
            "business_id", "kind", "key", name=op.f("uq_notices_business_id_kind_key")
        ),
    )
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.create_index(
            "ix_notices_business_id_created_at", ["business_id", "created_at"], unique=False
        )
        batch_op.create_index("ix_notices_due_at", ["due_at"], unique=False)

    op.create_table(
        "reminders",
        sa.Column("id", BIG, nullable=False),
        sa.Column("business_id", BIG, nullable=False),
        sa.Column("appointment_id", BIG, nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["business_id"], ["businesses.id"], name=op.f("fk_reminders_business_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminders")),
        sa.UniqueConstraint(
            "appointment_id",
            "starts_at",
            "hours",
            name=op.f("uq_reminders_appointment_id_starts_at_hours"),
        ),
    )
    with op.batch_alter_table("reminders", schema=None) as batch_op:
        batch_op.create_index("ix_reminders_business_id_at", ["business_id", "at"], unique=False)

    op.create_table(
        "resources",
        sa.Column("id", BIG, nullable=False),
        sa.Column("business_id", BIG, nullable=False),
        sa.Column("ref", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_resources_quantity")),
        sa.ForeignKeyConstraint(
            ["business_id"], ["businesses.id"], name=op.f("fk_resources_business_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resources")),
        sa.UniqueConstraint("business_id", "ref", name=op.f("uq_resources_business_id_ref")),
    )
    op.create_table(
        "services",
        sa.Column("id", BIG, nullable=False),
        sa.Column("business_id", BIG, nullable=False),
        sa.Column("ref", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.Column("category", sa.Text(), server_default="", nullable=False),
        sa.Column("category_title", sa.Text(), server_default="", nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("duration_min", sa.Integer(), nullable=False),
        sa.Column("price_minor", BIG, nullable=False),
        sa.Column("price_from", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("price_max_minor", BIG, nullable=True),
        sa.Column("for_whom", sa.String(length=8), server_default="any", nullable=False),
        sa.Column("bookable", sa.Boolean(), server_default="1", nullable=False),
        sa.Column("buffer_before_min", sa.Integer(), server_default="0", nullable=False),
        sa.Column("buffer_after_min", sa.Integer(), server_default="0", nullable=False),
        sa.Column("processing_min", sa.Text(), server_default="[]", nullable=False),
        sa.Column("aliases", sa.Text(), server_default="[]", nullable=False),
        sa.Column("concepts", sa.Text(), server_default="[]", nullable=False),
        sa.Column("deposit_minor", BIG, nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("duration_min > 0", name=op.f("ck_services_duration")),
        sa.CheckConstraint("price_minor >= 0", name=op.f("ck_services_price")),
        sa.ForeignKeyConstraint(
            ["business_id"], ["businesses.id"], name=op.f("fk_services_business_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_services")),
        sa.UniqueConstraint("business_id", "ref", name=op.f("uq_services_business_id_ref")),
    )
    op.create_table(
        "sign_ins",
        sa.Column("id", BIG, nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", sa.Text(), server_default="", nullable=False),
        sa.Column("salon_id", BIG, nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sign_ins_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_ins")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_ins_token_hash")),
    )
    op.create_table(
        "specialists",
        sa.Column("id", BIG, nullable=False),
        sa.Column("business_id", BIG, nullable=False),
        sa.Column("ref", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), server_default="", nullable=False),
        sa.Column("level", sa.Text(), server_default="", nullable=False),
        sa.Column("name_forms", sa.Text(), server_default="[]", nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["business_id"], ["businesses.id"], name=op.f("fk_specialists_business_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_specialists")),
        sa.UniqueConstraint("business_id", "ref", name=op.f("uq_specialists_business_id_ref")),
    )
    op.create_table(
        "tickets",
        sa.Column("id", BIG, nullable=False),
        sa.Column("business_id", BIG, nullable=False),
        sa.Column("appointment_id", BIG, nullable=True),
        sa.Column("reference", sa.String(length=32), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("asked_hash", sa.String(length=64), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("hold_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["business_id"], ["businesses.id"], name=op.f("fk_tickets_business_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tickets")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_tickets_code_hash")),
        sa.UniqueConstraint("reference", name=op.f("uq_tickets_reference")),
        sa.UniqueConstraint("subject", "key", name=op.f("uq_tickets_subject_key")),
    )
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.create_index(
            "ix_tickets_business_id_created_at", ["business_id", "created_at"], unique=False
        )

    op.create_table(
        "appointments",
        sa.Column("id", BIG, nullable=False),
        sa.Column("business_id", BIG, nullable=False),
        sa.Column("number", sa.String(length=12), nullable=False),
        sa.Column("client_id", BIG, nullable=True),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("local_start", sa.String(length=32), nullable=False),
        sa.Column("hold_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("price_minor", BIG, nullable=False),
        sa.Column("price_max_minor", BIG, nullable=True),
        sa.Column("price_from", sa.Boolean(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("client_name", sa.Text(), nullable=True),
        sa.Column("client_phone", sa.String(length=20), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("idempotency_key", sa.String(length=100), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_appointments_span")),
        sa.ForeignKeyConstraint(
            ["business_id"], ["businesses.id"], name=op.f("fk_appointments_business_id")
        ),
        sa.ForeignKeyConstraint(
            ["client_id"], ["clients.id"], name=op.f("fk_appointments_client_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointments")),
        sa.UniqueConstraint(
            "business_id",
            "idempotency_key",
            name=op.f("uq_appointments_business_id_idempotency_key"),
        ),
        sa.UniqueConstraint(
            "business_id", "number", name=op.f("uq_appointments_business_id_number")
        ),
    )
    with op.batch_alter_table("appointments", schema=None) as batch_op:
        batch_op.create_index(
            "ix_appointments_business_id_starts_at", ["business_id", "starts_at"], unique=False
        )
        batch_op.create_index("ix_appointments_client_id", ["client_id"], unique=False)

    op.create_table(
        "consents",
        sa.Column("id", BIG, nullable=False),
        sa.Column("business_id", BIG, nullable=False),
        sa.Column("client_id", BIG, nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("text_version", sa.String(length=32), nullable=False),
        sa.Column("text_hash", sa.String(length=64), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("message_id", BIG, nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["business_id"], ["businesses.id"], name=op.f("fk_consents_business_id")
        ),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_consents_client_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
    )
    with op.batch_alter_table("consents", schema=None) as batch_op:
        batch_op.create_index("ix_consents_client_id", ["client_id"], unique=False)

    op.create_table(
        "conversations",
        sa.Column("id", BIG, nullable=False),
        sa.Column("business_id", BIG, nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("client_id", BIG, nullable=False),
        sa.Column("address", sa.String(length=160), nullable=False),
        sa.Column("state", sa.String(length=20), server_default="greeting", nullable=False),
        sa.Column("memory", sa.Text(), server_default="{}", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_inbound_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_message_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("inbound_seq", BIG, server_default="0", nullable=False),
        sa.Column("answered_seq", BIG, server_default="0", nullable=False),
        sa.Column("unreachable_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease", sa.Integer(), server_default="0", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("leased_by", sa.String(length=64), nullable=True),
        sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["channel_accounts.id"], name=op.f("fk_conversations_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["business_id"], ["businesses.id"], name=op.f("fk_conversations_business_id")
        ),
        sa.ForeignKeyConstraint(
            ["client_id"], ["clients.id"], name=op.f("fk_conversations_client_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversations")),
        sa.UniqueConstraint(
            "account_id", "client_id", name=op.f("uq_conversations_account_id_client_id")
        ),
    )
    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.create_index(
            "ix_conversations_account_id_address", ["account_id", "address"], unique=False
        )
        batch_op.create_index(
            "ix_conversations_business_id_last_message_at",
            ["business_id", "last_message_at"],
            unique=False,
        )
        batch_op.create_index("ix_conversations_client_id", ["client_id"], unique=False)
        batch_op.create_index("ix_conversations_due_at", ["due_at"], unique=False)

    op.create_table(
        "credentials",
        sa.Column("id", BIG, nullable=False),
        sa.Column("business_id", BIG, nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("ciphertext", sa.Text(), nullable=False),
        sa.Column("lookup", sa.String(length=64), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["channel_accounts.id"], name=op.f("fk_credentials_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["business_id"], ["businesses.id"], name=op.f("fk_credentials_business_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credentials")),
        sa.UniqueConstraint("account_id", "name", name=op.f("uq_credentials_account_id_name")),
        sa.UniqueConstraint("lookup", name=op.f("uq_credentials_lookup")),
    )
    op.create_table(
        "day_overrides",
        sa.Column("id", BIG, nullable=False),
        sa.Column("business_id", BIG, nullable=False),
        sa.Column("specialist_id", BIG, nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("spans", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["business_id"], ["businesses.id"], name=op.f("fk_day_overrides_business_id")
        ),
        sa.ForeignKeyConstraint(
            ["specialist_id"], ["specialists.id"], name=op.f("fk_day_overrides_specialist_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_day_overrides")),
    )
    with op.batch_alter_table("day_overrides", schema=None) as batch_op:
        batch_op.create_index(
            "ix_day_overrides_business_id_day", ["business_id", "day"], unique=False
        )

    op.create_table(
        "early_receipts",
        sa.Column("id", BIG, nullable=False),
        sa.Column("business_id", BIG, nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("external_id", sa.String(length=200), nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=True),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["channel_accounts.id"], name=op.f("fk_early_receipts_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["business_id"], ["businesses.id"], name=op.f("fk_early_receipts_business_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_early_receipts")),
    )
    with op.batch_alter_table("early_receipts", schema=None) as batch_op:
        batch_op.create_index(
            "ix_early_receipts_account_id_external_id", ["account_id", "external_id"], unique=False
        )

    op.create_table(
        "identities",
        sa.Column("id", BIG, nullable=False),
        sa.Column("business_id", BIG, nullable=False),
        sa.Column("client_id", BIG, nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("value", sa.String(length=160), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["business_id"], ["businesses.id"], name=op.f("fk_identities_business_id")
        ),
        sa.ForeignKeyConstraint(
            ["client_id"], ["clients.id"], name=op.f("fk_identities_client_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identities")),
        sa.UniqueConstraint(
            "business_id", "kind", "value", name=op.f("uq_identities_business_id_kind_value")
        ),
    )
    with op.batch_alter_table("identities", schema=None) as batch_op:
        batch_op.create_index("ix_identities_client_id", ["client_id"], unique=False)

    op.create_table(
        "service_resources",
        sa.Column("id", BIG, nullable=False),
        sa.Column("business_id", BIG, nullable=False),
        sa.Column("service_id", BIG, nullable=False),
        sa.Column("resource_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["business_id"], ["businesses.id"], name=op.f("fk_service_resources_business_id")
        ),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resources.id"], name=op.f("fk_service_resources_resource_id")
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["services.id"], name=op.f("fk_service_resources_service_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_resources")),
        sa.UniqueConstraint(
            "service_id", "resource_id", name=op.f("uq_service_resources_service_id_resource_id")
        ),
    )
    op.create_table(
        "service_specialists",
        sa.Column("id", BIG, nullable=False),
        sa.Column("business_id", BIG, nullable=False),
        sa.Column("service_id", BIG, nullable=False),
        sa.Column("specialist_id", BIG, nullable=False),
        sa.Column("price_minor", BIG, nullable=True),
        sa.Column("duration_min", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["business_id"], ["businesses.id"], name=op.f("fk_service_specialists_business_id")
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["services.id"], name=op.f("fk_service_specialists_service_id")
        ),
        sa.ForeignKeyConstraint(
            ["specialist_id"], ["specialists.id"], name=op.f("fk_service_specialists_specialist_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_specialists")),
        sa.UniqueConstraint(
            "service_id",
            "specialist_id",
            name=op.f("uq_service_specialists_service_id_specialist_id"),
        ),
    )
    op.create_table(
        "shift_patterns",
        sa.Column("id", BIG, nullable=False),
        sa.Column("business_id", BIG, nullable=False),
        sa.Column("specialist_id", BIG, nullable=False),
        sa.Column("anchor", sa.Date(), nullable=False),
        sa.Column("cycle", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["business_id"], ["businesses.id"], name=op.f("fk_shift_patterns_business_id")
        ),
        sa.ForeignKeyConstraint(
            ["specialist_id"], ["specialists.id"], name=op.f("fk_shift_patterns_specialist_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift_patterns")),
        sa.UniqueConstraint("specialist_id", name=op.f("uq_shift_patterns_specialist_id")),
    )
    op.create_table(
        "time_off",
        sa.Column("id", BIG, nullable=False),
        sa.Column("business_id", BIG, nullable=False),
        sa.Column("specialist_id", BIG, nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["business_id"], ["businesses.id"], name=op.f("fk_time_off_business_id")
        ),
        sa.ForeignKeyConstraint(
            ["specialist_id"], ["specialists.id"], name=op.f("fk_time_off_specialist_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_time_off")),
    )
    with op.batch_alter_table("time_off", schema=None) as batch_op:
        batch_op.create_index(
            "ix_time_off_business_id_ends_at", ["business_id", "ends_at"], unique=False
        )

    op.create_table(
        "waitlist",
        sa.Column("id", BIG, nullable=False),
        sa.Column("business_id", BIG, nullable=False),
        sa.Column("client_id", BIG, nullable=False),
        sa.Column("services", sa.Text(), nullable=False),
        sa.Column("specialist_id", BIG, nullable=True),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("to_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["business_id"], ["businesses.id"], name=op.f("fk_waitlist_business_id")
        ),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_waitlist_client_id")),
        sa.ForeignKeyConstraint(
            ["specialist_id"], ["specialists.id"], name=op.f("fk_waitlist_specialist_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waitlist")),
    )
    with op.batch_alter_table("waitlist", schema=None) as batch_op:
        batch_op.create_index(
            "ix_waitlist_business_id_created_at", ["business_id", "created_at"], unique=False
        )

    op.create_table(
        "working_hours",
        sa.Column("id", BIG, nullable=False),
        sa.Column("business_id", BIG, nullable=False),
        sa.Column("specialist_id", BIG, nullable=True),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("from_min", sa.Integer(), nullable=False),
        sa.Column("to_min", sa.Integer(), nullable=False),
        sa.CheckConstraint("from_min < to_min", name=op.f("ck_working_hours_span")),
        sa.ForeignKeyConstraint(
            ["business_id"], ["businesses.id"], name=op.f("fk_working_hours_business_id")
        ),
        sa.ForeignKeyConstraint(
            ["specialist_id"], ["specialists.id"], name=op.f("fk_working_hours_specialist_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_working_hours")),
    )
    with op.batch_alter_table("working_hours", schema=None) as batch_op:
        batch_op.create_index("ix_working_hours_business_id", ["business_id"], unique=False)

    op.create_table(
        "appointment_changes",
        sa.Column("id", BIG, nullable=False),
        sa.Column("business_id", BIG, nullable=False),
        sa.Column("appointment_id", BIG, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("by", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.Column("was_start", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["appointment_id"],
            ["appointments.id"],
            name=op.f("fk_appointment_changes_appointment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["business_id"], ["businesses.id"], name=op.f("fk_appointment_changes_business_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment_changes")),
    )
    with op.batch_alter_table("appointment_changes", schema=None) as batch_op:
        batch_op.create_index(
            "ix_appointment_changes_appointment_id", ["appointment_id"], unique=False
        )

    op.create_table(
        "appointment_parts",
        sa.Column("id", BIG, nullable=False),
        sa.Column("business_id", BIG, nullable=False),
        sa.Column("appointment_id", BIG, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("service_id", BIG, nullable=False),
        sa.Column("specialist_id", BIG, nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("price_minor", BIG, nullable=False),
        sa.Column("price_max_minor", BIG, nullable=True),
        sa.Column("price_from", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["appointment_id"],
            ["appointments.id"],
            name=op.f("fk_appointment_parts_appointment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["business_id"], ["businesses.id"], name=op.f("fk_appointment_parts_business_id")
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["services.id"], name=op.f("fk_appointment_parts_service_id")
        ),
        sa.ForeignKeyConstraint(
            ["specialist_id"], ["specialists.id"], name=op.f("fk_appointment_parts_specialist_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment_parts")),
    )
    with op.batch_alter_table("appointment_parts", schema=None) as batch_op:
        batch_op.create_index(
            "ix_appointment_parts_appointment_id", ["appointment_id"], unique=False
        )

    op.create_table(
        "busy_spans",
        sa.Column("id", BIG, nullable=False),
        sa.Column("business_id", BIG, nullable=False),
        sa.Column("appointment_id", BIG, nullable=False),
        sa.Column("specialist_id", BIG, nullable=True),
        sa.Column("resource_id", BIG, nullable=True),
        sa.Column("unit", sa.Integer(), server_default="0", nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(specialist_id IS NULL) <> (resource_id IS NULL)", name=op.f("ck_busy_spans_whose")
        ),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_busy_spans_span")),
        sa.ForeignKeyConstraint(
            ["appointment_id"], ["appointments.id"], name=op.f("fk_busy_spans_appointment_id")
        ),
        sa.ForeignKeyConstraint(
            ["business_id"], ["businesses.id"], name=op.f("fk_busy_spans_business_id")
        ),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resources.id"], name=op.f("fk_busy_spans_resource_id")
        ),
        sa.ForeignKeyConstraint(
            ["specialist_id"], ["specialists.id"], name=op.f("fk_busy_spans_specialist_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_busy_spans")),
    )
    with op.batch_alter_table("busy_spans", schema=None) as batch_op:
        batch_op.create_index("ix_busy_spans_appointment_id", ["appointment_id"], unique=False)
        batch_op.create_index(
            "ix_busy_spans_resource_id_unit_starts_at",
            ["resource_id", "unit", "starts_at"],
            unique=False,
        )
        batch_op.create_index(
            "ix_busy_spans_specialist_id_starts_at", ["specialist_id", "starts_at"], unique=False
        )

    op.create_table(
        "handoffs",
        sa.Column("id", BIG, nullable=False),
        sa.Column("business_id", BIG, nullable=False),
        sa.Column("conversation_id", BIG, nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("by", sa.String(length=32), nullable=False),
        sa.Column("summary", sa.Text(), server_default="", nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["business_id"], ["businesses.id"], name=op.f("fk_handoffs_business_id")
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_handoffs_conversation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handoffs")),
    )
    with op.batch_alter_table("handoffs", schema=None) as batch_op:
        batch_op.create_index(
            "ix_handoffs_business_id_ended_at", ["business_id", "ended_at"], unique=False
        )
        batch_op.create_index("ix_handoffs_conversation_id", ["conversation_id"], unique=False)

    op.create_table(
        "messages",
        sa.Column("id", BIG, nullable=False),
        sa.Column("business_id", BIG, nullable=False),
        sa.Column("conversation_id", BIG, nullable=False),
        sa.Column("direction", sa.String(length=8), nullable=False),
        sa.Column("author", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("payload", sa.Text(), server_default="{}", nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("external_id", sa.String(length=200), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(length=12), server_default="received", nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("turn_id", BIG, nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["channel_accounts.id"], name=op.f("fk_messages_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["business_id"], ["businesses.id"], name=op.f("fk_messages_business_id")
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_messages_conversation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint(
            "account_id", "external_id", name=op.f("uq_messages_account_id_external_id")
        ),
    )
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.create_index("ix_messages_business_id", ["business_id"], unique=False)
        batch_op.create_index(
            "ix_messages_conversation_id_id", ["conversation_id", "id"], unique=False
        )

    op.create_table(
        "questions",
        sa.Column("id", BIG, nullable=False),
        sa.Column("business_id", BIG, nullable=False),
        sa.Column("conversation_id", BIG, nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("times", BIG, server_default="1", nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=12), nullable=True),
        sa.ForeignKeyConstraint(
            ["business_id"], ["businesses.id"], name=op.f("fk_questions_business_id")
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_questions_conversation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questions")),
        sa.UniqueConstraint("business_id", "key", name=op.f("uq_questions_business_id_key")),
    )
    with op.batch_alter_table("questions", schema=None) as batch_op:
        batch_op.create_index("ix_questions_conversation_id", ["conversation_id"], unique=False)

    op.create_table(
        "turns",
        sa.Column("id", BIG, nullable=False),
        sa.Column("business_id", BIG, nullable=False),
        sa.Column("conversation_id", BIG, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state_before", sa.String(length=20), nullable=False),
        sa.Column("state_after", sa.String(length=20), nullable=False),
        sa.Column("trace", sa.Text(), nullable=False),
        sa.Column("overtaken", sa.Boolean(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["business_id"], ["businesses.id"], name=op.f("fk_turns_business_id")
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_turns_conversation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_turns")),
    )
    with op.batch_alter_table("turns", schema=None) as batch_op:
        batch_op.create_index("ix_turns_conversation_id", ["conversation_id"], unique=False)

    op.create_table(
        "outbox",
        sa.Column("id", BIG, nullable=False),
        sa.Column("business_id", BIG, nullable=False),
        sa.Column("conversation_id", BIG, nullable=False),
        sa.Column("message_id", BIG, nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("weight", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=12), server_default="queued", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease", sa.Integer(), server_default="0", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("leased_by", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["channel_accounts.id"], name=op.f("fk_outbox_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["business_id"], ["businesses.id"], name=op.f("fk_outbox_business_id")
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_outbox_conversation_id")
        ),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_outbox_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index("ix_outbox_conversation_id", ["conversation_id", "id"], unique=False)
        batch_op.create_index("ix_outbox_due_at", ["due_at"], unique=False)
