"""The agent's switch, voice, hours and rules; the salon's own answers."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from sqlalchemy import Connection
from starlette.responses import Response

from beautybot.booking import answers
from beautybot.booking.answers import EmptyAnswer
from beautybot.businesses import journal, salons
from beautybot.businesses.rules import BOUNDS, CHANNELS
from beautybot.businesses.salons import GREETING_LIMIT, RESTRICTIONS_LIMIT, Consent, Tone
from beautybot.conversations import history, outbox, questions
from beautybot.conversations.envelope import Weight
from beautybot.kit.errors import BeautyBotError
from beautybot.kit.wakeup import ToDo
from beautybot.notifications import teaching
from beautybot.web.dashboard.settings import MOST_ANSWERS, show
from beautybot.web.rendering import onward
from beautybot.web.sessions import Asking

SAVED = "/dashboard/settings?done=1"
MOST_REMINDERS, LONGEST_REMINDER_H, LONGEST_WINDOW_H = 5, 24 * 14, 24 * 14
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


class BadRules(BeautyBotError):
    """A value of the form that cannot be; the text says so in Russian."""


async def change(asking: Asking) -> Response:
    """The switch, the voice and the rules kept by code."""
    try:
        await asking.parts.db.write(_change, asking, asking.parts.clock())
    except BadRules as error:
        return await show(asking, str(error), "agent")
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
        return await show(asking, words, "faq")
    return onward(f"{SAVED}#faq")


async def answer_question(asking: Asking) -> Response:
    """Teach the agent what a client asked; or say that it need not know."""
    try:
        await asking.parts.db.write(_answer, asking, asking.parts.clock())
    except EmptyAnswer:
        return await show(asking, "Напишите ответ.", "faq")
    asking.parts.wakeup.ring(ToDo.OUTBOX)
    return onward(f"{SAVED}#faq")


def _change(conn: Connection, asking: Asking, now: datetime) -> None:
    business = asking.business
    enabled = asking.text("enabled") == "1"
    tone = asking.text("tone") or str(business.tone)
    if tone not in set(Tone):
        raise BadRules("Выберите тон из списка.")
    for name, words, most in (
        ("restrictions", "Ограничения", RESTRICTIONS_LIMIT),
        ("greeting", "Приветствие", GREETING_LIMIT),
    ):
        if len(asking.text(name)) > most:
            raise BadRules(f"{words}: не длиннее {most} знаков.")
    settings = salons.settings_from(salons.settings_json(business.settings) | _rules(asking))
    salons.update_agent(
        conn,
        business.id,
        enabled=enabled,
        tone=tone,
        restrictions=asking.text("restrictions"),
        greeting=asking.text("greeting"),
    )
    salons.change(conn, business.id, settings=salons.settings_json(settings))
    journal.note(conn, business.id, asking.by, _what(asking, enabled), now)


def _what(asking: Asking, enabled: bool) -> str:
    if enabled == asking.business.agent_enabled:
        return "изменил настройки агента"
    return "включил агента" if enabled else "выключил агента"


def _rules(asking: Asking) -> dict[str, Any]:
    hours = [part for part in re.split(r"[,;\s]+", asking.text("reminders_h")) if part]
    reminders = [_whole(h, 1, LONGEST_REMINDER_H, "Напоминания") for h in hours]
    if len(reminders) > MOST_REMINDERS:
        raise BadRules(f"Напоминаний может быть не больше {MOST_REMINDERS}.")
    consent = asking.text("consent") or str(asking.business.settings.consent)
    if consent not in set(Consent):
        raise BadRules("Выберите, как просить согласие.")
    window = asking.text("cancel_window_h") or str(asking.business.settings.cancel_window_h)
    return {
        "reminders_h": sorted(set(reminders), reverse=True),
        "cancel_window_h": _whole(window, 0, LONGEST_WINDOW_H, "Отмена"),
        "no_show_limit": _number(asking, "no_show_limit", "Неявки"),
        "no_show_months": _number(asking, "no_show_months", "Месяцы неявок"),
        "consent": consent,
        "assistants": asking.text("assistants") == "1",
        "agent_hours": _span(asking, "agent", "Расписание агента"),
        "agent_silent_in": sorted(c for c in CHANNELS if asking.text(f"answers_{c}") != "1"),
        "quiet_hours": _span(asking, "quiet", "Тихие часы")
        or list(asking.business.settings.quiet_hours),
    }


def _span(asking: Asking, name: str, what: str) -> list[str] | None:
    given = [asking.text(f"{name}_from")[:5], asking.text(f"{name}_to")[:5]]
    if not any(given):
        return None
    if not all(_CLOCK.fullmatch(text) for text in given) or given[0] == given[1]:
        raise BadRules(f"{what}: напишите, с какого часа и до какого.")
    return given


def _number(asking: Asking, name: str, what: str) -> int:
    """A number of the form within the bounds of the salon's rules; as it was, if it is empty."""
    given = asking.text(name) or str(getattr(asking.business.settings, name))
    return _whole(given, *BOUNDS[name], what, "нужно целое число")


def _whole(text: str, low: int, high: int, what: str, needed: str = "нужны целые часы") -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 6 and low <= int(text) <= high):
        raise BadRules(f"{what}: {needed} от {low} до {high}.")
    return int(text)


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
