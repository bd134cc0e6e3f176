"""The client's own name: when she says it, or when it was asked for."""

from __future__ import annotations

import re
from functools import cache

from beautybot.russian.answers import Context
from beautybot.russian.people import is_called_so, stranger
from beautybot.russian.phones import Phone
from beautybot.russian.reading import Reading, Token, table

_ONE_NAME = r"[А-ЯЁA-ZӘІҢҒҮҰҚӨҺ][\w-]+"
_NAME = re.compile(
    r"\b(?:меня зовут|мо[её] имя|имя мо[её]|имя|это|на имя|я)"
    r"\s+([А-ЯЁA-ZӘІҢҒҮҰҚӨҺ][\w-]+(?:\s+[А-ЯЁ][\w-]+)?)",
    re.IGNORECASE,
)
_NAME_BETWEEN = re.compile(r"\bменя\s+([А-ЯЁA-ZӘІҢҒҮҰҚӨҺ][\w-]+)\s+зовут", re.IGNORECASE)
_NAME_BEFORE = re.compile(rf"({_ONE_NAME}) меня зовут\s*(?:$|[.,!)\n])", re.IGNORECASE)
_CALLED = re.compile(
    r"\b(?:зовут меня|запи(?:шите|сать)(?: меня)? как|зовите|называйте|можно звать|можно просто"
    r"|по паспорту)(?: меня)?(?: просто)?"
    rf" ({_ONE_NAME})",
    re.IGNORECASE,
)
_CALLED_SO = re.compile(rf"\bзовут ({_ONE_NAME})", re.IGNORECASE)
_PRESENTED = re.compile(
    rf"^(?:[^?]{{0,40}}[,.!)\s])?(?:это|я|пишет|это пишет|с вами)"
    rf" ({_ONE_NAME})( {_ONE_NAME})?(?=\s*(?:$|[,.!)\n]))",
    re.IGNORECASE,
)
_FEW_FIGURES = re.compile(r"(?<=[^\W\d_])\W+\d{1,4}\b.*", re.DOTALL)
_ONLY_NAME = re.compile(r"^[^\W\d_]{2,}(?:[\s-][^\W\d_]{2,}){0,2}$")


def name_in(raw: str, context: Context, phone: Phone | None) -> str | None:
    """The client's own name, when she says it or was asked."""
    if match := _NAME_BETWEEN.search(raw) or _NAME_BEFORE.search(raw):
        return _titled(stranger(match[1].lower()) or match[1])
    if match := _CALLED.search(raw):
        return _titled(stranger(match[1].lower()) or match[1])
    if match := _NAME.search(raw):
        word = match[1].strip()
        introduced = re.search(r"зовут|имя", match[0], re.IGNORECASE)
        if introduced or (context.asked == "name" and word[:1].isupper()):
            return _titled(_only_name(word))
    if (match := _CALLED_SO.search(raw)) and is_called_so(match[1]):
        return _titled(match[1])
    if (match := _PRESENTED.search(raw)) and is_called_so(match[1]):
        return _titled(_only_name(f"{match[1]}{match[2] or ''}"))
    if context.asked == "consent" and not _instead().isdisjoint(raw.lower().split()):
        return None
    if context.asked in ("name", "consent") or (context.asked == "phone" and phone):
        return name_alone(raw, context)
    if phone is not None and (name := name_alone(raw, context)) and is_called_so(name.split()[0]):
        return name
    return None


def signature_before(reading: Reading, phone: Phone) -> Token | None:
    """«Педикюр завтра в десять, Света 8 903 …»: the client signs, whichever master bears it too."""
    before = [token for token in reading.tokens if token.end <= phone.start]
    if not before or not is_called_so(before[-1].text):
        return None
    name, last = before[-1], before[-2] if len(before) > 1 else None
    if reading.text[name.end : phone.start].strip(" ,.:;()+—–-\n\t"):
        return None
    gap = reading.text[last.end : name.start] if last else ","
    return name if gap.strip() or (last and last.text in _SIGNS) else None


_SIGNS = ("меня", "я", "это", "зовут", "имя")


def _only_name(words: str) -> str:
    """«Дарья Смирнова», and of «Дарья пожалуйста» the name alone."""
    first, _, second = words.partition(" ")
    first = stranger(first.lower().replace("ё", "е")) or first
    second = second.strip()
    if second.lower() in _not_names() or not (second[:1].isupper() or _is_surname(second)):
        return first
    return f"{first} {second}"


def _is_surname(word: str) -> bool:
    return word.lower().endswith(tuple(table("names")["surnames"]["endings"].split()))


def name_alone(raw: str, context: Context) -> str | None:
    """A message that is a name and courtesies: «Ольга, 35 лет», «8 916 … Ирина»."""
    text = _FEW_FIGURES.sub(" ", re.sub(r"[\d+()\-]{5,}", " ", raw))
    first = re.split(r"[,.;!\n]", text.strip())[0]
    if any(is_called_so(word) for word in first.split()):
        text = first  # «Мадина, рада знакомству», «Ольга, а к кому?»
    words = re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)?", text)
    if any(w.lower() in _refusals() for w in words):
        return None
    words = [w for w in words if w.lower().replace("ё", "е") not in _not_names()]
    if context.asked != "name":
        words = [w for w in words if w[:1].isupper()]
    bare = " ".join(words)
    if re.search(r"\bна\b", raw, re.IGNORECASE) and (named := stranger(bare.lower())):
        return named  # «на Татьяну запишите»
    if words and len(words) <= 3 and _ONLY_NAME.match(bare) and "?" not in text:
        return _titled(bare)
    return None


def _titled(name: str) -> str:
    return " ".join(w[:1].upper() + w[1:] for w in name.split())[:60]


@cache
def _not_names() -> frozenset[str]:
    return frozenset(table("answers")["names"]["never"].split())


@cache
def _instead() -> frozenset[str]:
    return frozenset(table("answers")["names"]["instead"].split())


@cache
def _refusals() -> frozenset[str]:
    return frozenset(table("answers")["names"]["refusal"].split())
