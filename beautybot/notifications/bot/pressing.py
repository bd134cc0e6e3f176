"""A button of the global bot: what it carries, and whom it calls."""

from __future__ import annotations

from typing import assert_never

from beautybot.notifications.bot import talk_acts, visit_acts, wanted_acts
from beautybot.notifications.bot.cards import Verb
from beautybot.notifications.bot.people import Done, Here

OF_MENU = frozenset({Verb.TOPIC, Verb.QUIET, Verb.STOP})
# Not shown again once somebody has pressed it.
ONCE = frozenset(
    str(verb)
    for verb in (Verb.ACCEPT, Verb.CONFIRM, Verb.DECLINE, Verb.TAKE, Verb.ADOPT, Verb.DISMISS)
)


def parts(data: str) -> tuple[int, Verb | None, str]:
    """The letter, the verb and its argument; no verb for what we never put on a button."""
    sign, _, rest = data.partition(":")
    number, _, said = rest.partition(":")
    name, _, argument = said.partition(":")
    if sign != "o" or not number.isascii() or not number.isdecimal() or len(number) > 18:
        return 0, None, ""
    return int(number), Verb(name) if name in set(Verb) else None, argument


def press(here: Here, verb: Verb, argument: str) -> Done:
    """Do what the button says."""
    match verb:
        case Verb.ACCEPT:
            return visit_acts.accept(here)
        case Verb.MOVE:
            return visit_acts.offer_times(here)
        case Verb.SLOT:
            return visit_acts.move_to(here, argument)
        case Verb.CALL:
            return visit_acts.call(here)
        case Verb.REPLY:
            return talk_acts.ask_words(here)
        case Verb.TAKE:
            return talk_acts.take(here)
        case Verb.GIVE_BACK:
            return talk_acts.give_back(here)
        case Verb.ADOPT:
            return talk_acts.adopt(here)
        case Verb.DISMISS:
            return talk_acts.dismiss(here)
        case Verb.CONFIRM:
            return wanted_acts.confirm(here)
        case Verb.DECLINE:
            return wanted_acts.decline(here)
        case Verb.NOT_ME | Verb.TOPIC | Verb.QUIET | Verb.STOP:
            return Done("Эта кнопка устарела.")
        case _:
            assert_never(verb)
