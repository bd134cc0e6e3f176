"""JSON as models write it: in fences, with prose around, never too large."""

from __future__ import annotations

from typing import Any

import msgspec

MOST = 20_000


def read_object(text: str) -> dict[str, Any] | None:
    """The first JSON object in a text; None if there is none."""
    text = text[:MOST]
    start, end = text.find("{"), text.rfind("}")
    if start < 0 or end < start:
        return None
    try:
        found = msgspec.json.decode(text[start : end + 1].encode("utf-8", "replace"))
    except (msgspec.DecodeError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
