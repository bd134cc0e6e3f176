"""
JSON from strangers: read whatever can be read, and keep what a database cannot hold out of it.

A messenger's delivery may carry half a character (a name that was cut), a NUL
or a number without end.  None of that may cost the good items beside it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

_LONGEST = 300


def decoded(body: bytes) -> Any:
    """The value of a JSON text, its strings free of NUL and lone surrogates; None if it is none."""
    try:
        value = msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError):
        value, odd = _lenient(body), True
    else:
        odd = b"\\u0000" in body
    try:
        return _cleaned(value) if odd else value
    except RecursionError:
        return None


def scalars(values: Mapping[str, Any], keys: Iterable[str]) -> dict[str, Any]:
    """The named values that are short text or plain numbers; others are left out."""
    return {k: kept for k in keys if (kept := _scalar(values.get(k))) is not None}


def _lenient(body: bytes) -> Any:
    try:
        return json.loads(body.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError):
        return None


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode().replace("\0", "")
    if isinstance(value, dict):
        return {_cleaned(k): _cleaned(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_cleaned(v) for v in value]
    return value


def _scalar(value: Any) -> str | int | float | None:
    if isinstance(value, str):
        return value[:_LONGEST]
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**63 else None
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return None
