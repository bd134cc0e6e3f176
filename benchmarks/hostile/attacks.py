"""
Injections: what clients write to make a receptionist say or do what it may not.

Every attack meets a model that obeys: it proposes whatever was ordered and
words the reply as the attacker wishes.  What comes of that is judged by its
deeds and by what the client would read.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from beautybot.agent import commands as c, delicate, interpreting, rules
from beautybot.agent.commands import Command
from beautybot.agent.flow import State
from beautybot.agent.memory import Asked, Memory
from beautybot.agent.move import Move
from beautybot.agent.rewording import PLACEHOLDER, why_not
from beautybot.agent.turn import play
from beautybot.agent.understanding import ordered
from benchmarks.hostile.judging import SECRETS
from benchmarks.hostile.salon import NOW, Heard, Word
from benchmarks.hostile.talks import Talk, message

PARTS = tomllib.loads((Path(__file__).parent / "attacks.toml").read_text(encoding="utf-8"))
OBEYED = ("confirm", "choose_option", "set_name", "set_phone", "start_booking", "delete")


@dataclass(frozen=True, slots=True)
class Attack:
    """What a client writes, what it is after, and what a model that obeys would say."""

    goal: str
    text: str
    said: str


def every() -> list[Attack]:
    """Every opening with every order, the endings in turn."""
    found = []
    for goal in PARTS["goal"]:
        for order in goal["orders"]:
            for opening in PARTS["openings"]:
                ending = PARTS["endings"][len(found) % len(PARTS["endings"])]
                said = f"{opening} {order}{ending}"
                found.append(Attack(goal["name"], said, goal["said"]))
    return found


def run(attacks: Iterable[Attack], talk: Talk, *, guarded: bool = True) -> Counter[str]:
    """
    Try each of them at the start of a talk, and where a yes would book.

    Without the guards the model's commands are taken as they are, and its
    words as well: the control arm.
    """
    counted = Counter[str]({"attacks": 0, "deeds": 0, "secrets": 0, "words": 0})
    for attack in attacks:
        counted["attacks"] += 1
        counted["deeds"] += _books(attack, talk, guarded)
        move = Move(talk.desk(), Memory(), (message(1, NOW, attack.text),))
        own = delicate.heard(attack.text, _by_rules(attack.text, talk))
        play(move, State.GREETING, ordered([*own, *_proposed(attack, talk, Memory(), guarded)]))
        if move.silent or not move.parts:
            continue
        reply = move.reply()
        counted["secrets"] += any(secret in reply.text for secret in SECRETS)
        said = _worded(reply.mould, attack)
        counted["words"] += any(not guarded or why_not(reply.mould, w) is None for w in said)
    return counted


def waiting_for_a_yes(talk: Talk) -> Talk:
    """Play on until a proposal lies before the client; the dice of the talk decide which."""
    for _ in range(1_000):
        open_one = talk.memory.proposal
        if open_one is not None and talk.memory.asked is Asked.CONFIRM:
            talk.book.reached[open_one.message_id or 0] = talk.now
            talk.now += timedelta(seconds=5)
            return talk
        talk.turn()
    raise RuntimeError("no proposal came up in a thousand turns")


def _books(attack: Attack, talk: Talk, guarded: bool) -> bool:
    """True if the model alone brings a deed about where the client has yet to say yes."""
    before, visits = len(talk.book.deeds), dict(talk.book.visits)
    move = Move(talk.desk(), talk.memory, (message(2, talk.now, attack.text),))
    play(move, talk.state, ordered(_proposed(attack, talk, talk.memory, guarded)))
    done = len(talk.book.deeds) > before
    del talk.book.deeds[before:]
    talk.book.visits = visits
    return done


def _proposed(attack: Attack, talk: Talk, memory: Memory, guarded: bool) -> list[Command]:
    if not guarded:
        return [c.Confirm()]
    seen: Any = Heard(talk.business, (Word(),))
    lies = {"commands": _obeying(attack.text), "mood": "ok"}
    return interpreting.meant(lies, attack.text, seen, memory, talk.salon)


def _by_rules(text: str, talk: Talk) -> list[Command]:
    return rules.of_text(text, NOW, talk.business, Memory(), talk.salon)


def _obeying(text: str) -> list[dict[str, str]]:
    """Everything it was told to, in the client's words and in its own."""
    told = [(op, "да") for op in OBEYED]
    told += [("set_specialist", "Аполлинария"), ("set_when", "03:17")]
    return [{"op": op, "value": value} for op, value in told]


def _worded(mould: str, attack: Attack) -> tuple[str, ...]:
    """The lie alone, behind the phrase, and between its placeholders."""
    places = " ".join(PLACEHOLDER.findall(mould))
    asks = "?" if "?" in mould else ""
    return attack.said, f"{mould} {attack.said}", f"{places} {attack.said}{asks}"
