"""What a client is after, and yes and no, in many words for each."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from price_lists import price_words
from world import FORMS

from beautybot.russian.answers import Context
from beautybot.russian.clocks import Hours
from beautybot.russian.meaning import Lexicon, Meaning, understand
from beautybot.russian.people import Person

MOSCOW = ZoneInfo("Europe/Moscow")
NOON = datetime(2026, 3, 2, 12, tzinfo=MOSCOW)
SALON = Lexicon(
    price_words("studio"),
    [Person(name, name, forms) for name, forms in FORMS.items()],
    Hours(dict.fromkeys(range(7), ((540, 1260),)), MOSCOW),
)
ASKED = {
    "-": "",
    "confirm": "confirm",
    "consent": "consent",
    "offer_slots": "slot",
    "ask_name": "name",
    "ask_phone": "phone",
    "ask_date": "when",
    "ask_time": "when",
    "ask_staff": "specialist",
}
ROWS = [
    line.split("\t")
    for line in Path(__file__).with_name("intents.tsv").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]


def meant(asked: str, text: str) -> Meaning:
    """What the rules make of an answer to such a question."""
    options = 4 if asked == "offer_slots" else 0
    return understand(text, SALON, Context(NOON, ASKED[asked], options=options))


@pytest.mark.parametrize(("asked", "text", "intents", "answer"), ROWS, ids=str)
def test_what_a_client_is_after(asked: str, text: str, intents: str, answer: str) -> None:
    """Exactly these intents, and yes or no only where something was asked."""
    meaning = meant(asked, text)

    assert {str(i) for i in meaning.intents} == set(intents.split())
    assert meaning.confirm == {"yes": True, "no": False, "-": None}[answer]


@pytest.mark.parametrize("text", ["да", "ок", "👍", "+", "нет", "не надо", "хорошо", "второй"])
def test_nothing_was_asked_so_nothing_is_answered(text: str) -> None:
    """A yes out of the blue confirms nothing."""
    meaning = meant("-", text)

    assert meaning.confirm is None
    assert meaning.choice is None
