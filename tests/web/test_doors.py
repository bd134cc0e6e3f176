"""Who may deliver, while the list of them is being read."""

from __future__ import annotations

import asyncio

from beautybot.kit.crypto import Keyring, new_key, parse_keys
from beautybot.kit.db import Database
from beautybot.web.doors import Doors


async def test_deliveries_that_come_during_the_first_look_are_not_refused(db: Database) -> None:
    """All of them see the secrets, not only the one that began to read."""
    doors = Doors(db, Keyring(parse_keys(new_key())), "a secret of the installation")

    seen = await asyncio.gather(*(doors.app_secrets() for _ in range(20)))

    assert all(
        [known.secret for known in each] == ["a secret of the installation"] for each in seen
    )
