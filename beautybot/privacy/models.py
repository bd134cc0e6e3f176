"""Who was erased, without saying who; and when a copy was last put back for a trial."""

from __future__ import annotations

from sqlalchemy import Column, Index, String, Table

from beautybot.kit.db import Instant, Json, metadata
from beautybot.kit.db.columns import BigId, of_business, row_id

erasures = Table(
    "erasures",
    metadata,
    row_id(),
    of_business(),
    Column("client_id", BigId, nullable=False),  # the row is gone: no reference
    # Ids may come again after a restore; with the moment of its making a row is the same one.
    Column("client_created_at", Instant, nullable=False),
    Column("erased_at", Instant, nullable=False),
    Column("by", String(64), nullable=False),
    # Which consents there had been: texts, versions, dates; nothing that names the person.
    Column("consents", Json, nullable=False),
    Index("ix_erasures_business_id_client_id", "business_id", "client_id"),
)

drills = Table(
    "drills",
    metadata,
    row_id(),
    Column("at", Instant, nullable=False),
    Column("copy_made_at", Instant, nullable=False),
    Column("salons", BigId, nullable=False),
    Column("row_count", BigId, nullable=False),
)
