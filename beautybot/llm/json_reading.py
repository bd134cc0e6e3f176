"""JSON as models write it: in fences, with prose around, never too large."""

from __future__ import annotations

from collections.abc import Mapping
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


def fits(value: Any, schema: Mapping[str, Any]) -> bool:
    """True if a value is of a flat schema: objects, arrays of objects, strings, string enums."""
    match schema.get("type"):
        case "object":
            parts: Mapping[str, Any] = schema.get("properties", {})
            return (
                isinstance(value, dict)
                and all(name in value for name in schema.get("required", ()))
                and all(fits(value[name], part) for name, part in parts.items() if name in value)
            )
        case "array":
            return isinstance(value, list) and all(fits(item, schema["items"]) for item in value)
        case _:
            return isinstance(value, str) and value in schema.get("enum", (value,))
