"""Templates to pages, with the headers every page has."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; media-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
KINDS = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}


def page(
    template: str,
    values: Mapping[str, Any],
    status: int = 200,
    *,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A page; everything in it is escaped unless a template says otherwise."""
    return _Page(template, values, status, headers or HEADERS)


class _Page(Response):
    """
    A page that is drawn when it is sent, by a thread of its own.

    Drawing takes milliseconds of the processor: on the loop they would be
    added to every webhook that arrives meanwhile.  One thread, so that many
    pages at once cannot starve the loop either.
    """

    def __init__(
        self, template: str, values: Mapping[str, Any], status: int, headers: Mapping[str, str]
    ) -> None:
        super().__init__(None, status, headers)
        self._template = template
        self._values = values
        self._head = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Draw and send; a fault of the template is a fault of the request."""
        loop = asyncio.get_running_loop()
        text = await loop.run_in_executor(_easel(), self._draw)
        await HTMLResponse(text, self.status_code, headers=self._head)(scope, receive, send)

    def _draw(self) -> str:
        return _templates().get_template(self._template).render(**self._values)


def fragment(template: str, macro: str, *values: Any) -> str:
    """What one macro of a template makes of the values, escaped like a page."""
    return str(getattr(_templates().get_template(template).module, macro)(*values)).strip()


def onward(to: str) -> Response:
    """After a form: look at the result with a GET."""
    return RedirectResponse(to, 303, headers={"Cache-Control": "no-store"})


def refused(status: int, words: str) -> Response:
    """A page that says what is wrong, in one sentence."""
    return page("error.html", {"status": status, "words": words}, status)


def static_routes() -> list[Route]:
    """The files beside the templates; their names carry a hash of what is in them."""
    return [Route("/static/{name}", _static)]


async def _static(request: Request) -> Response:
    name = request.path_params["name"]
    known = _files().get(name)
    if known is None:
        return Response(status_code=404)
    body, kind = known
    headers = {
        "Cache-Control": "public, max-age=31536000, immutable",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(body, media_type=kind, headers=headers)


@cache
def _easel() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, thread_name_prefix="pages")


@cache
def _templates() -> Environment:
    templates = Environment(
        loader=PackageLoader("beautybot.web"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.globals["static"] = lambda name: f"/static/{_hashed()[name]}"
    return templates


@cache
def _hashed() -> dict[str, str]:
    return {
        file.name: f"{hashlib.sha256(file.read_bytes()).hexdigest()[:12]}-{file.name}"
        for file in (resources.files("beautybot.web") / "static").iterdir()
        if file.is_file()
    }


@cache
def _files() -> dict[str, tuple[bytes, str]]:
    folder = resources.files("beautybot.web") / "static"
    return {
        hashed: ((folder / name).read_bytes(), KINDS[name.rpartition(".")[2]])
        for name, hashed in _hashed().items()
    }
