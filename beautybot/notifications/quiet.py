"""The hours in which a salon writes to nobody first, in the salon's own zone."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from beautybot.businesses.salons import Business


def is_quiet(business: Business, now: datetime) -> bool:
    """True in the salon's quiet hours; half-open, and over midnight where they end earlier."""
    begins, ends = _hours(business)
    local = now.astimezone(business.zone).time()
    if begins <= ends:
        return begins <= local < ends
    return local >= begins or local < ends


def left(business: Business, now: datetime) -> timedelta:
    """How long the quiet hours last from now on; nothing outside of them."""
    if not is_quiet(business, now):
        return timedelta(0)
    _, ends = _hours(business)
    local = now.astimezone(business.zone)
    day = local.date() if local.time() < ends else local.date() + timedelta(days=1)
    awake = datetime.combine(day, ends, business.zone).astimezone(UTC)
    return max(awake - now, timedelta(minutes=1))


def _hours(business: Business) -> tuple[time, time]:
    begins, ends = (time.fromisoformat(text) for text in business.settings.quiet_hours)
    return begins, ends
