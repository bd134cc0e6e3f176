"""Whatever is typed, a frame comes back, and soon."""

from __future__ import annotations

import json
import time
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings, strategies as st
from price_lists import price_words
from world import FORMS

from beautybot.russian.answers import Context
from beautybot.russian.clocks import Hours
from beautybot.russian.frame import frame_of
from beautybot.russian.meaning import Lexicon, understand
from beautybot.russian.people import Person

MOSCOW = ZoneInfo("Europe/Moscow")
NOW = datetime(2026, 11, 23, 10, 30, tzinfo=MOSCOW)
SALON = Lexicon(
    price_words("studio"),
    [Person(name, name, forms) for name, forms in FORMS.items()],
    Hours(dict.fromkeys(range(7), ((540, 1260),)), MOSCOW),
)
ASKED = ["", "slot", "confirm", "name", "phone", "when", "specialist", "consent", "service"]
_PIECES = (
    "завтра 15 15:30 31.02 99.99 пол четверть без -е -го в на к с до после по через "
    "следующей неделе месяц год раз 1845 2D +7 8 916 123 45 67 две пятёрки сто "
    "двадцать маникюр снять их не а и или , . ? ! ( - — 👍 💅 ² ٣ ＋７ ＡＢ да нет Вера к "
    "Лене кроме любой zavtra hochu tomorrow ертең ㎡ ½ Ⅻ "
)
PIECES = _PIECES.split()
words = st.lists(st.sampled_from(PIECES), max_size=40).map(" ".join)
asked = st.sampled_from(ASKED)


def frame(text: str, question: str = "") -> dict[str, object]:
    """The frame of any text."""
    context = Context(NOW, question, options=4 if question == "slot" else 0)
    return frame_of(understand(text, SALON, context), NOW, MOSCOW)


@given(text=st.text(max_size=300), question=asked)
@settings(max_examples=400, deadline=None)
def test_any_unicode_gives_a_frame(text: str, question: str) -> None:
    """Also lone surrogates, digits of other scripts and signs nobody types."""
    assert json.dumps(frame(text, question))


@given(text=words, question=asked)
@settings(max_examples=600, deadline=None)
def test_any_jumble_of_our_words_gives_a_frame(text: str, question: str) -> None:
    """Words of dates, hours, phones and services in any order."""
    assert json.dumps(frame(text, question))


@given(text=st.text(alphabet="0123456789 .:-/+()", max_size=80))
@settings(max_examples=400, deadline=None)
def test_any_figures_give_a_frame(text: str) -> None:
    """A phone, if one is found, is E.164."""
    phone = frame(text, "phone")["phone"]

    assert phone is None or (str(phone)[0] == "+" and str(phone)[1:].isdigit())


@pytest.mark.parametrize(
    "text",
    ["", " ", "\n", "\x00", "🙂" * 50, "0" * 4096, "9" * 100_000, "\u202e\u200b", "ё" * 4096, "?!"],
)
def test_nothing_in_it_is_nothing_meant(text: str) -> None:
    """No intents, no time, no services of nothing."""
    got = frame(text)

    assert (got["services"], got["when"], got["phone"]) == ([], None, None)


@pytest.mark.parametrize(
    "piece",
    ["завтра ", "маникюр и ", "к Вере ", "1 ", "5-", "+7", "не на ", "aq ", "да ", "25.11 "],
)
def test_a_megabyte_costs_no_more_than_a_page(piece: str) -> None:
    """Time does not grow with what nobody reads to the end."""
    page, megabyte = (piece * 2000)[:2000], (piece * 1_000_000)[:1_000_000]

    short, long = (min(_taken(text) for _ in range(3)) for text in (page, megabyte))

    assert long < 5 * short + 0.02


def _taken(text: str) -> float:
    start = time.process_time()
    frame(text)
    return time.process_time() - start


def test_the_point_of_a_long_message_may_come_last() -> None:
    """Two pages of talk, and then the wish."""
    talk = "я у вас была в прошлом году и мне все очень понравилось, мастер внимательный. " * 60

    got = frame(talk + "Запишите на маникюр завтра в 15:00")

    assert isinstance(got["when"], dict)
    assert got["when"]["start"] == "2026-11-24T15:00"
