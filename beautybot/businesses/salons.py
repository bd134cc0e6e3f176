"""A salon as the rest of the house sees it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Connection, Row, select, update

from beautybot.businesses.models import businesses
from beautybot.kit.db import insert, one
from beautybot.kit.errors import BeautyBotError, NotFound
from beautybot.kit.text import clean

RESTRICTIONS_LIMIT = 2000
GREETING_LIMIT = 600


class Tone(StrEnum):
    """How the receptionist speaks."""

    PROFESSIONAL = "professional"
    FRIENDLY = "friendly"
    CASUAL = "casual"
    FORMAL = "formal"


class Consent(StrEnum):
    """What the salon asks before a name or a phone: an explicit yes, one line, or nothing."""

    REQUIRED = "required"
    NOTICE = "notice"
    OFF = "off"


class SlugTaken(BeautyBotError):
    """There is another salon of this short name."""


class BadAgentSettings(BeautyBotError):
    """A value of the agent's settings is not allowed; the text names it."""


@dataclass(frozen=True, slots=True)
class SalonSettings:
    """The salon's rules, kept by code; minutes, days and hours as the names say."""

    slot_step_min: int = 15
    lead_time_min: int = 60
    horizon_days: int = 60
    hold_min: int = 10
    cancel_window_h: int = 3
    handoff_h: int = 12
    reminders_h: tuple[int, ...] = (24, 2)
    quiet_hours: tuple[str, str] = ("21:00", "09:00")
    consent: Consent = Consent.REQUIRED
    assistants: bool = False
    booking_page: bool = False
    embed_on: tuple[str, ...] = ()
    privacy_url: str = ""
    waitlist_hold_min: int = 30
    complete_after_h: int = 0  # 0: only a person says that a visit took place
    model_abroad: bool = False  # its clients' masked words and voices may leave Russia
    nudge_after_days: int = 0  # 0: nobody is invited to come again
    no_show_limit: int = 0  # after so many visits missed a person books; 0: no such rule
    no_show_months: int = 12  # how far back they count
    # The hours in which the agent answers, in the salon's zone; None is round the clock.
    agent_hours: tuple[str, str] | None = None
    # The channels in which people answer themselves, though the agent is on.
    agent_silent_in: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Business:
    """One salon; `zone` is the zone all its times are computed in."""

    id: int
    slug: str
    name: str
    city: str
    address: str
    timezone: str
    currency: str
    agent_enabled: bool
    tone: Tone
    restrictions: str
    greeting: str
    settings: SalonSettings
    catalogue_version: int
    zone: ZoneInfo = field(compare=False)

    def agent_answers(self, now: datetime, channel: str) -> bool:
        """True while the agent is on, answers in that channel, and its hours say that it works."""
        hours = self.settings.agent_hours
        on = self.agent_enabled and channel not in self.settings.agent_silent_in
        if not on or hours is None:
            return on
        at = now.astimezone(self.zone).strftime("%H:%M")
        begins, ends = hours
        return begins <= at < ends if begins < ends else at >= begins or at < ends


def get(conn: Connection, business_id: int) -> Business:
    """The salon of an id; NotFound."""
    row = one(conn, businesses, {"id": business_id})
    if row is None:
        raise NotFound("there is no such salon")
    return _business(row)


def by_slug(conn: Connection, slug: str) -> Business:
    """The salon of a slug; NotFound, naming it."""
    row = conn.execute(select(businesses).where(businesses.c.slug == slug)).one_or_none()
    if row is None:
        raise NotFound(f"there is no salon {slug!r}; `beautybot business list` shows them all")
    return _business(row)


def listing(conn: Connection) -> list[Business]:
    """Every salon of the installation, by slug."""
    return [_business(r) for r in conn.execute(select(businesses).order_by(businesses.c.slug))]


def create(
    conn: Connection,
    *,
    slug: str,
    name: str,
    timezone: str,
    currency: str,
    now: datetime,
    city: str = "",
    address: str = "",
    settings: SalonSettings | None = None,
) -> Business:
    """A new salon with the agent off; SlugTaken."""
    row = conn.execute(
        insert(conn, businesses)
        .values(
            slug=slug,
            name=name,
            city=city,
            address=address,
            timezone=timezone,
            currency=currency,
            settings=settings_json(settings or SalonSettings()),
            created_at=now,
        )
        .on_conflict_do_nothing(index_elements=["slug"])
        .returning(businesses)
    ).one_or_none()
    if row is None:
        raise SlugTaken(f"there is a salon {slug} already")
    return _business(row)


def change(conn: Connection, business_id: int, **values: Any) -> None:
    """Change plain columns of a salon: name, city, address, timezone, currency, settings."""
    conn.execute(update(businesses).where(businesses.c.id == business_id).values(**values))


def touch_catalogue(conn: Connection, business_id: int) -> None:
    """Say that services, people or hours changed, so that what is cached is read again."""
    change(conn, business_id, catalogue_version=businesses.c.catalogue_version + 1)


def update_agent(
    conn: Connection,
    business_id: int,
    *,
    enabled: bool | None = None,
    tone: str | None = None,
    restrictions: str | None = None,
    greeting: str | None = None,
    abroad: bool | None = None,
) -> Business:
    """
    Switch the agent, set how it speaks and how far its words go; what is None stays.

    BadAgentSettings.
    """
    values: dict[str, Any] = {}
    if abroad is not None:
        now = get(conn, business_id).settings
        values["settings"] = settings_json(replace(now, model_abroad=abroad))
    if enabled is not None:
        values["ai_agent_enabled"] = enabled
    if tone is not None:
        if tone not in set(Tone):
            raise BadAgentSettings(f"the tone must be one of {', '.join(Tone)}")
        values["tone"] = tone
    for name, text, limit in (
        ("restrictions", restrictions, RESTRICTIONS_LIMIT),
        ("greeting", greeting, GREETING_LIMIT),
    ):
        if text is not None:
            if len(text) > limit:
                raise BadAgentSettings(f"{name} must be at most {limit} characters")
            values[name] = clean(text, limit).strip()
    if values:
        change(conn, business_id, **values)
    return get(conn, business_id)


def settings_json(settings: SalonSettings) -> dict[str, Any]:
    """The settings as they are stored."""
    plain: dict[str, Any] = msgspec.to_builtins(settings)
    return plain


def settings_from(stored: dict[str, Any]) -> SalonSettings:
    """Stored settings as a value; what a later version added or dropped does not matter."""
    return msgspec.convert(stored, SalonSettings)


def _business(row: Row[Any]) -> Business:
    return Business(
        id=row.id,
        slug=row.slug,
        name=row.name,
        city=row.city,
        address=row.address,
        timezone=row.timezone,
        currency=row.currency,
        agent_enabled=row.ai_agent_enabled,
        tone=Tone(row.tone),
        restrictions=row.restrictions,
        greeting=row.greeting,
        settings=settings_from(row.settings),
        catalogue_version=row.catalogue_version,
        zone=ZoneInfo(row.timezone),
    )
