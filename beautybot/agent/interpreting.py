"""
Asking a language model what the client meant, where the rules are not sure.

The model answers in the closed list; its `value`s are the client's own words,
or names of this salon's list, and go through the rules again.  It sees names
and masked words, no ids, no phones, and cannot write anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from importlib import resources
from typing import Any

from beautybot.agent import commands as c
from beautybot.agent.adviser import Adviser
from beautybot.agent.commands import Command
from beautybot.agent.masking import mask
from beautybot.agent.memory import Memory
from beautybot.agent.rules import Salon, of_text
from beautybot.agent.topics import Topic
from beautybot.conversations.history import Message, Seen
from beautybot.llm.base import Purpose, Request, Said

DEADLINE_S = 12.0
MOST_TURNS = 10
MOST_OF_A_TURN = 300
MOST_NAMES = 3_000
MOST_COMMANDS = 8

OPS = (
    "greet",
    "goodbye",
    "chitchat",
    "off_topic",
    "cannot_handle",
    "ask_services",
    "ask_price",
    "ask_info",
    "list_my_bookings",
    "start_booking",
    "set_service",
    "set_specialist",
    "set_when",
    "cancel_booking",
    "reschedule",
    "human",
)
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "commands": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "op": {"type": "string", "enum": list(OPS)},
                    "value": {"type": "string"},
                },
                "required": ["op", "value"],
            },
        },
        "mood": {"type": "string", "enum": ["ok", "angry", "urgent"]},
    },
    "required": ["commands", "mood"],
}


def is_unsure(commands: Sequence[Command]) -> bool:
    """True when the rules found nothing they are sure of."""
    return any(isinstance(k, c.Unclear) for k in commands)


async def ask(
    adviser: Adviser, seen: Seen, memory: Memory, salon: Salon, rules: list[Command]
) -> list[Command]:
    """The model's commands after the rules have resolved their words; else what the rules had."""
    people = known_names(salon)
    words = mask("\n".join(m.text for m in seen.unanswered), people)
    if not words.strip():
        return rules
    reply = await adviser.ask(_request(words, seen, memory, salon, people))
    if reply is None or not isinstance(reply.data, dict):
        return rules
    found = meant(reply.data, words, seen, memory, salon)
    return [*(k for k in rules if not isinstance(k, c.Unclear)), *found] if found else rules


def meant(
    data: dict[str, Any], words: str, seen: Seen, memory: Memory, salon: Salon
) -> list[Command]:
    """
    What an answer of the model comes to, once its words were judged by the rules.

    Never a yes, a no, a choice, a name or a phone: those are the client's own.
    """
    found = [k for item in _items(data) for k in _resolved(item, words, seen, memory, salon)]
    return [*found, c.Human("angry")] if data.get("mood") == "angry" else found


def known_names(salon: Salon) -> frozenset[str]:
    """The names of the salon's own people, in every form: they are no secret to its model."""
    return frozenset(form for p in salon.catalogue.specialists for form in _forms(p))


def _forms(person: Any) -> Iterator[str]:
    yield from person.name_forms
    yield from person.name.lower().split()


def _request(
    words: str, seen: Seen, memory: Memory, salon: Salon, people: frozenset[str]
) -> Request:
    """Static text first, so that the provider's cache of prefixes helps; the new words last."""
    earlier = "\n".join(_line(m, people) for m in seen.earlier[-MOST_TURNS:] if m.text.strip())
    asked = f"Разговор до этого:\n{earlier or '–'}\n\nОткрытый вопрос салона: {memory.asked}\n"
    return Request(
        purpose=Purpose.UNDERSTAND,
        messages=(
            Said("system", _system(seen, salon)),
            Said("user", f"{asked}Новое сообщение:\n<client>{words}</client>"),
        ),
        tenant=str(seen.business.id),
        session=f"conversation-{seen.claim.conversation_id}",
        deadline_s=DEADLINE_S,
        schema=SCHEMA,
    )


def _system(seen: Seen, salon: Salon) -> str:
    """No instruction can come from a price list: its lines are quoted, cut and on one line."""
    services = "; ".join(dict.fromkeys(_name(s.name) for s in salon.catalogue.services))
    people = "; ".join(dict.fromkeys(_name(p.name) for p in salon.catalogue.specialists))
    return (
        prompt("understand")
        .replace("{salon}", _name(seen.business.name))
        .replace("{services}", services[:MOST_NAMES])
        .replace("{people}", people[:MOST_NAMES])
    )


def _name(text: str) -> str:
    return " ".join(text.split())[:80].translate({ord("<"): "‹", ord(">"): "›"})


def _line(message: Message, people: frozenset[str]) -> str:
    who = "клиент" if message.direction == "inbound" else "салон"
    return f"{who}: {' '.join(mask(message.text, people, MOST_OF_A_TURN).split())}"


def _items(data: dict[str, Any]) -> list[tuple[str, str]]:
    listed = data.get("commands")
    if not isinstance(listed, list):
        return []
    return [
        (str(i.get("op", "")), str(i.get("value", "")))
        for i in listed[:MOST_COMMANDS]
        if isinstance(i, dict) and i.get("op") in OPS
    ]


def _resolved(
    item: tuple[str, str], words: str, seen: Seen, memory: Memory, salon: Salon
) -> list[Command]:
    """One proposed command, its words judged by the rules: what they do not bear out is dropped."""
    op, value = item
    if not _may_say(op, value, words, salon):
        value = ""
    plain: dict[str, Command] = {
        "greet": c.Greet(),
        "goodbye": c.Leave(),
        "chitchat": c.Thank(),
        "off_topic": c.OffTopic(),
        "ask_services": c.AskInfo(Topic.SERVICES, words[:300]),
        "ask_info": c.AskInfo(Topic.OTHER, value or words[:300]),
        "list_my_bookings": c.ListBookings(),
        "start_booking": c.Book(),
        "cancel_booking": c.CancelBooking(),
        "reschedule": c.Reschedule(),
    }
    if op in plain:
        return [plain[op]]
    judged = _judged(value, seen, memory, salon)
    match op:
        case "human":
            return [k for k in judged if isinstance(k, c.Human)] or [c.Human("asked")]
        case "ask_price":
            wishes = [k.wishes for k in judged if isinstance(k, c.SetServices | c.AskPrice)]
            return [c.AskPrice(wishes[0] if wishes else ())]
        case "set_service":
            return [k for k in judged if isinstance(k, c.SetServices)]
        case "set_specialist":
            return [k for k in judged if isinstance(k, c.SetSpecialist)]
        case "set_when":
            return [k for k in judged if isinstance(k, c.SetWhen)]
    return []


def _may_say(op: str, value: str, words: str, salon: Salon) -> bool:
    """The client's own words; a service or a person also by the name in the salon's list."""
    said = value.strip().lower()
    if said and said in words.lower():
        return True
    if op in ("set_service", "ask_price"):
        return any(said == _name(s.name).lower() for s in salon.catalogue.services)
    return op == "set_specialist" and any(
        said == _name(p.name).lower() for p in salon.catalogue.specialists
    )


def _judged(value: str, seen: Seen, memory: Memory, salon: Salon) -> list[Command]:
    if not value.strip():
        return []
    return of_text(value, seen.unanswered[-1].sent_at, seen.business, memory, salon)


@cache
def prompt(name: str) -> str:
    """The static text of a prompt."""
    file = resources.files("beautybot.agent") / "prompts" / f"{name}.md"
    return file.read_text(encoding="utf-8")
