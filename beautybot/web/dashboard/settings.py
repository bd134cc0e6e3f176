"""Настройки: connections, the agent, its answers, a talk to try it; secrets are never shown."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection
from starlette.responses import Response

from beautybot.booking import answers
from beautybot.businesses import model_accounts
from beautybot.businesses.connecting import callback_of
from beautybot.businesses.salons import GREETING_LIMIT, RESTRICTIONS_LIMIT, Business, Consent, Tone
from beautybot.businesses.users import Role
from beautybot.conversations import health, openings, questions
from beautybot.conversations.health import ConnectionHealth, Level
from beautybot.conversations.openings import HOLES, Opening
from beautybot.kit.text import counted
from beautybot.web.dashboard import agent_form
from beautybot.web.dashboard.telling import moment
from beautybot.web.sessions import Asking

TONES = (
    (Tone.FRIENDLY, "дружелюбный", "Привет! Рады вас видеть 🌸"),
    (Tone.PROFESSIONAL, "деловой", "Здравствуйте. Чем можем помочь?"),
    (Tone.CASUAL, "разговорный", "Привет! На что записать?"),
    (Tone.FORMAL, "официальный, на «Вы»", "Добрый день. Чем могу Вам помочь?"),
)
CONSENTS = (
    (Consent.REQUIRED, "просить явное «да»"),
    (Consent.NOTICE, "показывать ссылку на правила"),
    (Consent.OFF, "не просить"),
)
OPENINGS = {
    Opening.REMINDER: "Напоминание о визите",
    Opening.WAITLIST: "Освободилось время",
    Opening.NUDGE: "Приглашение прийти снова",
}
DECIDED = {"APPROVED": "одобрен", "PENDING": "на проверке у Meta", "REJECTED": "отклонён Meta"}
SCOPES = (
    ("GIGACHAT_API_PERS", "физлицо"),
    ("GIGACHAT_API_B2B", "ИП или компания, по предоплате"),
    ("GIGACHAT_API_CORP", "компания, с оплатой по факту"),
)
MODELS = (
    ("GigaChat-2", "GigaChat 2 Lite — быстрее и дешевле"),
    ("GigaChat-2-Pro", "GigaChat 2 Pro"),
    ("GigaChat-2-Max", "GigaChat 2 Max — умнее и дороже"),
)
MOST_ANSWERS = 200
BAD = frozenset({Level.BROKEN, Level.WARNING})


async def show(asking: Asking, problem: str = "", section: str = "", **more: Any) -> Response:
    """The whole page; `problem` stands in the section it is about."""
    settings = asking.parts.settings
    given: dict[str, Any] = {"warnings": (), "tried": [], "tried_said": [], "wrong": {}}
    base = settings.public_url.rstrip("/")
    return asking.page(
        "dashboard/settings.html",
        400 if problem else 200,
        problem=problem,
        section=section,
        callback=callback_of(base, "whatsapp"),
        telegram_callback=callback_of(base, "telegram"),
        verify_token=settings.whatsapp_verify_token if asking.role is Role.OWNER else "",
        local=not base.startswith("https://"),
        polling=settings.telegram_mode == "polling",
        tones=TONES,
        consents=CONSENTS,
        limits=(RESTRICTIONS_LIMIT, GREETING_LIMIT),
        scopes=SCOPES,
        models=MODELS,
        **given | await asking.parts.db.read(_shown, asking) | more,
    )


def _shown(conn: Connection, asking: Asking) -> dict[str, Any]:
    business, now = asking.business, asking.parts.clock()
    accounts = {h.account.channel: h for h in health.of_business(conn, business.id, now)}
    return {
        "whatsapp": _account(accounts.get("whatsapp"), business),
        "templates": _templates(accounts.get("whatsapp")),
        "telegram": _account(accounts.get("telegram"), business),
        "agent": agent_form.shown(business),
        **_own_model(conn, business),
        "faq": answers.listing(conn, business.id)[:MOST_ANSWERS],
        "asked": [
            {
                "id": q.id,
                "text": q.text,
                "answer": q.answer or "",
                "times": counted(q.times, "раз", "раза", "раз"),
                "conversation": q.conversation_id,
            }
            for q in questions.waiting(conn, business.id)[:10]
        ],
    }


def _templates(found: ConnectionHealth | None) -> list[dict[str, str]]:
    """The names of the approved templates, and what each must leave room for."""
    if found is None:
        return []
    return [
        {
            "key": str(named.opening),
            "for": OPENINGS[named.opening],
            "name": named.name or "",
            "meta": DECIDED.get(named.decided, ""),
            "holes": ", ".join(
                f"{{{{{n}}}}} {what}" for n, what in enumerate(HOLES[named.opening], 1)
            ),
        }
        for named in openings.listing(found.account)
    ]


def _own_model(conn: Connection, business: Business) -> dict[str, Any]:
    """The salon's own account, if it has one, and the form of it."""
    kept = model_accounts.shown(conn, business.id)
    if kept is None:
        form = {"client_id": "", "scope": SCOPES[0][0], "model": MODELS[1][0]}
        return {"gigachat": None, "gigachat_form": form}
    return {
        "gigachat": {"client_id": kept.client_id, "since": moment(kept.since, business.zone)},
        "gigachat_form": {
            "client_id": kept.client_id,
            "scope": kept.scope,
            "model": kept.model,
        },
    }


def _account(found: ConnectionHealth | None, business: Business) -> dict[str, Any] | None:
    if found is None:
        return None
    account, zone = found.account, business.zone
    heard, said = account.last_inbound_at, account.last_outbound_at
    return {
        "id": account.id,
        "display": account.display,
        "external_id": account.external_id,
        "waba_id": account.details.get("waba_id") or "",
        "signs": [(s.level in BAD, f"{s.what} {s.advice}".strip()) for s in found.signs],
        "bad": found.level in BAD,
        "stopped": account.stopped_at is not None,
        "inbound": moment(heard, zone) if heard else "ещё не было",
        "outbound": moment(said, zone) if said else "ещё не было",
        "heard": heard is not None,
    }
