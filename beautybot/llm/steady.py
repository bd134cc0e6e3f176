"""
A provider made steady: streams, deadlines, second tries, the ladder of forms, repairs.

What an account cannot do is learnt once and remembered; when it is gone, the
breaker answers for it.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field, replace

from beautybot.kit import clock, log
from beautybot.llm.base import (
    Finish,
    LLMBusy,
    LLMInvalid,
    LLMUnavailable,
    Probe,
    Purpose,
    Reply,
    Request,
    Said,
)
from beautybot.llm.circuit import Breaker
from beautybot.llm.json_reading import fits, read_object
from beautybot.llm.queueing import FairQueue
from beautybot.llm.terms import FREE, Spent, Terms
from beautybot.llm.wire import Form, Heard, NotThisWay, TooLong, TryAgain, Wire

logger = log.get(__name__)

TRIES = 2
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 10.0
PROBE_S = 20.0
LADDER = (Form.SCHEMA, Form.FUNCTION, Form.TEXT)
CUT_TO = 2_000
A_USUAL_ANSWER_S = 1.0
"""How long an answer is thought to take until we have seen some."""

SMALLEST = {
    "type": "object",
    "properties": {"answer": {"type": "string", "enum": ["да", "нет"]}},
    "required": ["answer"],
}
"""What `doctor` asks for, to see in which form an account gives structures."""

Sleep = Callable[[float], Awaitable[None]]
Gate = Callable[[], AbstractAsyncContextManager[None]]


class Steady:
    """One account as an LLM: at most `streams` calls at once, shared fairly by tenants."""

    def __init__(
        self,
        wire: Wire,
        *,
        streams: int,
        sleep: Sleep = asyncio.sleep,
        seconds: Callable[[], float] = clock.monotonic,
        gate: Gate = nullcontext,
        terms: Terms = FREE,
    ) -> None:
        self.name = wire.name
        self.paid_by_salon = terms.paid_by_salon
        self._terms = terms
        self._wire = wire
        self._queue = FairQueue(streams)
        self._breaker = Breaker(seconds)
        self._in_a_hurry = Breaker(seconds)  # well, but too slow for what can be left out
        self._rung = 0
        self._usual_s = A_USUAL_ANSWER_S
        self._sleep = sleep
        self._gate = gate  # where other processes share the streams

    @property
    def crowded(self) -> bool:
        """True while callers wait for a stream, or while the account rests or is too slow."""
        return self._queue.crowded or self._breaker.rests or self._in_a_hurry.rests

    async def complete(self, request: Request) -> Reply:
        """One answer before the deadline; LLMUnavailable otherwise, with what it cost."""
        if self._terms.abroad and not request.abroad:
            raise LLMUnavailable(f"{self.name} is abroad, where this salon's words do not go")
        spent = Spent(self._terms.price)
        try:
            reply = await self._answered(request, spent)
        except LLMUnavailable as error:
            error.cost = spent.kopecks
            raise
        return replace(reply, cost=spent.kopecks)

    async def _answered(self, request: Request, spent: Spent) -> Reply:
        tries = 1 if self._breaker.is_open or request.purpose is Purpose.WORD else TRIES
        self._check(request)
        ahead = self._queue.ahead_of(request.tenant)
        if ahead and ahead * self._usual_s > self._in_time(request):
            raise LLMBusy(f"the queue to {self.name} is too long to wait")
        until = clock.monotonic() + request.deadline_s
        call = _Call(self._wire, request, self._sleep, until, tries, spent)
        try:
            async with (
                asyncio.timeout(request.deadline_s),
                self._queue.turn(request.tenant),
                self._gate(),
            ):
                call.started = clock.monotonic()
                reply = await self._ask(call)
        except TimeoutError:
            if call.started is None:
                raise LLMBusy(f"no stream of {self.name} came free in time") from None
            self._in_time_for(request.purpose).failed()
            raise LLMUnavailable(f"{self.name} did not answer in time") from None
        except NotThisWay:
            self._breaker.failed()
            raise LLMUnavailable(f"{self.name} refuses our requests") from None
        except (LLMBusy, LLMInvalid):
            raise  # it lives: one client's odd words must not rest it for all
        except LLMUnavailable:
            self._breaker.failed()
            raise
        self._breaker.worked()
        self._in_time_for(request.purpose).worked()
        self._usual_s += (reply.seconds - self._usual_s) / 8
        return reply

    def _check(self, request: Request) -> None:
        """LLMUnavailable where a breaker is open."""
        if request.purpose is Purpose.WORD:
            self._in_a_hurry.check()
        self._breaker.check()

    def _in_time_for(self, purpose: Purpose) -> Breaker:
        """A model too slow to reword a reply may still be quick enough to understand one."""
        return self._in_a_hurry if purpose is Purpose.WORD else self._breaker

    def _in_time(self, request: Request) -> float:
        """The seconds that all streams together have until a new call had to start."""
        return (request.deadline_s - self._usual_s) * self._queue.streams

    async def probe(self) -> Probe:
        """One tiny call, past the breaker; never raises."""
        asked = (Said("user", "Ответь одним словом: да"),)
        request = Request(Purpose.UNDERSTAND, asked, "probe", "probe", PROBE_S, max_tokens=5)
        call = _Call(self._wire, request, self._sleep, clock.monotonic() + PROBE_S, TRIES)
        try:
            async with asyncio.timeout(PROBE_S):
                heard = await call.send(request, Form.TEXT)
                form = await self._best_form(call)
        except TimeoutError:
            return Probe(False, (f"{self.name} did not answer within {PROBE_S:.0f} seconds",))
        except NotThisWay:
            return Probe(False, (f"{self.name} refuses our requests",))
        except LLMUnavailable as error:
            return Probe(False, (str(error),), to_mend=getattr(error, "to_mend", None))
        self._breaker.worked()
        said = f"{self.name} answers as {heard.model}, structured answers by {form}"
        return Probe(True, (said,), (heard.warning,) if heard.warning else ())

    async def close(self) -> None:
        """Give the connections back."""
        await self._wire.close()

    async def _best_form(self, call: _Call) -> str:
        """Which rung of the ladder the account has; "words" where it has neither of the first."""
        asked = replace(call.request, schema=SMALLEST, max_tokens=50)
        _, form = await self._down_the_ladder(replace(call, request=asked))
        return "words" if form is Form.TEXT else str(form)

    async def _ask(self, call: _Call) -> Reply:
        if call.request.schema is None:
            return call.reply(await call.send(call.request, Form.TEXT))
        heard, form = await self._down_the_ladder(call)
        if heard.finish is Finish.FILTERED:
            return call.reply(heard)
        if (reply := call.in_form(heard)) is not None:
            return reply
        mended = await call.send(repairing(call.request, heard.text), form)
        if mended.finish is Finish.FILTERED:
            return call.reply(mended)
        if (reply := call.in_form(mended)) is not None:
            return reply
        raise LLMInvalid(f"{self.name} did not answer in the asked form")

    async def _down_the_ladder(self, call: _Call) -> tuple[Heard, Form]:
        """Step down until the account takes the request; remember where."""
        while True:
            rung, form = self._rung, LADDER[self._rung]
            try:
                return await call.send(in_words(call.request, form), form), form
            except NotThisWay:
                if rung + 1 == len(LADDER):
                    self._rung = 0  # it refuses all: look again from the top, later
                    raise LLMUnavailable(f"{self.name} refuses our requests") from None
                self._rung = max(self._rung, rung + 1)
                logger.info("another form of structured answers", model=self.name, form=form)


@dataclass(slots=True)
class _Call:
    """One request on its way: how often it was sent, since when."""

    wire: Wire
    request: Request
    sleep: Sleep
    until: float
    tries: int
    spent: Spent = field(default_factory=Spent)
    started: float | None = None
    sent: int = 0

    async def send(self, request: Request, form: Form) -> Heard:
        """Send, once more after a passing trouble or with a shorter prompt."""
        cut = False
        for attempt in range(1, self.tries + 2):
            self.sent += 1
            try:
                heard = await self.wire.send(request, form)
                self.spent.tokens += heard.input_tokens + heard.output_tokens
                return heard
            except TooLong:
                if cut:
                    raise LLMUnavailable("the prompt is too long") from None
                request, cut = shortened(request), True
            except TryAgain as trouble:
                pause = _pause(attempt, trouble.after_s)
                if attempt >= self.tries or clock.monotonic() + pause >= self.until:
                    raise _given_up(trouble) from None
                await self.sleep(pause)
        raise LLMUnavailable("no answer")

    def in_form(self, heard: Heard) -> Reply | None:
        """The answer, if it is of the asked form."""
        given = heard.data if isinstance(heard.data, dict) else read_object(heard.text)
        schema = self.request.schema
        if schema is None or given is None or not fits(given, schema):
            return None
        return self.reply(replace(heard, data=given))

    def reply(self, heard: Heard) -> Reply:
        """The answer as the asker gets it."""
        began = self.started if self.started is not None else clock.monotonic()
        return Reply(
            text=heard.text,
            finish=heard.finish,
            model=heard.model,
            data=heard.data,
            input_tokens=heard.input_tokens,
            output_tokens=heard.output_tokens,
            request_id=heard.request_id,
            seconds=clock.monotonic() - began,
            calls=self.sent,
            warning=heard.warning,
        )


def in_words(request: Request, form: Form) -> Request:
    """The schema spelled out in the first message, where the form itself cannot carry it."""
    if form is not Form.TEXT or request.schema is None:
        return request
    schema = json.dumps(request.schema, ensure_ascii=False)
    first, *rest = request.messages
    told = f"{first.text}\n\nОтветь только одним объектом JSON по этой схеме: {schema}"
    return replace(request, messages=(Said(first.role, told), *rest))


def repairing(request: Request, answer: str) -> Request:
    """The one request to mend an answer."""
    plain = in_words(request, Form.TEXT)
    return replace(
        plain,
        messages=(
            *plain.messages,
            Said("assistant", answer[:1_000] or "…"),
            Said("user", "Это не подходит. Пришли только объект JSON по схеме, без пояснений."),
        ),
    )


def shortened(request: Request) -> Request:
    """The same with the instruction and only the end of what came last."""
    first, last = request.messages[0], request.messages[-1]
    if first is last:
        return replace(request, messages=(Said(last.role, last.text[-CUT_TO:]),))
    return replace(request, messages=(first, Said(last.role, last.text[-CUT_TO:])))


def _pause(attempt: int, wanted_s: float) -> float:
    return min(wanted_s or FIRST_PAUSE_S * attempt * random.uniform(1.0, 2.0), LONGEST_PAUSE_S)


def _given_up(trouble: TryAgain) -> LLMUnavailable:
    return LLMBusy(str(trouble)) if trouble.full else LLMUnavailable(str(trouble))
