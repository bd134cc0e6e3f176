"""What a word can be in a time expression, and how a rule over such kinds is written."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Any, NamedTuple


class Kind(StrEnum):
    """The kind of one token; the value is its letter in the string that rules run over."""

    OTHER = "x"
    COMMA = ","
    STOP = "."
    DASH = "-"
    NUMBER = "n"  # 0 to 31
    BIG = "q"  # 32 to 99
    GLUED = "g"  # three or four digits: «1845»
    NTH = "o"  # «пятого», «5-го»
    WHICH = "Q"  # «пятый», «пятую»: never a day of the month
    HALF_OF = "K"  # «полпятого»
    RELATIVE = "D"
    WEEKDAY = "W"
    MONTH = "M"
    PART = "P"
    IN = "v"
    ON = "j"
    BY = "k"
    AFTER = "l"
    FROM = "f"
    UNTIL = "b"
    ALONG = "i"
    EARLIER = "r"
    NOT = "!"
    ABOUT = "O"
    BETWEEN = "B"
    AND = "&"
    OR = "|"
    BUT = ";"
    BETTER = "V"
    WITHOUT = "1"
    HALF = "F"
    QUARTER = "R"
    THROUGH = "t"
    AGO = "a"
    NEXT = "N"
    THIS = "X"
    LAST = "L"
    EDGE = "S"  # «начале», «середине», «конце»
    NUMBER_WORD = "c"
    MARKER = "p"  # «утра», «вечера», «ночи»
    OF_DAY = "z"  # «дня»
    DAY_UNIT = "d"
    HOUR = "h"
    HOURS = "H"
    CLOCK_WORD = "0"
    MINUTES = "m"
    WEEK = "w"
    MONTH_UNIT = "T"
    YEAR_UNIT = "Y"
    WEEKEND = "E"
    LUNCH = "e"
    WORK = "Z"
    DURING = "%"
    SPELL = "y"  # «полчаса», «полтора»
    REFUSED = "2"
    MOVED = "3"
    PLAN_LESS = "4"
    AFTER_IT = "5"  # Kazakh says «кейін» behind the hour
    UNTIL_IT = "6"
    FINISHED = "7"  # «закончить», «освободиться»
    HALF_YEAR = "8"
    INCLUSIVE = "9"
    COUNTED = "u"
    LABEL = "G"
    UNKNOWN = "U"
    FREE = "J"
    GONE = "@"  # «отпадает»
    SETTLED = "s"  # «давайте», «тогда»: what follows is the wish
    WANTED = "="  # «хотела бы», «можно»
    BEEN = "/"  # «была», «приходила»
    HOPED = "α"  # «есть окошко», «приведу»: a wish is near
    OPENING = "π"  # «окошко», «время»
    OWN = "β"  # «работаю», «на смене»: what the speaker does then
    EVENT = "γ"  # «совещание», «поезд»: what there is then
    OTHERS = "δ"  # «приезжает», «спит»: what somebody does then
    WORKS = "ε"  # «работает»: the salon, or somebody else
    SOMEBODY = "ζ"  # «муж», «магазин»
    CALL = "η"  # «позвоните», «напишу»
    TERMS = "θ"  # «скидка», «сертификат»
    REFERRED = "κ"  # «до этого»: the time that was told before
    JOINT = "ι"  # «поэтому»: a new thought
    CUSTOM = ":"  # «вторникам»
    COUNT = "ξ"  # «двух» of «на двух пальцах»: no hour
    EACH = "ο"  # «каждую»
    AGED = "ρ"  # «дочке» шесть
    MORE = "λ"  # «светлее», «короче»
    BEFOREHAND = "μ"  # «накануне», «перед»
    OF_WEEKDAY = "ν"  # «субботний»
    FILLER = "~"  # «прямо», «ровно»: as if it were not there
    # What the rules make of them.
    CLOCK = "C"
    DAYS = "A"
    WINDOW = "I"


class Token(NamedTuple):
    """One word or what a rule made of several: its kind, meaning and place."""

    kind: str
    value: Any
    text: str
    start: int
    end: int


_NAME = re.compile(r"[A-Z_]{2,}")


def pattern(rule: str) -> str:
    """
    A rule in names of kinds, as a regular expression over their letters.

    `?`, `*`, `|`, brackets and lookarounds mean what they mean there.
    """
    letters = _NAME.sub(lambda m: re.escape(Kind[m[0]].value), rule)
    return re.sub(r"\((?!\?)", "(?:", letters.replace(" ", ""))
