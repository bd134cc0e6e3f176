"""What we have said first, so that it is said once."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table, UniqueConstraint

from beautybot.kit.db import Instant, metadata
from beautybot.kit.db.columns import BigId, of_business, row_id

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
    UniqueConstraint("appointment_id", "starts_at", "hours"),
    Index("ix_reminders_business_id_at", "business_id", "at"),
)
