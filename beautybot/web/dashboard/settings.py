"""Настройки: connections, the agent, its rules and its answers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection
from starlette.responses import Response

from beautybot.booking import answers
from beautybot.businesses import access, connecting, journal, salons
from beautybot.businesses.access import AccountTaken, ChannelAccount
from beautybot.businesses.salons import BadAgentSettings, Business, Consent, Tone
from beautybot.channels.base import ConnectError
from beautybot.web.dashboard.telling import moment
from beautybot.web.rendering import onward
from beautybot.web.sessions import Asking

TONES = (
    (Tone.FRIENDLY, "дружелюбный"),
    (Tone.PROFESSIONAL, "деловой"),
    (Tone.CASUAL, "разговорный"),
    (Tone.FORMAL, "официальный, на «Вы»"),
)
CONSENTS = (
    (Consent.REQUIRED, "просить явное «да»"),
    (Consent.NOTICE, "показывать ссылку на правила"),
    (Consent.OFF, "не просить"),
)
SAVED = "/dashboard/settings?done=1"


async def show(
    asking: Asking,
    problem: str = "",
    *,
    warnings: tuple[str, ...] = (),
    tried: list[dict[str, str]] | None = None,
    tried_said: list[str] | None = None,
) -> Response:
    """The whole page; secrets are never on it."""
    db, business = asking.parts.db, asking.business
    accounts = {a.channel: a for a in await db.read(access.of_business, business.id)}
    return asking.page(
        "dashboard/settings.html",
        400 if problem else 200,
        problem=problem,
        warnings=warnings,
        whatsapp=_account(accounts.get("whatsapp"), business),
        telegram=_account(accounts.get("telegram"), business),
        public_url=asking.parts.settings.public_url.rstrip("/"),
        tones=TONES,
        consents=CONSENTS,
        reminders=", ".join(str(h) for h in business.settings.reminders_h),
        faq=await db.read(answers.listing, business.id),
        tried=tried or [],
        tried_said=tried_said or [],
    )


async def connect_whatsapp(asking: Asking) -> Response:
    """Check the credentials with Meta and keep them closed."""
    secrets = {name: asking.text(name) for name in ("access_token", "app_secret")}
    details = {"phone_id": asking.text("phone_id"), "waba_id": asking.text("waba_id") or None}
    return await _connect(asking, "whatsapp", secrets, details)


async def connect_telegram(asking: Asking) -> Response:
    """Check the token with Telegram, keep it closed, register the webhook."""
    return await _connect(asking, "telegram", {"token": asking.text("token")}, {})


async def change_agent(asking: Asking) -> Response:
    """The switch, the tone, what not to talk about, and the rules kept by code."""
    try:
        await asking.parts.db.write(_change_agent, asking, asking.parts.clock())
    except BadAgentSettings as error:
        return await show(asking, f"Не сохранено: {error}")
    except ValueError:
        return await show(asking, "Не сохранено: часы — целые числа, через запятую.")
    return onward(f"{SAVED}#agent")


async def change_faq(asking: Asking) -> Response:
    """The questions with the owner's answers, all of them anew."""
    questions, replies = asking.form.getlist("question"), asking.form.getlist("answer")
    pairs = [
        (str(q).strip(), str(a).strip()) for q, a in zip(questions, replies, strict=False) if q
    ]
    pairs = [(q, a) for q, a in pairs if q and a]
    await asking.parts.db.write(_change_faq, asking, pairs, asking.parts.clock())
    return onward(f"{SAVED}#faq")


async def _connect(
    asking: Asking, channel: str, secrets: dict[str, str], details: dict[str, Any]
) -> Response:
    parts = asking.parts
    try:
        made = await connecting.connect(
            parts.db,
            parts.keyring,
            parts.channels[channel],
            business=asking.business,
            secrets=secrets,
            details=details,
            public_url=parts.settings.public_url,
            now=parts.clock(),
        )
    except AccountTaken:
        return await show(asking, "Этот номер или бот уже подключён к другому салону.")
    except ConnectError as error:
        return await show(asking, str(error))
    note = f"подключил {channel}: {made.account.display}"
    await parts.db.write(journal.note, asking.business.id, _who(asking), note, parts.clock())
    if made.warnings:
        return await show(asking, warnings=made.warnings)
    return onward(f"{SAVED}#{channel}")


def _change_agent(conn: Connection, asking: Asking, now: datetime) -> None:
    business = asking.business
    enabled = asking.text("enabled") == "1"
    salons.update_agent(
        conn,
        business.id,
        enabled=enabled,
        tone=asking.text("tone") or None,
        restrictions=asking.text("restrictions"),
        greeting=asking.text("greeting"),
    )
    kept = salons.settings_json(business.settings)
    hours = [int(h) for h in asking.text("reminders_h").replace(" ", "").split(",") if h]
    wanted = kept | {
        "reminders_h": hours,
        "cancel_window_h": int(asking.text("cancel_window_h") or kept["cancel_window_h"]),
        "consent": asking.text("consent") or kept["consent"],
        "assistants": asking.text("assistants") == "1",
    }
    settings = salons.settings_json(salons.settings_from(wanted))
    salons.change(conn, business.id, settings=settings)
    what = (
        "включил агента" if enabled and not business.agent_enabled else "изменил настройки агента"
    )
    if business.agent_enabled and not enabled:
        what = "выключил агента"
    journal.note(conn, business.id, _who(asking), what, now)


def _change_faq(
    conn: Connection, asking: Asking, pairs: list[tuple[str, str]], now: datetime
) -> None:
    business_id = asking.business.id
    for entry in answers.listing(conn, business_id):
        answers.remove(conn, business_id, entry.id)
    for question, answer in pairs:
        answers.add(conn, business_id, question, answer, now)
    journal.note(conn, business_id, _who(asking), "изменил вопросы и ответы", now)


def _account(account: ChannelAccount | None, business: Business) -> dict[str, Any] | None:
    if account is None:
        return None
    zone = business.zone
    return {
        "display": account.display,
        "external_id": account.external_id,
        "waba_id": account.details.get("waba_id") or "",
        "problem": account.problem or "",
        "inbound": moment(account.last_inbound_at, zone)
        if account.last_inbound_at
        else "ещё не было",
        "outbound": (
            moment(account.last_outbound_at, zone) if account.last_outbound_at else "ещё не было"
        ),
    }


def _who(asking: Asking) -> str:
    return f"user:{asking.signed.user_id}"
