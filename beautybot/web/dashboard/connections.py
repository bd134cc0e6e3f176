"""Connecting a messenger: checked at once, kept closed, said plainly what is wrong."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection
from starlette.responses import Response

from beautybot.businesses import access, connecting, journal
from beautybot.businesses.access import AccountTaken
from beautybot.channels.base import ConnectError
from beautybot.conversations import openings
from beautybot.conversations.openings import BadTemplate, Opening
from beautybot.kit.errors import NotFound
from beautybot.web.dashboard.settings import show
from beautybot.web.rendering import onward
from beautybot.web.sessions import Asking

NAMES = {"whatsapp": "WhatsApp", "telegram": "Telegram"}


async def whatsapp(asking: Asking) -> Response:
    """Check the credentials with Meta and keep them closed."""
    secrets = {name: asking.text(name) for name in ("access_token", "app_secret")}
    details = {"phone_id": asking.text("phone_id"), "waba_id": asking.text("waba_id") or None}
    return await _connect(asking, "whatsapp", secrets, details)


async def telegram(asking: Asking) -> Response:
    """Check the token with Telegram, keep it closed, register the webhook."""
    return await _connect(asking, "telegram", {"token": asking.text("token")}, {})


async def _connect(
    asking: Asking, channel: str, secrets: dict[str, str], details: dict[str, Any]
) -> Response:
    parts = asking.parts
    if not any(secrets.values()):
        return await show(asking, "Впишите токен.", channel)
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
        return await show(asking, "Этот номер или бот уже подключён к другому салону.", channel)
    except ConnectError as error:
        return await show(asking, str(error), channel)
    note = f"подключил {NAMES[channel]}: {made.account.display}"
    await parts.db.write(journal.note, asking.business.id, asking.by, note, parts.clock())
    if made.warnings:
        return await show(asking, warnings=made.warnings, section=channel)
    return onward(f"/dashboard/settings?done=1#{channel}")


async def templates(asking: Asking) -> Response:
    """Name the approved templates for what we say first after a day of silence."""
    names = {opening: asking.text(opening) for opening in Opening}
    try:
        await asking.parts.db.write(_name_templates, asking, names, asking.parts.clock())
    except BadTemplate:
        words = "В имени шаблона бывают только строчные латинские буквы, цифры и знак _."
        return await show(asking, words, "whatsapp")
    except NotFound:
        return await show(asking, "Сначала подключите WhatsApp.", "whatsapp")
    return onward("/dashboard/settings?done=1#whatsapp")


def _name_templates(
    conn: Connection, asking: Asking, names: dict[Opening, str], now: datetime
) -> None:
    openings.rename(conn, asking.business.id, names)
    journal.note(conn, asking.business.id, asking.by, "назвал шаблоны WhatsApp", now)


async def stop(asking: Asking) -> Response:
    """Send nothing through this connection any more; connecting again starts it."""
    now = asking.parts.clock()
    account = await asking.parts.db.read(access.get, asking.business.id, asking.id)
    if account.channel not in NAMES:
        raise NotFound("there is no such connection")
    why = "Остановлено в кабинете. Чтобы включить, впишите токен ещё раз."
    await asking.parts.db.write(access.stop, asking.business.id, account.id, why, now)
    note = f"остановил {NAMES[account.channel]}: {account.display}"
    await asking.parts.db.write(journal.note, asking.business.id, asking.by, note, now)
    return onward(f"/dashboard/settings?done=1#{account.channel}")
