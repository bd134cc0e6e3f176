"""What every answer tells a browser, whatever is asked and by whom."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from world import open_salons

from beautybot.app import build
from beautybot.demo.fakes.server import serving
from beautybot.kit.crypto import Keyring, new_key, parse_keys
from beautybot.kit.db import Database
from beautybot.kit.wakeup import Wakeup
from beautybot.settings import Settings
from beautybot.web import assistants, booking_page, calendar_feed, mcp, owner_bot, pages
from beautybot.web.dashboard.routes import routes as dashboard
from beautybot.web.parts import Parts

ASKED = (
    ("GET", "/"),
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/metrics"),
    ("GET", "/login"),
    ("POST", "/login"),
    ("GET", "/dashboard"),
    ("GET", "/reset/made-up"),
    ("GET", "/static/none.css"),
    ("GET", "/no/such/page"),
    ("TRACE", "/login"),
    ("PUT", "/login"),
    ("GET", "/b/romashka"),
    ("GET", "/calendar/made-up.ics"),
    ("POST", "/api/owner-bot"),
    ("GET", "/api/webhooks/whatsapp"),
    ("POST", "/api/webhooks/whatsapp"),
    ("POST", "/api/webhooks/telegram/made-up"),
    ("POST", "/api/webhooks/none"),
    ("GET", "/api/chatgpt/openapi.json"),
    ("GET", "/api/chatgpt/none"),
    ("POST", "/mcp"),
)


@asynccontextmanager
async def house(db: Database, url: str) -> AsyncIterator[str]:
    """Everything that answers HTTP."""
    parts = Parts(Settings(public_url=url), db, Keyring(parse_keys(new_key())), Wakeup())
    server, tools = mcp.build(parts)
    routes = [
        *pages.routes(),
        *calendar_feed.routes(parts),
        *dashboard(parts),
        *owner_bot.routes(parts),
        *booking_page.routes(parts),
        Route("/api/chatgpt/{rest:path}", assistants.build(parts), max_body_size=1_000_000),
        Route("/mcp", tools, max_body_size=1_000_000),
        Route("/own", lambda _: PlainTextResponse("x", headers={"Cache-Control": "max-age=5"})),
    ]
    async with server.session_manager.run(), serving(build(parts, pages=routes)) as base:
        yield base


@pytest.fixture
async def base(sqlite_db: Database) -> AsyncIterator[str]:
    await sqlite_db.write(open_salons)
    async with house(sqlite_db, "https://salon.example") as address:
        yield address


async def test_every_answer_is_strict(base: str) -> None:
    """No sniffing, no frames, no plug-ins, no referrer abroad, HTTPS only, nothing kept."""
    async with aiohttp.ClientSession() as http:
        for method, path in ASKED:
            async with http.request(method, base + path, allow_redirects=False) as answer:
                told, where = answer.headers, f"{method} {path} {answer.status}"
                policy = told["Content-Security-Policy"]
                assert answer.status < 500, where
                assert "default-src 'none'" in policy and "base-uri 'none'" in policy, where
                assert "frame-ancestors 'none'" in policy and "unsafe" not in policy, where
                assert told["X-Content-Type-Options"] == "nosniff", where
                assert told["Referrer-Policy"] in ("no-referrer", "same-origin"), where
                assert "includeSubDomains" in told["Strict-Transport-Security"], where
                assert "X-Powered-By" not in told, where
                assert "Access-Control-Allow-Origin" not in told, where
                assert path.startswith(("/static", "/calendar")) or told["Cache-Control"] == (
                    "no-store"
                ), where
                if await answer.read():
                    kind = told.get("Content-Type", f"none of {where}")
                    assert "charset=utf-8" in kind or kind == "application/json", kind


async def test_what_an_answer_says_itself_goes_first(base: str) -> None:
    """Control: a header is added where there is none, and never twice."""
    async with aiohttp.ClientSession() as http, http.get(f"{base}/own") as answer:
        assert answer.headers.getall("Cache-Control") == ["max-age=5"]
        assert len(answer.headers.getall("X-Content-Type-Options")) == 1


async def test_without_https_nobody_is_bound_to_it(sqlite_db: Database) -> None:
    """A laptop with http must open again tomorrow."""
    async with (
        house(sqlite_db, "http://127.0.0.1:1") as address,
        aiohttp.ClientSession() as http,
        http.get(f"{address}/login") as answer,
    ):
        assert "Strict-Transport-Security" not in answer.headers


@pytest.mark.parametrize(
    ("path", "kind", "size"),
    [
        ("/login", "application/x-www-form-urlencoded", 6_600_000),
        ("/reset/x", "application/x-www-form-urlencoded", 6_600_000),
        ("/b/romashka", "application/x-www-form-urlencoded", 110_000),
        ("/api/chatgpt/book", "application/json", 1_100_000),
        ("/mcp", "application/json", 1_100_000),
        ("/api/owner-bot", "application/json", 1_100_000),
    ],
)
async def test_a_body_has_an_end(base: str, path: str, kind: str, size: int) -> None:
    """What is too large is refused before it is held, said beforehand or not."""
    body = b'{"notes": "' + b"x" * size + b'"}'

    async def unsaid() -> AsyncIterator[bytes]:
        for at in range(0, len(body), 65_536):
            yield body[at : at + 65_536]

    statuses = []
    async with aiohttp.ClientSession() as http:
        for data in (body, unsaid()):
            try:
                async with http.post(
                    base + path, data=data, headers={"Content-Type": kind}
                ) as answer:
                    statuses.append(answer.status)
            except aiohttp.ClientError:
                statuses.append(0)  # hung up on while still sending

    assert set(statuses) <= {0, 400, 401, 404, 413, 421}, statuses
    assert 413 in statuses or path == "/api/owner-bot"  # its secret is asked for first


async def test_another_host_changes_no_link(base: str) -> None:
    """Host and X-Forwarded-Host are the asker's words: our links come from PUBLIC_URL."""
    lies = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    async with aiohttp.ClientSession() as http:
        for path in ("/login", "/dashboard", "/b/romashka", "/api/chatgpt/openapi.json"):
            async with http.get(base + path, headers=lies, allow_redirects=False) as answer:
                seen = await answer.text() + json.dumps(dict(answer.headers))
                assert "evil.example" not in seen, path
