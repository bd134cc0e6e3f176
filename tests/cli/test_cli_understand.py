"""`beautybot understand`: what the rules see, for people and for programs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from operator_console import Operator
from world import ROMASHKA, as_file

NOW = ("--now", "2026-03-02T12:00")
KEYS = {"intents", "services", "specialists", "when", "phone", "name", "confirm", "choice"}


def test_a_frame_names_the_salons_own_ids(operator: Operator, tmp_path: Path) -> None:
    """Every key is there; times are the salon's own, to the minute."""
    operator.types("business", "import", str(as_file(ROMASHKA, tmp_path)))

    seen = operator.types("understand", "педикюр к Вере завтра в 15:00", *NOW, "--json")

    frame = seen.json
    assert frame.keys() >= KEYS
    assert frame["services"] == [{"ids": ["pedicure"], "ask": False, "text": "педикюр"}]
    assert frame["specialists"] == [{"ids": ["vera"], "negated": False}]
    assert (frame["when"]["kind"], frame["when"]["start"]) == ("exact", "2026-03-03T15:00")


def test_people_read_what_was_seen(operator: Operator, tmp_path: Path) -> None:
    """In Russian, with the names of the price list."""
    file = str(as_file(ROMASHKA, tmp_path))

    seen = operator.types("understand", "педикюр к Вере", "--catalogue", file, *NOW)

    assert seen.status == 0
    assert "Педикюр" in seen.out and "Вера Павлова" in seen.out


def test_people_read_why(operator: Operator, tmp_path: Path) -> None:
    """Which words led to a service, what else it says, and why a time must be asked about."""
    file = str(as_file(ROMASHKA, tmp_path))

    seen = operator.types("understand", "педикюр в следующую пятницу", "--catalogue", file, *NOW)

    assert "«педикюр» = pedi" in seen.out
    assert "можно понять двояко" in seen.out and "06.03" in seen.out and "13.03" in seen.out


def test_a_batch_is_a_frame_a_line(operator: Operator, tmp_path: Path) -> None:
    """The context decides what "да" and "второй" mean."""
    lines = [
        {"text": "да", "now": "2026-03-02T12:00", "context": "confirm"},
        {"text": "да", "now": "2026-03-02T12:00", "context": None},
        {"text": "второй", "context": "offer_slots"},
    ]
    batch = tmp_path / "batch.jsonl"
    batch.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")

    seen = operator.types("understand", "--batch", str(batch), "--json")

    frames = [json.loads(line) for line in seen.out.splitlines()]
    assert [frame["confirm"] for frame in frames] == ["yes", None, None]
    assert frames[2]["choice"] == 2


@pytest.mark.parametrize("line", ["{", "[]", '{"now": "2026-03-02"}', '{"text": "a", "now": "x"}'])
def test_a_bad_line_of_a_batch_is_shown(operator: Operator, tmp_path: Path, line: str) -> None:
    """One line on stderr, status 1."""
    batch = tmp_path / "batch.jsonl"
    batch.write_text(line, encoding="utf-8")

    seen = operator.types("understand", "--batch", str(batch))

    assert seen.status == 1
    assert line[:10] in seen.err and seen.err.count("\n") == 1
