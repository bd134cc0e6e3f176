"""A made-up salon, small and busy, so that visits meet all the time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

NOW = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
DAYS = 2
SLUG = "proof"
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOURS = {day: ["10:00", "18:00"] for day in WEEK}
STAFF = ("anna", "vera", "lena")


def _service(ref: str, minutes: int, *staff: str, **more: Any) -> dict[str, Any]:
    return {
        "id": ref,
        "name": ref,
        "duration_min": minutes,
        "price": 1000,
        "staff": list(staff),
        **more,
    }


FILE: dict[str, Any] = {
    "salon": {"slug": SLUG, "name": "Proof", "timezone": "Europe/Moscow", "hours": HOURS},
    "staff": [{"id": ref, "name": ref.title()} for ref in STAFF],
    "resources": [
        {"id": "chair", "name": "Chair", "quantity": 2},
        {"id": "laser", "name": "Laser", "quantity": 1},
    ],
    "services": [
        _service("short", 30, *STAFF),
        _service("tidy", 60, *STAFF, buffer_before_min=5, buffer_after_min=15),
        _service("colour", 120, *STAFF, processing_min=[[30, 75]], resources=["chair"]),
        _service("laser", 45, "anna", "vera", buffer_after_min=10, resources=["laser"]),
    ],
    "settings": {"lead_time_min": 0, "horizon_days": 30, "cancel_window_h": 0, "assistants": True},
}
