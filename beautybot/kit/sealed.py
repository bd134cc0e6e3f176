"""
A file closed up with a key of its own: cut into pieces, each of them sealed and in its place.

AES-256-GCM over pieces of a mebibyte.  A piece's nonce is the file's random
prefix, its number and whether it is the last: so pieces cannot be changed,
left out, put elsewhere or taken from another file, and a cut end is seen.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from beautybot.kit.crypto import Key
from beautybot.kit.errors import BeautyBotError

MAGIC = b"BeautyBot sealed 1\n"
PIECE = 1 << 20
TAG = 16
PREFIX = 7


class WrongSeal(BeautyBotError):
    """The key is another one, or the file is damaged or cut."""


def is_sealed(file: Path) -> bool:
    """True if a file is one of these."""
    with file.open("rb") as opened:
        return opened.read(len(MAGIC)) == MAGIC


def seal(plain: Path, sealed: Path, key: Key) -> None:
    """Write `plain` closed up; `sealed` is made with mode 0600."""
    cipher, prefix = AESGCM(key.secret), os.urandom(PREFIX)
    sealed.unlink(missing_ok=True)
    sealed.touch(mode=0o600)
    with plain.open("rb") as source, sealed.open("wb") as target:
        target.write(MAGIC + prefix)
        for number, (piece, last) in enumerate(_pieces(source, PIECE)):
            target.write(cipher.encrypt(_nonce(prefix, number, last), piece, MAGIC))


def unseal(sealed: Path, plain: Path, key: Key) -> None:
    """Write what is inside to `plain`, mode 0600; WrongSeal, and `plain` is not there."""
    cipher = AESGCM(key.secret)
    plain.unlink(missing_ok=True)
    plain.touch(mode=0o600)
    try:
        with sealed.open("rb") as source, plain.open("wb") as target:
            head = source.read(len(MAGIC) + PREFIX)
            prefix = head[len(MAGIC) :]
            for number, (piece, last) in enumerate(_pieces(source, PIECE + TAG)):
                target.write(cipher.decrypt(_nonce(prefix, number, last), piece, MAGIC))
    except (InvalidTag, ValueError) as error:
        plain.unlink(missing_ok=True)
        raise WrongSeal(f"{sealed.name} does not open: another key, or it is damaged") from error


def _nonce(prefix: bytes, number: int, last: bool) -> bytes:
    return prefix + number.to_bytes(4, "big") + bytes([last])


def _pieces(source: IO[bytes], size: int) -> Iterator[tuple[bytes, bool]]:
    """Pieces with the word whether each is the last; an empty file has one, empty."""
    piece = source.read(size)
    while True:
        following = source.read(size)
        yield piece, not following
        if not following:
            return
        piece = following
