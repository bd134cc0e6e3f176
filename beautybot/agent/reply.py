"""Phrases with facts in them, in the salon's tone; nothing unproven leaves."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

from beautybot.agent import receipts
from beautybot.businesses.salons import Tone
from beautybot.channels.base import Button
from beautybot.conversations.envelope import Weight
from beautybot.kit.errors import BeautyBotError


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


def compose(
    parts: list[Part],
    tone: Tone,
    *,
    buttons: tuple[Button, ...] = (),
    ask_contact: bool = False,
    weight: Weight = Weight.TALK,
) -> Reply:
    """Put the parts together in one bubble; UnprovenText if a figure has no receipt."""
    text = "\n\n".join(filter(None, (phrase(p.key, tone).format_map(p.facts) for p in parts)))
    facts = tuple(fact for p in parts for fact in p.facts.values())
    if unproven := receipts.check(text, facts):
        raise UnprovenText(f"no receipt for {', '.join(unproven.claims)}")
    return Reply(text, buttons, ask_contact, weight, facts, tuple(p.key for p in parts))


def phrase(key: str, tone: Tone) -> str:
    """The wording of a key ("booking.offer") in a tone; friendly where a tone has no own."""
    state, name = key.split(".", 1)
    wordings = _phrases(state)[name]
    return (wordings.get(tone) or wordings["friendly"]).strip()


@cache
def _phrases(state: str) -> dict[str, dict[str, str]]:
    file = resources.files("beautybot.agent") / "phrases" / f"{state}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))
