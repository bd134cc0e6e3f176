"""
How Alembic runs here: on the connection and in the transaction it is handed.

`beautybot.kit.migrate` runs the steps; `tests/draft_migration.py` adds the
metadata to draft a new one.  There is no ini file and no address in it.
"""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import BigInteger, DateTime, Text
from sqlalchemy.types import TypeDecorator


def _rendered(kind: str, item: Any, _autogen: AutogenContext) -> str | Literal[False]:
    """The frozen spelling of our own column types, which may change after a step is written."""
    if kind != "type":
        return False
    if isinstance(item, BigInteger):
        return "BIG"
    if isinstance(item, TypeDecorator):
        if isinstance(item.impl, DateTime):
            return "sa.DateTime(timezone=True)"
        if isinstance(item.impl, Text):
            return "sa.Text()"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=context.config.attributes.get("metadata"),
    render_as_batch=True,
    render_item=_rendered,
)
with context.begin_transaction():
    context.run_migrations()
