"""A mail server on loopback that keeps what it is given."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage


@dataclass(slots=True)
class PostOffice:
    """`refusals` is how many visitors are turned away first."""

    port: int = 0
    refusals: int = 0
    letters: list[EmailMessage] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One conversation of SMTP."""
        if self.refusals:
            self.refusals -= 1
            writer.write(b"421 closed\r\n")
            writer.close()
            return
        writer.write(b"220 post office\r\n")
        while line := await reader.readline():
            verb = line[:4].upper()
            if verb == b"DATA":
                writer.write(b"354 go on\r\n")
                raw = await reader.readuntil(b"\r\n.\r\n")
                self.letters.append(message_from_bytes(raw[:-5], policy=policy.default))  # type: ignore[arg-type]
            writer.write(b"221 bye\r\n" if verb == b"QUIT" else b"250 good\r\n")
            if verb == b"QUIT":
                break
        writer.close()


@asynccontextmanager
async def post_office(*, refusals: int = 0) -> AsyncIterator[PostOffice]:
    """Open on a free port."""
    office = PostOffice(refusals=refusals)
    server = await asyncio.start_server(office.serve, "127.0.0.1", 0)
    office.port = server.sockets[0].getsockname()[1]
    async with server:
        yield office
