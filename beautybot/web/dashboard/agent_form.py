"""The form of the agent's settings: as the salon has it, as it was sent, and what is wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from beautybot.businesses.rules import BOUNDS, CHANNELS
from beautybot.businesses.salons import (
    GREETING_LIMIT,
    RESTRICTIONS_LIMIT,
    Business,
    Consent,
    Tone,
)
from beautybot.kit.errors import BeautyBotError
from beautybot.web.sessions import Asking

MOST_REMINDERS, LONGEST_REMINDER_H, LONGEST_WINDOW_H = 5, 24 * 14, 24 * 14
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_TEXTS = (
    "restrictions",
    "greeting",
    "agent_from",
    "agent_to",
    "reminders_h",
    "quiet_from",
    "quiet_to",
    "cancel_window_h",
    "no_show_limit",
    "no_show_months",
)


class BadRules(BeautyBotError):
    """Values of the form that cannot be; `wrong` says by field, in Russian, what to do."""

    def __init__(self, wrong: Mapping[str, str]) -> None:
        super().__init__("Не сохранено. Поправьте то, что отмечено, и сохраните ещё раз.")
        self.wrong = wrong


@dataclass(frozen=True, slots=True)
class Wanted:
    """The form, checked: the switch, the voice, and the rules as the salon stores them."""

    enabled: bool
    tone: str
    restrictions: str
    greeting: str
    rules: dict[str, Any]


def shown(business: Business) -> dict[str, Any]:
    """Every field as the salon has it now."""
    rules = business.settings
    from_h, to_h = rules.agent_hours or ("", "")
    return {
        "enabled": business.agent_enabled,
        "tone": str(business.tone),
        "restrictions": business.restrictions,
        "greeting": business.greeting,
        "answers": [c for c in CHANNELS if c not in rules.agent_silent_in],
        "agent_from": from_h,
        "agent_to": to_h,
        "reminders_h": ", ".join(str(h) for h in rules.reminders_h),
        "quiet_from": rules.quiet_hours[0],
        "quiet_to": rules.quiet_hours[1],
        "cancel_window_h": str(rules.cancel_window_h),
        "no_show_limit": str(rules.no_show_limit),
        "no_show_months": str(rules.no_show_months),
        "consent": str(rules.consent),
        "assistants": rules.assistants,
    }


def sent(asking: Asking) -> dict[str, Any]:
    """Every field as it was just sent, to be put right."""
    return {name: asking.text(name) for name in _TEXTS} | {
        "enabled": asking.text("enabled") == "1",
        "tone": asking.text("tone") or str(asking.business.tone),
        "answers": _answers(asking),
        "consent": asking.text("consent") or str(asking.business.settings.consent),
        "assistants": asking.text("assistants") == "1",
    }


def read(asking: Asking) -> Wanted:
    """The form, checked; BadRules with everything that is wrong at once."""
    reading = _Reading(asking)
    wanted = Wanted(
        enabled=asking.text("enabled") == "1",
        tone=reading.one_of("tone", Tone, asking.business.tone, "Выберите тон из списка."),
        restrictions=reading.no_longer("restrictions", RESTRICTIONS_LIMIT),
        greeting=reading.no_longer("greeting", GREETING_LIMIT),
        rules=reading.rules(),
    )
    if reading.wrong:
        raise BadRules(reading.wrong)
    return wanted


def _answers(asking: Asking) -> list[str]:
    return [c for c in CHANNELS if asking.text(f"answers_{c}") == "1"]


@dataclass(slots=True)
class _Reading:
    """Reads field after field; what is wrong is kept, and the rest read on."""

    asking: Asking
    wrong: dict[str, str] = field(default_factory=dict)

    def rules(self) -> dict[str, Any]:
        """What code keeps for the agent; a field that is not sent stays as it is."""
        kept = self.asking.business.settings
        window = self.asking.text("cancel_window_h") or str(kept.cancel_window_h)
        return {
            "reminders_h": self.reminders(),
            "cancel_window_h": self.hours("cancel_window_h", window, 0, LONGEST_WINDOW_H),
            "no_show_limit": self.number("no_show_limit", kept.no_show_limit),
            "no_show_months": self.number("no_show_months", kept.no_show_months),
            "consent": self.one_of(
                "consent", Consent, kept.consent, "Выберите, как просить согласие."
            ),
            "assistants": self.asking.text("assistants") == "1",
            "agent_hours": self.span("agent"),
            "agent_silent_in": sorted(set(CHANNELS) - set(_answers(self.asking))),
            "quiet_hours": self.span("quiet") or list(kept.quiet_hours),
        }

    def one_of(self, name: str, known: type[Tone | Consent], now: str, words: str) -> str:
        """One of a closed list; what is now, where nothing is sent."""
        value = self.asking.text(name) or str(now)
        if value not in set(known):
            self.wrong[name] = words
        return value

    def no_longer(self, name: str, most: int) -> str:
        """A text up to so many signs."""
        text = self.asking.text(name)
        if len(text) > most:
            self.wrong[name] = f"Не длиннее {most} знаков, а сейчас {len(text)}."
        return text

    def reminders(self) -> list[int]:
        """Hours before the visit, the longest first."""
        name = "reminders_h"
        parts = [part for part in re.split(r"[,;\s]+", self.asking.text(name)) if part]
        found = {self.hours(name, part, 1, LONGEST_REMINDER_H) for part in parts}
        if len(parts) > MOST_REMINDERS:
            self.wrong[name] = f"Напоминаний может быть не больше {MOST_REMINDERS}."
        return sorted(found, reverse=True)

    def hours(self, name: str, text: str, low: int, high: int) -> int:
        """Whole hours between two bounds."""
        return self.whole(name, text, (low, high), "Нужны целые часы")

    def number(self, name: str, now: int) -> int:
        """A number within the bounds of the salon's rules; what is now, where nothing is sent."""
        return self.whole(
            name, self.asking.text(name) or str(now), BOUNDS[name], "Нужно целое число"
        )

    def whole(self, name: str, text: str, bounds: tuple[int, int], needed: str) -> int:
        """A whole number in plain digits."""
        low, high = bounds
        if text.isascii() and text.isdigit() and len(text) < 6 and low <= int(text) <= high:
            return int(text)
        self.wrong[name] = f"{needed} от {low} до {high}."
        return low

    def span(self, name: str) -> list[str] | None:
        """Two times of the clock, the second perhaps of the next day; None for none."""
        given = [self.asking.text(f"{name}_from")[:5], self.asking.text(f"{name}_to")[:5]]
        if not any(given):
            return None
        if not all(_CLOCK.fullmatch(t) for t in given) or given[0] == given[1]:
            self.wrong[name] = "Напишите, с какого часа и до какого."
        return given
