"""
Clients with their own dice: they write, choose, change their minds, repeat themselves, vanish.

A client knows what it has agreed to: each message that can be taken for a yes
is written down, so that the laws can ask where a visit came from.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

from beautybot.demo.fakes.graph import FakeGraph
from beautybot.demo.fakes.graph_events import WaClient
from beautybot.demo.fakes.transcript import Bubble
from beautybot.proof.simulated import words

PATIENCE_S = (30.0, 90.0)
MOST_LINES = 14
CONFIRMS = ("Записать вас?", "Перенести запись", "Отменить запись")


@dataclass(slots=True)
class Person:
    """One client; `agreed` are the ids of their messages that say yes."""

    client: WaClient
    graph: FakeGraph
    phone_id: str
    dice: Random
    tell: Callable[[str, str], None]
    agreed: set[str] = field(default_factory=set)
    over: bool = False  # has put the phone away for good

    async def live(self, arrives_s: float) -> None:
        """Come, talk; perhaps come again hours later about the visit."""
        await asyncio.sleep(arrives_s)
        await self.talk(self._opening())
        while self.dice.random() < 0.35:
            await asyncio.sleep(self.dice.uniform(1.0, 9.0) * 3600)
            await self.talk(self._filled(self.dice.choice(words.LATER)))

    async def talk(self, line: str) -> None:
        """One conversation, until it is done or the client has had enough."""
        await self.say(line)
        for _ in range(MOST_LINES):
            answer = await self._answer()
            await asyncio.sleep(self.dice.uniform(2.0, 60.0))
            if self.dice.random() < 0.06:
                return  # gone, in the middle of it
            if answer is None:
                if self.dice.random() < 0.5:
                    return
                await self.say(self.dice.choice(words.ASIDES))
                continue
            if "вы записаны! Номер" in answer.text and self.dice.random() < 0.8:
                return
            await self._react(answer)

    async def _react(self, answer: Bubble) -> None:
        mood = self.dice.random()
        asks = any(sign in answer.text for sign in CONFIRMS)
        if mood < 0.02:
            await self.say(self.dice.choice(words.HOSTILE))
        elif mood < 0.10:
            await self.say(self.dice.choice(words.ASIDES))
        elif mood < 0.15:
            await self.say(self._filled(self.dice.choice(words.CHANGES)))
        elif asks and mood < 0.70:
            await self.say(self.dice.choice(words.YES), agrees=True)
        elif answer.choices and mood < 0.80:
            await self._press(answer)
        elif "как вас зовут" in answer.text.lower() or "имя" in answer.text.lower():
            await self.say(self.client.name or "Анна")
        elif asks:
            await self.say(self.dice.choice(words.NO))
        elif answer.choices:
            await self.say(self.dice.choice(words.PICKS))
        elif mood < 0.85:
            await self.say(self._opening())
        else:
            await self.say(self.dice.choice(words.YES), agrees=True)

    async def _press(self, answer: Bubble) -> None:
        if self.over:
            return
        choice = self.dice.choice(answer.choices)
        self.tell(self.client.key, f"нажимает {choice.title}")
        pressed = await self.graph.client_presses(
            self.phone_id, self.client, choice.id, message_id=answer.id
        )
        ids = [pressed]
        if self.dice.random() < 0.04:  # an impatient thumb
            again = self.graph.client_presses(
                self.phone_id, self.client, choice.id, message_id=answer.id
            )
            ids.append(await again)
        if choice.title.startswith(("Да", "Запис", "Перенес", "Соглас")):
            self.agreed.update(ids)

    async def say(self, text: str, *, agrees: bool = False) -> None:
        """Write, at times in two messages side by side, which the net may swap."""
        if self.over:
            return
        self.tell(self.client.key, text)
        pieces = text.rsplit(" ", 1) if self.dice.random() < 0.05 else [text]
        agrees = agrees or any(text.lower().startswith(yes) for yes in ("да", "ок", "ага", "+"))
        await asyncio.gather(*(self._write(p, agrees=agrees) for p in pieces if p))

    async def _write(self, piece: str, *, agrees: bool) -> None:
        """One message; a half of a yes may be answered before the net brings the other."""
        sent = await self.graph.client_says(self.phone_id, self.client, piece)
        if agrees:
            self.agreed.add(sent)

    async def _answer(self) -> Bubble | None:
        """What stands last on the screen after some patience; None if nothing new came."""
        seen = self._ours()
        try:
            return await self.graph.transcripts.answer(
                self.phone_id,
                self.client.key,
                seen=len(seen),
                timeout_s=self.dice.uniform(*PATIENCE_S),
            )
        except TimeoutError:
            return None

    def _ours(self) -> list[Bubble]:
        return self.graph.transcripts.ours(self.phone_id, self.client.key)

    def _opening(self) -> str:
        return self._filled(self.dice.choice(words.OPENINGS))

    def _filled(self, line: str) -> str:
        return (
            line.replace("{s}", self.dice.choice(words.SERVICES))
            .replace("{w}", self.dice.choice(words.WHO))
            .replace("{t}", self.dice.choice(words.WHEN))
        )


def arrivals(dice: Random, people: int, span: timedelta) -> list[float]:
    """When each client comes: in bunches, because an evening brings many at once."""
    seconds = span.total_seconds()
    bunch = [dice.uniform(0, seconds) for _ in range(max(1, people // 4))]
    return [
        min(seconds, max(0.0, dice.choice(bunch) + dice.gauss(0.0, 240.0))) for _ in range(people)
    ]
