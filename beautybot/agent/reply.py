"""Phrases with facts in them, in the salon's tone; nothing unproven leaves."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from string import Formatter

from beautybot.agent import receipts
from beautybot.agent.rewording import PLACEHOLDER
from beautybot.businesses.salons import Tone
from beautybot.channels.base import Button
from beautybot.conversations.envelope import Weight
from beautybot.kit.errors import BeautyBotError

# What a model may say in livelier words: questions, what introduces a list, hours, address, prices.
# All else is said in just our words: what is taken, kept, booked, refused, passed on, every "no".
LIVELY = frozenset(
    f"{state}.{name}"
    for state, names in {
        "greeting": ("offer_help",),
        "service_inquiry": ("hours", "address", "offered", "categories", "which", "people"),
        "pricing": ("one", "several", "several_of_many", "categories", "which", "offer_booking"),
        "booking": (
            *("which_service", "which_service_again", "which_of_specialist", "which_of"),
            *("which_specialist", "offer", "offer_again", "offer_soon", "offer_clock"),
            *("first_free", "alternatives", "other_time", "name", "phone"),
            *("which_to_move", "which_to_cancel"),
        ),
    }.items()
    for name in names
)


# What may stand before livelier words.  After anything else they would be out of place: a refusal
# is not followed by "with pleasure!", nor thanks by another courtesy.
OPENS = "greeting."


# These speak of promises in order to make none, so their own words need no receipt.
MAKES_NO_PROMISE = (
    "service_inquiry.promo",
    *(f"greeting.speaks_{code}" for code in ("en", "kk", "uz", "ky", "tg", "uk", "tr", "az", "xx")),
)


class UnprovenText(BeautyBotError):
    """A phrase claims what no fact supports: a mistake of ours, caught before it is sent."""


@dataclass(frozen=True, slots=True)
class Part:
    """One thing to say: the phrase's key and the facts it needs, already in words."""

    key: str
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes to the client: one bubble, what can be pressed, and the facts it rests on."""

    text: str
    buttons: tuple[Button, ...] = ()
    ask_contact: bool = False
    weight: Weight = Weight.TALK
    facts: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    lead: str = ""  # what is said first in just these words
    mould: str = ""  # the rest, with {{placeholders}} where facts, and what is fixed, stand
    values: Mapping[str, str] = field(default_factory=dict)


def compose(
    parts: list[Part],
    tone: Tone,
    *,
    buttons: tuple[Button, ...] = (),
    ask_contact: bool = False,
    weight: Weight = Weight.TALK,
) -> Reply:
    """Put the parts together in one bubble; UnprovenText if a figure has no receipt."""
    text = _joined(phrase(p.key, tone).format_map(p.facts) for p in parts)
    facts = tuple(fact for p in parts for fact in p.facts.values())
    own = tuple(phrase(p.key, tone) for p in parts if p.key in MAKES_NO_PROMISE)
    given = tuple(_side_by_side(phrase(p.key, tone), p.facts) for p in parts)
    if unproven := receipts.check(text, (*facts, *given, *own)):
        raise UnprovenText(f"no receipt for {', '.join(unproven.claims)}")
    first = _first_lively(parts)
    lead = _joined(phrase(p.key, tone).format_map(p.facts) for p in parts[:first])
    mould, values = _mould(parts[first:], tone)
    keys = tuple(p.key for p in parts)
    return Reply(text, buttons, ask_contact, weight, facts, keys, lead, mould, values)


def _first_lively(parts: Sequence[Part]) -> int:
    """From which part on a reply may be said otherwise; its length if from none."""
    for number, part in enumerate(parts):
        if part.key in LIVELY:
            return number
        if not part.key.startswith(OPENS):
            break
    return len(parts)


def _side_by_side(wording: str, facts: Mapping[str, str]) -> str:
    """The facts of a phrase in their order, apart where words of ours stand between them."""
    pieces = Formatter().parse(wording)
    return "".join(
        ("\n" if text.strip() else text) + (facts[name] if name else "")
        for text, name, _, _ in pieces
    )


def _mould(parts: list[Part], tone: Tone) -> tuple[str, dict[str, str]]:
    """The text without its facts, and what stands where; it may be reworded, they may not."""
    values: dict[str, str] = {}

    def place(name: str, value: str) -> str:
        number = sum(key.rstrip("0123456789") == name for key in values)
        key = f"{name}{number + 1}" if number else name
        values[key] = value
        return f"{{{{{key}}}}}"

    said = []
    for part in parts:
        wording = phrase(part.key, tone)
        if part.key not in LIVELY:
            said.append(place("text", wording.format_map(part.facts)))
        else:
            named = [n for _, n, _, _ in Formatter().parse(wording) if n]
            slots = {n: place(n, part.facts[n]) for n in named if part.facts[n]}
            said.append(wording.format_map({**part.facts, **slots}))
    return _joined(said), values


def reworded(reply: Reply, mould: str) -> str:
    """
    The text of a reply with its mould in other words.

    Facts are put in once each: one that looks like a placeholder stays as it is.
    """
    told = PLACEHOLDER.sub(lambda found: reply.values[found[0].strip("{}")], mould)
    return _joined((reply.lead, told))


def _joined(said: Iterable[str]) -> str:
    return "\n\n".join(filter(None, said))


def phrase(key: str, tone: Tone) -> str:
    """The wording of a key ("booking.offer") in a tone; friendly where a tone has no own."""
    state, name = key.split(".", 1)
    wordings = _phrases(state)[name]
    return (wordings.get(tone) or wordings["friendly"]).strip()


@cache
def _phrases(state: str) -> dict[str, dict[str, str]]:
    file = resources.files("beautybot.agent") / "phrases" / f"{state}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))
