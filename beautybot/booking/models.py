"""
Tables of the salon's time.

`busy_spans` is where no overlap is enforced: a row keeps one specialist, or one unit of a resource,
for a half-open span, buffers included.  What ends a hold or a visit deletes its rows.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from beautybot.kit.db import Instant, Json, metadata
from beautybot.kit.db.columns import BigId, of_business, refers, row_id

services = Table(
    "services",
    metadata,
    row_id(),
    of_business(),
    Column("ref", String(64), nullable=False),  # the id in the salon's file
    Column("position", Integer, nullable=False, server_default="0"),
    Column("category", Text, nullable=False, server_default=""),
    Column("category_title", Text, nullable=False, server_default=""),
    Column("name", Text, nullable=False),
    Column("duration_min", Integer, nullable=False),
    Column("price_minor", BigId, nullable=False),
    Column("price_from", Boolean, nullable=False, server_default="0"),
    Column("price_max_minor", BigId, nullable=True),
    Column("for_whom", String(8), nullable=False, server_default="any"),
    Column("bookable", Boolean, nullable=False, server_default="1"),
    Column("buffer_before_min", Integer, nullable=False, server_default="0"),
    Column("buffer_after_min", Integer, nullable=False, server_default="0"),
    Column("processing_min", Json, nullable=False, server_default="[]"),  # free minutes inside
    Column("aliases", Json, nullable=False, server_default="[]"),
    Column("concepts", Json, nullable=False, server_default="[]"),
    Column("deposit_minor", BigId, nullable=True),
    Column("deposit_text", Text, nullable=False, server_default=""),
    Column("retired_at", Instant, nullable=True),
    UniqueConstraint("business_id", "ref"),
    CheckConstraint("duration_min > 0", name="duration"),
    CheckConstraint("price_minor >= 0", name="price"),
)

specialists = Table(
    "specialists",
    metadata,
    row_id(),
    of_business(),
    Column("ref", String(64), nullable=False),
    Column("position", Integer, nullable=False, server_default="0"),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False, server_default=""),
    Column("level", Text, nullable=False, server_default=""),
    Column("name_forms", Json, nullable=False, server_default="[]"),  # as clients may call her
    Column("retired_at", Instant, nullable=True),
    UniqueConstraint("business_id", "ref"),
)

service_specialists = Table(
    "service_specialists",
    metadata,
    row_id(),
    of_business(),
    refers("service_id", "services"),
    refers("specialist_id", "specialists"),
    Column("price_minor", BigId, nullable=True),  # NULL: as the service says
    Column("duration_min", Integer, nullable=True),
    UniqueConstraint("service_id", "specialist_id"),
)

resources = Table(
    "resources",
    metadata,
    row_id(),
    of_business(),
    Column("ref", String(64), nullable=False),
    Column("name", Text, nullable=False),
    Column("quantity", Integer, nullable=False, server_default="1"),
    Column("retired_at", Instant, nullable=True),
    UniqueConstraint("business_id", "ref"),
    CheckConstraint("quantity > 0", name="quantity"),
)

service_resources = Table(
    "service_resources",
    metadata,
    row_id(),
    of_business(),
    refers("service_id", "services"),
    refers("resource_id", "resources"),
    UniqueConstraint("service_id", "resource_id"),
)

# Weekly hours, local minutes since midnight, half-open; specialist NULL is the salon itself.
# A specialist with no row of her own works the salon's hours.
working_hours = Table(
    "working_hours",
    metadata,
    row_id(),
    of_business(),
    refers("specialist_id", "specialists", nullable=True),
    Column("weekday", Integer, nullable=False),  # 0 is Monday
    Column("from_min", Integer, nullable=False),
    Column("to_min", Integer, nullable=False),
    Index("ix_working_hours_business_id", "business_id"),
    CheckConstraint("from_min < to_min", name="span"),
)

# One date that differs: no rows of spans means closed; specialist NULL is the whole salon.
day_overrides = Table(
    "day_overrides",
    metadata,
    row_id(),
    of_business(),
    refers("specialist_id", "specialists", nullable=True),
    Column("day", Date, nullable=False),
    Column("spans", Json, nullable=False),  # [[from_min, to_min], …]; [] is a day off
    Column("reason", Text, nullable=False, server_default=""),
    Index("ix_day_overrides_business_id_day", "business_id", "day"),
)

# Shifts that repeat by a cycle of days ("two on, two off"), counted from an anchor day.
shift_patterns = Table(
    "shift_patterns",
    metadata,
    row_id(),
    of_business(),
    refers("specialist_id", "specialists"),
    Column("anchor", Date, nullable=False),
    Column("cycle", Json, nullable=False),  # a list of days; each a list of [from_min, to_min]
    UniqueConstraint("specialist_id"),
)

time_off = Table(
    "time_off",
    metadata,
    row_id(),
    of_business(),
    refers("specialist_id", "specialists", nullable=True),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    Index("ix_time_off_business_id_ends_at", "business_id", "ends_at"),
)

appointments = Table(
    "appointments",
    metadata,
    row_id(),
    of_business(),
    Column("number", String(12), nullable=False),  # what people say on the phone: "К-4821"
    refers("client_id", "clients", nullable=True),
    Column("status", String(12), nullable=False),  # held booked cancelled completed no_show
    Column("source", String(16), nullable=False),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("timezone", String(64), nullable=False),
    Column("local_start", String(32), nullable=False),
    Column("hold_until", Instant, nullable=True),
    Column("price_minor", BigId, nullable=False),
    Column("price_max_minor", BigId, nullable=True),
    Column("price_from", Boolean, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("client_name", Text, nullable=True),
    Column("client_phone", String(20), nullable=True),
    Column("note", Text, nullable=False, server_default=""),
    Column("idempotency_key", String(100), nullable=True),  # repeats find the first
    Column("created_at", Instant, nullable=False),
    Column("confirmed_at", Instant, nullable=True),
    # A hold for a move: of which visit, and what it leaves to that visit (booking/borrowing.py).
    Column("replaces", BigId, nullable=True),
    Column("borrowed", Json, nullable=True),
    UniqueConstraint("business_id", "number"),
    UniqueConstraint("business_id", "idempotency_key"),
    Index("ix_appointments_business_id_starts_at", "business_id", "starts_at"),
    Index("ix_appointments_business_id_client_id", "business_id", "client_id"),
    Index("ix_appointments_business_id_created_at", "business_id", "created_at"),
    Index("ix_appointments_business_id_hold_until", "business_id", "hold_until"),
    CheckConstraint("starts_at < ends_at", name="span"),
    sqlite_autoincrement=True,  # what speaks of a dropped hold must not meet another one
)

# What is done in a visit, in order, by whom: the record that stays after the visit.
appointment_parts = Table(
    "appointment_parts",
    metadata,
    row_id(),
    of_business(),
    refers("appointment_id", "appointments"),
    Column("position", Integer, nullable=False),
    refers("service_id", "services"),
    refers("specialist_id", "specialists"),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("price_minor", BigId, nullable=False),
    Column("price_max_minor", BigId, nullable=True),
    Column("price_from", Boolean, nullable=False),
    Index("ix_appointment_parts_appointment_id", "appointment_id"),
)

busy_spans = Table(
    "busy_spans",
    metadata,
    row_id(),
    of_business(),
    refers("appointment_id", "appointments"),
    refers("specialist_id", "specialists", nullable=True),
    refers("resource_id", "resources", nullable=True),
    Column("unit", Integer, nullable=False, server_default="0"),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Index("ix_busy_spans_of_specialist", "specialist_id", "starts_at", "ends_at", "business_id"),
    Index("ix_busy_spans_resource_id_unit_starts_at", "resource_id", "unit", "starts_at"),
    Index("ix_busy_spans_appointment_id", "appointment_id"),
    CheckConstraint("starts_at < ends_at", name="span"),
    CheckConstraint("(specialist_id IS NULL) <> (resource_id IS NULL)", name="whose"),
)

# Each change of an appointment: who, when, why, and from which time.
appointment_changes = Table(
    "appointment_changes",
    metadata,
    row_id(),
    of_business(),
    refers("appointment_id", "appointments"),
    Column("kind", String(16), nullable=False),  # held booked moved cancelled completed no_show
    Column("by", String(32), nullable=False),  # client, user:7, system, assistant
    Column("at", Instant, nullable=False),
    Column("why", Text, nullable=False, server_default=""),
    Column("was_start", Instant, nullable=True),
    Index("ix_appointment_changes_appointment_id", "appointment_id"),
)

# A hold made by an assistant, until the client confirms it in a messenger of their own.
tickets = Table(
    "tickets",
    metadata,
    row_id(),
    of_business(),
    Column("appointment_id", BigId, nullable=True),  # the hold may be gone before the ticket
    Column("reference", String(32), nullable=False, unique=True),
    Column("code_hash", String(64), nullable=False, unique=True),
    Column("subject", String(64), nullable=False),
    Column("source", String(16), nullable=False),
    Column("key", String(128), nullable=False),
    Column("asked_hash", String(64), nullable=False),
    Column("answer", Json, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("hold_until", Instant, nullable=False),
    Column("used_at", Instant, nullable=True),
    Column("goal", String(16), nullable=False, server_default="book"),  # book, move, cancel
    # What was typed of name, phone and wishes: shown to the salon, believed by nobody.
    Column("contact", Json, nullable=False, server_default="{}"),
    # Set: there is no messenger to confirm in, the salon itself was asked.
    Column("asked_salon_at", Instant, nullable=True),
    UniqueConstraint("subject", "key"),
    Index("ix_tickets_business_id_created_at", "business_id", "created_at"),
)

waitlist = Table(
    "waitlist",
    metadata,
    row_id(),
    of_business(),
    refers("client_id", "clients"),
    Column("services", Json, nullable=False),
    refers("specialist_id", "specialists", nullable=True),
    Column("from_at", Instant, nullable=False),
    Column("to_at", Instant, nullable=False),
    Column("windows", Json, nullable=False, server_default="[]"),  # from_at, to_at: outer ends
    Column("excluded", Json, nullable=False, server_default="[]"),
    Column("created_at", Instant, nullable=False),
    Column("offered_at", Instant, nullable=True),
    Column("closed_at", Instant, nullable=True),
    Column("outcome", String(12), nullable=True),  # booked, left, over
    Index("ix_waitlist_business_id_created_at", "business_id", "created_at"),
)

# What the owner answers to questions: the only source beside the price list.
faq_entries = Table(
    "faq_entries",
    metadata,
    row_id(),
    of_business(),
    Column("question", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("approved_at", Instant, nullable=False),
    Index("ix_faq_entries_business_id", "business_id"),
)
