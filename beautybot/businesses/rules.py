"""What a salon's own rules may be; whatever cannot be is named, in words for a log or a page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import SplitResult, urlsplit

from beautybot.businesses.salons import SalonSettings

MOST_HOURS = 14 * 24
MOST_REMINDERS = 5
MOST_SITES = 10
LONGEST_URL = 500
CHANNELS = frozenset({"whatsapp", "telegram"})
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
BOUNDS = {
    "slot_step_min": (5, 240),
    "lead_time_min": (0, 30 * 24 * 60),
    "horizon_days": (1, 366),
    "hold_min": (1, 24 * 60),
    "cancel_window_h": (0, MOST_HOURS),
    "handoff_h": (1, 7 * 24),
    "waitlist_hold_min": (5, 24 * 60),
    "complete_after_h": (0, MOST_HOURS),
    "nudge_after_days": (0, 366),
    "no_show_limit": (0, 20),
    "no_show_months": (1, 60),
}


def problems(settings: SalonSettings) -> Iterator[str]:
    """What is wrong with a salon's rules, each with the name of the setting; nothing if all fit."""
    for name, (low, high) in BOUNDS.items():
        if not low <= getattr(settings, name) <= high:
            yield f"{name}: a whole number from {low} to {high}"
    hours = settings.reminders_h
    if len(hours) > MOST_REMINDERS or any(not 1 <= h <= MOST_HOURS for h in hours):
        yield f"reminders_h: at most {MOST_REMINDERS} numbers of hours from 1 to {MOST_HOURS}"
    if not all(_CLOCK.fullmatch(text) for text in settings.quiet_hours):
        yield 'quiet_hours: two times as HH:MM, like ["21:00", "09:00"]'
    if settings.agent_hours is not None and (
        not all(_CLOCK.fullmatch(text) for text in settings.agent_hours)
        or settings.agent_hours[0] == settings.agent_hours[1]
    ):
        yield 'agent_hours: two different times as HH:MM, like ["21:00", "09:00"], or null'
    if not set(settings.agent_silent_in) <= CHANNELS:
        yield f"agent_silent_in: any of {', '.join(sorted(CHANNELS))}"
    if len(settings.embed_on) > MOST_SITES or not all(is_site(s) for s in settings.embed_on):
        yield f"embed_on: at most {MOST_SITES} sites like https://example.ru"
    if settings.privacy_url and not is_address(settings.privacy_url):
        yield "privacy_url: an address like https://example.ru/privacy"


def is_site(text: str) -> bool:
    """True for an origin that cannot break the policy it is written into."""
    parts = _parts(text)
    if parts is None or parts.scheme != "https":
        return False
    bare = parts.path in ("", "/") and not parts.query and not parts.fragment
    return bare and "." in (parts.hostname or "") and len(text) <= LONGEST_URL


def is_address(text: str) -> bool:
    """True for the address of a page that may stand in a link: http or https, nothing hidden."""
    parts = _parts(text)
    return parts is not None and parts.scheme in ("http", "https") and len(text) <= LONGEST_URL


def _parts(text: str) -> SplitResult | None:
    """The parts of an address whose host is plain and that no sign of breaks a line or a quote."""
    if not text.isascii() or not text.isprintable() or any(c in " \"'<>\\`;," for c in text):
        return None
    try:
        parts = urlsplit(text)
        if parts.port == 0 or parts.username is not None:
            return None
    except ValueError:
        return None
    host = parts.hostname or ""
    return parts if host and all(c.isalnum() or c in "-." for c in host) else None
