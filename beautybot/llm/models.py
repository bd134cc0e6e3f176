"""The one table of language models: streams of an account that several processes share."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, String, Table, UniqueConstraint

from beautybot.kit.db import Instant, metadata

# A row a stream.  Free while `until` is past: a process that dies gives its streams back.
model_streams = Table(
    "model_streams",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("account", String(64), nullable=False),
    Column("number", Integer, nullable=False),
    Column("until", Instant, nullable=False),
    Column("holder", String(64), nullable=False, server_default=""),
    UniqueConstraint("account", "number"),
)
