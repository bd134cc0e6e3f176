"""What differs between two price lists, in words an owner can check before saying yes."""

from __future__ import annotations

from dataclasses import dataclass

from beautybot.booking.catalogue import Catalogue, Service
from beautybot.kit.text import counted

WHOM = {"any": "для всех", "women": "женщинам", "men": "мужчинам", "kids": "детям"}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that differs; `sign` is +, ~ or −."""

    sign: str
    name: str
    what: str


def between(before: Catalogue, after: Catalogue) -> list[Line]:
    """Everything that differs, added first, then changed, then gone; empty: nothing does."""
    was, now = ({s.ref: s for s in c.services} for c in (before, after))
    people = {p.id: p.name for c in (before, after) for p in c.specialists}
    added = [Line("+", s.name, _whole(s)) for ref, s in now.items() if ref not in was]
    changed = [
        Line("~", s.name, "; ".join(words))
        for ref, s in now.items()
        if ref in was and (words := _words(was[ref], s, people, before, after))
    ]
    gone = [Line("−", s.name, "больше не продаётся") for ref, s in was.items() if ref not in now]
    return [*added, *changed, *gone, *_people(before, after)]


def _whole(service: Service) -> str:
    return f"{service.price}, {_minutes(service)}"


def _words(
    was: Service, now: Service, people: dict[int, str], before: Catalogue, after: Catalogue
) -> list[str]:
    pairs = [
        ("название", was.name, now.name),
        ("раздел", was.category_title, now.category_title),
        ("цена", str(was.price), str(now.price)),
        ("длительность", _minutes(was), _minutes(now)),
        ("подготовка", _gap(was), _gap(now)),
        ("для кого", WHOM.get(was.for_whom, ""), WHOM.get(now.for_whom, "")),
        ("запись", _bookable(was), _bookable(now)),
        ("другие названия", ", ".join(was.aliases), ", ".join(now.aliases)),
        ("мастера", _who(was, people, before), _who(now, people, after)),
    ]
    return [f"{name}: {a or 'нет'} → {b or 'нет'}" for name, a, b in pairs if a != b]


def _minutes(service: Service) -> str:
    return f"{int(service.duration.total_seconds()) // 60} мин"


def _gap(service: Service) -> str:
    before, after = (
        int(t.total_seconds()) // 60 for t in (service.buffer_before, service.buffer_after)
    )
    return f"{before} и {after} мин" if before or after else ""


def _bookable(service: Service) -> str:
    return "есть" if service.bookable else "через человека"


def _who(service: Service, people: dict[int, str], of: Catalogue) -> str:
    said = []
    for person in service.specialists:
        key = (service.id, person)
        own = [str(of.own_prices[key])] if key in of.own_prices else []
        if key in of.own_durations:
            own.append(f"{int(of.own_durations[key].total_seconds()) // 60} мин")
        name = people.get(person, "мастер")
        said.append(f"{name} ({', '.join(own)})" if own else name)
    return ", ".join(said)


def _people(before: Catalogue, after: Catalogue) -> list[Line]:
    was, now = ({p.ref: p for p in c.specialists} for c in (before, after))
    lines = [Line("+", p.name, "новый мастер") for ref, p in now.items() if ref not in was]
    lines += [Line("−", p.name, "больше не работает") for ref, p in was.items() if ref not in now]
    if before.hours != after.hours:
        lines.append(Line("~", "Часы салона", "изменятся"))
    if before.faq != after.faq:
        count = counted(len(after.faq), "ответ", "ответа", "ответов")
        lines.append(Line("~", "Вопросы и ответы", f"станет {count}"))
    return lines
