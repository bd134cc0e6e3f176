"""
The language model as one turn sees it: within the budget, never raising, all kept for the trace.

Whatever goes wrong with the model, the turn gets None and goes on by rules.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from beautybot.businesses.notices import NoticeKind, put as put_notice
from beautybot.businesses.salons import Business
from beautybot.conversations import model_use
from beautybot.conversations.model_use import NO_LIMIT, Budget, Purse
from beautybot.kit import log, metrics
from beautybot.kit.clock import Clock
from beautybot.kit.db import Database
from beautybot.kit.text import clean, counted
from beautybot.llm.base import LLM, Finish, LLMMisconfigured, LLMUnavailable, Reply, Request

logger = log.get(__name__)
LONGEST_KEPT = 4_000
SPENT = {
    Purse.SALON: "Языковая модель сегодня истратила всё, что ей отведено на день: {limit}. "
    "До завтра отвечаю по правилам, запись работает.",
    Purse.INSTALLATION: "Деньги на языковую модель на сегодня кончились: {limit} на все салоны. "
    "До завтра отвечаю по правилам, запись работает.",
}


@dataclass(frozen=True, slots=True)
class Consultation:
    """One question to the model as the trace keeps it; prompts are masked before they are made."""

    purpose: str
    prompt: tuple[tuple[str, str], ...]
    finish: str = ""
    text: str = ""
    data: Any = None
    problem: str = ""
    model: str = ""
    calls: int = 0
    tokens: int = 0
    seconds: float = 0.0
    request_id: str = ""


@dataclass(slots=True)
class Adviser:
    """A model, and the salon and client on whose account it is asked."""

    llm: LLM | None
    db: Database
    business: Business
    client_id: int
    clock: Clock
    budget: Budget = NO_LIMIT
    consulted: list[Consultation] = field(default_factory=list)
    to_mend: str = ""  # a setting somebody must mend before the model can help
    warning: str = ""  # what somebody should mend though it helps

    @property
    def has_time(self) -> bool:
        """False where what can be left out should be: there is no model, or others wait for it."""
        return self.llm is not None and not self.llm.crowded

    async def ask(self, request: Request) -> Reply | None:
        """The model's answer; None if it has none in time, refuses the topic or is too dear."""
        if self.llm is None:
            return None
        request = replace(request, abroad=self.business.settings.model_abroad)
        own = self.llm.paid_by_salon
        if why := await self.db.write(_refused, self, own):
            metrics.MODEL_REFUSED.labels(why).inc()
            self._keep(request, problem="the day's budget is spent")
            return None
        try:
            reply = await self.llm.complete(request)
        except LLMUnavailable as error:
            await self._pay(error.cost, own)
            if isinstance(error, LLMMisconfigured):
                self.to_mend = str(error)
            logger.warning("the model did not help", error=str(error), purpose=request.purpose)
            self._keep(request, problem=str(error))
            return None
        await self._pay(reply.cost, own)
        metrics.MODEL_CALLS.inc(reply.calls)
        metrics.MODEL_TOKENS.inc(reply.input_tokens + reply.output_tokens)
        self.warning = reply.warning or self.warning
        reply = replace(reply, text=clean(reply.text), data=_clean(reply.data))
        self._keep(
            request,
            finish=reply.finish,
            text=reply.text[:LONGEST_KEPT],
            data=reply.data,
            model=reply.model,
            calls=reply.calls,
            tokens=reply.input_tokens + reply.output_tokens,
            seconds=round(reply.seconds, 3),
            request_id=reply.request_id,
        )
        return None if reply.finish is Finish.FILTERED else reply

    async def _pay(self, kopecks: int, own: bool) -> None:
        if not kopecks:
            return
        metrics.MODEL_KOPECKS.inc(kopecks)
        whose, today = self.business, day_of(self.clock(), self.business)
        await self.db.write(model_use.paid, whose.id, self.client_id, today, kopecks, own=own)

    def trace(self, *, after: int = 0) -> list[dict[str, Any]]:
        """Everything asked, from the `after`-th on, as plain values."""
        return [asdict(one) for one in self.consulted[after:]]

    def _keep(self, request: Request, **answer: Any) -> None:
        said = tuple((m.role, m.text[:LONGEST_KEPT]) for m in request.messages)
        self.consulted.append(Consultation(request.purpose, said, **answer))


def _refused(conn: Connection, asker: Adviser, own: bool) -> str | None:
    """Why a question is not asked today, else it is counted; spent money is told once a day."""
    now, salon = asker.clock(), asker.business
    today = day_of(now, salon)
    purse = model_use.empty(conn, salon.id, today, asker.budget, own=own)
    if purse is None:
        return None if model_use.spend(conn, salon.id, asker.client_id, today) else "calls"
    limit = asker.budget.per_salon if purse is Purse.SALON else asker.budget.in_all
    put_notice(
        conn,
        business_id=salon.id,
        kind=NoticeKind.MODEL_BROKEN,
        key=f"spent:{today}",
        text=SPENT[purse].format(limit=counted(limit // 100, "рубль", "рубля", "рублей")),
        now=now,
    )
    return purse


def _clean(value: Any) -> Any:
    """A structure without what breaks databases: NULs, lone surrogates, endless strings."""
    match value:
        case str():
            return clean(value, 1_000)
        case list():
            return [_clean(item) for item in value[:50]]
        case dict():
            return {clean(str(name), 100): _clean(item) for name, item in value.items()}
        case _:
            return value


def day_of(now: datetime, business: Business) -> date:
    """The salon's calendar day, by which budgets are counted."""
    return now.astimezone(business.zone).date()
