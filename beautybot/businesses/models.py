"""Tables of the tenants.  Values of a salon that others use are `Business` and `SalonSettings`."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, Text, UniqueConstraint

from beautybot.kit.db import Instant, Json, metadata
from beautybot.kit.db.columns import BigId, of_business, refers, row_id
from beautybot.kit.leases import due_index, lease_columns

businesses = Table(
    "businesses",
    metadata,
    row_id(),
    Column("slug", String(64), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("city", Text, nullable=False, server_default=""),
    Column("address", Text, nullable=False, server_default=""),
    Column("timezone", String(64), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("ai_agent_enabled", Boolean, nullable=False, server_default="0"),
    Column("tone", String(16), nullable=False, server_default="friendly"),
    Column("restrictions", Text, nullable=False, server_default=""),
    Column("greeting", Text, nullable=False, server_default=""),
    Column("settings", Json, nullable=False),
    Column("catalogue_version", BigId, nullable=False, server_default="1"),
    Column("created_at", Instant, nullable=False),
)

users = Table(
    "users",
    metadata,
    row_id(),
    Column("email", String(254), nullable=False, unique=True),
    Column("password_hash", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
)

memberships = Table(
    "memberships",
    metadata,
    row_id(),
    of_business(),
    refers("user_id", "users"),
    Column("role", String(16), nullable=False),
    Column("specialist", String(64), nullable=True),
    UniqueConstraint("user_id", "business_id"),
)

# Where the global bot writes to a person: one chat a person, one person a chat.
telegram_bindings = Table(
    "telegram_bindings",
    metadata,
    row_id(),
    refers("user_id", "users"),
    Column("chat_id", String(32), nullable=False, unique=True),
    Column("name", Text, nullable=False),  # as Telegram shows them
    Column("bound_at", Instant, nullable=False),
    # Set: they blocked the bot, or deleted their account.
    Column("gone_at", Instant, nullable=True),
    UniqueConstraint("user_id"),
)

# A one-time link on its way to become a binding; only hashes of what proves it.
binding_links = Table(
    "binding_links",
    metadata,
    row_id(),
    refers("user_id", "users"),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    # Set by whoever opened the link; nobody can open it again.
    Column("opened_at", Instant, nullable=True),
    Column("chat_id", String(32), nullable=True),
    Column("name", Text, nullable=False, server_default=""),
    Column("code_hash", String(64), nullable=True),
    Column("tries", Integer, nullable=False, server_default="0"),
    UniqueConstraint("user_id"),
)

# What a person of a salon wants to hear, and when not; no row: everything, at any hour.
notice_choices = Table(
    "notice_choices",
    metadata,
    row_id(),
    refers("user_id", "users"),
    Column("muted", Json, nullable=False),
    Column("quiet", Json, nullable=False),  # [] or two wall-clock times
    Column("by_mail", Boolean, nullable=False, server_default="1"),
    UniqueConstraint("user_id"),
)

channel_accounts = Table(
    "channel_accounts",
    metadata,
    row_id(),
    of_business(),
    Column("channel", String(16), nullable=False),
    # The channel's own name of the account: WhatsApp's phone number id, the bot's numeric id.
    Column("external_id", String(64), nullable=False),
    Column("display", Text, nullable=False, server_default=""),
    # What else the channel needs and is no secret: the WABA id, the bot's user name.
    Column("details", Json, nullable=False),
    Column("connected_at", Instant, nullable=False),
    Column("last_inbound_at", Instant, nullable=True),
    Column("last_outbound_at", Instant, nullable=True),
    # Set: nothing is sent for this account until somebody mends it.
    Column("stopped_at", Instant, nullable=True),
    # What a look at the connection found, and what the owner should do about it, in words.
    Column("problem", Text, nullable=True),
    Column("advice", Text, nullable=True),
    Column("checked_at", Instant, nullable=True),
    # The last send that failed; a message that arrives does not take it away.
    Column("last_error", Text, nullable=True),
    Column("last_error_at", Instant, nullable=True),
    UniqueConstraint("channel", "external_id"),
)

credentials = Table(
    "credentials",
    metadata,
    row_id(),
    of_business(),
    refers("account_id", "channel_accounts"),
    Column("name", String(32), nullable=False),
    Column("ciphertext", Text, nullable=False),
    # A keyed hash, only for secrets by which an account is found.
    Column("lookup", String(64), nullable=True, unique=True),
    Column("updated_at", Instant, nullable=False),
    UniqueConstraint("account_id", "name"),
)

# A salon's own account of a language model, in place of the installation's.
model_accounts = Table(
    "model_accounts",
    metadata,
    row_id(),
    of_business(),
    Column("client_id", String(128), nullable=False),
    Column("ciphertext", Text, nullable=False),  # the client secret
    Column("scope", String(32), nullable=False),
    Column("model", String(64), nullable=False),
    Column("updated_at", Instant, nullable=False),
    UniqueConstraint("business_id"),
)

sign_ins = Table(
    "sign_ins",
    metadata,
    row_id(),
    refers("user_id", "users"),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("created_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("place", Text, nullable=False, server_default=""),
    # The salon this person works in now; one of their own.
    Column("salon_id", BigId, nullable=True),
)

sign_in_failures = Table(
    "sign_in_failures",
    metadata,
    row_id(),
    Column("who", String(64), nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_sign_in_failures_who_at", "who", "at"),
)

# A link that sets a password once: made for whoever forgot theirs, or has none yet.
reset_links = Table(
    "reset_links",
    metadata,
    row_id(),
    refers("user_id", "users"),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
)

# The second factor of a person: a secret shared with the app on their phone (RFC 6238).
second_factors = Table(
    "second_factors",
    metadata,
    row_id(),
    refers("user_id", "users"),
    Column("ciphertext", Text, nullable=False),
    Column("spare_codes", Json, nullable=False),  # hashes; each is used up once
    Column("last_step", BigId, nullable=False, server_default="0"),  # a code works once
    Column("confirmed_at", Instant, nullable=True),  # empty: not in force yet
    UniqueConstraint("user_id"),
)

audit_log = Table(
    "audit_log",
    metadata,
    row_id(),
    of_business(),
    Column("at", Instant, nullable=False),
    Column("who", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("details", Json, nullable=False),
    Index("ix_audit_log_business_id_at", "business_id", "at"),
)

# What a salon's people must hear: shown on the dashboard, sent by the global bot.
notices = Table(
    "notices",
    metadata,
    row_id(),
    of_business(),
    Column("kind", String(32), nullable=False),
    Column("key", String(120), nullable=False),
    Column("text", Text, nullable=False),
    Column("details", Json, nullable=False, server_default="{}"),
    Column("created_at", Instant, nullable=False),
    Column("told_at", Instant, nullable=True),
    Column("seen_at", Instant, nullable=True),
    # Who dealt with it, as the others read it.
    Column("settled_by", Text, nullable=True),
    Column("problem", Text, nullable=True),
    *lease_columns(),
    UniqueConstraint("business_id", "kind", "key"),
    Index("ix_notices_business_id_created_at", "business_id", "created_at"),
    due_index("notices"),
)

# A calendar address: whoever knows it may read visits.  Only its hash is kept.
calendar_links = Table(
    "calendar_links",
    metadata,
    row_id(),
    of_business(),
    refers("specialist_id", "specialists", nullable=True),  # without one: the whole salon
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("clients", String(8), nullable=False),  # hidden, name, phone
    Column("created_at", Instant, nullable=False),
    Column("read_at", Instant, nullable=True),
    Column("revoked_at", Instant, nullable=True),
    Index("ix_calendar_links_business_id", "business_id"),
)
