"""The agent's switch, voice, hours and rules; the salon's own answers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection
from starlette.responses import Response

from beautybot.booking import answers
from beautybot.booking.answers import EmptyAnswer
from beautybot.businesses import journal, salons
from beautybot.conversations import history, outbox, questions
from beautybot.conversations.envelope import Weight
from beautybot.kit.wakeup import ToDo
from beautybot.notifications import teaching
from beautybot.web.dashboard import agent_form
from beautybot.web.dashboard.agent_form import BadRules, Wanted
from beautybot.web.dashboard.settings import MOST_ANSWERS, show
from beautybot.web.rendering import onward
from beautybot.web.sessions import Asking

SAVED = "/dashboard/settings?done=1"


async def change(asking: Asking) -> Response:
    """The switch, the voice and the rules kept by code."""
    try:
        wanted = agent_form.read(asking)
    except BadRules as error:
        sent = agent_form.sent(asking)
        return await show(asking, str(error), "agent", agent=sent, wrong=error.wrong)
    await asking.parts.db.write(_change, asking, wanted, asking.parts.clock())
    return onward(f"{SAVED}#agent")


async def switch(asking: Asking) -> Response:
    """The switch alone: on the first page, for a thumb."""
    await asking.parts.db.write(_switch, asking, asking.parts.clock())
    return onward("/dashboard?done=1")


async def change_answers(asking: Asking) -> Response:
    """The questions with the owner's answers, all of them anew."""
    pairs = [
        (q, a)
        for q, a in zip(asking.texts("question"), asking.texts("answer"), strict=False)
        if q or a
    ]
    try:
        await asking.parts.db.write(_change_answers, asking, pairs, asking.parts.clock())
    except EmptyAnswer:
        words = "У каждого вопроса должен быть ответ. Чтобы убрать пару, сотрите оба поля."
        sent = [{"question": q, "answer": a} for q, a in pairs][:MOST_ANSWERS]
        return await show(asking, words, "faq", faq=sent)
    return onward(f"{SAVED}#faq")


async def answer_question(asking: Asking) -> Response:
    """Teach the agent what a client asked; or say that it need not know."""
    try:
        await asking.parts.db.write(_answer, asking, asking.parts.clock())
    except EmptyAnswer:
        return await show(asking, "Напишите ответ.", "faq")
    asking.parts.wakeup.ring(ToDo.OUTBOX)
    return onward(f"{SAVED}#faq")


def _change(conn: Connection, asking: Asking, wanted: Wanted, now: datetime) -> None:
    business = asking.business
    settings = salons.settings_from(salons.settings_json(business.settings) | wanted.rules)
    salons.update_agent(
        conn,
        business.id,
        enabled=wanted.enabled,
        tone=wanted.tone,
        restrictions=wanted.restrictions,
        greeting=wanted.greeting,
    )
    salons.change(conn, business.id, settings=salons.settings_json(settings))
    journal.note(conn, business.id, asking.by, _what(asking, wanted.enabled), now)


def _what(asking: Asking, enabled: bool) -> str:
    if enabled == asking.business.agent_enabled:
        return "изменил настройки агента"
    return "включил агента" if enabled else "выключил агента"


def _switch(conn: Connection, asking: Asking, now: datetime) -> None:
    enabled = asking.text("enabled") == "1"
    salons.update_agent(conn, asking.business.id, enabled=enabled)
    journal.note(conn, asking.business.id, asking.by, _what(asking, enabled), now)


def _change_answers(
    conn: Connection, asking: Asking, pairs: list[tuple[str, str]], now: datetime
) -> None:
    business_id = asking.business.id
    known = {(e.question, e.answer): e.id for e in answers.listing(conn, business_id)}
    wanted = list(dict.fromkeys(pairs))[:MOST_ANSWERS]
    for pair, entry_id in known.items():
        if pair not in wanted:
            answers.remove(conn, business_id, entry_id)
    for pair in wanted:
        if pair not in known:
            answers.add(conn, business_id, *pair, now)
    journal.note(conn, business_id, asking.by, "изменил вопросы и ответы", now)


def _answer(conn: Connection, asking: Asking, now: datetime) -> None:
    business_id = asking.business.id
    question = questions.get(conn, business_id, asking.id)
    if asking.text("dismiss") == "1":
        questions.close(conn, business_id, question.id, outcome="dismissed", now=now)
        return
    if not asking.text("answer"):
        raise EmptyAnswer("напишите ответ")
    answered = questions.answer(conn, business_id, question.id, asking.text("answer"), now)
    teaching.adopt(conn, business_id, question.id, now)
    journal.note(conn, business_id, asking.by, "научил агента новому ответу", now)
    if asking.text("tell") == "1":
        outbox.put(
            conn,
            business_id=business_id,
            conversation_id=question.conversation_id,
            account_id=history.account_of(conn, business_id, question.conversation_id),
            draft=outbox.Draft(answered.answer or "", weight=Weight.PERSON, author=asking.by),
            now=now,
        )
