"""Whatever is wrong with a salon's file is refused by a sentence that names the place."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, func, select
from world import MONDAY, ROMASHKA

from beautybot.booking import importing
from beautybot.booking.price_list import ImportProblem
from beautybot.booking.salon_file import of_json, read_file
from beautybot.kit.db import Database, metadata

# What is changed in a good file, where, and what the sentence says.
PROBLEMS: list[tuple[str, tuple[Any, ...], Any, str]] = [
    (
        "hours that overlap",
        ("salon", "hours", "mon"),
        [["10:00", "14:00"], ["13:00", "20:00"]],
        "salon.hours.mon: the hours overlap",
    ),
    ("hours of no length", ("salon", "hours", "mon"), ["10:00", "10:00"], "salon.hours.mon: from"),
    ("hours turned round", ("salon", "hours", "mon"), ["20:00", "10:00"], "salon.hours.mon: from"),
    ("an empty list of hours", ("salon", "hours", "mon"), [], "salon.hours.mon: hours like"),
    ("hours as a number", ("salon", "hours", "mon"), 10, "salon.hours.mon: hours like"),
    ("hours beyond the day", ("salon", "hours", "mon"), ["10:00", "24:30"], "salon.hours.mon"),
    ("hours in Arabic digits", ("salon", "hours", "mon"), ["١٠:٠٠", "20:00"], "salon.hours.mon"),
    ("no hours at all", ("salon", "hours"), {}, "salon.hours: hours of the week are missing"),
    (
        "a day that is none",
        ("salon", "hours", "mo"),
        ["10:00", "20:00"],
        "salon.hours.mo: the days",
    ),
    ("no zone", ("salon", "timezone"), "Europe/Romashka", "salon.timezone: there is no zone"),
    ("a zone outside", ("salon", "timezone"), "../../etc/passwd", "salon.timezone: there is no"),
    (
        "a holiday that is none",
        ("salon", "holidays"),
        ["2026-02-30"],
        "salon.holidays: '2026-02-30'",
    ),
    (
        "a day both on and off",
        ("salon", "holidays"),
        ["2026-03-08"],
        "salon.holidays: 2026-03-08 has",
    ),
    (
        "a break of no length",
        ("salon", "breaks"),
        [["13:00", "13:00"]],
        "salon.breaks: from and to",
    ),
    (
        "a site that breaks the policy",
        ("settings", "embed_on"),
        ["https://a.example; script-src *"],
        "embed_on",
    ),
    (
        "a site with a line of its own",
        ("settings", "embed_on"),
        ["https://a.example\r\nX: y"],
        "embed_on",
    ),
    ("hours that are no hours", ("settings", "agent_hours"), ["9", "утро"], "agent_hours"),
    ("hours that never end", ("settings", "agent_hours"), ["09:00", "09:00"], "agent_hours"),
    ("a channel that is none", ("settings", "agent_silent_in"), ["pigeon"], "agent_silent_in"),
    ("rules that are a script", ("settings", "privacy_url"), "javascript:alert(1)", "privacy_url"),
    ("nothing to do", ("services", 2, "staff"), ["lena"], "staff[0]"),
    (
        "longer than the day",
        ("services", 0, "duration_min"),
        601,
        "services[0].duration_min: 601 min with buffers, but vera works 600 min",
    ),
    (
        "longer with its buffers",
        ("services", 0),
        ROMASHKA["services"][0] | {"duration_min": 590, "buffer_after_min": 15},
        "services[0].duration_min: 605 min",
    ),
    ("no time", ("services", 0, "duration_min"), 0, "services[0].duration_min: a whole number"),
    ("a year", ("services", 0, "duration_min"), 525_600, "services[0].duration_min: a whole"),
    ("half a minute", ("services", 0, "duration_min"), 0.5, "services[0].duration_min: a whole"),
    ("for nothing", ("services", 0, "price"), 0, "services[0].price: a whole number from 1"),
    ("for less", ("services", 0, "price"), -5, "services[0].price: a whole number"),
    ("for a fortune", ("services", 0, "price"), 10**9, "services[0].price: a whole number"),
    ("true", ("services", 0, "price"), True, "services[0].price: a whole number"),
    ("a range upside down", ("services", 0, "price_max"), 5, "services[0].price_max: it is below"),
    ("by nobody", ("services", 0, "staff"), [], "services[0].staff: nobody does it"),
    ("by a stranger", ("services", 0, "staff"), ["zoya"], "services[0].staff: nobody has the id"),
    ("an endless buffer", ("services", 0, "buffer_after_min"), 999, "services[0].buffer_after_min"),
    (
        "a gap at the end",
        ("services", 0, "processing_min"),
        [[30, 60]],
        "services[0].processing_min",
    ),
    (
        "a gap backwards",
        ("services", 0, "processing_min"),
        [[30, 20]],
        "services[0].processing_min",
    ),
    ("a gap in words", ("services", 0, "processing_min"), ["ждём"], "services[0].processing_min"),
    ("no such room", ("services", 0, "resources"), ["sauna"], "services[0].resources: there is no"),
    ("own price of nobody", ("services", 0, "by_staff"), {"zoya": {}}, "services[0].by_staff.zoya"),
    (
        "own time of no length",
        ("services", 0, "by_staff"),
        {"vera": {"duration_min": 0}},
        "by_staff.vera",
    ),
    (
        "no rooms of a kind",
        ("resources",),
        [{"id": "r", "name": "R", "quantity": 0}],
        "resources[0]",
    ),
    ("a nameless room", ("resources",), [{"id": "r"}], "resources[0]: id and name are needed"),
    (
        "shifts of no days",
        ("staff", 0, "shifts"),
        {"from": "2026-03-02", "cycle": []},
        "staff[0].shifts",
    ),
    (
        "shifts always off",
        ("staff", 0, "shifts"),
        {"from": "2026-03-02", "cycle": [None, None]},
        "staff[0].shifts",
    ),
    (
        "shifts from no day",
        ("staff", 0, "shifts"),
        {"from": "вчера", "cycle": [["10:00", "20:00"], None]},
        "staff[0].shifts.from: 'вчера' is no date",
    ),
    (
        "away backwards",
        ("staff", 0, "time_off"),
        [{"from": "2026-07-14", "to": "2026-07-01"}],
        "staff[0].time_off[0]: `from` before `to`",
    ),
    (
        "away for ever",
        ("staff", 0, "time_off"),
        [{"from": "2026-01-01", "to": "2036-01-01"}],
        "staff[0].time_off[0]: `from` before `to`, and a year at most",
    ),
    ("a step of nothing", ("settings", "slot_step_min"), 0, "settings.slot_step_min: a whole"),
    ("a horizon backwards", ("settings", "horizon_days"), -1, "settings.horizon_days: a whole"),
    ("two of one id", ("staff", 1, "id"), "vera", "staff: two people have the same id"),
]


def with_change(path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    """A good file with all that may stand in one, and one thing changed."""
    file = deepcopy(ROMASHKA)
    file["salon"]["days"] = {"2026-03-08": ["11:00", "16:00"]}
    inside: Any = file
    for key in path[:-1]:
        inside = inside[key]
    inside[path[-1]] = value
    if path == ("services", 2, "staff"):
        for service in file["services"]:
            service["staff"] = ["lena"]
    return file


@pytest.mark.parametrize(
    ("path", "value", "sentence"), [p[1:] for p in PROBLEMS], ids=[p[0] for p in PROBLEMS]
)
def test_a_bad_value_is_named(path: tuple[Any, ...], value: Any, sentence: str) -> None:
    """By its place in the file, and nothing else is complained of."""
    with pytest.raises(ImportProblem) as refused:
        of_json(with_change(path, value))

    assert any(sentence in problem for problem in refused.value.problems), refused.value.problems


def test_the_unchanged_file_is_good() -> None:
    """Control: what every case above starts from is accepted."""
    assert of_json(with_change(("salon", "city"), "Москва")).salon


def test_all_problems_are_told_at_once() -> None:
    """The owner mends the file in one go."""
    file = with_change(("services", 0, "price"), 0)
    file["services"][1]["duration_min"] = "долго"
    file["salon"]["timezone"] = "Луна"

    with pytest.raises(ImportProblem) as refused:
        of_json(file)

    assert len(refused.value.problems) == 3


async def test_a_refused_file_leaves_no_trace(db: Database, tmp_path: Path) -> None:
    """A stranger among those who do the last service is found late; even so nothing is written."""
    table = tmp_path / "price.csv"
    table.write_text("Услуга;Цена;Длительность;Мастер\nМаникюр;1800;60;\nПедикюр;2400;75;зоя\n")
    await db.write(importing.apply, of_json(ROMASHKA), now=MONDAY)
    before = await db.read(_everything)

    with pytest.raises(ImportProblem, match="nobody has the id"):
        await db.write(importing.apply, read_file(table), now=MONDAY, slug="romashka")

    assert await db.read(_everything) == before


def _everything(conn: Connection) -> dict[str, int]:
    count = select(func.count())
    return {
        name: conn.execute(
            count.select_from(table).execution_options(across_salons=True)
        ).scalar_one()
        for name, table in metadata.tables.items()
    }


@pytest.mark.parametrize(
    "line", ["Стрижка;;60", "Стрижка;бесплатно;60", "Стрижка;0;60", "Стрижка;900;0", ";900;60"]
)
def test_a_bad_line_of_a_price_list_is_named(line: str, tmp_path: Path) -> None:
    """By the number that a spreadsheet shows beside it."""
    table = tmp_path / "price.csv"
    table.write_text(f"Услуга;Цена;Длительность\nМаникюр;1800;60\n{line}\n")

    with pytest.raises(ImportProblem, match="line 3"):
        read_file(table)


def test_what_is_no_file_of_a_salon_is_refused(tmp_path: Path) -> None:
    """Garbage of every shape ends in a sentence."""
    place = tmp_path / "salon.json"
    for garbage in ("", "[]", "{", '{"salon": 7}', '{"salon": {}}', "[" * 100_000, "\x00"):
        place.write_text(garbage)
        with pytest.raises(ImportProblem):
            read_file(place)


@pytest.mark.parametrize("key", ["staff", "services", "faq", "resources", "settings"])
@pytest.mark.parametrize("value", [7, "x", [7], {"a": 1}, [[]], [{"id": [], "name": {}}]])
def test_no_shape_of_a_key_breaks_the_reader(key: str, value: Any) -> None:
    """It is read or refused in words, never a traceback."""
    file = deepcopy(ROMASHKA) | {key: json.loads(json.dumps(value))}

    try:
        of_json(file)
    except ImportProblem as refused:
        assert refused.problems
