"""A person with a browser without script: keeps cookies, follows forms, over real HTTP."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from starlette.routing import Route

from beautybot.app import Parts, build
from beautybot.channels import registry
from beautybot.demo.fakes.server import serving
from beautybot.kit import clock as clocks
from beautybot.kit.clock import Clock
from beautybot.kit.crypto import Keyring, new_key, parse_keys
from beautybot.kit.db import Database
from beautybot.kit.wakeup import Wakeup
from beautybot.settings import Settings
from beautybot.web.dashboard.routes import PageRoute, routes
from beautybot.web.sessions import guarded

PASSWORD = "a password of ten signs"


@dataclass(slots=True)
class Visitor:
    """One browser."""

    base: str
    http: aiohttp.ClientSession
    known: str = ""  # the token of this sign-in, once a page has shown it

    async def get(self, path: str) -> tuple[int, str]:
        """Open a page without following redirects."""
        async with self.http.get(self.base + path, allow_redirects=False) as answer:
            return answer.status, await answer.text()

    async def post(self, path: str, **fields: str) -> tuple[int, str]:
        """Send a form with the token of our page."""
        self.known = self.known or await self.token()
        fields.setdefault("csrf", self.known)
        return await self.post_raw(path, fields)

    async def post_raw(self, path: str, fields: dict[str, Any], **headers: str) -> tuple[int, str]:
        """Send a form as it is."""
        async with self.http.post(
            self.base + path, data=fields, headers=headers, allow_redirects=False
        ) as answer:
            return answer.status, await answer.text()

    async def sign_in(self, email: str, password: str = PASSWORD) -> int:
        """Fill in the sign-in page; its status."""
        self.known = ""
        status, _ = await self.post_raw("/login", {"email": email, "password": password})
        return status

    async def proof(self, email: str, password: str = PASSWORD) -> str:
        """What the page of the second step carries along."""
        _, page = await self.post_raw("/login", {"email": email, "password": password})
        found = re.search(r'name="proof" value="([^"]+)"', page)
        return found[1] if found else ""

    async def cookie(self, email: str, password: str) -> str:
        """The sign-in cookie as it was set."""
        fields = {"email": email, "password": password}
        async with self.http.post(
            f"{self.base}/login", data=fields, allow_redirects=False
        ) as answer:
            return answer.headers.getall("Set-Cookie", [""])[0]

    async def token(self) -> str:
        """The token that our pages put into their forms."""
        _, page = await self.get("/dashboard/me")
        found = re.search(r'name="csrf" value="([0-9a-f]+)"', page)
        return found[1] if found else ""


@asynccontextmanager
async def pages(
    db: Database,
    url: str = "http://127.0.0.1",
    *,
    more: Sequence[PageRoute] = (),
    clock: Clock = clocks.now,
    **variables: str,
) -> AsyncIterator[str]:
    """The dashboard, served, with `more` pages of a test's own and settings; its address."""
    settings = Settings(public_url=url, **variables)  # type: ignore[arg-type]
    channels = registry.build(settings)
    keyring = Keyring(parse_keys(new_key()))
    parts = Parts(settings, db, keyring, Wakeup(), clock=clock, channels=channels)
    extra = [Route(r.path, guarded(parts, r.roles, r.handler), methods=[r.method]) for r in more]
    try:
        async with serving(build(parts, pages=[*routes(parts), *extra])) as base:
            yield base
    finally:
        for channel in channels.values():
            await channel.close()


@asynccontextmanager
async def browser(base: str) -> AsyncIterator[Visitor]:
    """A fresh browser."""
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar) as http:
        yield Visitor(base, http)
