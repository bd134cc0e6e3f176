"""
Several people at once, and brides: a person of the salon arranges those.

One conversation books one client.  To take only the first of two friends, and
say nothing of it, would be found out at the door.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from beautybot.agent import commands as c
from beautybot.agent.commands import Command

_KIN = (
    r"(?:под(?:руг|руж)\w*|сестр\w+|сест[её]р\w*|мам[уыеойа]+|доч\w+|сын\w*|муж\w{0,2}|жен\w{1,2}"
    r"|пар(?:ень|нем|ня)|брат\w{0,2}|бабушк\w+|коллег\w+|свекров\w+|невестк\w+|тет\w+)"
)
_ME_TOO = r"(?:меня|мне|себя|я)"
_TOGETHER = re.compile(
    # «Запишите меня и подругу», «мне и маме».  «С дочкой приду, ей 3» is not yet two visits.
    rf"\b{_ME_TOO} (?:и|с|со|плюс|вместе с) (?:\w+ )?{_KIN}\b"
    rf"|\b{_KIN} и {_ME_TOO}\b(?! хоч)"
    rf"|\bмы (?:с|со) (?:\w+ )?{_KIN}\b|\bмы вдво[её]м\b"
    # «Нас двое», «нас будет пятеро», «на троих», «втроём», «нас 5 человек».
    r"|\bнас (?:будет |всего |уже )?(?:двое|трое|четверо|пятеро|шестеро)\b"
    r"|\bнас (?:будет |всего |уже )?\d+ (?:человек|девоч|девуш)"
    r"|\bна (?:двоих|троих|четверых|пятерых)\b|\b(?:вдво[её]м|втро[её]м|вчетвером)\b"
    r"|\b(?:двух|трех|четырех|пять|пятерых|троих|двоих|[2-9])"
    r" (?:девоч\w+|девуш\w+|подруг\w*|человек)"
    r"|\bдевичник\w*"
)
_BRIDE = re.compile(
    r"\bя невеста\b|\b(?:образ|сборы|подготовк\w+|прич[её]ск\w+|макияж|маникюр|укладк\w+)"
    r" (?:для |на )?невест\w+|\bневест[еуы] (?:нуж|прич|макияж|образ|маникюр)\w*"
    r"|\bсвадебн\w+ образ\w*|\bрепетици\w+ (?:свад|образ|прич|макияж)\w*"
)
_WISHES = c.Book | c.SetServices | c.SetWhen | c.Unclear | c.Greet


def heard(text: str, found: Sequence[Command], *, for_two: bool) -> list[Command]:
    """
    A person is called for who wants a visit for several, or for a bride.

    `for_two`: what is wanted is sold for two as it is.  Questions of prices
    and of everything else are answered as ever.
    """
    if not all(isinstance(command, _WISHES) for command in found):
        return list(found)
    plain = " ".join(text.lower().replace("ё", "е").split())
    if _BRIDE.search(plain):
        return [c.Human("bride")]
    if not for_two and _TOGETHER.search(plain) and any(not _is_nothing(k) for k in found):
        return [c.Human("group")]
    return list(found)


def _is_nothing(command: Command) -> bool:
    return isinstance(command, c.Unclear | c.Greet)
