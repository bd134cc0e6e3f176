"""What questions can be about."""

from __future__ import annotations

from enum import StrEnum


class Topic(StrEnum):
    """What a client asks about, beside prices."""

    SERVICES = "services"
    HOURS = "hours"
    ADDRESS = "address"
    PAYMENT = "payment"
    PROMO = "promo"
    SPECIALISTS = "specialists"
    ASSISTANT = "assistant"  # who is answering: a person or a program
    OTHER = "other"
