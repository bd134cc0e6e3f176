"""
Asking a language model what the client meant, where the rules are not sure.

The model answers in the closed list; its `value`s are the client's own words
and go through the rules again.  It sees names and masked words, no ids, no
phones, and cannot write anything.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Any

from beautybot.agent import commands as c
from beautybot.agent.commands import Command
from beautybot.agent.memory import Memory
from beautybot.agent.rules import Salon, of_text
from beautybot.conversations.history import Seen
from beautybot.kit import log
from beautybot.llm.base import LLM, Finish, LLMUnavailable, Purpose, Request, Said

logger = log.get(__name__)
DEADLINE_S = 15.0
MOST_WORDS = 1000

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
_PRIVATE = re.compile(r"\+?\d[\d\s()\-]{7,}\d|\S+@\S+\.\w+")


def is_unsure(commands: Sequence[Command]) -> bool:
    """True when the rules found nothing they are sure of."""
    return any(isinstance(k, c.Unclear) for k in commands)


async def ask(
    llm: LLM, seen: Seen, memory: Memory, salon: Salon, rules: list[Command]
) -> list[Command]:
    """The model's commands after the rules have resolved their words; else what the rules had."""
    words = masked("\n".join(m.text for m in seen.unanswered))
    request = Request(
        purpose=Purpose.UNDERSTAND,
        messages=(
            Said("system", _prompt().replace("{salon}", seen.business.name[:80])),
            Said("user", f"Открытый вопрос: {memory.asked}\nСообщение клиента:\n<<<\n{words}\n>>>"),
        ),
        tenant=str(seen.business.id),
        session=f"conversation-{seen.claim.conversation_id}",
        deadline_s=DEADLINE_S,
        schema=SCHEMA,
    )
    try:
        reply = await llm.complete(request)
    except LLMUnavailable as error:
        logger.warning("the model did not help", error=str(error))
        return rules
    if reply.finish is Finish.FILTERED or not isinstance(reply.data, dict):
        return rules
    found = [k for item in _items(reply.data) for k in _resolved(item, words, seen, memory, salon)]
    kept = [k for k in rules if not isinstance(k, c.Unclear)]
    if reply.data.get("mood") == "angry":
        found.append(c.Human("angry"))
    return [*kept, *found] or rules


def masked(text: str) -> str:
    """The client's words without phones and e-mails, cut, without control signs."""
    clean = "".join(ch for ch in text if ch.isprintable() or ch == "\n")
    return _PRIVATE.sub("[скрыто]", clean)[:MOST_WORDS]


def _items(data: dict[str, Any]) -> list[tuple[str, str]]:
    listed = data.get("commands")
    if not isinstance(listed, list):
        return []
    return [
        (str(i.get("op", "")), str(i.get("value", "")))
        for i in listed[:8]
        if isinstance(i, dict) and i.get("op") in OPS
    ]


def _resolved(
    item: tuple[str, str], words: str, seen: Seen, memory: Memory, salon: Salon
) -> list[Command]:
    """One proposed command, its words judged by the rules: what they do not bear out is dropped."""
    op, value = item
    if value and value.lower() not in words.lower():
        value = ""  # not the client's own words
    plain: dict[str, Command] = {
        "greet": c.Greet(),
        "goodbye": c.Leave(),
        "chitchat": c.Thank(),
        "off_topic": c.OffTopic(),
        "ask_services": c.AskInfo(c.Topic.SERVICES, words[:300]),
        "ask_info": c.AskInfo(c.Topic.OTHER, words[:300]),
        "list_my_bookings": c.ListBookings(),
        "start_booking": c.Book(),
        "cancel_booking": c.CancelBooking(),
        "reschedule": c.Reschedule(),
        "human": c.Human("asked"),
    }
    if op in plain:
        return [plain[op]]
    if not value:
        return [c.AskPrice()] if op == "ask_price" else []
    at = seen.unanswered[-1].sent_at
    judged = of_text(value, at, seen.business, memory, salon)
    match op:
        case "set_service":
            return [k for k in judged if isinstance(k, c.SetServices)]
        case "set_specialist":
            return [k for k in judged if isinstance(k, c.SetSpecialist)]
        case "set_when":
            return [k for k in judged if isinstance(k, c.SetWhen)]
        case "ask_price":
            wishes = [k.wishes for k in judged if isinstance(k, c.SetServices | c.AskPrice)]
            return [c.AskPrice(wishes[0] if wishes else ())]
    return []


@cache
def _prompt() -> str:
    file = resources.files("beautybot.agent") / "prompts" / "understand.md"
    return file.read_text(encoding="utf-8")
