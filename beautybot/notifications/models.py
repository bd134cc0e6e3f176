"""What we have said first, so that it is said once; and what salons' people said to the bot."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from beautybot.kit.db import Instant, Json, metadata
from beautybot.kit.db.columns import BigId, of_business, refers, row_id
from beautybot.kit.leases import due_index, lease_columns

# One reminder of one visit at one time: a moved visit is reminded of anew.
reminders = Table(
    "reminders",
    metadata,
    row_id(),
    of_business(),
    Column("appointment_id", BigId, nullable=False),
    Column("starts_at", Instant, nullable=False),
    Column("hours", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Column("outcome", String(16), nullable=False),  # sent, skipped, told_owner
    Column("message_id", BigId, nullable=True),  # what carries it
    UniqueConstraint("appointment_id", "starts_at", "hours"),
    Index("ix_reminders_business_id_at", "business_id", "at"),
)

# A freed time that one client of the waitlist was asked about; never the same twice.
waitlist_offers = Table(
    "waitlist_offers",
    metadata,
    row_id(),
    of_business(),
    refers("waitlist_id", "waitlist"),
    Column("appointment_id", BigId, nullable=False),  # its hold, gone when nobody answered
    Column("starts_at", Instant, nullable=False),
    Column("people", String(120), nullable=False),  # row ids of the specialists
    Column("until", Instant, nullable=False),
    Column("at", Instant, nullable=False),
    Column("conversation_id", BigId, nullable=True),
    Column("message_id", BigId, nullable=True),
    Column("outcome", String(12), nullable=False, server_default="open"),
    UniqueConstraint("waitlist_id", "starts_at", "people"),
    Index("ix_waitlist_offers_business_id_outcome", "business_id", "outcome"),
)

# An invitation to come again, once after a visit, to those who asked for it.
nudges = Table(
    "nudges",
    metadata,
    row_id(),
    of_business(),
    Column("appointment_id", BigId, nullable=False, unique=True),
    refers("client_id", "clients"),
    Column("at", Instant, nullable=False),
    Column("message_id", BigId, nullable=True),
    Index("ix_nudges_business_id_client_id", "business_id", "client_id"),
)

# What the global bot (or a letter) says to one person: its own outbox, apart from the clients'.
owner_messages = Table(
    "owner_messages",
    metadata,
    row_id(),
    refers("business_id", "businesses", nullable=True),  # none: to a stranger, or of no salon
    refers("notice_id", "notices", nullable=True),
    Column("channel", String(16), nullable=False),  # telegram, mail
    Column("address", String(254), nullable=False),
    # What it is about ("talk:7"): one chatty client must not drown the rest.
    Column("about", String(64), nullable=False, server_default=""),
    Column("text", Text, nullable=False),
    Column("buttons", Json, nullable=False),
    # What a reply to it means: the ids of the conversation, visit or question.
    Column("context", Json, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("external_id", String(64), nullable=True),
    Column("outcome", String(16), nullable=False, server_default="new"),  # sent, merged, given_up
    Column("problem", Text, nullable=True),
    *lease_columns(),
    Index("ix_owner_messages_address", "channel", "address", "created_at"),
    Index("ix_owner_messages_notice_id", "notice_id"),
    due_index("owner_messages"),
)

# What people wrote to the global bot, as it came: read once, whatever happens.
owner_updates = Table(
    "owner_updates",
    metadata,
    row_id(),
    Column("key", String(64), nullable=False, unique=True),
    Column("received_at", Instant, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("outcome", String(16), nullable=False, server_default="new"),  # read, poison
    Column("note", Text, nullable=True),
    *lease_columns(),
    due_index("owner_updates"),
)
