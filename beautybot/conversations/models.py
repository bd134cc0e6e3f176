"""Tables of what is said: raw events, clients, conversations, messages, hand-offs, the outbox."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
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

# One row a delivery of a channel, bytes as they came.  Not of one salon: a
# WhatsApp delivery may speak to several.  `due_at` set means still to be read.
inbound_events = Table(
    "inbound_events",
    metadata,
    row_id(),
    Column("channel", String(16), nullable=False),
    Column("key", String(128), nullable=False),
    # The account a Telegram delivery was proven for; WhatsApp names its own inside.
    Column("account_id", BigId, nullable=True),
    # Which app secret signed it: only its numbers may be spoken for.
    Column("signed_by", String(64), nullable=True),
    Column("received_at", Instant, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("outcome", String(16), nullable=False, server_default="new"),  # new read ignored poison
    Column("note", Text, nullable=True),
    *lease_columns(),
    UniqueConstraint("channel", "key"),
    due_index("inbound_events"),
)

clients = Table(
    "clients",
    metadata,
    row_id(),
    of_business(),
    Column("name", Text, nullable=True),
    Column("phone", String(20), nullable=True),
    Column("language", String(8), nullable=True),
    Column("created_at", Instant, nullable=False),
    # Set: the client asked us to stop writing.
    Column("opted_out_at", Instant, nullable=True),
    # Set: the same person as another row, found out later.
    refers("merged_into", "clients", nullable=True),
    Index("ix_clients_business_id_phone", "business_id", "phone"),
)

identities = Table(
    "identities",
    metadata,
    row_id(),
    of_business(),
    refers("client_id", "clients"),
    Column("channel", String(16), nullable=False),
    Column("kind", String(16), nullable=False),  # wa_phone, wa_bsuid, tg_user, console
    Column("value", String(160), nullable=False),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("business_id", "kind", "value"),
    Index("ix_identities_client_id", "client_id"),
)

consents = Table(
    "consents",
    metadata,
    row_id(),
    of_business(),
    refers("client_id", "clients"),
    Column("channel", String(16), nullable=False),
    Column("purpose", String(16), nullable=False),  # personal_data, advertising
    Column("text_version", String(32), nullable=False),
    Column("text_hash", String(64), nullable=False),
    Column("given_at", Instant, nullable=False),
    Column("message_id", BigId, nullable=True),
    Column("withdrawn_at", Instant, nullable=True),
    Index("ix_consents_client_id", "client_id"),
)

conversations = Table(
    "conversations",
    metadata,
    row_id(),
    of_business(),
    refers("account_id", "channel_accounts"),
    refers("client_id", "clients"),
    # Where a reply goes: the chat id; WhatsApp's wa_id, or a BSUID.
    Column("address", String(160), nullable=False),
    # What an answer must carry beside the address: Telegram's thread, the owner's own account.
    Column("reply_with", Json, nullable=False, server_default="{}"),
    Column("state", String(20), nullable=False, server_default="greeting"),
    # What the receptionist remembers between turns: draft, offer, proposal, questions asked.
    Column("memory", Json, nullable=False, server_default="{}"),
    Column("created_at", Instant, nullable=False),
    Column("last_inbound_at", Instant, nullable=True),  # by the channel's clock: WhatsApp's window
    Column("last_message_at", Instant, nullable=True),
    # The newest inbound message, and the newest one a turn has answered.
    Column("inbound_seq", BigId, nullable=False, server_default="0"),
    Column("answered_seq", BigId, nullable=False, server_default="0"),
    Column("unreachable_at", Instant, nullable=True),  # blocked us, or gone
    *lease_columns(),
    # The first message no turn has answered yet: a burst may not put its turn off for ever.
    Column("waiting_since", Instant, nullable=True),
    # What it has of its turns, see allowance.py.
    Column("spent_until", Instant, nullable=True),
    Column("rests_until", Instant, nullable=True),
    UniqueConstraint("account_id", "client_id"),
    Index("ix_conversations_account_id_address", "account_id", "address"),
    Index("ix_conversations_business_id_last_message_at", "business_id", "last_message_at"),
    Index("ix_conversations_client_id", "client_id"),
    Index("ix_conversations_due_at", "due_at", "business_id"),
)

messages = Table(
    "messages",
    metadata,
    row_id(),
    of_business(),
    refers("conversation_id", "conversations"),
    Column("direction", String(8), nullable=False),  # inbound, outbound
    Column("author", String(32), nullable=False),  # client, agent, user:7, system
    Column("kind", String(16), nullable=False),
    Column("text", Text, nullable=False, server_default=""),
    # Buttons and what a press carried; where a media file is; a contact card.
    Column("payload", Json, nullable=False, server_default="{}"),
    # Inbound: the channel's id, unique in an account.  Outbound: set once it is sent.
    refers("account_id", "channel_accounts"),
    Column("external_id", String(200), nullable=True),
    Column("sent_at", Instant, nullable=False),  # by the channel's clock if inbound
    Column("created_at", Instant, nullable=False),
    Column("status", String(12), nullable=False, server_default="received"),
    Column("problem", Text, nullable=True),
    Column("turn_id", BigId, nullable=True),
    UniqueConstraint("account_id", "external_id"),
    Index("ix_messages_business_id_conversation_id_id", "business_id", "conversation_id", "id"),
    Index("ix_messages_business_id_created_at", "business_id", "created_at"),
)

# Files of clients, fetched once.  `data` is empty until then; `problem` says why there is none.
attachments = Table(
    "attachments",
    metadata,
    row_id(),
    of_business(),
    refers("conversation_id", "conversations"),
    refers("message_id", "messages"),
    Column("kind", String(16), nullable=False),
    Column("mime_type", String(100), nullable=False, server_default=""),
    Column("size", BigId, nullable=False, server_default="0"),
    Column("data", LargeBinary, nullable=True),
    Column("problem", Text, nullable=True),
    Column("created_at", Instant, nullable=False),
    Column("fetched_at", Instant, nullable=True),
    # The visit it was sent for, by booking's own number.
    Column("appointment_id", BigId, nullable=True),
    UniqueConstraint("message_id"),
    Index("ix_attachments_conversation_id", "conversation_id"),
    Index("ix_attachments_appointment_id", "appointment_id"),
    Index("ix_attachments_business_id", "business_id"),
)

# What must leave the house.  A row goes when its message is settled.
outbox = Table(
    "outbox",
    metadata,
    row_id(),
    of_business(),
    refers("conversation_id", "conversations"),
    refers("message_id", "messages"),
    refers("account_id", "channel_accounts"),
    Column("weight", String(12), nullable=False),  # talk, confirmation, reminder, person
    Column("state", String(12), nullable=False, server_default="queued"),  # see envelope.py
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=True),
    # How often it was sent without knowing whether it arrived.
    Column("doubts", Integer, nullable=False, server_default="0"),
    *lease_columns(),
    Index("ix_outbox_conversation_id", "conversation_id", "id"),
    due_index("outbox"),
)

# Statuses that came before we knew our own message's id.
early_receipts = Table(
    "early_receipts",
    metadata,
    row_id(),
    of_business(),
    refers("account_id", "channel_accounts"),
    Column("external_id", String(200), nullable=False),
    Column("reference", String(64), nullable=True),
    Column("status", String(12), nullable=False),
    Column("detail", Text, nullable=True),
    Column("at", Instant, nullable=False),
    Index("ix_early_receipts_account_id_external_id", "account_id", "external_id"),
)

handoffs = Table(
    "handoffs",
    metadata,
    row_id(),
    of_business(),
    refers("conversation_id", "conversations"),
    Column("reason", String(32), nullable=False),
    Column("by", String(32), nullable=False),
    Column("summary", Text, nullable=False, server_default=""),
    Column("since", Instant, nullable=False),
    Column("until", Instant, nullable=True),  # then the agent comes back by itself
    Column("claimed_by", String(32), nullable=True),  # the person who answers: user:7
    Column("ended_at", Instant, nullable=True),
    Index("ix_handoffs_conversation_id", "conversation_id"),
    Index("ix_handoffs_business_id_ended_at", "business_id", "ended_at"),
)

# The trace of each turn: what was seen, understood, decided, quoted and why.
turns = Table(
    "turns",
    metadata,
    row_id(),
    of_business(),
    refers("conversation_id", "conversations"),
    Column("at", Instant, nullable=False),
    Column("state_before", String(20), nullable=False),
    Column("state_after", String(20), nullable=False),
    Column("trace", Json, nullable=False),
    Column("overtaken", Boolean, nullable=False, server_default="0"),
    Index("ix_turns_conversation_id", "conversation_id"),
    Index("ix_turns_business_id_at", "business_id", "at"),
)

# How much a language model was asked, by salon and day; client_id 0 is the salon as a whole.
model_use = Table(
    "model_use",
    metadata,
    row_id(),
    of_business(),
    Column("day", String(10), nullable=False),  # by the salon's calendar
    Column("client_id", BigId, nullable=False),
    Column("calls", BigId, nullable=False, server_default="0"),
    # Wordings that were looked at, and those that claimed what no fact supports.
    Column("wordings", BigId, nullable=False, server_default="0"),
    Column("untrue", BigId, nullable=False, server_default="0"),
    Column("unfit", BigId, nullable=False, server_default="0"),  # were not said, for any reason
    Column("kopecks", BigId, nullable=False, server_default="0"),  # the installation's money
    Column("own_kopecks", BigId, nullable=False, server_default="0"),  # the salon's
    UniqueConstraint("business_id", "day", "client_id"),
    Index("ix_model_use_day", "day", "client_id"),
)

# What clients asked and the salon has not answered for good yet.
questions = Table(
    "questions",
    metadata,
    row_id(),
    of_business(),
    refers("conversation_id", "conversations"),
    Column("key", String(120), nullable=False),  # alike questions have the same one
    Column("text", Text, nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("times", BigId, nullable=False, server_default="1"),
    # Set: a person wrote this answer; it is offered as an entry of the salon's own answers.
    Column("answer", Text, nullable=True),
    Column("answered_at", Instant, nullable=True),
    Column("closed_at", Instant, nullable=True),
    Column("outcome", String(12), nullable=True),  # adopted, dismissed
    UniqueConstraint("business_id", "key"),
    Index("ix_questions_conversation_id", "conversation_id"),
)

# How far the salon's people have read a conversation.
talk_marks = Table(
    "talk_marks",
    metadata,
    row_id(),
    of_business(),
    refers("conversation_id", "conversations"),
    Column("seen_id", BigId, nullable=False),
    Column("at", Instant, nullable=False),
    UniqueConstraint("conversation_id"),
)

# What the salon's people write about a client for each other.
notes = Table(
    "notes",
    metadata,
    row_id(),
    of_business(),
    refers("client_id", "clients"),
    Column("text", Text, nullable=False),
    Column("by", String(32), nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_notes_client_id", "client_id"),
)
