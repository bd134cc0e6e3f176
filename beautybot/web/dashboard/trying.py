"""The test chat: the agent as it is configured, in a copy of the salon that is thrown away."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from starlette.responses import Response

from beautybot.agent.rehearsal import Line, rehearsal
from beautybot.web.dashboard.settings import show
from beautybot.web.sessions import Asking

MOST, LONGEST = 15, 500
STEP = timedelta(seconds=30)
_TALKING = asyncio.Semaphore(2)  # a copy of a salon takes a moment of the processor


async def say(asking: Asking) -> Response:
    """Play the whole talk again with one more line; nothing real is touched."""
    said = [line[:LONGEST] for line in asking.texts("said") if line][-MOST:]
    said += [asking.text("text")[:LONGEST]] if asking.text("text") else []
    now = asking.parts.clock() - STEP * len(said)
    model = await asking.parts.model_of(asking.business.id)
    shown: list[dict[str, str]] = []
    async with _TALKING, rehearsal(asking.parts.db, asking.business.id, model, before=now) as play:
        for number, text in enumerate(said):
            at = now + STEP * number
            answer = await play.says([Line(text, at)], at + timedelta(seconds=2))
            shown.append({"side": "theirs", "text": text})
            shown.append(
                {"side": "ours", "text": answer.text or "(молчит: дальше отвечает человек)"}
            )
    return await show(asking, tried=shown, tried_said=said)
