"""A stored secret opens in its own place, under a key we have, and nowhere else."""

from __future__ import annotations

import base64
import os
import stat
from dataclasses import FrozenInstanceError, replace
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from beautybot.kit.crypto import (
    BadKey,
    CannotDecrypt,
    Key,
    Keyring,
    Place,
    key_file,
    lookup,
    new_key,
    parse_keys,
    same,
)
from beautybot.kit.keys import key_path, keyring_of
from beautybot.settings import Settings

PLACE = Place("credentials", "ciphertext", 1, "7:token")
OLD, NEW = Key(b"o" * 32), Key(b"n" * 32)


@given(secret=st.text(st.characters(exclude_categories=["Cs"])))
def test_what_was_closed_opens_again(secret: str) -> None:
    """Any text comes back as it was."""
    keyring = Keyring([NEW])

    assert keyring.decrypt(keyring.encrypt(secret, PLACE), PLACE) == secret


@pytest.mark.parametrize(
    "elsewhere",
    [
        replace(PLACE, business_id=2),
        replace(PLACE, row="8:token"),
        replace(PLACE, column="other"),
        replace(PLACE, table="other"),
    ],
    ids=["another salon", "another row", "another column", "another table"],
)
def test_a_ciphertext_moved_elsewhere_does_not_open(elsewhere: Place) -> None:
    """Борис cannot paste Анна's token into his own row."""
    keyring = Keyring([NEW])
    closed = keyring.encrypt("token of Анна", PLACE)

    with pytest.raises(CannotDecrypt):
        keyring.decrypt(closed, elsewhere)


def test_every_flipped_byte_is_found() -> None:
    """Damage or forgery, it does not open."""
    keyring = Keyring([NEW])
    closed = keyring.encrypt("123456:token", PLACE)
    version, key_id, packed = closed.split(".")
    raw = base64.urlsafe_b64decode(packed)

    for index in range(len(raw)):
        flipped = raw[:index] + bytes([raw[index] ^ 1]) + raw[index + 1 :]
        forged = f"{version}.{key_id}.{base64.urlsafe_b64encode(flipped).decode()}"
        with pytest.raises(CannotDecrypt):
            keyring.decrypt(forged, PLACE)


def test_every_shorter_ciphertext_is_found() -> None:
    """A truncated secret does not open, wherever it was cut."""
    keyring = Keyring([NEW])
    closed = keyring.encrypt("123456:token", PLACE)

    for length in range(len(closed)):
        with pytest.raises(CannotDecrypt):
            keyring.decrypt(closed[:length], PLACE)


def test_a_secret_of_another_version_is_not_opened() -> None:
    """A later way of closing is not read as today's, even where the box itself would open."""
    closed = Keyring([NEW]).encrypt("token", PLACE)

    with pytest.raises(CannotDecrypt, match="version"):
        Keyring([NEW]).decrypt(closed.replace("v1.", "v2.", 1), PLACE)


def test_an_old_key_still_opens_and_the_newest_closes() -> None:
    """Rotation needs both for a while."""
    closed = Keyring([OLD]).encrypt("token", PLACE)
    both = Keyring([NEW, OLD])

    again = both.encrypt(both.decrypt(closed, PLACE), PLACE)

    assert (both.is_current(closed), both.is_current(again)) == (False, True)
    assert Keyring([NEW]).decrypt(again, PLACE) == "token"
    with pytest.raises(CannotDecrypt, match="not configured"):
        Keyring([NEW]).decrypt(closed, PLACE)


def test_the_same_secret_is_never_closed_the_same_way_twice() -> None:
    """Equal ciphertexts would tell that two salons share a secret."""
    keyring = Keyring([NEW])

    assert len({keyring.encrypt("token", PLACE) for _ in range(100)}) == 100


def test_a_lookup_depends_on_the_key_and_the_purpose() -> None:
    """Without the key nobody can test a guess; one hash is good for one door."""
    hashes = {lookup(key, "token", purpose) for key in (OLD, NEW) for purpose in ("a", "b")}

    assert len(hashes) == 4
    assert Keyring([NEW, OLD]).lookups("token", "a") == [
        lookup(NEW, "token", "a"),
        lookup(OLD, "token", "a"),
    ]


@pytest.mark.parametrize("text", ["short", "AAAA", "ключ", "=" * 44, "A" * 43 + ",x"])
def test_a_wrong_key_is_refused_in_words(text: str) -> None:
    """The line names the setting."""
    with pytest.raises(BadKey, match="ENCRYPTION_KEYS"):
        parse_keys(text)


def test_without_any_key_nothing_starts() -> None:
    """Better no start than secrets in clear."""
    with pytest.raises(BadKey):
        Keyring(parse_keys(" , "))


def test_the_key_file_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    """A second start reads the same key."""
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'data' / 'beautybot.db'}")

    first, second = keyring_of(settings), keyring_of(settings)

    assert first.newest == second.newest
    assert stat.S_IMODE(key_path(settings).stat().st_mode) == 0o600


def test_the_key_is_on_the_disk_before_anything_is_closed_by_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a power cut the secrets must still open: synced, and whole by then."""
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.append(os.fstat(descriptor).st_size))

    made = key_file(tmp_path / "keys")

    assert synced == [len(made) + 1]


def test_a_key_file_may_hold_several_keys(tmp_path: Path) -> None:
    """One a line, newest first, so that rotation works without ENCRYPTION_KEYS."""
    path = tmp_path / "keys"
    newest, oldest = new_key(), new_key()
    path.write_text(f"{newest}\n{oldest}\n")

    assert parse_keys(key_file(path)) == parse_keys(f"{newest},{oldest}")


def test_a_key_and_a_place_stay_what_they_are() -> None:
    """Its id names a key in every ciphertext: twelve signs, made from the key and nothing else."""
    assert len(NEW.id) == 12 and NEW.id != OLD.id
    assert Key(NEW.secret) == NEW and len({NEW, Key(NEW.secret)}) == 1
    for value, name in ((NEW, "secret"), (PLACE, "business_id")):
        with pytest.raises(FrozenInstanceError):
            setattr(value, name, b"")


def test_a_keyring_does_not_show_its_keys() -> None:
    """Neither in logs nor in tracebacks."""
    secret = new_key()
    (key,) = parse_keys(secret)

    assert secret not in f"{key!r} {Keyring([key])!r}"
    assert repr(key.secret) not in f"{key!r} {Keyring([key])!r}"


@pytest.mark.parametrize(
    ("left", "right"), [("a", "b"), ("a", "aa"), ("ключ", "клюй"), ("\ud800", "\ud801")]
)
def test_secrets_are_compared_whole(left: str, right: str) -> None:
    """Any Unicode, lone surrogates too, without an exception."""
    assert same(left, left)
    assert not same(left, right)
