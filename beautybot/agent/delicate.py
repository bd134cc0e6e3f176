"""
What the rules of a price list are no help with: distress, minors, abuse, and "are you a person?".

Distress and minors go to a person before anything else is looked at, a
language model included.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from beautybot.agent import commands as c
from beautybot.agent.commands import Command
from beautybot.agent.topics import Topic

GROWN_UP = 18
YOUNGEST = 6
FEW_WORDS = 6

_DISTRESS = re.compile(
    r"\bне (?:хочу|хочется) (?:больше |уже |так )?жить\b"
    r"|\bжить (?:больше |совсем )?не хо(?:чу|чется)"
    r"|\bпоконч\w+ с (?:собой|жизнью)|\bсуицид\w*|\bсамоубий\w*|\bуб(?:ить|ью) себя\b"
    r"|\bсвести счеты с жизнью|\bналож\w+ на себя руки|\b(?:вскро|порежу|вскрыть|порезать)\w* "
    r"(?:себе )?вены|\bрежу себя\b|\bхочу (?:умереть|сдохнуть)\s*(?:[.!…]|$)"
    r"|\bменя (?:бь[ею]т|избил\w*|избива\w+|изнасил\w+)"
)
_YEARS = {
    "двенадцать": 12,
    "тринадцать": 13,
    "четырнадцать": 14,
    "пятнадцать": 15,
    "шестнадцать": 16,
    "семнадцать": 17,
}
_AGE = re.compile(
    r"\bмне (?:уже |еще |всего |только |сейчас )?(\d{1,2}|" + "|".join(_YEARS) + r")"
    r" (?:лет|года?)\b(?! назад)"
)
_MINOR = re.compile(
    r"\bя несовершеннолетн\w+|\bмне (?:еще )?нет (?:еще )?(?:18|восемнадцати)\b"
    r"|\bмне до (?:18|восемнадцати)\b"
)
_INSULT = (
    r"туп(?:ой|ая|ые|ица)|дебил\w*|идиот\w*|кретин\w*|урод\w*|твар[иь]|мраз\w*|скотин\w*|сук[аи]"
    r"|придур\w*|долбо\w*|мудак\w*|у[её]б\w*|дур(?:ы|ак|аки|а)|лохи?|ху\w+|пизд\w*|[её]ба\w*|г[ао]вн\w*"
    r"|дерьм\w*|достали|задолбали|бесите|зае\w+"
)
_ABUSE = re.compile(
    rf"\b(?:{_INSULT})\b|\b(?:иди(?:те)?|пош(?:ел|ла|ли)) (?:вы |ты )?"
    r"(?:на ?ху\w*|в жопу|на ?хер|нафиг|к черту|лесом)"
)
_WHO = re.compile(
    r"\b(?:ты|вы)(?: \w+)? (?:бот|робот|жив(?:ой|ая)|человек|настоящ\w+|ии|нейросет\w+|программа)\b"
    r"|\b(?:ты|вы) кто\b|\bкто (?:ты|вы)(?: так\w+)?\b(?! работа)"
    r"|\bэто (?:бот|робот|автоответчик)\b|\bкак (?:тебя|вас) зовут\b"
    r"|\bс кем я (?:говорю|общаюсь|разговариваю|переписываюсь)"
    r"|\b(?:с|со) (?:живым )?человеком \w* ?или с (?:ботом|роботом)"
    r"|\bс (?:ботом|роботом) или с человеком"
)


def heard(text: str, found: Sequence[Command]) -> list[Command]:
    """What a message means beside, or instead of, what the rules found in it."""
    plain = " ".join(text.lower().replace("ё", "е").split())
    if _DISTRESS.search(plain):
        return [c.Human("distress")]
    if is_minor(plain):
        return [c.Human("minor")]
    if _WHO.search(plain):
        return _told_who(text, plain, found)
    if all(isinstance(k, c.Unclear) for k in found) and _ABUSE.search(plain):
        return [c.Human("angry")]
    return list(found)


def is_minor(plain: str) -> bool:
    """True if somebody says in small letters that he or she is not of age."""
    if _MINOR.search(plain):
        return True
    ages = (_YEARS.get(found[1]) or int(found[1]) for found in _AGE.finditer(plain))
    return any(YOUNGEST <= age < GROWN_UP for age in ages)


def _told_who(text: str, plain: str, found: Sequence[Command]) -> list[Command]:
    """Who answers is told first; in a longer message the rest is answered too."""
    who: Command = c.AskInfo(Topic.ASSISTANT, text[:300])
    if len(plain.split()) <= FEW_WORDS or "или" in plain:
        return [*(k for k in found if isinstance(k, c.Greet)), who]
    return [who, *(k for k in found if not isinstance(k, c.OffTopic | c.Unclear))]
