"""The keys of an installation: from the settings, or from a file beside the SQLite database."""

from __future__ import annotations

from pathlib import Path

from beautybot.kit.crypto import Keyring, key_file, parse_keys
from beautybot.settings import Settings


def keyring_of(settings: Settings) -> Keyring:
    """
    The keys to close and open secrets with, newest first.

    ENCRYPTION_KEYS if set; otherwise the key file, which is made once with
    mode 0600.  It protects copies of the database, not the whole disk.
    """
    if settings.encryption_keys:
        return Keyring(parse_keys(settings.encryption_keys))
    path = key_path(settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    return Keyring(parse_keys(key_file(path)))


def key_path(settings: Settings) -> Path:
    """Where the key file of an SQLite database is."""
    return settings.sqlite_path.with_suffix(".key")
