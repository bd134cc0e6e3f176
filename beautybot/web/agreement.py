"""What a visitor of the booking page agrees to, and the proof of which words it was."""

from __future__ import annotations

import hashlib

from beautybot.businesses.salons import SalonSettings

WORDS, VERSION = "Согласен на обработку имени и телефона для записи", "page-2026-11"


def proof(ticked: str, settings: SalonSettings) -> str:
    """
    The version, and the SHA-256 of the words and of the address of the salon's rules.

    Empty where nothing was ticked; the time and the place are the ticket's own.
    """
    if ticked != "1":
        return ""
    shown = f"{WORDS}|{settings.privacy_url}"
    return f"{VERSION} {hashlib.sha256(shown.encode()).hexdigest()}"
