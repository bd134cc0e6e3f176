"""A prepayment as the salon set it: how much, in its words, and given back as the law says."""

from __future__ import annotations

import re

from beautybot.agent import saying
from beautybot.agent.move import Move
from beautybot.booking.catalogue import Service
from beautybot.booking.visits import Appointment
from beautybot.kit import refunds
from beautybot.kit.money import Money

ASKED = re.compile(r"предоплат|депозит|задат|аванс|заранее (?:плат|опла)", re.IGNORECASE)
MOST = 10


def amount(services: list[Service]) -> Money | None:
    """The prepayment of a visit: that of its services together; None where there is none."""
    parts = [(s.deposit_minor, s.price.currency) for s in services if s.deposit_minor]
    if not parts:
        return None
    return Money(sum(minor for minor, _ in parts if minor), parts[0][1])


def beside(services: list[Service]) -> str:
    """What stands after a price: ", предоплата 500 ₽"; empty where there is none."""
    money = amount(services)
    return f", предоплата {money}" if money is not None else ""


def of_visit(move: Move, visit: Appointment) -> str:
    """The same for a visit."""
    return beside([s for p in visit.parts if (s := move.desk.service_of(p.service_id))])


def tell(move: Move, services: list[Service]) -> None:
    """The salon's own words about the prepayment of these services, if it wrote any."""
    for text in dict.fromkeys(s.deposit_text for s in services if s.deposit_minor):
        if text and not refunds.claims_none(text):
            move.say("pricing.deposit_words", text=text)


def answer(move: Move, text: str, services: list[Service]) -> bool:
    """Answer a question about prepayment; False if it is none, or no service wants any."""
    if not ASKED.search(text):
        return False
    asked = [s for s in services if s.deposit_minor]
    known = asked or [s for s in move.desk.catalogue.services if s.deposit_minor]
    if not known:
        return False
    if services and not asked:
        names = saying.listed(f"«{s.name}»" for s in services)
        move.say("pricing.no_deposit", services=names)
        return True
    if len(known) == 1:
        move.say("pricing.deposit", service=known[0].name, amount=str(amount(known)))
    else:
        lines = "\n".join(f"• {s.name} — {amount([s])}" for s in known[:MOST])
        move.say("pricing.deposits", lines=lines)
    tell(move, known[:MOST])
    move.say("pricing.refund")
    return True
