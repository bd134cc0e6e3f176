"""
What every answer tells a browser: nothing may be run, framed, guessed at or kept.

A page that needs more says so itself; what it says goes before this.
"""

from __future__ import annotations

from starlette.types import Message, Send

DEFAULTS: tuple[tuple[bytes, bytes], ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; base-uri 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
)
PLAIN = (b"content-type", b"text/plain; charset=utf-8")
HTTPS_ONLY = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")


class Headed:
    """Adds the headers to an answer; `https` says that browsers reach us by HTTPS alone."""

    def __init__(self, *, https: bool) -> None:
        self._all = (*DEFAULTS, HTTPS_ONLY) if https else DEFAULTS

    def __call__(self, send: Send) -> Send:
        """The same way out, with what the answer does not say itself."""

        async def headed(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = list(message.get("headers", ()))
                said = {name.lower(): value for name, value in given}
                more = self._all
                if said.get(b"content-length", b"0") != b"0":
                    more = (*more, PLAIN)  # a library of somebody's forgot what it sends
                message["headers"] = given + [one for one in more if one[0] not in said]
            await send(message)

        return headed
