"""A sealed file opens with its own key and whole, or not at all."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from beautybot.kit import sealed
from beautybot.kit.crypto import Key, new_key, parse_keys
from beautybot.kit.sealed import PIECE, PREFIX, TAG, WrongSeal


@pytest.fixture
def key() -> Key:
    return parse_keys(new_key())[0]


def closed(folder: Path, key: Key, size: int) -> tuple[bytes, Path]:
    """Some bytes, and the file they are sealed in."""
    plain = folder / "plain"
    plain.write_bytes(data := os.urandom(size))
    sealed.seal(plain, folder / "sealed", key)
    return data, folder / "sealed"


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE])
def test_what_was_sealed_comes_back(tmp_path: Path, key: Key, size: int) -> None:
    """Of any size, into a file that only its owner can read."""
    data, file = closed(tmp_path, key, size)

    sealed.unseal(file, tmp_path / "again", key)

    assert (tmp_path / "again").read_bytes() == data
    assert sealed.is_sealed(file) and not sealed.is_sealed(tmp_path / "again")
    assert file.stat().st_mode & 0o777 == (tmp_path / "again").stat().st_mode & 0o777 == 0o600


def test_every_flip_is_found(tmp_path: Path, key: Key) -> None:
    """Of the head, of any piece, of any tag: nothing is given out."""
    _, file = closed(tmp_path, key, PIECE + 5_000)
    whole = file.read_bytes()
    start = len(sealed.MAGIC)
    places = [*range(start, start + PREFIX), len(whole) - 1]
    places += random.Random(7).sample(range(start, len(whole)), 100)

    for place in places:
        spoilt = bytearray(whole)
        spoilt[place] ^= 1 << place % 8
        file.write_bytes(spoilt)
        with pytest.raises(WrongSeal):
            sealed.unseal(file, tmp_path / "again", key)
        assert not (tmp_path / "again").exists()


@pytest.mark.parametrize("left", ["a piece", "a piece and a half", "the pieces swapped", "nothing"])
def test_a_cut_or_shuffled_file_is_found(tmp_path: Path, key: Key, left: str) -> None:
    """Also where a piece ends, so that each that is left is whole."""
    _, file = closed(tmp_path, key, 2 * PIECE)
    whole, head, step = file.read_bytes(), len(sealed.MAGIC) + PREFIX, PIECE + TAG
    first, second = whole[head : head + step], whole[head + step :]
    file.write_bytes(
        {
            "a piece": whole[: head + step],
            "a piece and a half": whole[: head + step + step // 2],
            "the pieces swapped": whole[:head] + second + first,
            "nothing": whole[:head],
        }[left]
    )

    with pytest.raises(WrongSeal):
        sealed.unseal(file, tmp_path / "again", key)


def test_another_key_opens_nothing(tmp_path: Path, key: Key) -> None:
    """Nor tells it which key would."""
    _, file = closed(tmp_path, key, 10)

    with pytest.raises(WrongSeal, match="another key, or it is damaged"):
        sealed.unseal(file, tmp_path / "again", parse_keys(new_key())[0])


def test_the_shape_of_a_file_does_not_change(tmp_path: Path, key: Key) -> None:
    """Copies of years ago must open: the shape is built here once more, by its description."""
    data, piece, prefix = os.urandom((1 << 20) + 5), 1 << 20, b"7 bytes"
    cipher, magic = AESGCM(key.secret), b"BeautyBot sealed 1\n"
    parts = [(0, 0, data[:piece]), (1, 1, data[piece:])]
    sealed_by_hand = [
        cipher.encrypt(prefix + bytes([0, 0, 0, number, last]), part, magic)
        for number, last, part in parts
    ]
    (tmp_path / "old").write_bytes(magic + prefix + b"".join(sealed_by_hand))

    sealed.unseal(tmp_path / "old", tmp_path / "again", key)

    assert (tmp_path / "again").read_bytes() == data


def test_a_file_that_was_open_to_all_is_so_no_more(tmp_path: Path, key: Key) -> None:
    """What stood there before is replaced, its mode too."""
    for name in ("sealed", "again"):
        (tmp_path / name).write_bytes(b"x")
        (tmp_path / name).chmod(0o644)
    _, file = closed(tmp_path, key, 10)
    sealed.unseal(file, tmp_path / "again", key)

    for name in ("sealed", "again"):
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o600
