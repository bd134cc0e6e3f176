"""What a client may be after, and by which words it is known (lexicon/intents.toml)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum
from functools import cache

from beautybot.russian.reading import Reading, read, table


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
    text = _plain(reading)
    found = {Intent(name) for name in _begun_in(text)}
    found |= {Intent(name) for name, pattern in _elsewhere().items() if pattern.search(text)}
    for stronger, weaker in _OVERRIDES:
        if stronger in found:
            found -= weaker
    if Intent.CANCEL in found and _firm().search(text):
        found.add(Intent.BOOK)
    if not found - _SOCIAL and _weak().search(text):
        found.add(Intent.BOOK)
    return found


def asks_of_everything(text: str) -> bool:
    """True for a question of all that the salon does, not of one service."""
    return bool(_everything().search(_plain(read(text))))


def _plain(reading: Reading) -> str:
    return " " + " ".join(re.sub(r"[^\w\s+]", " ", reading.text).split()) + " "


_SOCIAL = {Intent.GREET, Intent.THANKS, Intent.BYE}


_OVERRIDES = (
    (Intent.COMPLAINT, {Intent.STAFF_INFO, Intent.SERVICE_INFO, Intent.BOOK, Intent.PRICE}),
    (Intent.LATE, {Intent.AVAILABILITY, Intent.BOOK}),
    (Intent.CANCEL, {Intent.BOOK, Intent.MY_BOOKINGS, Intent.AVAILABILITY}),
    (Intent.RESCHEDULE, {Intent.BOOK, Intent.MY_BOOKINGS, Intent.CANCEL, Intent.AVAILABILITY}),
    (Intent.MY_BOOKINGS, {Intent.BOOK, Intent.AVAILABILITY, Intent.HOURS, Intent.PRICE}),
    (Intent.OFF_TOPIC, {Intent.HOURS, Intent.SERVICE_INFO, Intent.BOOK}),
    (Intent.REPEAT, {Intent.BOOK}),
    (Intent.UNWAIT, {Intent.WAIT, Intent.CANCEL, Intent.STOP, Intent.BOOK}),
    (Intent.WAIT, {Intent.BOOK, Intent.AVAILABILITY, Intent.CANCEL, Intent.STOP}),
    (Intent.OPERATOR, {Intent.BOOK}),
    (Intent.STOP, {Intent.BOOK, Intent.MY_BOOKINGS}),
    (Intent.MEDICAL, {Intent.BOOK}),
    (Intent.PAYMENT, {Intent.AVAILABILITY, Intent.BOOK, Intent.SERVICE_INFO}),
    (Intent.PROMO, {Intent.AVAILABILITY, Intent.SERVICE_INFO, Intent.PAYMENT}),
    (Intent.ADDRESS, {Intent.AVAILABILITY, Intent.SERVICE_INFO}),
    (Intent.AVAILABILITY, {Intent.SERVICE_INFO}),
    (Intent.STAFF_INFO, {Intent.SERVICE_INFO, Intent.HOURS, Intent.BOOK}),
    (Intent.HOURS, {Intent.PRICE}),
)


def _begun_in(text: str) -> Iterator[str]:
    """The intents whose patterns begin with one of the words: one pass for all of them."""
    for match in _begun().finditer(text):
        yield from (name for name, words in match.groupdict().items() if words is not None)


@cache
def _begun() -> re.Pattern[str]:
    patterns = {n: _split(p)[0] for n, p in table("intents")["intent"].items()}
    anything = "|".join(one for begun in patterns.values() for one in begun)
    each = "".join(f"(?=(?P<{n}>{'|'.join(begun)})?)" for n, begun in patterns.items() if begun)
    return re.compile(rf"\b(?=\S)(?={anything}){each}")


@cache
def _elsewhere() -> dict[str, re.Pattern[str]]:
    patterns = {n: _split(p)[1] for n, p in table("intents")["intent"].items()}
    return {n: re.compile("|".join(others)) for n, others in patterns.items() if others}


def _split(patterns: Sequence[str]) -> tuple[list[str], list[str]]:
    """Those that begin with a word, without the sign of its beginning; and the others."""
    begun = [one for p in patterns for one in p.split(r"|\b") if p.startswith(r"\b")]
    return [one.removeprefix(r"\b") for one in begun], [
        p for p in patterns if not p.startswith(r"\b")
    ]


@cache
def _everything() -> re.Pattern[str]:
    return re.compile("|".join(table("intents")["about"]["everything"]))


@cache
def _weak() -> re.Pattern[str]:
    """Words that ask for a visit only where nothing else is asked."""
    return re.compile("|".join(table("intents")["weak"]["book"]))


@cache
def _firm() -> re.Pattern[str]:
    return re.compile("|".join(table("intents")["firm"]["book"]))
