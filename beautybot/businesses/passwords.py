"""
Which passwords are taken: not short, not stolen before, not what anybody would try first.

There is no rule about kinds of characters.  A new password is measured by
zxcvbn: thirty thousand passwords from real leaks, dictionaries, dates, rows of
keys and repeats, and the words that everybody connects with us and with this
person.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum

from beautybot.kit.errors import BeautyBotError

SHORTEST, LONGEST = 10, 200
FEWEST_GUESSES = 10**8
MEASURED = 72  # what is longer is not weaker, and measuring takes the square of it

# What somebody who guesses at a salon's password tries first, in either spelling.
OURS = (
    *("beautybot", "beauty", "salon", "administrator", "receptionist", "manicure", "nails"),
    *("салон", "красота", "администратор", "маникюр", "мастер", "пароль", "запись", "ногти"),
)
_KEYS = dict(
    zip("йцукенгшщзхъфывапролджэячсмитьбю", "qwertyuiop[]asdfghjkl;'zxcvbnm,.", strict=True)
)


class Weakness(StrEnum):
    """What is wrong with a password."""

    SHORT = "short"
    LONG = "long"
    GUESSABLE = "guessable"


class BadPassword(BeautyBotError):
    """The password cannot be taken; `weakness` says why."""

    def __init__(self, weakness: Weakness) -> None:
        super().__init__(_WHY[weakness])
        self.weakness = weakness


_WHY = {
    Weakness.SHORT: f"the password must have at least {SHORTEST} characters",
    Weakness.LONG: f"the password must have at most {LONGEST} characters",
    Weakness.GUESSABLE: "the password is too easy to guess: take four words that do not belong "
    "together, or let a password manager make one",
}


def check(password: str, words: Iterable[str] = ()) -> None:
    """BadPassword if this may not become a password; `words` are the person's and the salon's."""
    if len(password) < SHORTEST:
        raise BadPassword(Weakness.SHORT)
    if len(password) > LONGEST:
        raise BadPassword(Weakness.LONG)
    if _guesses(password, words) < FEWEST_GUESSES:
        raise BadPassword(Weakness.GUESSABLE)


def _guesses(password: str, words: Iterable[str]) -> float:
    """How many tries it takes, in the easier of two readings: as it is, and by its keys."""
    from zxcvbn import zxcvbn  # dictionaries: not before somebody chooses a password

    known = [piece for text in (*OURS, *words) for piece in _pieces(text)]
    readings = {password[:MEASURED], _on_latin_keys(password[:MEASURED])}
    return min(float(zxcvbn(reading, user_inputs=known)["guesses"]) for reading in readings)


def _pieces(text: str) -> Iterable[str]:
    """The words of a name or an address, as they are and typed on the other keyboard."""
    for piece in re.findall(r"\w{3,}", text.lower()):
        yield piece
        yield _on_latin_keys(piece)


def _on_latin_keys(text: str) -> str:
    return "".join(_KEYS.get(char, char) for char in text.lower())
