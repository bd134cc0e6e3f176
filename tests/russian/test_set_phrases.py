"""Set phrases are read whole, and every one of the tables stands for something."""

from __future__ import annotations

import pytest

from beautybot.russian.concepts import words_of
from beautybot.russian.reading import table
from beautybot.russian.set_phrases import SetPhrases

PHRASES = SetPhrases(
    [
        ("soon", "как можно скорее|раньше"),
        ("none", "в один тон"),
        ("none", "до завтра $"),
        ("day", "один день"),
        ("both", "один день рождения"),
        ("through", "in # days"),
    ],
    first_word_only=["through"],
)


def over(text: str) -> str:
    """The text with the phrases' meanings in capitals."""
    return PHRASES.written_over(
        text, lambda meant, length: meant.upper().ljust(length, "_")[:length]
    )


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("мне как можно раньше бы", "мне SOON____________ бы"),
        ("ну до завтра!", "ну NONE_____!"),
        ("до завтра терплю", "до завтра терплю"),
        ("один день", "DAY______"),
        ("один день рождения", "BOTH______________"),
        ("in 2 days", "TH 2 days"),
        ("как, можно раньше?", "как, можно раньше?"),
        ("", ""),
        ("…!", "…!"),
    ],
)
def test_the_longest_phrase_is_written_over_and_places_stay(text: str, read: str) -> None:
    """Nothing goes on behind a comma; a phrase may stand for its first word alone."""
    assert over(text) == read
    assert len(over(text)) == len(text)


def test_no_table_hides_words_in_regular_expressions() -> None:
    """A phrase is words and the few signs that intents.toml explains."""
    tables = [table("time")["phrases"].values(), table("concepts")["phrases"].values()]
    spelt = [one for listed in tables for phrases in listed for one in phrases]

    assert [one for one in spelt if set(one) & set("\\[]?+{}.")] == []
    assert len(spelt) > 100


def test_a_phrase_of_services_reads_as_what_it_stands_for() -> None:
    """«Сломала ноготь» is a repair; control: «сломала каблук» is not."""
    assert "ремонт" in [word for _, word in words_of("сломала ноготь")]
    assert "ремонт" not in [word for _, word in words_of("сломала каблук")]
