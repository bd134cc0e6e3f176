"""Consent to personal data: asked once, before a name or a phone, never with the booking's yes."""

from __future__ import annotations

import hashlib

from beautybot.agent.memory import Asked
from beautybot.agent.move import Move
from beautybot.agent.reply import phrase
from beautybot.businesses.notices import NoticeKind
from beautybot.businesses.salons import Business, Consent
from beautybot.channels.base import Button
from beautybot.conversations.consents import Proof, Purpose

TEXT_VERSION = "2026-11"


def needed(move: Move) -> bool:
    """True while the salon requires a yes and this client has not given it."""
    required = move.desk.business.settings.consent is Consent.REQUIRED
    return required and not move.desk.client.consented


def ask(move: Move) -> None:
    """Ask for the yes, beside the first personal question."""
    url = move.desk.business.settings.privacy_url
    move.ask(Asked.CONSENT, _key(url), salon=move.desk.business.name, policy=url)
    move.buttons = (
        Button("c:yes", "Согласен"),
        Button("c:no", "Не согласен"),
    )


def given(move: Move) -> None:
    """Keep the proof: which text, when, in which message."""
    proof = Proof(TEXT_VERSION, shown_hash(move.desk.business), move.said[-1].id)
    move.desk.consented(Purpose.PERSONAL_DATA, proof)
    move.remember(asked=Asked.NOTHING)
    move.decide("consent given")


def shown_hash(business: Business) -> str:
    """The SHA-256 of what the client was shown: the words in the salon's tone, and its rules."""
    url = business.settings.privacy_url
    text = f"{phrase(_key(url), business.tone)}\n{url}"
    return hashlib.sha256(text.encode()).hexdigest()


def _key(url: str) -> str:
    return "booking.consent_with_policy" if url else "booking.consent"


def refused(move: Move) -> None:
    """Without consent a person books: the salon is told, questions are still answered."""
    move.release_hold()
    move.memory = move.memory.forget_visit()
    move.desk.notify(
        NoticeKind.HANDOFF,
        f"no-consent:{move.desk.conversation_id}:{move.desk.now:%Y-%m-%d}",
        "Клиент хочет записаться, но не дал согласия на обработку данных. "
        "Ответьте ему в этом диалоге сами.",
    )
    move.say("booking.no_consent")
    move.decide("consent refused: a person books")
