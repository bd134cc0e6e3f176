"""When a notice goes: at once, after the quiet hours, or with others that wait."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from beautybot.businesses.choices import Choices

PER_SUBJECT = 5
"""About one client or one caller, in an hour; the rest comes together at the hour's end."""
PER_PERSON = 30
"""To one person, in an hour, about whatever."""
HOUR = timedelta(hours=1)
LETTER_WAITS = timedelta(minutes=2)
"""What happens meanwhile comes in the same letter."""


def due_at(
    now: datetime, zone: ZoneInfo, choices: Choices, *, about: int, all_: int, letter: bool
) -> datetime:
    """When to send, by how many notices of the last hour there were, about this and in all."""
    loud = choices.next_loud(now, zone)
    if loud > now:
        return loud
    if about >= PER_SUBJECT or all_ >= PER_PERSON:
        return now.replace(minute=0, second=0, microsecond=0) + HOUR
    return now + LETTER_WAITS if letter else now
