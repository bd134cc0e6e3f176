"""Everything that is kept of a person, for that person."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from beautybot.businesses.salons import Business
from beautybot.privacy.fates import FATES, Fate
from beautybot.privacy.person import find

OURS = frozenset(
    {"business_id", "due_at", "lease", "attempts", "leased_by", "code_hash", "asked_hash"}
)
"""Columns that say nothing of the person."""


def export(conn: Connection, business: Business, client_id: int, now: datetime) -> dict[str, Any]:
    """
    A value for JSON: the person's rows, table by table, just what erasing would take.

    NotFound.  Raw deliveries hold the same words as the messages, and are left out.
    """
    person = find(conn, business.id, client_id)
    records = {
        fate.table.name: [_record(fate, row) for row in person.rows(conn, fate)] for fate in FATES
    }
    return {
        "salon": business.name,
        "client": client_id,
        "exported_at": now.isoformat(),
        "records": {name: rows for name, rows in reversed(records.items()) if rows},
    }


def _record(fate: Fate, row: Row[Any]) -> dict[str, Any]:
    return {
        column.name: _plain(row._mapping[column.name])
        for column in fate.table.c
        if column.name not in OURS
    }


def _plain(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):  # a file: base64, as JSON has no bytes
        return base64.b64encode(value).decode()
    return value.isoformat() if isinstance(value, datetime) else value
