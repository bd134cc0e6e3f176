"""The doubles run in a process of their own, for load tests."""

from __future__ import annotations

import asyncio
import json
import sys

from callers import get


async def test_a_process_prints_where_its_doubles_are() -> None:
    """One JSON line with addresses and secrets; every address answers."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "beautybot.demo.fakes", "--salons", "2"),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        where = json.loads(await process.stdout.readline())

        number = where["numbers"][1]
        graph = f"{where['GRAPH_API_BASE']}/{number['phone_id']}"
        me, _ = await get(f"{where['TELEGRAM_API_BASE']}/bot{where['bots'][1]}/getMe")
        shown, _ = await get(graph, token=number["token"])
        model, _ = await get(f"{where['GIGACHAT_BASE_URL']}/models")

        assert (me, shown, model) == (200, 200, 401)
    finally:
        process.terminate()
        await process.wait()
