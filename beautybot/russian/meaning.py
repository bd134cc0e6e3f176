"""What a message means: intents, wishes, time, person, phone, name, yes, no, a choice."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import cache

from beautybot.russian.clocks import Hours, TimeWish, find_when
from beautybot.russian.numbers import ordinal_of, value_of
from beautybot.russian.people import Person, Wanted, find_people
from beautybot.russian.phones import Phone, find_phone
from beautybot.russian.price_words import PriceWords
from beautybot.russian.reading import Reading, read, table
from beautybot.russian.wishes import Heard, find_services


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
    STOP = "stop"
    CONFIRM = "confirm"
    DENY = "deny"
    CHOOSE = "choose"
    INFORM = "inform"
    GREET = "greet"
    BYE = "bye"
    THANKS = "thanks"
    OFF_TOPIC = "off_topic"


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The words of one salon: its price list and its people."""

    prices: PriceWords
    people: Sequence[Person]
    hours: Hours


@dataclass(frozen=True, slots=True)
class Context:
    """
    What a message answers to.

    `asked` is the open question: booking, service, specialist, when, slot,
    consent, name, phone, confirm, which, or empty.  `offered` holds the clock
    times of the numbered options in the salon's zone.
    """

    now: datetime
    asked: str = ""
    offered: tuple[datetime, ...] = ()
    options: int = 0
    known_day: date | None = None


@dataclass(frozen=True, slots=True)
class Meaning:
    """The frame of one message."""

    intents: frozenset[Intent]
    services: tuple[Heard, ...] = ()
    wanted: Wanted | None = None
    when: TimeWish | None = None
    phone: Phone | None = None
    name: str | None = None
    confirm: bool | None = None
    choice: int | None = None
    language: str = "ru"
    why: tuple[str, ...] = field(default=())


_NAME = re.compile(
    r"(?:меня зовут|мое имя|имя|это|на имя|я)\s+([А-ЯЁA-ZӘІҢҒҮҰҚӨҺ][\w-]+(?:\s+[А-ЯЁ][\w-]+)?)",
    re.IGNORECASE,
)
_ONLY_NAME = re.compile(r"^[^\W\d_]{2,}(?:[\s-][^\W\d_]{2,}){0,2}$")
_NUMBER_CHOICE = re.compile(
    r"^(?:номер |вариант |№ ?)?(\d{1,2})(?:[.)]|[- ]?(?:й|е|ый|ое|я|ю))?(?: вариант\w*)?$"
)


def understand(text: str, lexicon: Lexicon, context: Context) -> Meaning:
    """The frame of any text; never raises on what a client may type."""
    reading = read(text)
    asked_phone = context.asked in ("phone", "consent", "name")
    phone = find_phone(reading, asked=context.asked == "phone")
    if phone is None and asked_phone:
        phone = find_phone(reading)
    rest = _without(reading, phone)
    choice = _choice(rest, context)
    when = (
        None
        if choice is not None
        else find_when(rest, context.now, lexicon.hours, context.known_day)
    )
    services = tuple(find_services(rest, lexicon.prices))
    wanted = find_people(rest, lexicon.people, asked=context.asked == "specialist")
    if choice is None and when is not None:
        choice = _offered(when, context)
    yes = _yes_no(rest, context)
    name = _name(text, rest, context, phone)
    if context.asked == "name" and name and not any(i in rest.text for i in "?"):
        services, wanted, when = (), None, None
    if choice is not None:
        yes = None
    intents = _intents(rest)
    intents |= _answers(yes, choice, bool(when or wanted or phone or name or services), context)
    if services and not intents - {Intent.GREET}:
        intents |= {Intent.BOOK}
    return Meaning(
        intents=frozenset(intents),
        services=services,
        wanted=wanted,
        when=when,
        phone=phone,
        name=name,
        confirm=yes,
        choice=choice,
        language=reading.language,
    )


def _answers(yes: bool | None, choice: int | None, informed: bool, context: Context) -> set[Intent]:
    """The intents of a message that answers a question of ours."""
    if choice is not None:
        return {Intent.CHOOSE}
    found = {Intent.CONFIRM} if yes else {Intent.DENY} if yes is False else set()
    if informed and context.asked and not yes:
        found |= {Intent.INFORM}
    return found


def _without(reading: Reading, phone: Phone | None) -> Reading:
    """The message with the phone taken out, so that its digits are no date."""
    if phone is None:
        return reading
    masked = (
        reading.text[: phone.start] + " " * (phone.end - phone.start) + reading.text[phone.end :]
    )
    return read(masked)


def _choice(reading: Reading, context: Context) -> int | None:
    if not context.options:
        return None
    text = reading.text.strip(" .!")
    if match := _NUMBER_CHOICE.match(text):
        number = int(match[1])
        return number if 1 <= number <= max(context.options, 1) else None
    words = reading.words
    if any(w.startswith("последн") for w in words):
        return -1
    for i, word in enumerate(words):
        nth = ordinal_of(word)
        after = words[i + 1] if i + 1 < len(words) else ""
        before = words[i - 1] if i else ""
        if nth and nth <= context.options and not after.startswith("числ") and before != "пол":
            return nth
        if before in ("номер", "вариант") and (value := value_of(word)):
            return value
    return None


def _offered(when: TimeWish, context: Context) -> int | None:
    """A clock time that was offered: «давайте в 14»."""
    minutes = when.clock_min
    if minutes is None and when.kind == "exact" and when.start is not None:
        for number, at in enumerate(context.offered, 1):
            if at == when.start:
                return number
        return None
    if minutes is None:
        return None
    same = [n for n, at in enumerate(context.offered, 1) if at.hour * 60 + at.minute == minutes]
    return same[0] if len(same) == 1 else None


def _yes_no(reading: Reading, context: Context) -> bool | None:
    if not context.asked:
        return None
    text = " ".join(re.sub(r"[^\w\s+]", " ", reading.text).split())
    no = _matches(text, "no")
    yes = _matches(text, "yes")
    if no:
        return False
    if yes and not re.search(r"\b(?:но|только|а можно|лучше|подожд\w+)\b", text):
        return True
    return None


def _matches(text: str, kind: str) -> bool:
    words = text.split()
    phrases = _phrases(kind)
    return (
        any(
            text == p or text.startswith(p + " ") or (len(p) > 3 and f" {p}" in f" {text}")
            for p in phrases
        )
        and len(words) <= 14
    )


def _name(raw: str, reading: Reading, context: Context, phone: Phone | None) -> str | None:
    if match := _NAME.search(raw):
        word = match[1].strip()
        introduced = re.search(r"зовут|имя", match[0], re.IGNORECASE)
        if introduced or (context.asked == "name" and word[:1].isupper()):
            return _titled(word)
    if context.asked in ("name", "consent") or (context.asked == "phone" and phone):
        text = re.sub(r"[\d+()\-]{5,}", " ", raw)
        words = re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)?", text)
        words = [w for w in words if w.lower().replace("ё", "е") not in _not_names()]
        if context.asked != "name":
            words = [w for w in words if w[:1].isupper()]
        bare = " ".join(words)
        if words and len(words) <= 3 and _ONLY_NAME.match(bare) and "?" not in raw:
            return _titled(bare)
    return None


def _titled(name: str) -> str:
    return " ".join(w[:1].upper() + w[1:] for w in name.split())[:60]


def _intents(reading: Reading) -> set[Intent]:
    text = " " + " ".join(re.sub(r"[^\w\s+]", " ", reading.text).split()) + " "
    found = {Intent(name) for name, pattern in _patterns().items() if pattern.search(text)}
    for stronger, weaker in _OVERRIDES:
        if stronger in found:
            found -= weaker
    return found


_OVERRIDES = (
    (Intent.CANCEL, {Intent.BOOK, Intent.MY_BOOKINGS, Intent.AVAILABILITY}),
    (Intent.RESCHEDULE, {Intent.BOOK, Intent.MY_BOOKINGS, Intent.CANCEL, Intent.AVAILABILITY}),
    (Intent.MY_BOOKINGS, {Intent.BOOK, Intent.AVAILABILITY, Intent.HOURS}),
    (Intent.OFF_TOPIC, {Intent.HOURS, Intent.SERVICE_INFO}),
    (Intent.PRICE, {Intent.SERVICE_INFO}),
    (Intent.REPEAT, {Intent.BOOK}),
    (Intent.PAYMENT, {Intent.AVAILABILITY}),
    (Intent.PROMO, {Intent.AVAILABILITY, Intent.SERVICE_INFO}),
    (Intent.ADDRESS, {Intent.AVAILABILITY, Intent.SERVICE_INFO}),
    (Intent.STAFF_INFO, {Intent.SERVICE_INFO}),
)


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    return {
        name: re.compile("|".join(patterns))
        for name, patterns in table("intents")["intent"].items()
    }


@cache
def _phrases(kind: str) -> tuple[str, ...]:
    return tuple(table("intents")["answers"][kind])


@cache
def _not_names() -> frozenset[str]:
    return frozenset(table("intents")["answers"]["not_names"].split())
