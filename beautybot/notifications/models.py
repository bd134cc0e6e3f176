"""What we have said first, so that it is said once."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table, UniqueConstraint

from beautybot.kit.db import Instant, Json, metadata
from beautybot.kit.db.columns import BigId, of_business, refers, row_id

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
    # The message that carries it, and the conversations that were tried before.
    Column("message_id", BigId, nullable=True),
    Column("tried", Json, nullable=False, server_default="[]"),
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
