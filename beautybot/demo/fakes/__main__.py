"""`python -m beautybot.demo.fakes`: the three doubles in a process of their own."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from contextlib import suppress

from beautybot.demo.fakes.gigachat.fake import OAUTH_PATH, FakeGigaChat, spread
from beautybot.demo.fakes.graph import FakeGraph
from beautybot.demo.fakes.graph_world import StatusTiming, WindowRule
from beautybot.demo.fakes.server import serving
from beautybot.demo.fakes.telegram import FakeTelegram


async def run(options: argparse.Namespace) -> None:
    """Serve until cancelled; one JSON line on stdout says where and with which secrets."""
    graph = _graph(options.callback)
    numbers = [
        graph.add_number(
            str(10**14 + n), token=f"graph-token-{n}", app_secret="demo-app-secret", waba_id=f"{n}"
        )
        for n in range(1, options.salons + 1)
    ]
    telegram = FakeTelegram(everybody_started=True)
    bots = [telegram.add_bot() for _ in range(options.salons)]
    model = FakeGigaChat()
    if options.latency:
        model.latency = spread(options.latency, options.latency * 4)
    model.add_credential("demo-client", "demo-secret", streams=options.streams)
    ports = [options.port + i if options.port else 0 for i in range(3)]
    async with (
        serving(graph, port=ports[0]) as graph_url,
        serving(telegram, port=ports[1]) as telegram_url,
        serving(model, port=ports[2]) as model_url,
    ):
        where = {
            "GRAPH_API_BASE": f"{graph_url}/v26.0",
            "TELEGRAM_API_BASE": telegram_url,
            "GIGACHAT_BASE_URL": f"{model_url}/v1",
            "GIGACHAT_AUTH_URL": model_url + OAUTH_PATH,
            "GIGACHAT_CLIENT_ID": "demo-client",
            "GIGACHAT_CLIENT_SECRET": "demo-secret",
            "WHATSAPP_APP_SECRET": "demo-app-secret",
            "numbers": [{"phone_id": n.phone_id, "token": n.token} for n in numbers],
            "bots": [b.token for b in bots],
        }
        sys.stdout.write(json.dumps(where) + "\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


def _graph(callback: str) -> FakeGraph:
    statuses = StatusTiming.AFTER if callback else StatusTiming.NEVER
    return FakeGraph(
        callback_url=callback, window=WindowRule.OFF, statuses=statuses, pair_rate=False
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m beautybot.demo.fakes")
    parser.add_argument("--port", type=int, default=0, help="the first of three ports; 0: any free")
    parser.add_argument("--salons", type=int, default=1, help="how many numbers and bots")
    parser.add_argument("--callback", default="", help="where WhatsApp events go")
    parser.add_argument("--streams", type=int, default=1, help="GigaChat calls at once")
    parser.add_argument("--latency", type=float, default=0.0, help="median seconds of GigaChat")
    return parser.parse_args()


def _fast_loop() -> asyncio.AbstractEventLoop:
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt), asyncio.Runner(loop_factory=_fast_loop) as runner:
        runner.run(run(_options()))
