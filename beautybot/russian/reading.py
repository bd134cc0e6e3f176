"""A message made readable: one spelling for every way of typing, words with their places."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

HEAD, TAIL = 640, 480
"""Of a very long message so many characters of its beginning and its end are read."""
_REPEATED = re.compile(r"([^\W\d_])\1{2,}")
LONG = 300
_SAID_AGAIN = re.compile(r"(?<!\S)((?:\S+\s+){1,5}?)\1{3,}")
"""«Не не не не …»: the same few words over and over mean no more than said thrice."""
_WORD = re.compile(r"\d+|[^\W\d_]+|[+]")
_PLAIN = re.compile(r"[\s!-~а-я№«»—–…“”„₽]*")
_CYRILLIC = re.compile(r"[а-яәіңғүұқөһ]")
_MIXED = re.compile(r"(?<![^\W\d_])(?=[а-я]*[a-z])(?=[a-z]*[а-я])[^\W\d_]{3,}")
_LOOK_ALIKE = str.maketrans("aceopxykmtbh", "асеорхукмтвн")
_UNSEEN = frozenset(("Cf", "Cs", "Co", "Mn", "Me"))
_LATIN = re.compile(r"[a-z]+")
_LATIN_WORD = re.compile(r"(?<![^\W_])[a-z]+(?![^\W_])")
SHORTEST_TRANSLIT = 4
_LAYOUT = str.maketrans("qwertyuiop[]asdfghjkl;'zxcvbnm,.", "йцукенгшщзхъфывапролджэячсмитьбю")
_ENGLISH_LOOK = re.compile(r"th|ck|gh|wh|tion|ing$|ly$|oy$")
"""What is in many English words and in no Russian word in Latin letters."""
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


class Token(NamedTuple):
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
    """A message read once, for every later stage; `words` are the tokens' texts."""

    raw: str
    text: str
    tokens: tuple[Token, ...]
    language: str
    words: tuple[str, ...]


def read(raw: str) -> Reading:
    """Normalise and split a message of any Unicode; of a very long one its two ends."""
    raw = shortened(raw)
    text = shortened(unicodedata.normalize("NFKC", raw).lower().replace("ё", "е"))
    if not _PLAIN.fullmatch(text):
        text = _without_signs(text)
    text = _REPEATED.sub(r"\1", text)
    if len(text) > LONG:
        text = _SAID_AGAIN.sub(r"\1\1\1", text)
    if _LATIN.search(text) is None:
        return _split(raw, text, "ru")
    text = _MIXED.sub(_one_alphabet, text)
    language = _language(text)
    if language == "ru":
        text = _words_in_latin(text)
    elif language == "translit":
        text = cyrillic(text)
    elif language == "layout":
        text = text.translate(_LAYOUT)
    return _split(raw, text, "en" if language == "en" else "ru")


def shortened(text: str) -> str:
    """The text, or the two ends of a very long one: people come to the point first or last."""
    return text if len(text) <= HEAD + TAIL else f"{text[:HEAD]}\n{text[-TAIL:]}"


def masked(reading: Reading, start: int, end: int) -> Reading:
    """The same message with a piece of it blank, so that later stages do not read it again."""
    text = reading.text[:start] + " " * (end - start) + reading.text[end:]
    tokens = tuple(t for t in reading.tokens if t.end <= start or t.start >= end)
    return Reading(reading.raw, text, tokens, reading.language, tuple(t.text for t in tokens))


def _split(raw: str, text: str, language: str) -> Reading:
    tokens = tuple(Token(m[0], m.start(), m.end()) for m in _WORD.finditer(text))
    return Reading(raw, text, tokens, language, tuple(t.text for t in tokens))


def _without_signs(text: str) -> str:
    """Emoji as the words they stand for; what cannot be seen is gone."""
    text = _signs().sub(lambda m: f" {table('signs')['emoji'][m[0]]} ", text)
    seen = (c for c in text if unicodedata.category(c) not in _UNSEEN)
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in seen)


def _one_alphabet(match: re.Match[str]) -> str:
    """«мaникюр» with a Latin "a": look-alikes become what they look like."""
    word = match[0]
    return word.translate(_LOOK_ALIKE) if _CYRILLIC.search(word) else word


@cache
def _signs() -> re.Pattern[str]:
    return re.compile("|".join(re.escape(sign) for sign in table("signs")["emoji"]))


@cache
def table(name: str) -> dict[str, Any]:
    """A table of words that a Russian speaker can check: `lexicon/<name>.toml`."""
    file = resources.files("beautybot.russian") / "lexicon" / f"{name}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))


def _language(text: str) -> str:
    """How Latin letters are to be read: English, Russian in Latin letters, or a wrong layout."""
    if _CYRILLIC.search(text):
        return "ru"
    latin = _LATIN.findall(text)
    if " ".join(latin) in _words("english_alone"):
        return "en"
    told = [word for word in latin if word not in _words("either")]
    if _most(word in _words("english") for word in told):
        return "en"
    if _is_other_layout(text, latin):
        return "layout"
    if _most(word in _words("english") or _ENGLISH_LOOK.search(word) is not None for word in told):
        return "en"
    return "translit"


def _words_in_latin(text: str) -> str:
    """«Хочу manikur zavtra v 5»: Russian words in Latin letters beside Cyrillic ones."""
    if not any(_is_translit(word) for word in _LATIN_WORD.findall(text)):
        return text
    short = _words("short_translit")
    return _LATIN_WORD.sub(
        lambda m: cyrillic(m[0]) if m[0] in short or _is_translit(m[0]) else m[0], text
    )


def _is_translit(word: str) -> bool:
    """Long enough to be told from an abbreviation, and no English word or trade mark."""
    if len(word) < SHORTEST_TRANSLIT or word in _words("english") or word in _words("stays_latin"):
        return False
    return word in _words("either") or _ENGLISH_LOOK.search(word) is None


def _most(facts: Iterable[bool]) -> bool:
    """At least half of them, and any."""
    listed = list(facts)
    return sum(listed) * 2 >= len(listed) > 0


def _is_other_layout(text: str, latin: list[str]) -> bool:
    """«ytn»: Russian words typed with English keys, by the words or by missing vowels."""
    turned = text.translate(_LAYOUT)
    words = re.findall(r"[а-я]+", turned)
    if sum(word in _words("layout") for word in words) * 2 >= len(words):
        return True
    letters = "".join(latin)
    vowels = sum(c in "aeiouy" for c in letters) / len(letters)
    return vowels < 0.24 and sum(c in _VOWELS for c in turned) / max(len(turned), 1) > 0.25


@cache
def _words(name: str) -> frozenset[str]:
    listed = table("signs")[name]
    return frozenset(listed.split() if isinstance(listed, str) else listed)


def cyrillic(text: str) -> str:
    """Latin letters as the Cyrillic ones they stand for."""
    for latin, letter in _TRANSLIT:
        text = text.replace(latin, letter)
    text = re.sub(r"иа\b", "ия", text.translate(_LETTERS))
    return re.sub(r"й(?=[бвгджзклмнпрстфхцчшщ])|(?<=[бвгджзклмнпрстфхцчшщ])й", "ы", text)
