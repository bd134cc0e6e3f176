"""
The rules: what kinds in a row make a day, an hour or a window.

The first rule that fits at a place wins, so the longer ones stand above.  A
rule may still refuse, and then the words stay as they were.
"""

from __future__ import annotations

from beautybot.russian.time import clocks, days, weeks, windows
from beautybot.russian.time.kinds import Kind
from beautybot.russian.time.reducing import Grammar, Rule

_TIME_BEFORE = "(?<=IN|ON|BY|AFTER|UNTIL|FROM|EARLIER|ABOUT|CLOCK_WORD|DAYS|WEEKDAY|RELATIVE)"
_POSITION = "(IN|ON|BY)?"
_ALONE = "((?<!.)|(?<=ON|COMMA|STOP))"
_NOUN = "OTHER|OPENING|EVENT|OTHERS|OWN|SOMEBODY|TERMS|CALL"
_HOUR_OF = "MARKER|OF_DAY|HOUR|HOURS"
_EITHER = "(OR|AND|COMMA) OR? (IN|ON)?"
_OF_WEEK = "WEEKDAY (IN|ON)? (NEXT|THIS) WEEK"
_UNIT = "(DAY_UNIT|OF_DAY|WEEK|MONTH_UNIT|YEAR_UNIT)"

NAMES = Grammar(
    # Not a time at all.
    Rule("PLAN_LESS (IN|ON)? (WEEKDAY|RELATIVE) ((AND|COMMA) WEEKDAY)*", Kind.OTHER, None),
    Rule("FROM (NUMBER|BIG) (UNTIL|ALONG|DASH) (NUMBER|BIG) COUNTED", Kind.OTHER, None),
    Rule("(NUMBER|BIG|GLUED|CLOCK|WINDOW) COUNTED", Kind.OTHER, None),
    Rule("BETWEEN (NUMBER|BIG) AND (NUMBER|BIG) COUNTED", Kind.OTHER, None),
    Rule(
        "AGED (NUMBER (FROM HALF)?|BIG) (?!MONTH|MARKER|OF_DAY|HOUR|HOURS|NUMBER|BIG)",
        Kind.OTHER,
        None,
    ),
    Rule(f"COUNTED ON (NUMBER|BIG) (?!{_HOUR_OF}|MONTH|NUMBER_WORD)", Kind.OTHER, clocks.size),
    Rule("ON (NUMBER|BIG) MORE", Kind.OTHER, None),
    Rule("(WHICH|NTH) COUNTED", Kind.OTHER, None),
    Rule("LABEL (NUMBER|NTH|WHICH) MONTH", Kind.OTHER, None),
    Rule("LABEL (NUMBER|BIG|GLUED|WINDOW)", Kind.OTHER, None),
    Rule(f"(MINUTES|{_UNIT}) ON (NUMBER|BIG) (?!MARKER|OF_DAY)", Kind.OTHER, None),
    Rule(
        f"THROUGH (NUMBER|BIG|SPELL)? {_UNIT} AFTER (OTHER|EVENT|TERMS|UNKNOWN|COUNTED)",
        Kind.OTHER,
        None,
    ),
    Rule("HOURS ON NUMBER (?!MARKER|OF_DAY)", Kind.CLOCK, clocks.hours_on),
    # Days counted from today.
    Rule("THROUGH WEEKDAY", Kind.UNKNOWN, days.beyond),
    Rule("(WEEK|MONTH_UNIT) THROUGH SPELL", Kind.UNKNOWN, days.beyond),
    Rule(
        "THROUGH (WEEK|MONTH_UNIT|DAY_UNIT) NUMBER (?!HOUR|HOURS|MARKER|OF_DAY|MONTH|NUMBER_WORD)",
        Kind.DAYS,
        days.through_some,
    ),
    Rule("THROUGH SPELL (WEEK|MONTH_UNIT|DAY_UNIT|YEAR_UNIT)", Kind.UNKNOWN, days.beyond),
    Rule("THROUGH (NEXT|THIS)? WEEKEND", Kind.UNKNOWN, days.beyond),
    Rule("THROUGH HALF_YEAR", Kind.DAYS, days.half_year),
    Rule("(HOUR|HOURS|MINUTES) THROUGH (NUMBER|BIG)", Kind.WINDOW, windows.soon),
    Rule("THROUGH NUMBER? WEEK COMMA? (IN|ON)? WEEKDAY", Kind.DAYS, weeks.week),
    Rule("WEEK THROUGH NUMBER COMMA? (IN|ON)? WEEKDAY", Kind.DAYS, weeks.week),
    Rule("RELATIVE THROUGH NUMBER? WEEK", Kind.DAYS, weeks.weeks_after),
    Rule("(IN|ON)? WEEKDAY THROUGH NUMBER? WEEK", Kind.DAYS, weeks.week),
    Rule(f"THROUGH (NUMBER|BIG|WINDOW)? {_UNIT}", Kind.DAYS, days.through),
    Rule(f"{_UNIT} THROUGH (NUMBER|BIG)", Kind.DAYS, days.through),
    Rule(f"(NUMBER|BIG)? {_UNIT} THROUGH (?!NUMBER|BIG)", Kind.DAYS, days.later),
    Rule(f"(NUMBER|BIG)? {_UNIT} AGO+", Kind.DAYS, days.ago),
    Rule("THROUGH (NUMBER|BIG|SPELL|WINDOW)? (HOUR|HOURS|MINUTES)?", Kind.WINDOW, windows.soon),
    Rule("(IN|ON)? THIS NUMBER? (DAY_UNIT|OF_DAY)", Kind.DAYS, days.coming),
    Rule("IN? DURING WEEK", Kind.DAYS, days.coming),
    Rule("IN? DURING (OF_DAY|HOUR|HOURS)", Kind.OTHER, None),
    # Weeks, months and their edges.
    Rule(f"FROM WEEKDAY (ALONG|UNTIL|DASH) {_OF_WEEK}", Kind.DAYS, weeks.of_week),
    Rule(f"{_POSITION} WEEKDAY {_EITHER} {_OF_WEEK}", Kind.DAYS, weeks.of_week),
    Rule(
        f"{_POSITION} (NEXT|THIS) WEEK {_POSITION} WEEKDAY {_EITHER} WEEKDAY",
        Kind.DAYS,
        weeks.of_week,
    ),
    Rule(f"{_POSITION} WEEKDAY (IN|ON)? (NEXT|THIS|LAST) WEEK", Kind.DAYS, weeks.week),
    Rule(f"{_POSITION} (NEXT|THIS|LAST) WEEK (IN|ON)? WEEKDAY", Kind.DAYS, weeks.week),
    Rule("UNTIL EDGE (NEXT|THIS)? (MONTH|MONTH_UNIT|WEEK)", Kind.DAYS, windows.until_edge),
    Rule(f"{_POSITION} EDGE (NEXT|THIS|LAST)? (MONTH|MONTH_UNIT|WEEK)", Kind.DAYS, days.month),
    Rule("EDGE MONTH", Kind.DAYS, days.month),
    Rule("(IN|ON)? (NEXT|THIS|LAST) WEEK", Kind.DAYS, weeks.week),
    Rule("(IN|ON)? WEEKDAY ON NEXT (?!.)", Kind.DAYS, weeks.week),
    Rule("ON NEXT (IN|ON) WEEKDAY", Kind.DAYS, weeks.week),
    Rule("ON NEXT (?=COMMA|STOP|(?!.))", Kind.DAYS, weeks.next_one),
    Rule("(IN|ON)? (NEXT|THIS|LAST) MONTH_UNIT", Kind.DAYS, days.month),
    Rule("(IN|ON)? (NEXT|THIS)? WEEKEND", Kind.DAYS, weeks.weekend),
    # Dates.
    Rule(
        "FROM? (NUMBER|NTH) (ALONG|UNTIL|DASH|OR|AND|COMMA) (NUMBER|NTH) MONTH",
        Kind.DAYS,
        days.span_of_month,
    ),
    Rule("BETWEEN (NUMBER|NTH) AND (NUMBER|NTH) MONTH", Kind.DAYS, days.span_of_month),
    Rule("FROM? WINDOW MONTH", Kind.DAYS, days.span_of_month),
    Rule("FROM (NUMBER|NTH) ALONG (NUMBER|NTH) NUMBER_WORD?", Kind.DAYS, days.span_of_month),
    Rule(
        "IN MONTH COMMA? (NUMBER_WORD (NUMBER|NTH)|(NUMBER|NTH) NUMBER_WORD|NTH (?!WEEKDAY|MONTH))",
        Kind.DAYS,
        days.of_month,
    ),
    Rule("(NUMBER|NTH) MONTH (GLUED YEAR_UNIT?)?", Kind.DAYS, days.of_month),
    Rule("MONTH (NUMBER|NTH) (?!HOUR|HOURS|MARKER|MONTH)", Kind.DAYS, days.of_month),
    Rule("IN? (WHICH|NUMBER) NUMBER_WORD MONTH", Kind.DAYS, days.about_nth),
    Rule("IN WHICH NUMBER_WORD", Kind.DAYS, days.about_nth),
    Rule("(NUMBER|NTH) NUMBER_WORD", Kind.DAYS, days.nth),
    Rule(f"{_ALONE} NUMBER (?=IN (NUMBER|CLOCK))", Kind.DAYS, days.nth_before_hour),
    Rule("NUMBER_WORD (NUMBER|NTH)", Kind.DAYS, days.nth),
    Rule("DAYS YEAR_UNIT?", Kind.DAYS, days.written),
    Rule("(IN|ON)? MONTH LAST YEAR_UNIT", Kind.OTHER, None),
    Rule("(IN|ON) (THIS|NEXT)? MONTH", Kind.DAYS, days.month),
    Rule("(WHICH|NTH) WEEKDAY MONTH", Kind.DAYS, days.nth_weekday),
    Rule("(NEXT|THIS|LAST) WEEKDAY", Kind.DAYS, days.weekday),
    Rule("WEEKDAY (NEXT|LAST)", Kind.DAYS, days.weekday),
    Rule("WEEKDAY (?!ALONG NUMBER)", Kind.DAYS, days.weekday),
    Rule("RELATIVE", Kind.DAYS, days.relative),
    Rule("OF_WEEKDAY (?=PART)", Kind.DAYS, days.weekday),
    Rule("((?<=WEEKDAY)|(?<=WEEKDAY COMMA)) DAY_UNIT", Kind.PART, windows.by_day),
    # Hours.
    Rule(
        "WITHOUT (QUARTER|(NUMBER|BIG) MINUTES?) (NUMBER|HOUR) (HOUR|HOURS)? (MARKER|OF_DAY)?",
        Kind.CLOCK,
        clocks.without,
    ),
    Rule("QUARTER NTH (MARKER|OF_DAY)?", Kind.CLOCK, clocks.quarter),
    Rule("(NUMBER|BIG) MINUTES NTH (MARKER|OF_DAY)?", Kind.CLOCK, clocks.minutes_of),
    Rule("HALF DASH? (NTH|NUMBER) (MARKER|OF_DAY)?", Kind.CLOCK, clocks.half),
    Rule("(NUMBER|HOUR) (HOUR|HOURS)? FROM HALF (MARKER|OF_DAY)?", Kind.CLOCK, clocks.and_half),
    Rule("HALF_OF (MARKER|OF_DAY)?", Kind.CLOCK, clocks.half),
    Rule("HOURS? (IN|ON|BY)? CLOCK (HOUR|HOURS)? (MARKER|OF_DAY)?", Kind.CLOCK, clocks.written),
    Rule(
        "NUMBER (HOUR|HOURS) (NUMBER|BIG) MINUTES? (MARKER|OF_DAY)? (?!MONTH|NUMBER_WORD)",
        Kind.CLOCK,
        clocks.hour_and_minutes,
    ),
    Rule(
        f"{_TIME_BEFORE} NUMBER NUMBER NUMBER (?!COUNTED|MONTH|NUMBER_WORD)",
        Kind.CLOCK,
        clocks.hour_and_minutes,
    ),
    Rule(
        f"{_TIME_BEFORE} NUMBER (NUMBER|BIG) (MARKER|OF_DAY)? "
        "(?!COUNTED|NUMBER|BIG|MONTH|NUMBER_WORD)",
        Kind.CLOCK,
        clocks.hour_and_minutes,
    ),
    Rule(
        "(?<=MONTH|OPENING) NUMBER (NUMBER|BIG) "
        "(?!COUNTED|NUMBER|BIG|MONTH|NUMBER_WORD|HOUR|HOURS)",
        Kind.CLOCK,
        clocks.hour_and_minutes,
    ),
    Rule(
        "(?<=IN|ON|BY|AFTER|UNTIL) HOUR (NUMBER|BIG) MINUTES? (MARKER|OF_DAY)?",
        Kind.CLOCK,
        clocks.one_and_minutes,
    ),
    Rule("NUMBER (HOUR|HOURS)? MARKER", Kind.CLOCK, clocks.hour),
    Rule("(HOUR|NUMBER (HOUR|HOURS)) OF_DAY", Kind.CLOCK, clocks.hour),
    Rule(
        "(?<=IN|BY|AFTER|UNTIL|FROM|DASH|DAYS|ABOUT) NUMBER OF_DAY",
        Kind.CLOCK,
        clocks.hour,
    ),
    Rule("HOURS (IN|ON|BY)? NUMBER (MARKER|OF_DAY)?", Kind.CLOCK, clocks.hour),
    Rule(f"{_TIME_BEFORE} NUMBER (HOUR|HOURS)", Kind.CLOCK, clocks.hour),
    Rule(
        "((?<=MONTH)|(?<=(WEEKDAY|MONTH|RELATIVE|DAYS) COMMA)) NUMBER (HOUR|HOURS)",
        Kind.CLOCK,
        clocks.hour_of_day,
    ),
    Rule("CLOCK_WORD NUMBER", Kind.CLOCK, clocks.hour),
    Rule("HOUR MARKER", Kind.CLOCK, clocks.hour),
    Rule("(?<=IN|BY|AFTER|UNTIL|FROM|EARLIER) HOUR", Kind.CLOCK, clocks.hour),
    Rule("(?<=AFTER|UNTIL|FROM|EARLIER|ABOUT) HOURS", Kind.CLOCK, clocks.hour),
    Rule(
        "(?<=(RELATIVE|WEEKDAY|MONTH|DAYS) ON) GLUED (?!YEAR_UNIT|COUNTED)",
        Kind.CLOCK,
        clocks.glued,
    ),
    Rule("(?<!.) GLUED (?=(IN|ON)? (RELATIVE|WEEKDAY))", Kind.CLOCK, clocks.glued),
    Rule("(?<=ON) GLUED (?!YEAR_UNIT|COUNTED)", Kind.CLOCK, clocks.glued_alone),
    Rule("(?<=IN|BY|RELATIVE|WEEKDAY) GLUED (?!YEAR_UNIT|COUNTED)", Kind.CLOCK, clocks.glued),
    Rule(f"(NUMBER|BIG|SPELL|WINDOW) (HOUR|HOURS|MINUTES|{_UNIT})", Kind.OTHER, None),
    # Parts of a day.
    Rule("FROM (CLOCK|NUMBER|MARKER) UNTIL LUNCH", Kind.WINDOW, windows.until_lunch),
    Rule("BETWEEN LUNCH AND (CLOCK|NUMBER)", Kind.WINDOW, windows.after_lunch_until),
    Rule("FROM LUNCH", Kind.WINDOW, windows.since_lunch),
    Rule("(IN|BY)? EDGE OF_DAY", Kind.PART, windows.edge_of_day),
    Rule("UNTIL LUNCH", Kind.PART, windows.before_lunch),
    Rule("AFTER LUNCH", Kind.PART, windows.after_lunch),
    Rule("(IN? ABOUT BY?|BY|IN|ON) LUNCH", Kind.PART, windows.lunch),
    Rule("AFTER WORK", Kind.WINDOW, windows.after_work),
    Rule("FROM MARKER UNTIL MARKER", Kind.PART, windows.from_part),
    Rule("FROM MARKER", Kind.PART, windows.marked),
    Rule("UNTIL MARKER", Kind.PART, windows.until_part),
    Rule("(IN|ON|BY) (NTH|WHICH) HOUR", Kind.WINDOW, windows.within_hour),
)

_AT_HOUR = "(CLOCK|NUMBER)"

RELATIONS = Grammar(
    Rule(
        "FROM (CLOCK|NUMBER|PART) AND? (UNTIL|ALONG|DASH) (CLOCK|NUMBER|PART)",
        Kind.WINDOW,
        windows.between,
    ),
    Rule("BETWEEN (CLOCK|NUMBER) AND (CLOCK|NUMBER)", Kind.WINDOW, windows.between),
    Rule("AFTER (CLOCK|NUMBER) AND? UNTIL (CLOCK|NUMBER)", Kind.WINDOW, windows.between),
    Rule(
        "(?<=DAYS|PART) (FROM|IN|ON)? (CLOCK|NUMBER) (DASH|UNTIL) (CLOCK|NUMBER)",
        Kind.WINDOW,
        windows.between,
    ),
    Rule(
        f"NOT {_POSITION} {_AT_HOUR} COMMA? BUT {_POSITION} {_AT_HOUR} (?=COMMA? (IN|ON)? DAYS)",
        Kind.WINDOW,
        windows.at_hour,
    ),
    Rule("CLOCK DASH CLOCK", Kind.WINDOW, windows.between),
    Rule("((IN|ON|FROM|BY|BETWEEN|ABOUT)|(?<=DAYS|PART)) WINDOW", Kind.WINDOW, windows.pair),
    Rule("BEFOREHAND (IN|ON)? (DAYS|NTH)", Kind.UNKNOWN, days.beyond),
    Rule("EARLIER DAYS", Kind.DAYS, windows.bound_day),
    Rule("FROM DAYS (ALONG|UNTIL|DASH) DAYS", Kind.DAYS, windows.from_day_to_day),
    Rule("DAYS DASH DAYS", Kind.DAYS, windows.from_day_to_day),
    Rule("FROM (DAYS|CLOCK|NUMBER) (?=ON (DAYS|CLOCK|NUMBER)|CLOCK)", Kind.MOVED, None),
    Rule("NOT (EARLIER|AFTER) (DAYS|NTH)", Kind.DAYS, windows.bound_day),
    Rule("UNTIL (DAYS|NTH) INCLUSIVE", Kind.DAYS, windows.bound_day),
    Rule("(AFTER|FROM|UNTIL) (IN|ON)? (DAYS|NTH)", Kind.DAYS, windows.bound_day),
    Rule("NOT (EARLIER|AFTER) (IN|BY)? (CLOCK|NUMBER)", Kind.WINDOW, windows.bound_hour),
    Rule("(AFTER|FROM|UNTIL|EARLIER) (IN|BY)? (CLOCK|NUMBER)", Kind.WINDOW, windows.bound_hour),
    Rule("(IN|ON|BY) (CLOCK|NUMBER) (OR|AND) AFTER", Kind.WINDOW, windows.at_or_after),
    Rule("(CLOCK|NUMBER) (AFTER_IT|UNTIL_IT)", Kind.WINDOW, windows.bound_behind),
    Rule("ABOUT+ (IN|ON|BY|CLOCK_WORD)? (CLOCK|NUMBER)", Kind.WINDOW, windows.about),
    Rule("BY (CLOCK|NUMBER) OTHER? FINISHED", Kind.WINDOW, windows.done_by),
    Rule("(IN|ON|BY) HOURS? ABOUT* (CLOCK|NUMBER)", Kind.WINDOW, windows.at_hour),
    Rule(
        "((?<=DAYS|PART|WINDOW)|(?<=(IN|ON|BY) (NUMBER|CLOCK) OR)) NUMBER (?!NUMBER)",
        Kind.WINDOW,
        windows.at_hour,
    ),
    Rule("CLOCK", Kind.WINDOW, windows.at_hour),
    Rule("UNTIL PART", Kind.PART, windows.until_part),
    Rule("(ABOUT? BY|IN|ON) PART", Kind.PART, windows.part),
    Rule(f"(IN|ON|BY|ALONG|AND|BUT|OR|THIS) NTH (?!{_NOUN})", Kind.DAYS, days.nth),
    Rule(f"NTH (?!{_NOUN})", Kind.DAYS, windows.bare_nth),
    Rule("(IN|ON|BY|ALONG) DAYS", Kind.DAYS, windows.same),
)
