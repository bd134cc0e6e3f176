"""What a stranger may see of a salon, and how what a stranger says is read."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from beautybot.booking.availability import Slot
from beautybot.booking.catalogue import Catalogue, Service
from beautybot.booking.visits import Appointment
from beautybot.businesses.salons import Business
from beautybot.kit.errors import BeautyBotError
from beautybot.kit.money import Price
from beautybot.russian.phones import find_phone
from beautybot.russian.reading import read

NOT_BOOKED = (
    "This is a hold, not a booking: it is not booked until the client confirms it in the messenger."
)

NOT_CANCELLED = (
    "This is booked, and not cancelled until the client confirms it in the messenger, by the link."
)


class BadRequest(BeautyBotError):
    """Something in the request cannot be; the text names it."""


def held_answer(
    held: Appointment, business: Business, reference: str, until: datetime
) -> dict[str, Any]:
    """What the assistant is told of a hold; no code, no name, no phone."""
    zone = business.zone
    return {
        "reference": reference,
        "status": "held",
        "hold_until": until.astimezone(zone).isoformat(timespec="seconds"),
        "salon": business.slug,
        "summary": {
            "services": list(held.service_names),
            "specialists": list(held.specialist_names),
            "start": held.start.astimezone(zone).isoformat(timespec="minutes"),
            "end": held.end.astimezone(zone).isoformat(timespec="minutes"),
            "duration_min": int((held.end - held.start).total_seconds()) // 60,
            "price": price(held.price),
        },
        "message": NOT_BOOKED,
    }


def cancel_answer(
    visit: Appointment, business: Business, reference: str, until: datetime
) -> dict[str, Any]:
    """What the assistant is told when a booked visit is to be cancelled."""
    told = held_answer(visit, business, reference, until)
    return told | {"status": "booked", "message": NOT_CANCELLED}


def salon(business: Business) -> dict[str, Any]:
    """A salon on a card."""
    return {
        "id": business.slug,
        "name": business.name,
        "city": business.city,
        "address": business.address,
        "timezone": business.timezone,
        "currency": business.currency,
        "booking_page": business.settings.booking_page,
    }


def service(service: Service) -> dict[str, Any]:
    """A line of the price list; "from" is kept."""
    return {
        "id": service.ref,
        "name": service.name,
        "category": service.category_title,
        "price": price(service.price),
        "duration_min": int(service.duration.total_seconds()) // 60,
        "bookable": service.bookable,
    }


def price(price: Price) -> dict[str, Any]:
    """An amount in whole units, with "from" and the upper end."""
    return {
        "amount": price.minor / 100 if price.minor % 100 else price.minor // 100,
        "max": price.upto_minor // 100 if price.upto_minor else None,
        "is_from": price.is_from,
        "currency": price.currency,
        "text": str(price),
    }


def slot(slot: Slot, business: Business, catalogue: Catalogue) -> dict[str, Any]:
    """A time that can be booked, with the salon's offset."""
    return {
        "start": slot.start.astimezone(business.zone).isoformat(timespec="minutes"),
        "end": slot.end.astimezone(business.zone).isoformat(timespec="minutes"),
        "specialists": [catalogue.specialist(p).name for p in slot.specialist_ids],
        "price": price(slot.price),
    }


def date_of(text: str, business: Business, now: datetime) -> date:
    """A day; today where none is given.  BadRequest."""
    if not text:
        return now.astimezone(business.zone).date()
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise BadRequest("date must be an ISO date, such as 2026-12-01") from None


def moment_of(text: str, business: Business) -> datetime:
    """A moment; without an offset it is the salon's own time.  BadRequest."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise BadRequest("bookingTime must be ISO 8601, such as 2026-12-01T15:00") from None
    return at.replace(tzinfo=business.zone) if at.tzinfo is None else at


def hm(minutes: int) -> str:
    """Minutes since midnight as 09:00."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def same(city: str, wanted: str) -> bool:
    """True for the same city, however it is written."""
    return city.strip().casefold() == wanted.strip().casefold()


def normalised(phone: str) -> str:
    """A phone in E.164, or empty; BadRequest for what cannot be one."""
    if not phone.strip():
        return ""
    found = find_phone(read(phone), asked=True)
    if found is None or found.e164 is None:
        raise BadRequest("clientPhone must be a phone number with country code")
    return found.e164
