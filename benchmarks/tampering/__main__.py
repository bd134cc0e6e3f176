"""Changed ciphertexts and deliveries: `python -m benchmarks.tampering [TRIES] [SEED]`."""

from __future__ import annotations

import hashlib
import hmac
import json
import random
import sys
import time

from beautybot.channels.whatsapp.signature import verify
from beautybot.kit.crypto import CannotDecrypt, Keyring, Place, new_key, parse_keys

TRIES = 100_000
SECRET = "0123456789abcdef0123456789abcdef"


class Anywhere(Place):
    """A place that binds a ciphertext to nothing: the control."""

    def bound(self, key_id: str) -> bytes:
        return key_id.encode()


def closed(tries: int, chance: random.Random, kind_of: type[Place] = Place) -> tuple[int, int]:
    """How many changed secrets opened, and how many untouched ones did not."""
    ring, other = Keyring(parse_keys(new_key())), Keyring(parse_keys(new_key()))
    taken = lost = 0
    for number in range(tries):
        place = kind_of("credentials", "ciphertext", number % 50, f"{number}:token")
        text = ring.encrypt(f"secret-{number}", place)
        at = chance.randrange(len(text))
        moved = kind_of(place.table, place.column, place.business_id + 1, place.row)
        neighbour = kind_of(place.table, place.column, place.business_id, f"{number + 1}:token")
        kind = number % 6
        changed, where, keys = text, place, ring
        if kind == 0:
            changed = text[:at] + chance.choice("ABCdef019-_.") + text[at + 1 :]
        elif kind == 1:
            changed = text[:at]
        elif kind == 2:
            where = moved
        elif kind == 3:
            where = neighbour
        elif kind == 4:
            keys = other
        else:
            changed = text[: at // 2] + text[at:]
        try:
            opened = keys.decrypt(changed, where)
        except CannotDecrypt:
            opened = None
        untouched = where is place and keys is ring and _equal(changed, text)
        taken += opened is not None and not untouched
        lost += untouched and opened is None
    return taken, lost


def _equal(changed: str, text: str) -> bool:
    """True if the last sign of base64 differs only in bits that mean nothing."""
    import base64

    try:
        left, right = (base64.urlsafe_b64decode(t.split(".")[2]) for t in (changed, text))
    except (ValueError, IndexError):
        return False
    return left == right and changed.split(".")[:2] == text.split(".")[:2]


def forged(tries: int, chance: random.Random) -> tuple[int, int]:
    """How many changed deliveries were taken, and how many true ones were not."""
    taken = lost = 0
    for number in range(tries):
        body = json.dumps({"object": "whatsapp_business_account", "n": number}).encode()
        digest = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        lost += verify(body, f"sha256={digest}", [SECRET]) is None
        at = chance.randrange(len(body))
        flipped = body[:at] + bytes([body[at] ^ (1 << chance.randrange(8))]) + body[at + 1 :]
        made_up = chance.randbytes(32).hex()
        pairs = ((flipped, digest), (body[:at], digest), (body, made_up), (body, digest[:-1]))
        given, mark = pairs[number % 4]
        taken += verify(given, f"sha256={mark}", [SECRET]) is not None
    return taken, lost


def main() -> None:
    """Print what was taken for true; anything but zeros is an error."""
    tries = int(sys.argv[1]) if len(sys.argv) > 1 else TRIES
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    bad = 0
    for name, trial in (("secrets at rest", closed), ("signed deliveries", forged)):
        began = time.monotonic()
        taken, lost = trial(tries, random.Random(seed))
        bad += taken + lost
        print(
            f"{name}: {taken} of {tries} changed ones were taken, {lost} true ones were refused "
            f"(seed {seed}, {time.monotonic() - began:.0f} s)"
        )
    careless, _ = closed(tries // 10, random.Random(seed), Anywhere)
    print(
        f"control, secrets bound to no place: {careless} of {tries // 10} changed ones were taken"
    )
    raise SystemExit(bool(bad) or not careless)


if __name__ == "__main__":
    main()
