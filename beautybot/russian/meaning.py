"""What a message means: intents, wishes, time, person, phone, name, yes, no, a choice."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from beautybot.russian.answers import Context, choice_in, offered_in, yes_or_no
from beautybot.russian.clocks import Hours, TimeWish, find_when
from beautybot.russian.intents import Intent, intents_in
from beautybot.russian.introductions import name_alone, name_in, signature_before
from beautybot.russian.languages import language_of
from beautybot.russian.mentions import Names, Wanted, find_people
from beautybot.russian.people import Person
from beautybot.russian.phones import Phone, find_phone
from beautybot.russian.price_words import PriceWords
from beautybot.russian.reading import Reading, masked, read, shortened
from beautybot.russian.wishes import Heard, find_services

_QUESTION = re.compile(r"[?]|\b(?:как|какой|какая|какую|какие|чем|зачем|почему|ли)\b")
_AT_WORK = re.compile(
    r"\b(?:работает|делает|стрижет|красит|принимает|на месте|на смене|будет|вышла)\b"
)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The words of one salon: its price list and its people."""

    prices: PriceWords
    people: Sequence[Person]
    hours: Hours
    names: Names = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """The index of names is made once."""
        object.__setattr__(self, "names", Names.of(self.people))


@dataclass(frozen=True, slots=True)
class Meaning:
    """The frame of one message; `language` as `languages.language_of` tells it."""

    intents: frozenset[Intent]
    services: tuple[Heard, ...] = ()
    wanted: Wanted | None = None
    when: TimeWish | None = None
    phone: Phone | None = None
    name: str | None = None
    confirm: bool | None = None
    choice: int | None = None
    language: str = "ru"


def understand(text: str, lexicon: Lexicon, context: Context) -> Meaning:
    """The frame of any text; never raises on what a client may type."""
    text = shortened(text)
    reading = read(text)
    phone = _phone(reading, context)
    signature = signature_before(reading, phone) if phone is not None else None
    rest = reading
    if phone is not None:
        rest = masked(reading, signature.start if signature else phone.start, phone.end)
    choice = choice_in(rest, context)
    when = None
    if choice is None:
        when = find_when(rest, context.now, lexicon.hours, context.known_day, asked=context.wants)
        choice = offered_in(when, context) if when is not None else None
    said = Meaning(
        intents=frozenset(),
        services=tuple(find_services(rest, lexicon.prices)),
        wanted=find_people(rest, lexicon.names, asked=context.asked == "specialist"),
        when=when,
        phone=phone,
        name=name_in(text, context, phone) or (signature.text.title() if signature else None),
        confirm=yes_or_no(rest, context) if choice is None else None,
        choice=choice,
        language=language_of(reading),
    )
    if context.asked == "when" and said.when is None and said.wanted and said.wanted.any_one:
        free = TimeWish("first_free", text[:60], start=context.now)
        said = replace(said, wanted=None, when=free)  # «без разницы» is an answer to "when"
    if context.asked == "name" and said.name and "?" not in rest.text:
        said = replace(said, services=(), wanted=None, when=None)
    if phone is not None and said.name and said.name == name_alone(text, context):
        said = replace(said, wanted=None)  # «Ольга, 8 916 …» signs, whoever else bears the name
    return replace(said, intents=frozenset(_intents(said, rest, context)))


def _phone(reading: Reading, context: Context) -> Phone | None:
    found = find_phone(reading, asked=context.asked == "phone")
    if found is None and context.asked in ("phone", "consent", "name"):
        return find_phone(reading)
    return found


def _intents(said: Meaning, rest: Reading, context: Context) -> set[Intent]:
    """The intents of the words, made right by what else was said and what was asked."""
    intents = intents_in(rest)
    if said.wanted and said.wanted.refs and _AT_WORK.search(rest.text):
        intents = intents - {Intent.HOURS} | {Intent.STAFF_INFO}
    if said.confirm is not None or said.choice is not None:
        intents -= {Intent.BOOK, Intent.CANCEL, Intent.AVAILABILITY}
    intents |= _answers(said, context)
    if said.services and not intents - {Intent.GREET}:
        plain = not (said.when or said.wanted or "можно" in rest.words)
        asks = plain and _QUESTION.search(rest.text)
        intents |= {Intent.SERVICE_INFO if asks else Intent.BOOK}
    return intents


def _answers(said: Meaning, context: Context) -> set[Intent]:
    """The intents of a message that answers a question of ours."""
    if said.choice is not None:
        return {Intent.CHOOSE}
    found = {Intent.CONFIRM} if said.confirm else set()
    if said.confirm is False:
        found = {Intent.DENY}
    informed = said.when or said.wanted or said.phone or said.name or said.services
    if informed and context.asked and not said.confirm:
        found |= {Intent.INFORM}
    return found
