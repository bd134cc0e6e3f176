"""The salon's rule for clients who did not come: so many times in so many months, and then."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from beautybot.booking.models import appointments
from beautybot.booking.visits import Status
from beautybot.businesses.salons import Business

MONTH = timedelta(days=30)


def count(conn: Connection, business: Business, client_ids: Collection[int], now: datetime) -> int:
    """How often a client did not come in the months that the salon looks back."""
    found: int = conn.execute(
        select(func.count())
        .select_from(appointments)
        .where(
            appointments.c.business_id == business.id,
            appointments.c.client_id.in_(client_ids),
            appointments.c.status == Status.NO_SHOW,
            appointments.c.starts_at > now - business.settings.no_show_months * MONTH,
        )
    ).scalar_one()
    return found
