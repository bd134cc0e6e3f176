"""greeting: hello, who we are, and what the client can ask for."""

from __future__ import annotations

from beautybot.agent import saying
from beautybot.agent.commands import Command, Greet, Speaks
from beautybot.agent.memory import Asked
from beautybot.agent.move import Move
from beautybot.agent.reply import Part
from beautybot.channels.base import Button

START_BUTTONS = (
    Button("m:book", "Записаться"),
    Button("m:prices", "Услуги и цены"),
    Button("m:human", "Позвать человека"),
)


def play(move: Move, command: Command) -> None:
    """Answer a greeting; the welcome itself waits until we know whether there is more to say."""
    if isinstance(command, Speaks):
        _tell_in(move, command)
        return
    if isinstance(command, Greet) and command.opened:
        move.remember(misses=0)
    move.decide("greeted")


def _tell_in(move: Move, said: Speaks) -> None:
    """Once, and whenever nothing was understood: in her language, that we answer in Russian."""
    if not said.alone and move.memory.told_in == said.language:
        return
    move.say(f"greeting.speaks_{said.language}")
    move.remember(told_in=said.language)
    move.decide(f"told in {said.language}")
    if said.alone and move.memory.asked is Asked.NOTHING:
        move.buttons = START_BUTTONS


def introduce(move: Move) -> None:
    """Once a client: this is the salon's virtual assistant."""
    if move.memory.introduced:
        move.parts.insert(0, _hello(move, "greeting.hello"))
    else:
        move.parts.insert(0, _hello(move, "greeting.introduction"))
        move.remember(introduced=True)


def welcome(move: Move) -> None:
    """Nothing but a greeting was said: show what can be asked."""
    own = move.desk.business.greeting
    if own:
        move.say("greeting.own", greeting=own)
    if move.memory.asked is Asked.NOTHING:
        move.say("greeting.offer_help")
        move.buttons = START_BUTTONS


def _hello(move: Move, key: str) -> Part:
    return Part(key, {"salon": saying.of_salon(move.desk.business.name)})
