"""Whom the product calls: nobody that an outsider names, nobody in the clear, nobody twice."""

from __future__ import annotations

import socket
import ssl
from email.parser import BytesParser
from email.policy import default
from functools import partial
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

import aiohttp
import pytest
from post_office import PostOffice, post_office
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from beautybot.channels.base import Account, MediaError
from beautybot.channels.telegram.files import path_of
from beautybot.channels.whatsapp import WhatsApp, media
from beautybot.demo.fakes.private_ca import private_tls
from beautybot.demo.fakes.server import serving
from beautybot.kit import clock
from beautybot.kit.http import Answer, HttpCaller, NoAnswer
from beautybot.kit.mail import Mailer
from beautybot.settings import Settings

GRAPH = "https://graph.facebook.com/v26.0"
ELSEWHERE = [
    "http://169.254.169.254/latest/meta-data/",
    "https://169.254.169.254/",
    "http://127.0.0.1:8000/metrics",
    "https://localhost/",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://0/",
    "https://2130706433/",
    "https://0x7f.1/",
    "https://10.0.0.1/",
    "https://evil.example/fbsbx.com",
    "https://fbsbx.com.evil.example/",
    "https://evilfbsbx.com/",
    "https://fbsbx.com@evil.example/",
    "https://evil.example\\@lookaside.fbsbx.com/",
    "https://user:pass@lookaside.fbsbx.com/",
    "https://lookaside.fbsbx.com:8443/",
    "http://lookaside.fbsbx.com/",
    "https://lookaside.fbsbx.com./",
    "https://lookaside.fbsbx.com%2eevil.example/",
    "ftp://lookaside.fbsbx.com/",
    "file:///etc/passwd",
    "gopher://lookaside.fbsbx.com/",
    "//lookaside.fbsbx.com/",
    "javascript:alert(1)",
    "https://lookaside.fbsbx.com:999999/",
    "https://",
    "",
]


@pytest.mark.parametrize("url", ELSEWHERE)
def test_a_file_is_fetched_from_meta_alone(url: str) -> None:
    """No private network, no look-alike, no other port or scheme; Meta's host is the control."""
    with pytest.raises(MediaError):
        media.link_of(Answer(200, {"url": url}), GRAPH)

    good = "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1"
    assert media.link_of(Answer(200, {"url": good}), GRAPH) == good


async def test_a_redirect_is_not_followed() -> None:
    """Neither by our caller nor with a salon's token: the second address hears nothing."""
    visited: list[str] = []

    async def away(request: Request) -> Response:
        return RedirectResponse(f"{request.base_url}elsewhere", 302)

    async def link(request: Request) -> Response:
        return JSONResponse({"url": f"{request.base_url}away", "mime_type": "image/png"})

    async def elsewhere(request: Request) -> Response:
        visited.append(request.headers.get("authorization", ""))
        return Response(b"caught")

    routes = [Route("/v26.0/1", link), Route("/away", away), Route("/elsewhere", elsewhere)]
    async with serving(Starlette(routes=routes)) as url:
        caller, whatsapp = HttpCaller(), WhatsApp(f"{url}/v26.0")
        answer = await caller.call("GET", f"{url}/away")
        with pytest.raises(MediaError):
            await whatsapp.fetch_media(Account("1", {"access_token": "t"}), {"id": "1"})
        await caller.close()
        await whatsapp.close()
        async with aiohttp.ClientSession() as http, http.get(f"{url}/away") as followed:
            seen = await followed.read()

    assert answer.status == 302
    assert visited == [""] and seen == b"caught", "control: whoever follows gets there"


async def test_a_name_that_leads_to_another_machine_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    DNS may answer anything: Meta's host may become this machine between two look-ups.

    Who cannot prove by certificate to be Meta's gets neither the request nor the token.
    """
    heard: list[str] = []

    async def hear(request: Request) -> Response:
        heard.append(request.headers["authorization"])
        return Response(b"caught")

    tls = private_tls(tmp_path, clock.now())
    link = "https://lookaside.fbsbx.com/whatsapp_business/attachments/"
    head = {"Authorization": "Bearer EAAgoodtoken"}
    async with serving(Starlette(routes=[Route("/{any:path}", hear)]), tls=tls) as url:
        monkeypatch.setattr(aiohttp.connector, "DefaultResolver", partial(Rebound, urlsplit(url)))
        caller = HttpCaller()
        with pytest.raises(NoAnswer) as refused:
            await caller.call("GET", link, headers=head)
        told = list(heard)
        await caller.close()
        async with (
            aiohttp.ClientSession() as http,
            http.get(link, headers=head, ssl=False) as believed,
        ):
            assert await believed.read() == b"caught"

    assert told == [] and not refused.value.sent
    assert heard == ["Bearer EAAgoodtoken"], "control: whoever believes the name gives it away"


class Rebound(aiohttp.abc.AbstractResolver):
    """Every name is one address."""

    def __init__(self, where: SplitResult, **_options: object) -> None:
        self._host, self._port = str(where.hostname), where.port or 443

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[aiohttp.abc.ResolveResult]:
        """The same, whatever was asked."""
        return [
            aiohttp.abc.ResolveResult(
                hostname=host, host=self._host, port=self._port, family=family, proto=0, flags=0
            )
        ]

    async def close(self) -> None:
        """Nothing to close."""


async def test_no_word_adds_a_header_to_a_letter() -> None:
    """A line break in what a client wrote stays one line of the subject, or goes."""
    async with post_office() as office:
        mailer = Mailer(host="127.0.0.1", port=office.port, sender="bot@salon.example", tls="none")
        await mailer.send(
            "anna@romashka.example",
            "Ольга\r\nBcc: evil@evil.example\r\n\r\nhello",
            "тело\r\n.\r\nMAIL FROM:<evil@evil.example>",
        )

    assert isinstance(office, PostOffice)
    (letter,) = office.letters
    again = BytesParser(policy=default).parsebytes(letter.as_bytes())
    assert again["Bcc"] is None and again["To"] == "anna@romashka.example"
    assert set(again.keys()) <= {
        *("From", "To", "Subject", "Auto-Submitted", "Content-Type"),
        *("Content-Transfer-Encoding", "MIME-Version"),
    }


@pytest.mark.parametrize(
    "path", ["../../bot/token", "/etc/passwd", "a/../../b", "http://evil.example/x"]
)
def test_telegram_names_no_path_of_its_own_choice(path: str) -> None:
    """The path of a file stands in an address with the bot's token: it may not climb."""
    with pytest.raises(MediaError):
        path_of(Answer(200, {"ok": True, "result": {"file_path": path}}))

    assert path_of(Answer(200, {"ok": True, "result": {"file_path": "voice/file_1.oga"}}))


def test_old_tls_is_not_spoken() -> None:
    """Certificates are checked, names too, and nothing older than TLS 1.2 is offered."""
    for context in (ssl.create_default_context(), aiohttp.connector._SSL_CONTEXT_VERIFIED):
        assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
        assert context.verify_mode is ssl.CERT_REQUIRED and context.check_hostname
        assert not [c["name"] for c in context.get_ciphers() if "NULL" in c["name"]]


@pytest.mark.parametrize(
    ("settings", "seen"),
    [
        ({"smtp_host": "mail.example", "smtp_from": "a@b.ru", "smtp_tls": "none"}, "SMTP_TLS"),
        ({"database_url": "postgresql://u:p@db.example/x", "encryption_keys": "k"}, "DATABASE_URL"),
        (
            {
                "database_url": "postgresql://u:p@db.example/x?sslmode=prefer",
                "encryption_keys": "k",
            },
            "DATABASE_URL",
        ),
        ({"public_url": "http://salon.example"}, "PUBLIC_URL"),
    ],
)
def test_the_doctor_sees_what_is_not_encrypted(settings: dict[str, str], seen: str) -> None:
    """Named by the setting that mends it; on this machine or with TLS it says nothing."""
    from beautybot.cli.findings import of_settings

    quiet = {
        "public_url": "https://salon.example",
        "database_url": "postgresql://u:p@db.example/x?sslmode=verify-full",
        "smtp_host": "127.0.0.1",
        "smtp_from": "a@b.ru",
        "smtp_tls": "none",
    }

    assert any(seen in f.mend for f in of_settings(Settings(**settings)) if f.state == "warning")
    assert not any(seen in f.mend for f in of_settings(Settings(**quiet)))
