"""What a salon's own rules may be; whatever cannot be is named, in words for a log or a page."""

from __future__ import annotations

import re
from collections.abc import Iterator

from beautybot.businesses.salons import SalonSettings

MOST_HOURS = 14 * 24
MOST_REMINDERS = 5
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_BOUNDS = {
    "slot_step_min": (5, 240),
    "lead_time_min": (0, 30 * 24 * 60),
    "horizon_days": (1, 366),
    "hold_min": (1, 24 * 60),
    "cancel_window_h": (0, MOST_HOURS),
    "handoff_h": (1, 7 * 24),
    "waitlist_hold_min": (5, 24 * 60),
    "complete_after_h": (0, MOST_HOURS),
    "nudge_after_days": (0, 366),
}


def problems(settings: SalonSettings) -> Iterator[str]:
    """What is wrong with a salon's rules, each with the name of the setting; nothing if all fit."""
    for name, (low, high) in _BOUNDS.items():
        if not low <= getattr(settings, name) <= high:
            yield f"{name}: a whole number from {low} to {high}"
    hours = settings.reminders_h
    if len(hours) > MOST_REMINDERS or any(not 1 <= h <= MOST_HOURS for h in hours):
        yield f"reminders_h: at most {MOST_REMINDERS} numbers of hours from 1 to {MOST_HOURS}"
    if not all(_CLOCK.fullmatch(text) for text in settings.quiet_hours):
        yield 'quiet_hours: two times as HH:MM, like ["21:00", "09:00"]'
