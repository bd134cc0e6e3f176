"""Text from outside is made harmless, text to people is put in the right form."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, strategies as st

from beautybot.kit.text import clean, counted, masked, one_line, plural, utf16_units


@given(st.text())
def test_cleaned_text_is_safe_everywhere(text: str) -> None:
    """It can be stored, sent, logged and put in JSON; cleaning it again changes nothing."""
    kept = clean(text)

    assert "\x00" not in kept
    kept.encode("utf-8")
    assert json.loads(json.dumps(kept)) == kept
    assert clean(kept) == kept


@given(st.text(), st.integers(1, 50))
def test_cleaned_text_is_never_longer_than_asked(text: str, limit: int) -> None:
    """Nobody fills a column or a prompt by writing much."""
    assert len(clean(text, limit)) <= limit
    assert len(one_line(text, limit)) <= limit
    assert "\n" not in one_line(text, limit)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Хочу на маникюр 💅🏽", "Хочу на маникюр 💅🏽"),
        ("семья 👨‍👩‍👧", "семья 👨‍👩‍👧"),
        ("два\nряда", "два\nряда"),
        ("a\x00b\x1b[31mc", "ab[31mc"),
        ("hidden\U000e0041\U000e0042", "hidden"),
        ("half \ud83d", "half "),
    ],
)
def test_what_people_write_stays_and_what_breaks_things_goes(text: str, kept: str) -> None:
    """Emoji with joiners stay whole; control characters, surrogates and tags go."""
    assert clean(text) == kept


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, "0 записей"),
        (1, "1 запись"),
        (2, "2 записи"),
        (4, "4 записи"),
        (5, "5 записей"),
        (11, "11 записей"),
        (14, "14 записей"),
        (21, "21 запись"),
        (112, "112 записей"),
        (1003, "1003 записи"),
    ],
)
def test_a_noun_agrees_with_its_number(count: int, said: str) -> None:
    """As a Russian speaker would say it."""
    assert counted(count, "запись", "записи", "записей") == said


def test_a_negative_number_agrees_too() -> None:
    """Minus one is one."""
    assert plural(-1, "рубль", "рубля", "рублей") == "рубль"


def test_telegram_counts_an_emoji_twice() -> None:
    """Its limits are in UTF-16 units."""
    assert (utf16_units("я"), utf16_units("💅"), utf16_units("💅🏽")) == (1, 2, 4)


@pytest.mark.parametrize(
    ("value", "shown"),
    [("+79161234567", "+7•••4567"), ("10081232", "•••1232"), ("12345", "•••"), ("", "•••")],
)
def test_an_address_is_masked(value: str, shown: str) -> None:
    """Enough to recognise, too little to call."""
    assert masked(value) == shown
