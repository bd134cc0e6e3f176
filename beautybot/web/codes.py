"""The secret code of a guest's hold."""

from __future__ import annotations

from beautybot.kit.crypto import Keyring


def code_of(keyring: Keyring, reference: str) -> str:
    """192 bits made from the reference by our key, again when it is needed; kept nowhere."""
    return keyring.lookups(reference, "ticket")[0][:48]
