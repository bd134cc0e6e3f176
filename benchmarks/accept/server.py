"""
One of the two servers under load, in a process of its own; prints its port.

    python -m benchmarks.accept.server plain    uvicorn as it comes, a bare endpoint
    python -m benchmarks.accept.server bare     the product's server, the same bare endpoint
    python -m benchmarks.accept.server URL      the product's web on that database
"""

from __future__ import annotations

import asyncio
import sys

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from beautybot import serving
from beautybot.channels.whatsapp import signature
from beautybot.kit import memory
from beautybot.kit.crypto import new_key
from beautybot.settings import Settings
from beautybot.web.headers import Headed

SECRET = "0123456789abcdef0123456789abcdef"


async def bare(scope: Scope, receive: Receive, send: Send) -> None:
    """Read the body, check its signature, answer: the least any honest server does."""
    body = b""
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    header = dict(scope["headers"]).get(b"x-hub-signature-256", b"").decode()
    status = 200 if signature.verify(body, header, [SECRET]) is not None else 401
    head = [(b"content-length", b"0")]
    await send({"type": "http.response.start", "status": status, "headers": head})
    await send({"type": "http.response.body", "body": b""})


def headed(app: ASGIApp) -> ASGIApp:
    """The app with the headers that every answer of ours has."""
    heads = Headed(https=False)

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        await app(scope, receive, heads(send))

    return answer


async def main(what: str) -> None:
    """Listen on a free port until killed."""
    listener = serving.listen("127.0.0.1", 0)
    print(listener.getsockname()[1], flush=True)
    if what == "plain":
        config = uvicorn.Config(
            bare,
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            http="httptools",
            lifespan="off",
        )
        await uvicorn.Server(config).serve(sockets=[listener])
        return
    settings = Settings(database_url=what, whatsapp_app_secret=SECRET, encryption_keys=new_key())
    if what == "bare":
        memory.settle()
        await serving.server(headed(bare), settings).serve(sockets=[listener])
        return
    async with serving.opened(settings, owner=settings.on_sqlite) as product:
        await serving.run(product, listener, worker=False)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=__import__("uvloop").new_event_loop) as runner:
        runner.run(main(sys.argv[1]))
