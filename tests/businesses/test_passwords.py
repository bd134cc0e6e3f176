"""A password is long, was not stolen before, and is not what one would try first."""

from __future__ import annotations

import pytest

from beautybot.businesses import passwords, users
from beautybot.businesses.passwords import BadPassword, Weakness


def stolen() -> list[str]:
    """Every third password of real leaks that is long enough for us."""
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    known = [p for p in FREQUENCY_LISTS["passwords"] if len(p) >= passwords.SHORTEST]
    return known[::3]


def test_what_was_stolen_is_not_taken() -> None:
    """Those of the list that are long enough, as they are and capitalised."""
    leaked = stolen()

    taken = [p for word in leaked for p in (word, word.capitalize()) if not _weak(p)]

    assert len(leaked) > 300
    assert taken == []


@pytest.mark.parametrize(
    "easy",
    [
        "qwertyuiop",
        "йцукенгшщз",
        "1234567890",
        "парольпароль",
        "gfhjkmgfhjkm",  # «парольпароль» on Latin keys
        "beautybot2026",
        "romashka2026",
        "СалонРомашка",
        "cfkjyhjvfirf",  # «салонромашка»
        "aaaaaaaaaaaaaaaa",
        "01.02.2003",
    ],
)
def test_what_is_tried_first_is_not_taken(easy: str) -> None:
    """Rows of keys, repeats, dates, our words and the salon's, in either spelling."""
    with pytest.raises(BadPassword) as refused:
        users.hashed("anna@romashka.example", easy, "Салон «Ромашка»", "romashka")

    assert refused.value.weakness is Weakness.GUESSABLE


@pytest.mark.parametrize(
    "good",
    [
        "лампа чашка облако семь",
        "tq8#Vn2!xWz0",
        "correct horse battery staple",
    ],
)
def test_any_signs_will_do(good: str) -> None:
    """No rule about kinds of signs, no cutting, no change of case."""
    digest = users.hashed("anna@romashka.example", good)[1]

    assert users.fits(digest, good)
    assert not users.fits(digest, good[:-1])
    assert not users.fits(digest, good.swapcase())


def test_length_has_two_ends() -> None:
    """Sixty-four and more are fine; nothing is cut in silence."""
    digest = users.hashed("anna@romashka.example", long := "лампа чашка облако " * 10)[1]

    assert users.fits(digest, long)
    for wrong, weakness in (("корот", Weakness.SHORT), ("a b" * 100, Weakness.LONG)):
        with pytest.raises(BadPassword) as refused:
            passwords.check(wrong)
        assert refused.value.weakness is weakness


def _weak(password: str) -> bool:
    try:
        passwords.check(password)
    except BadPassword:
        return True
    return False
