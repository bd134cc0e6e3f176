"""Fetching clients' files from their messenger: once, capped, from its own hosts alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from beautybot.businesses import access
from beautybot.channels.base import Channel, MediaError, SendError
from beautybot.conversations import attachments
from beautybot.conversations.attachments import Wanted
from beautybot.conversations.courtesy import speaker
from beautybot.kit import log
from beautybot.kit.clock import Clock
from beautybot.kit.crypto import Keyring
from beautybot.kit.db import Database

logger = log.get(__name__)

GIVE_UP_AFTER = 6


@dataclass(frozen=True, slots=True)
class Fetching:
    """What it takes to ask a messenger for a file."""

    db: Database
    channels: Mapping[str, Channel]
    keyring: Keyring
    clock: Clock

    async def fetch(self, business_id: int, attachment_id: int, attempts: int = 1) -> bool:
        """
        Fetch one file and keep it; True once the bytes are here.

        SendError where it is worth another try; after the last one the file
        is given up, and whoever looks for it reads why.
        """
        file = await self.db.read(attachments.wanted, business_id, attachment_id)
        if file is None:
            return False
        try:
            await self._fetch(file)
        except MediaError as error:
            await self.db.write(attachments.give_up, file, str(error))
            return False
        except SendError:
            if attempts < GIVE_UP_AFTER:
                raise
            await self.db.write(attachments.give_up, file, "Мессенджер не отдал файл.")
            return False
        return True

    async def _fetch(self, file: Wanted) -> None:
        speaking = await self.db.read(speaker, self.keyring, file.business_id, file.account_id)
        account = await self.db.read(access.get, file.business_id, file.account_id)
        media = await self.channels[account.channel].fetch_media(speaking, file.payload)
        await self.db.write(attachments.keep, file, media, self.clock())
        logger.info("file fetched", attachment=file.id, kind=str(file.kind), bytes=len(media.data))
