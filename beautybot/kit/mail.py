"""Letters by SMTP: plain text, one address, encrypted on the way unless that was switched off."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from email.message import EmailMessage

import aiosmtplib

from beautybot.kit.errors import BeautyBotError
from beautybot.kit.text import one_line

TIMEOUT_S = 20


class NotMailed(BeautyBotError):
    """The letter did not go; the text is for the log and holds no address."""


@dataclass(frozen=True, slots=True, repr=False)
class Mailer:
    """A mail server; `tls` is starttls, tls or none."""

    host: str
    port: int
    sender: str
    user: str = ""
    password: str = ""
    tls: str = "starttls"

    async def send(self, to: str, subject: str, body: str) -> None:
        """One letter; NotMailed.  What comes from outside cannot add a header to it."""
        letter = EmailMessage()
        letter["From"], letter["To"] = self.sender, to
        letter["Subject"] = one_line(subject, 150)
        letter["Auto-Submitted"] = "auto-generated"
        letter.set_content(body)
        try:
            await aiosmtplib.send(
                letter,
                hostname=self.host,
                port=self.port,
                username=self.user or None,
                password=self.password or None,
                use_tls=self.tls == "tls",
                start_tls=self.tls == "starttls",
                tls_context=None if self.tls == "none" else ssl.create_default_context(),
                timeout=TIMEOUT_S,
            )
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            raise NotMailed(type(error).__name__) from None
