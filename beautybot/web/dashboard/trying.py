"""The test chat: the agent as it is configured, in a copy of the salon that is thrown away."""

from __future__ import annotations

from datetime import timedelta

from starlette.responses import Response

from beautybot.agent.rehearsal import Line, rehearsal
from beautybot.web.dashboard.settings import show
from beautybot.web.sessions import Asking

MOST = 15
STEP = timedelta(seconds=30)


async def say(asking: Asking) -> Response:
    """Play the whole talk again with one more line; nothing real is touched."""
    said = [str(line)[:500] for line in asking.form.getlist("said")][-MOST:]
    said += [asking.text("text")[:500]] if asking.text("text") else []
    now = asking.parts.clock()
    shown: list[dict[str, str]] = []
    async with rehearsal(asking.parts.db, asking.business.id, None, before=now) as play:
        for number, text in enumerate(said):
            at = now + STEP * number
            answer = await play.says([Line(text, at)], at + timedelta(seconds=2))
            shown.append({"side": "theirs", "text": text})
            shown.append({"side": "ours", "text": answer.text or "(молчит: отвечает человек)"})
    return await show(asking, tried=shown, tried_said=said)
