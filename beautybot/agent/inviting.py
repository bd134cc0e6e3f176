"""
Consent to be invited again: advertising, so it is asked for by itself and provable.

Asked once a client, after a booking, where the salon sends invitations.  A "да"
counts only if the question was read before it; no other yes gives it.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta

from beautybot.agent.commands import Invited
from beautybot.agent.memory import Asked
from beautybot.agent.move import Move
from beautybot.agent.reply import phrase
from beautybot.businesses.salons import Tone
from beautybot.channels.base import Button
from beautybot.conversations import consents
from beautybot.conversations.consents import Proof, Purpose

TEXT_VERSION = "2026-11"
GRAIN = timedelta(seconds=1)  # channels date messages to the second


def ask_once(move: Move) -> None:
    """Ask after a booking, if the salon invites and this client was never asked."""
    desk = move.desk
    me = (desk.conn, desk.business.id, desk.client.id)
    if not desk.business.settings.nudge_after_days or move.memory.asked_to_invite:
        return
    if desk.client.opted_out or consents.was_asked(*me, Purpose.ADVERTISING):
        return
    move.remember(asked_to_invite=True)
    move.ask(Asked.INVITING, "waiting.may_invite")
    move.buttons = (Button("a:yes", "Да, напишите"), Button("a:no", "Нет, не надо"))


def answered(move: Move, command: Invited, *, pressed: bool = True) -> None:
    """A yes is kept with its proof; a no, also a later one, ends it."""
    desk = move.desk
    me = (desk.conn, desk.business.id, desk.client.id)
    if not pressed and not _was_read_first(move):
        move.decide("a yes before the question was read is no consent")
        move.ask(Asked.INVITING, "waiting.may_invite")
        return
    move.remember(asked=Asked.NOTHING, asked_in=None)
    if command.agrees:
        text = phrase("waiting.may_invite", Tone.FRIENDLY)
        digest = hashlib.sha256(text.encode()).hexdigest()
        desk.consented(Purpose.ADVERTISING, Proof(TEXT_VERSION, digest, move.said[-1].id))
        move.decide("advertising consent given")
        move.say("waiting.will_invite")
    else:
        consents.withdraw(*me, Purpose.ADVERTISING, desk.now)
        move.say("waiting.will_not_invite")


def _was_read_first(move: Move) -> bool:
    reached = move.desk.reached_client_at(move.memory.asked_in)
    return reached is not None and reached <= move.heard_at + GRAIN
