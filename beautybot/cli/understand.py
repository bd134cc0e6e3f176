"""What the rules understand of a message: for whoever debugs a salon's price list."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from beautybot.cli.opening import House, inside
from beautybot.cli.output import JsonFlag, say
from beautybot.kit.errors import BeautyBotError, NotFound

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from beautybot.russian.answers import Context
    from beautybot.russian.meaning import Lexicon, Meaning

app = typer.Typer()

# What the receptionist asked just before, as test data and people spell it.
ASKED = {
    "ask_service": "service",
    "ask_date": "when",
    "ask_time": "when",
    "ask_staff": "specialist",
    "ask_phone": "phone",
    "ask_name": "name",
    "confirm": "confirm",
    "offer_slots": "slot",
}
EXPECTS = {"ask_date": "day", "ask_time": "hour"}
OPTIONS = 9  # as many as were offered, where nobody says how many


class BadLine(BeautyBotError):
    """A line of a batch is not what it should be."""


@app.command()
def understand(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What the client wrote.")] = "",
    slug: Annotated[
        str | None, typer.Option("--business", metavar="SLUG", help="The only one, if left out.")
    ] = None,
    catalogue: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A salon's file instead of a salon.")
    ] = None,
    at: Annotated[
        datetime | None, typer.Option("--now", metavar="ISO", help="When it was written.")
    ] = None,
    context: Annotated[
        str, typer.Option(help="What was asked just before: ask_date, confirm…")
    ] = "",
    batch: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A JSON object a line: text, now, context.")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Show the services, people, time and wishes the rules see in a message, and why."""
    from beautybot.russian.frame import frame_of
    from beautybot.russian.meaning import understand as read

    lexicon = (
        lexicon_of_file(catalogue) if catalogue else inside(lambda house: _lexicon(house, slug))
    )
    zone = lexicon.hours.zone
    if batch is not None:
        for line in batch.read_text(encoding="utf-8").splitlines():
            if line.strip():
                typer.echo(answer(line, lexicon))
        return
    now = _local(at, zone)
    meaning = read(text, lexicon, _context(context or None, now, zone))
    frame = frame_of(meaning, now, zone)
    if as_json:
        typer.echo(json.dumps(frame, ensure_ascii=False))
    else:
        _explain(frame, meaning, lexicon)


def answer(line: str, lexicon: Lexicon) -> str:
    """The frame of one line of a batch, as JSON; BadLine where it is none."""
    from beautybot.russian.frame import frame_of
    from beautybot.russian.meaning import understand as read

    zone = lexicon.hours.zone
    try:
        given = json.loads(line)
        moment = given.get("now")
        now = _local(datetime.fromisoformat(moment) if moment else None, zone)
        asked = _context(given.get("context"), now, zone)
        meaning = read(str(given["text"]), lexicon, asked)
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise BadLine(f"not a line of a batch ({error!r}): {line[:80]}") from None
    return json.dumps(frame_of(meaning, now, zone), ensure_ascii=False)


def _local(at: datetime | None, zone: ZoneInfo) -> datetime:
    from beautybot.kit import clock

    if at is None:
        return clock.now().astimezone(zone)
    return at.replace(tzinfo=zone) if at.tzinfo is None else at.astimezone(zone)


def _context(given: Any, now: datetime, zone: ZoneInfo) -> Context:
    """From the name of what was asked, or an object with `asked`, `offered`, `day`."""
    from beautybot.russian.answers import Context

    if not isinstance(given, dict):
        name = str(given or "")
        if name and name not in ASKED and name not in ASKED.values():
            raise ValueError(f"context must be one of {', '.join(ASKED)}")
        options = OPTIONS if name == "offer_slots" else 0
        expects = EXPECTS.get(name, "")
        return Context(now, ASKED.get(name, name), options=options, expects=expects)
    asked = str(given.get("asked") or "")
    offered = tuple(_local(datetime.fromisoformat(o), zone) for o in given.get("offered") or ())
    day = given.get("day")
    return Context(
        now,
        ASKED.get(asked, asked),
        offered=offered,
        options=int(given.get("options") or len(offered)),
        known_day=datetime.fromisoformat(day).date() if day else None,
        expects=EXPECTS.get(asked, ""),
    )


async def _lexicon(house: House, slug: str | None) -> Lexicon:
    return await house.db.read(_read_lexicon, slug)


def _read_lexicon(conn: Connection, slug: str | None) -> Lexicon:
    from beautybot.agent.rules import lexicon_of
    from beautybot.booking import catalogue as catalogues
    from beautybot.businesses import salons

    listed = salons.listing(conn)
    if slug is None and len(listed) > 1:
        raise NotFound("which salon? give --business SLUG; `beautybot business list` shows them")
    if slug is None and not listed:
        return _no_salon()
    salon = salons.by_slug(conn, slug) if slug else listed[0]
    return lexicon_of(catalogues.load(conn, salon.id), salon)


def _no_salon() -> Lexicon:
    from beautybot.russian.clocks import Hours
    from beautybot.russian.meaning import Lexicon
    from beautybot.russian.price_words import PriceWords

    week: dict[int, tuple[tuple[int, int], ...]] = dict.fromkeys(range(7), ((540, 1260),))
    return Lexicon(PriceWords.of([]), [], Hours(week, ZoneInfo("Europe/Moscow")))


def lexicon_of_file(path: Path) -> Lexicon:
    """The words of a salon from its file, without an installation."""
    from beautybot.booking.salon_file import read_file
    from beautybot.russian.clocks import Hours
    from beautybot.russian.meaning import Lexicon
    from beautybot.russian.people import Person, name_forms
    from beautybot.russian.price_words import Listed, PriceWords

    file = read_file(path)
    zone = ZoneInfo(file.salon["timezone"] if file.salon else "Europe/Moscow")
    return Lexicon(
        PriceWords.of(
            [
                Listed(s.id, s.name, s.category_title, s.for_whom, tuple(s.aliases), tuple(s.staff))
                for s in file.services
            ]
        ),
        [Person(p.id, p.name, name_forms(p.name), p.role) for p in file.staff or ()],
        Hours({day: tuple(spans) for day, spans in (file.times.week or {}).items()}, zone),
    )


def _asks(meaning: Meaning) -> str:
    """Why the time must be asked about, or whether several will do."""
    when = meaning.when
    if when is None:
        return ""
    if when.unresolved:
        return " (день назван, но непонятно какой: надо спросить)"
    if when.readings:
        shape = "%d.%m" if when.kind == "day" else "%d.%m %H:%M"
        both = " или ".join(at.strftime(shape) for at in when.readings)
        return f" (можно понять двояко, надо спросить: {both})"
    if when.windows:
        return " (подойдут: " + ", ".join(f"{w[0]:%d.%m %H:%M}" for w in when.windows) + ")"
    return ""


def _why(said: str, ref: str, lexicon: Lexicon) -> str:
    """Which concepts of a service were said, and which were not."""
    from beautybot.russian.concepts import heard_as, words_of
    from beautybot.russian.reading import read

    prices = lexicon.prices
    told = {heard_as(word, prices.local): word for _, word in words_of(read(said).text)}
    entries = [e for e in prices.entries if e.service.ref == ref]
    entry = max(entries, key=lambda e: len(e.concepts & told.keys()))
    matched = [f"«{word}» = {c}" for c, word in told.items() if c in entry.concepts | entry.about]
    missing = sorted(entry.concepts - told.keys())
    parts = [f"совпало {', '.join(matched)}" if matched else "по смыслу"]
    parts += [f"не сказано {', '.join(missing)}"] if missing else []
    return "; ".join(parts)


def _explain(frame: dict[str, Any], meaning: Meaning, lexicon: Lexicon) -> None:
    names = {e.service.ref: e.service.name for e in lexicon.prices.entries}
    people = {p.ref: p.name for p in lexicon.people}
    if meaning.language != "ru":
        say(f"язык: {meaning.language}")
    say(f"намерения: {', '.join(frame['intents']) or 'не понято'}")
    for heard in meaning.services:
        listed = "; ".join(names[ref] for ref in heard.refs)
        if not heard.known:
            say(f"услуги «{heard.text}» нет; похожие: {listed or 'никакие'}")
        elif heard.ask:
            say(f"услуга «{heard.text}»: подходят несколько, надо спросить: {listed}")
        else:
            say(f"услуга «{heard.text}»: {listed}")
        for ref in heard.refs:
            say(f"    {names[ref]}: {_why(heard.text, ref, lexicon)}")
    if meaning.wanted is not None:
        wanted = meaning.wanted
        said = [people[ref] for ref in wanted.refs] + [f"не {people[r]}" for r in wanted.excluded]
        said += ["любой"] * wanted.any_one + [f"{wanted.unknown}: такого нет"] * bool(
            wanted.unknown
        )
        say(f"мастер: {', '.join(said)}")
    when = frame["when"]
    if when is not None:
        span = " – ".join(filter(None, (when["start"], when["end"])))
        say(f"время «{when['text']}»: {when['kind']} {span}{_asks(meaning)}".rstrip())
    for title, key in (("телефон", "phone"), ("имя", "name"), ("ответ", "confirm")):
        if frame[key] is not None:
            say(f"{title}: {frame[key]}")
    if frame["choice"] is not None:
        say(f"выбор: {'последний' if frame['choice'] == -1 else frame['choice']}")
