"""
Where a person is in the tables, and what becomes of each row when the person is erased.

Every table of the product stands here, in one of three lists; a test fails
when a new one does not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import Table

from beautybot.booking import models as booking
from beautybot.conversations import models as talk
from beautybot.notifications import models as saying


class Link(StrEnum):
    """By which ids of a person a row is found."""

    CLIENTS = "clients"
    CONVERSATIONS = "conversations"
    MESSAGES = "messages"  # the channel's ids
    APPOINTMENTS = "appointments"
    WAITLIST = "waitlist"


@dataclass(frozen=True, slots=True)
class Fate:
    """The rows of a table that are a person's: deleted, or (`blank`) left without the person."""

    table: Table
    column: str
    link: Link
    blank: Mapping[str, Any] = field(default_factory=dict)


# In this order: what refers to a row goes before it.
FATES = (
    Fate(talk.early_receipts, "external_id", Link.MESSAGES),
    Fate(talk.outbox, "conversation_id", Link.CONVERSATIONS),
    Fate(talk.turns, "conversation_id", Link.CONVERSATIONS),
    Fate(talk.handoffs, "conversation_id", Link.CONVERSATIONS),
    Fate(talk.questions, "conversation_id", Link.CONVERSATIONS),
    Fate(talk.talk_marks, "conversation_id", Link.CONVERSATIONS),
    Fate(talk.attachments, "conversation_id", Link.CONVERSATIONS),
    Fate(talk.messages, "conversation_id", Link.CONVERSATIONS),
    Fate(talk.model_use, "client_id", Link.CLIENTS),
    Fate(talk.notes, "client_id", Link.CLIENTS),
    Fate(talk.consents, "client_id", Link.CLIENTS),
    Fate(talk.identities, "client_id", Link.CLIENTS),
    Fate(talk.conversations, "client_id", Link.CLIENTS),
    Fate(saying.waitlist_offers, "waitlist_id", Link.WAITLIST),
    Fate(booking.waitlist, "client_id", Link.CLIENTS),
    Fate(saying.nudges, "client_id", Link.CLIENTS),
    Fate(booking.tickets, "appointment_id", Link.APPOINTMENTS),
    Fate(booking.appointment_changes, "appointment_id", Link.APPOINTMENTS, {"why": ""}),
    # The salon's books keep the visit: what, when, for how much.
    Fate(
        booking.appointments,
        "id",
        Link.APPOINTMENTS,
        {
            "client_id": None,
            "client_name": None,
            "client_phone": None,
            "note": "",
            "idempotency_key": None,
        },
    ),
    Fate(talk.clients, "id", Link.CLIENTS),
)

BY_WORDS = ("inbound_events", "notices", "owner_messages", "audit_log")
"""Found by what is written in them; see erasing.py."""

NOBODY = (
    *("businesses", "users", "memberships", "channel_accounts", "credentials", "model_accounts"),
    *("sign_ins", "sign_in_failures", "calendar_links", "jobs", "seats", "workers", "erasures"),
    *("services", "service_resources", "service_specialists", "specialists", "resources"),
    *("shift_patterns", "day_overrides", "working_hours", "time_off", "faq_entries"),
    *("appointment_parts", "busy_spans", "reminders"),
    *("reset_links", "second_factors"),
    *("telegram_bindings", "binding_links", "notice_choices"),
    "drills",
    "owner_updates",  # emptied as soon as it is read
)
"""No client is in them by name, phone, address or word."""
