"""
Topics the owner does not want spoken of, as far as code can keep them.

The owner writes freely; what says "не обсуждаем X", "не говори о X" or "не
упоминай X" is understood here and kept with or without a model.  The rest is
style, and goes to the model that words replies.  No price, time or rule of
booking can be changed by any of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from beautybot.agent.subjects import meaningful

MOST = 20
ENDING, ROOT = 3, 4
_SAYS = (
    r"обсужда\w+|говор\w+|упомина\w+|рассказыв\w+|комментир\w+|спорь\w*|каса(?:йся|йтесь|емся|ться)"
)
_TOPIC = re.compile(
    rf"\bне (?:надо |нужно |стоит |будем )?(?:{_SAYS})(?: с клиентами)?:? "
    r"(?P<about>(?:(?P<of>об?|обо) |про |на тему |темы? )?)(?P<what>[^.;!?\n]+)",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r",| и | или | либо | ни ", re.IGNORECASE)
_LEAD = re.compile(r"^(?:ни |и |об? |обо |про )+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Topic:
    """What is not spoken of, and how a client might ask of it."""

    words: frozenset[str]
    question: str


def topics(text: str) -> tuple[Topic, ...]:
    """The topics that an owner's text forbids, in its order; at most MOST."""
    found = []
    for said in _TOPIC.finditer(text):
        begins = "что вы думаете о" if said["of"] else "расскажите про"
        for piece in _BETWEEN.split(said["what"]):
            name = _LEAD.sub("", " ".join(piece.split()))
            if words := meaningful(name):
                found.append(Topic(words, f"{begins} {name}"[:80]))
    return tuple(found[:MOST])


def forbids(text: str, asked: str) -> bool:
    """True if a client's words are about one of the owner's topics: all its words are there."""
    said = meaningful(asked)
    return any(
        all(any(_akin(word, other) for other in said) for word in topic.words)
        for topic in topics(text)
    )


def _akin(word: str, other: str) -> bool:
    """Two forms of one word: they differ in a short ending only."""
    same = next((n for n, (a, b) in enumerate(zip(word, other, strict=False)) if a != b), None)
    shared = min(len(word), len(other)) if same is None else same
    return shared >= max(len(word), len(other)) - ENDING and shared >= ROOT
