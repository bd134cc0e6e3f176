"""Many alternatives as one expression read the same as each of them tried in turn."""

from __future__ import annotations

import re

import pytest

from beautybot.russian.alternatives import by_first_letter, first_letters, name_of


@pytest.mark.parametrize(
    ("spelt", "letters"),
    [
        ("по?скорее", "п"),
        ("(?:в )?первой", "вп"),
        ("(?<!не )до|от", "до"),
        ("[2-4] в", "234"),
        ("(?:(?<=а)|б) в", "б "),
        (r"\w+ день", None),
        ("", None),
    ],
)
def test_the_letters_an_expression_may_begin_with(spelt: str, letters: str | None) -> None:
    """Optional pieces, choices, classes and looks around; None where anything may stand."""
    found = first_letters(spelt)

    assert found == (None if letters is None else frozenset(letters))


def test_the_first_that_fits_wins_as_without_grouping() -> None:
    """The name found is that of a plain search through the same phrases."""
    phrases = [
        ("year", r"на нов\w+ год\w*"),
        ("after", "по?сле завтра"),
        ("soon", "как можно (?:скорее|раньше)"),
        ("half", "(?:в )?перв(?:ой|ую) половин\\w"),
        ("late", "до (?:обеда|вечера)"),
        ("any", "до обеда|раньше"),
    ]
    plain = re.compile("|".join(f"(?P<p{n}>{one})" for n, (_, one) in enumerate(phrases)))
    grouped = re.compile(by_first_letter(phrases))

    for text in (
        "на новый год после завтра",
        "как можно раньше",
        "в первой половине дня",
        "до обеда",
    ):
        one, other = plain.search(text), grouped.search(text)
        assert (one and phrases[int((one.lastgroup or "")[1:])][0]) == (other and name_of(other))
