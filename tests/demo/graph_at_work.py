"""The double of Graph with one number, and bodies of sends."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from beautybot.demo.fakes.graph import FakeGraph
from beautybot.demo.fakes.graph_events import WaClient
from beautybot.demo.fakes.graph_world import StatusTiming
from beautybot.demo.fakes.server import serving

PHONE, TOKEN, SECRET, WABA = "106540352242922", "EAAG-token", "app-secret", "102290129340398"
OLGA = WaClient("79161234567", "Ольга", "RU.13491208655302741918")


@asynccontextmanager
async def graph_at_work(**options: Any) -> AsyncIterator[tuple[FakeGraph, str]]:
    """A double with one number; its URL carries the version."""
    options.setdefault("statuses", StatusTiming.NEVER)
    graph = FakeGraph(**options)
    graph.add_number(PHONE, token=TOKEN, app_secret=SECRET, waba_id=WABA)
    async with serving(graph) as url:
        yield graph, f"{url}/v26.0"


def text(body: str = "Здравствуйте!", to: str = "79161234567") -> dict[str, Any]:
    """A plain send."""
    return {"messaging_product": "whatsapp", "to": to, "type": "text", "text": {"body": body}}


def buttons(*titles: str, ids: tuple[str, ...] = ()) -> dict[str, Any]:
    """A send with reply buttons."""
    replies = [
        {"type": "reply", "reply": {"id": ids[i] if ids else f"b{i}", "title": title}}
        for i, title in enumerate(titles)
    ]
    inner = {"type": "button", "body": {"text": "Выберите"}, "action": {"buttons": replies}}
    return {**text(), "type": "interactive", "interactive": inner}


def rows(*counts: int, title: str = "Окошко", description: str = "") -> dict[str, Any]:
    """A send with a list; a number is the count of rows of one section."""
    sections = [
        {
            "title": f"Раздел {s}",
            "rows": [
                {"id": f"r{s}.{r}", "title": title, "description": description}
                for r in range(count)
            ],
        }
        for s, count in enumerate(counts)
    ]
    action = {"button": "Показать", "sections": sections}
    inner = {"type": "list", "body": {"text": "Выберите"}, "action": action}
    return {**text(), "type": "interactive", "interactive": inner}
