"""
Secrets at rest: AES-256-GCM bound to the row, and keyed hashes to look a secret up.

A ciphertext is `v1.<key id>.<nonce+box, base64url>`.  The additional data is
the version, the table, the column, the salon, the row and the key id, so a
ciphertext moved to another row or salon does not open.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from beautybot.kit.errors import BeautyBotError

VERSION = "v1"


class CannotDecrypt(BeautyBotError):
    """The key is gone, or the ciphertext is damaged or belongs to another row."""


class BadKey(BeautyBotError):
    """An encryption key is not 32 bytes of base64url."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a ciphertext lives; it opens nowhere else."""

    table: str
    column: str
    business_id: int
    row: str

    def bound(self, key_id: str) -> bytes:
        return "|".join(
            (VERSION, self.table, self.column, str(self.business_id), self.row, key_id)
        ).encode()


@dataclass(frozen=True, slots=True, repr=False)
class Key:
    """One 32-byte key; its id is public and made from the key itself."""

    secret: bytes

    @property
    def id(self) -> str:
        return hashlib.sha256(b"beautybot key id" + self.secret).hexdigest()[:12]


class Keyring:
    """The keys of an installation, newest first: the newest encrypts, any decrypts."""

    def __init__(self, keys: list[Key]) -> None:
        if not keys:
            raise BadKey("there is no encryption key")
        self.newest = keys[0]
        self._keys = {key.id: key for key in keys}
        self._oldest = keys[-1]

    def __repr__(self) -> str:
        return f"Keyring({len(self._keys)} keys)"

    def encrypt(self, text: str, place: Place) -> str:
        """Close a secret up for one place."""
        nonce = os.urandom(12)
        key = self.newest
        box = AESGCM(key.secret).encrypt(nonce, text.encode(), place.bound(key.id))
        return f"{VERSION}.{key.id}.{base64.urlsafe_b64encode(nonce + box).decode()}"

    def decrypt(self, ciphertext: str, place: Place) -> str:
        """Open a secret of that very place; CannotDecrypt otherwise."""
        try:
            version, key_id, packed = ciphertext.split(".")
            key = self._keys[key_id]
            raw = base64.urlsafe_b64decode(packed)
            opened = AESGCM(key.secret).decrypt(raw[:12], raw[12:], place.bound(key_id))
        except KeyError:
            raise CannotDecrypt("the key that closed this secret is not configured") from None
        except (ValueError, InvalidTag):
            raise CannotDecrypt("the secret is damaged or was moved from another row") from None
        if version != VERSION:
            raise CannotDecrypt("the secret is of an unknown version")
        return opened.decode()

    def is_current(self, ciphertext: str) -> bool:
        """True if the newest key closed it."""
        return ciphertext.startswith(f"{VERSION}.{self.newest.id}.")

    def lookups(self, text: str, purpose: str) -> list[str]:
        """Keyed hashes by which a secret can be found, one a key, newest first."""
        return [lookup(key, text, purpose) for key in self._keys.values()]


def lookup(key: Key, text: str, purpose: str) -> str:
    """The keyed hash of a secret for one purpose: 64 hex digits."""
    derived = hmac.digest(key.secret, f"lookup {purpose}".encode(), "sha256")
    return hmac.new(derived, text.encode("utf-8", "surrogatepass"), "sha256").hexdigest()


def parse_keys(text: str) -> list[Key]:
    """Keys from ENCRYPTION_KEYS: base64url of 32 bytes each, commas between, newest first."""
    keys = []
    for part in filter(None, (p.strip() for p in text.split(","))):
        try:
            secret = base64.urlsafe_b64decode(part.rstrip("=") + "=")  # 43 signs and one
        except ValueError:
            secret = b""
        if len(secret) != 32:
            raise BadKey("ENCRYPTION_KEYS must be base64url of 32 bytes each, newest first")
        keys.append(Key(secret))
    return keys


def new_key() -> str:
    """A fresh key as ENCRYPTION_KEYS wants it."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")


def key_file(path: Path) -> str:
    """The keys in a file of mode 0600, made with one fresh key if it is not there yet."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return ",".join(path.read_text().split())
    with os.fdopen(descriptor, "w") as file:
        file.write(new_key() + "\n")
        file.flush()
        os.fsync(file.fileno())
    return ",".join(path.read_text().split())


def same(left: str, right: str) -> bool:
    """Compare two secrets in constant time; any Unicode is allowed."""
    return hmac.compare_digest(
        left.encode("utf-8", "surrogatepass"), right.encode("utf-8", "surrogatepass")
    )
