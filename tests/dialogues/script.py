"""
Reads dialogues an owner can read, too.

    # Title                                     one dialogue; several in a file
    клиент: хочу на маникюр завтра              what the client writes (two lines in a row: a burst)
    клиент нажимает: Да, записать               a button of the last answer
    агент: «10:00» «1 800 ₽» · booking          the answer holds these words; the state after it
    не говорит: «занято»                        the answer does not hold these
    агент молчит                                no answer
    проходит: 15 минут                          minutes, hours (часов) or days (дней)
    другой клиент: …                            somebody else writes («… нажимает»: or presses)
    салон пишет: «10:00»                        the client hears this without having asked
    салон пишет другому: «10:00»                the other one does
    салон молчит                                nobody hears anything
    в книге: booked Маникюр, Вера Павлова, 03.03 14:00
    книга пуста
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path


class Kind(StrEnum):
    """What a line of a dialogue is."""

    SAYS = "клиент"
    PRESSES = "клиент нажимает"
    OTHER_SAYS = "другой клиент"
    OTHER_PRESSES = "другой клиент нажимает"
    COMES = "салон пишет"
    COMES_TO_OTHER = "салон пишет другому"
    NOTHING_COMES = "салон молчит"
    ANSWER = "агент"
    NOT = "не говорит"
    SILENCE = "агент молчит"
    PAUSE = "проходит"
    BOOKED = "в книге"
    EMPTY = "книга пуста"


@dataclass(frozen=True, slots=True)
class Line:
    """One line, with its number in the file."""

    number: int
    kind: Kind
    text: str = ""

    @property
    def quoted(self) -> list[str]:
        """The words in quotes."""
        return re.findall(r"«([^»]+)»", self.text)

    @property
    def state(self) -> str | None:
        """The state named after the dot."""
        return self.text.rpartition("·")[2].strip() if "·" in self.text else None

    @property
    def pause(self) -> timedelta:
        """How long nothing happens."""
        number, unit = self.text.split()
        minutes = {"мин": 1, "час": 60, "ден": 1440, "дне": 1440, "дня": 1440}[unit[:3]]
        return timedelta(minutes=int(number) * minutes)


@dataclass(slots=True)
class Dialogue:
    """A title and its lines."""

    title: str
    file: str
    lines: list[Line] = field(default_factory=list)


def read(path: Path) -> list[Dialogue]:
    """Every dialogue of a file; ValueError names a line that is none of the above."""
    found: list[Dialogue] = []
    for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        line = raw.strip()
        if line.startswith("# "):
            found.append(Dialogue(line[2:], path.stem))
        elif line:
            found[-1].lines.append(_line(line, number, path))
    return found


def _line(line: str, number: int, path: Path) -> Line:
    head, _, text = line.partition(":")
    try:
        return Line(number, Kind(head.strip()), text.strip())
    except ValueError:
        raise ValueError(f"{path.name}:{number}: not a line of a dialogue: {line}") from None
