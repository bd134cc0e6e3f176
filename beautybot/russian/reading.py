"""A message made readable: one spelling for every way of typing, words with their places."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

LONGEST = 4096
_REPEATED = re.compile(r"([^\W\d_])\1{2,}")
_WORD = re.compile(r"\d+|[^\W\d_]+|[+]")
_LATIN = re.compile(r"[a-z]+")
_LAYOUT = str.maketrans("qwertyuiop[]asdfghjkl;'zxcvbnm,.", "йцукенгшщзхъфывапролджэячсмитьбю")
_VOWELS = set("аеиоуыэюя")
_TRANSLIT = (
    ("shch", "щ"),
    ("sch", "щ"),
    ("zh", "ж"),
    ("kh", "х"),
    ("ts", "ц"),
    ("ch", "ч"),
    ("sh", "ш"),
    ("yu", "ю"),
    ("ya", "я"),
    ("yo", "е"),
    ("ye", "е"),
    ("iy", "ий"),
    ("yy", "ый"),
)
_LETTERS = str.maketrans(
    dict(zip("abcdefghijklmnoprstuvwxyz", "абкдефгхижклмнопрстувш", strict=False))
    | {
        "c": "ц",
        "h": "х",
        "j": "й",
        "q": "к",
        "r": "р",
        "s": "с",
        "t": "т",
        "u": "у",
        "v": "в",
        "w": "в",
        "x": "кс",
        "y": "й",
        "z": "з",
        "p": "п",
        "o": "о",
        "n": "н",
        "m": "м",
        "l": "л",
        "k": "к",
        "i": "и",
        "'": "ь",
    }
)


@dataclass(frozen=True, slots=True)
class Token:
    """One word or number: normalised, with its place in the normalised text."""

    text: str
    start: int
    end: int

    @property
    def is_number(self) -> bool:
        """True for a run of ASCII digits."""
        return self.text.isascii() and self.text.isdigit()


@dataclass(frozen=True, slots=True)
class Reading:
    """A message read once, for every later stage."""

    raw: str
    text: str
    tokens: tuple[Token, ...]
    language: str

    @property
    def words(self) -> tuple[str, ...]:
        """The tokens' texts."""
        return tuple(token.text for token in self.tokens)


def read(raw: str) -> Reading:
    """Normalise and split a message of any Unicode; only the first 4,096 characters count."""
    text = unicodedata.normalize("NFKC", raw[:LONGEST]).lower().replace("ё", "е")[:LONGEST]
    for sign, meaning in table("signs")["emoji"].items():
        if sign in text:
            text = text.replace(sign, f" {meaning} ")
    text = "".join(c for c in text if unicodedata.category(c) not in ("Cf", "Cs", "Co", "Mn"))
    text = _REPEATED.sub(r"\1", text)
    language = _language(text)
    if language == "translit":
        text = _cyrillic(text)
    elif language == "layout":
        text = text.translate(_LAYOUT)
    tokens = tuple(Token(m[0], m.start(), m.end()) for m in _WORD.finditer(text))
    return Reading(raw, text, tokens, "en" if language == "en" else "ru")


@cache
def table(name: str) -> dict[str, Any]:
    """A table of words that a Russian speaker can check: `lexicon/<name>.toml`."""
    file = resources.files("beautybot.russian") / "lexicon" / f"{name}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))


def _language(text: str) -> str:
    latin = _LATIN.findall(text)
    if not latin or re.search(r"[а-я]", text):
        return "ru"
    english = set(table("signs")["english"])
    if any(word in english for word in latin):
        return "en"
    letters = "".join(latin)
    turned = text.translate(_LAYOUT)
    vowels = sum(c in "aeiouy" for c in letters) / len(letters)
    if vowels < 0.24 and sum(c in _VOWELS for c in turned) / max(len(turned), 1) > 0.25:
        return "layout"
    return "translit"


def _cyrillic(text: str) -> str:
    for latin, letter in _TRANSLIT:
        text = text.replace(latin, letter)
    text = text.translate(_LETTERS)
    return re.sub(r"й(?=[бвгджзклмнпрстфхцчшщ])|(?<=[бвгджзклмнпрстфхцчшщ])й", "ы", text)
