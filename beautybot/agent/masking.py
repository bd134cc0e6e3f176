"""
A client's words without what names a person: phones, e-mails, handles, surnames.

Nothing reaches a language model except through `mask`.  The code has the real
values; a prompt needs only to show that something of the kind was said.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from beautybot.kit.text import clean, masked
from beautybot.russian.people import is_first_name
from beautybot.russian.phones import find_phone
from beautybot.russian.reading import read

LONGEST = 1_000
PHONE, ADDRESS, SURNAME = "[телефон]", "[адрес]", "[фамилия]"

_ADDRESS = re.compile(
    r"[^\s@<>]+@[^\s@<>]+\.\w+|(?<!\w)@\w{3,}|(?:https?://|www\.|t\.me/)\S+", re.I
)
_EMAIL = re.compile(r"[^\s@'\"]+@[^\s@'\"]+\.\w+")
_PHONE = re.compile(r"\+?\d{10,15}")
_DIGITS = re.compile(r"\+?\d(?:[\s()\-–.,/]{0,3}\d){6,}")
_DATE = re.compile(r"\d{1,2}[./]\d{1,2}[./]\d{2,4}|\d{1,2}[-.:]\d{2}\s?[-–]\s?\d{1,2}[-.:]\d{2}")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_SENTENCE = re.compile(r"(?:^|[.!?\n])\s*$")
_SURNAME = re.compile(
    r"\w{2,}(?:ов|ев|ёв|ин|ын|ский|цкий|ская|цкая|ской|цкой|енко|чук|юк|дзе|швили|ян|янц|ович|евич"
    r"|овн|евн|ична|ova|eva|ina|ov|ev|sky|skiy|skaya|enko|yan)(?:а|у|ой|ым|е|ы|ых|ому|ого|ей)?",
    re.I,
)
_FENCE = str.maketrans({"<": "‹", ">": "›"})


def mask(text: str, known: Collection[str] = (), limit: int = LONGEST) -> str:
    """
    The words for a prompt: at most `limit` characters, no control or tag signs.

    `known` are words that are no secret though they look like surnames: the
    names of the salon's own people, in every form.  Angle brackets are
    replaced, so that nobody can close the fence around his words.
    """
    plain = clean(text, limit * 2).replace("\t", " ")
    plain = _ADDRESS.sub(ADDRESS, plain)
    plain = _DIGITS.sub(_number, plain)
    plain = "\n".join(PHONE if _is_dictated(line) else line for line in plain.split("\n"))
    return _names(plain, {w.lower().replace("ё", "е") for w in known}).translate(_FENCE)[:limit]


def for_trace(text: str) -> str:
    """What is kept of a turn for those who look at it later: phones and e-mails show their end."""
    plain = _EMAIL.sub(lambda m: masked(m[0]), text)
    return _PHONE.sub(lambda m: masked(m[0]), plain)


def _is_dictated(line: str) -> bool:
    """A phone in words: where exactly it stands is not known, so the whole line goes."""
    return find_phone(read(re.sub(r"\d", " ", line))) is not None


def _number(found: re.Match[str]) -> str:
    if _DATE.fullmatch(found[0]):
        return found[0]
    digits = sum(c.isdigit() for c in found[0])
    return PHONE if digits >= 10 or found[0].startswith("+") else found[0]


def _names(text: str, known: set[str]) -> str:
    words = list(_WORD.finditer(text))
    secret = [
        m
        for place, m in enumerate(words)
        if _SURNAME.fullmatch(m[0])
        and m[0].lower().replace("ё", "е") not in known
        and not is_first_name(m[0])
        and _is_surname(
            text, m, [w[0] for w in (*words[place - 1 : place], *words[place + 1 :][:1])]
        )
    ]
    for m in reversed(secret):
        text = text[: m.start()] + SURNAME + text[m.end() :]
    return text


def _is_surname(text: str, word: re.Match[str], neighbours: list[str]) -> bool:
    """Beside a first name always; capitalized, unless a sentence begins with it."""
    if any(is_first_name(n) for n in neighbours):
        return True
    return word[0][0].isupper() and not _SENTENCE.search(text[: word.start()])
