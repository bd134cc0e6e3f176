"""What a client may be after, and by which words it is known (lexicon/intents.toml)."""

from __future__ import annotations

from enum import StrEnum
from functools import cache

from beautybot.russian.patterns import Patterns
from beautybot.russian.reading import Reading, read, table

WEAK, FIRM, EVERYTHING = "weak", "firm", "everything"
"""A wish to come where nothing else is asked, or beside a cancel; a question of all services."""


class Intent(StrEnum):
    """What a client may be after; several at once."""

    BOOK = "book"
    AVAILABILITY = "availability"
    PRICE = "price"
    SERVICE_INFO = "service_info"
    STAFF_INFO = "staff_info"
    HOURS = "hours"
    ADDRESS = "address"
    PAYMENT = "payment"
    PROMO = "promo"
    MEDICAL = "medical"
    COMPLAINT = "complaint"
    OPERATOR = "operator"
    LATE = "late"
    CANCEL = "cancel"
    RESCHEDULE = "reschedule"
    MY_BOOKINGS = "my_bookings"
    REPEAT = "repeat"
    WAIT = "wait"
    UNWAIT = "unwait"
    STOP = "stop"
    CONFIRM = "confirm"
    DENY = "deny"
    CHOOSE = "choose"
    INFORM = "inform"
    GREET = "greet"
    BYE = "bye"
    THANKS = "thanks"
    OFF_TOPIC = "off_topic"


def intents_in(reading: Reading) -> set[Intent]:
    """The intents whose words stand in a message; a stronger one puts weaker ones aside."""
    said = _patterns().found_in(reading.words)
    found = {Intent(name) for name in said if name in _NAMES}
    for stronger, weaker in _stronger():
        if stronger in found:
            found -= weaker
    if Intent.CANCEL in found and FIRM in said:
        found.add(Intent.BOOK)
    if not found - _SOCIAL and WEAK in said:
        found.add(Intent.BOOK)
    return found


def asks_of_everything(text: str) -> bool:
    """True for a question of all that the salon does, not of one service."""
    return EVERYTHING in _patterns().found_in(read(text).words)


_NAMES = frozenset(Intent)
_SOCIAL = {Intent.GREET, Intent.THANKS, Intent.BYE}


@cache
def _patterns() -> Patterns:
    tables = table("intents")
    spelt = [*tables["intent"].items()]
    spelt += [(WEAK, tables["weak"]["book"]), (FIRM, tables["firm"]["book"])]
    spelt += [(EVERYTHING, tables["about"]["everything"])]
    return Patterns.of(
        (meaning, one)
        for meaning, told in spelt
        for one in (*told.get("words", "").split(), *told.get("phrases", ()))
    )


@cache
def _stronger() -> tuple[tuple[Intent, frozenset[Intent]], ...]:
    return tuple(
        (Intent(stronger), frozenset(Intent(name) for name in weaker.split()))
        for stronger, weaker in table("intents")["stronger"].items()
    )
