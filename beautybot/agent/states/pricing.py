"""pricing: what things cost, from the price list and from nowhere else."""

from __future__ import annotations

from beautybot.agent import deposits, saying
from beautybot.agent.commands import AskPrice, Command
from beautybot.agent.memory import Asked
from beautybot.agent.move import Move
from beautybot.agent.wishes import ServiceWish
from beautybot.booking.catalogue import Service
from beautybot.channels.base import Button
from beautybot.kit.money import Money, total

MOST_LINES = 10


def play(move: Move, command: Command) -> None:
    """Quote prices; a draft in the middle of a booking stays as it is."""
    assert isinstance(command, AskPrice)
    wishes = command.wishes or _spoken_of(move)
    if not wishes:
        _categories(move)
    for wish in wishes:
        if not _is_asked_next(move, wish):
            _quote(move, wish)
    _total(move, wishes)
    if command.wishes:
        move.remember(topic=command.wishes)
    if move.draft.active or move.memory.proposal:
        move.advance = True
    elif any(w.known for w in wishes):
        move.ask(Asked.BOOKING, "pricing.offer_booking")
        move.buttons = (Button("m:book", "Записаться"),)


def _spoken_of(move: Move) -> tuple[ServiceWish, ...]:
    draft = move.draft
    if draft.active and not draft.wants_services:
        return (*(ServiceWish((ref,), "") for ref in draft.services), *draft.unsure)
    return move.memory.topic


def _total(move: Move, wishes: tuple[ServiceWish, ...]) -> None:
    """The sum of several services, where each is one and costs the same by everybody."""
    asked = [move.desk.services(wish.refs) for wish in wishes if wish.known]
    if len(asked) < 2 or len(asked) != len(wishes) or any(len(found) != 1 for found in asked):
        return
    prices = []
    for (service,) in asked:
        people = move.desk.can_do([service])
        by_all = {move.desk.price(service, p) for p in people} or {move.desk.price(service)}
        if len(by_all) > 1:
            return
        prices.append(by_all.pop())
    move.say("pricing.total", price=str(total(prices)))


def _is_asked_next(move: Move, wish: ServiceWish) -> bool:
    """The open question lists these very services with their prices: once is enough."""
    return len(wish.refs) > 1 and [w.refs for w in move.draft.unsure[:1]] == [wish.refs]


def _quote(move: Move, wish: ServiceWish) -> None:
    services = move.desk.services(wish.refs)
    if not wish.known or not services:
        unknown(move, wish)
        return
    if len(services) == 1:
        one = services[0]
        move.say(
            "pricing.one",
            service=one.name,
            price=quoted(move, one) + deposits.beside([one]),
            duration=saying.duration(one.duration),
        )
        deposits.tell(move, [one])
    else:
        shown = services[:MOST_LINES]
        lines = "\n".join(f"• {line(move, s)}" for s in shown)
        key = "pricing.several" if len(shown) == len(services) else "pricing.several_of_many"
        move.say(key, lines=lines)


def unknown(move: Move, wish: ServiceWish) -> None:
    """The salon does not offer it: say so, and name what is nearest."""
    near = move.desk.services(wish.refs)[:3]
    if near:
        names = saying.listed((f"«{s.name}»" for s in near), "или")
        move.say("pricing.unknown_near", wish=wish.text, near=names)
    else:
        move.say("pricing.unknown", wish=wish.text)


def line(move: Move, service: Service) -> str:
    """A service with its price and length, for a list."""
    price = quoted(move, service) + deposits.beside([service])
    return f"{service.name} — {price}, {saying.duration(service.duration)}"


def quoted(move: Move, service: Service) -> str:
    """The price as stored, over all who do it: "from" and ranges are kept."""
    people = move.desk.can_do([service])
    prices = {move.desk.price(service, person) for person in people} or {move.desk.price(service)}
    if len(prices) == 1:
        return str(prices.pop())
    by_amount = sorted(prices, key=lambda p: p.minor)
    low = Money(by_amount[0].minor, by_amount[0].currency)
    return f"от {low}, зависит от мастера"


def _categories(move: Move) -> None:
    titles: dict[str, list[Service]] = {}
    for service in move.desk.catalogue.services:
        titles.setdefault(service.category_title or "Услуги", []).append(service)
    lines = "\n".join(f"• {title} — {_lowest(those)}" for title, those in titles.items())
    move.say("pricing.categories", lines=lines)
    move.ask(Asked.SERVICE, "pricing.which")


def _lowest(services: list[Service]) -> str:
    cheapest = min((s.price for s in services), key=lambda price: price.minor)
    return f"от {Money(cheapest.minor, cheapest.currency)}"
