"""setWebhook, getWebhookInfo and getUpdates: how a bot gets its updates."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from beautybot.demo.fakes.telegram_delivery import Deliveries
from beautybot.demo.fakes.telegram_markup import TelegramRefusal, bad_request
from beautybot.demo.fakes.telegram_world import TgBot
from beautybot.kit import clock as kit_clock

_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_PORTS = (443, 80, 88, 8443)

Params = Mapping[str, Any]


def set_webhook(bot: TgBot, updates: Deliveries, params: Params) -> tuple[Any, str]:
    """
    Register a webhook.

    An omitted secret is cleared; omitted `allowed_updates` stay as they were.
    Plain HTTP and any port are taken on loopback only, where the real server
    would refuse them.
    """
    url = str(params.get("url") or "")
    if not url:
        return delete_webhook(bot, updates, params)
    _check_url(url)
    secret = str(params.get("secret_token") or "") or None
    if secret and not _SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    connections = int(params.get("max_connections") or 40)
    if not 1 <= connections <= 100:
        raise bad_request("max_connections must be between 1 and 100")
    unchanged = bot.webhook.url == url and bot.webhook.secret == secret
    bot.webhook.url, bot.webhook.secret = url, secret
    bot.webhook.max_connections = connections
    updates.limit(connections)
    bot.webhook.error, bot.webhook.error_at = "", None
    _remember_kinds(bot, params)
    if truth(params.get("drop_pending_updates")):
        updates.drop()
    updates.wake()
    return True, "Webhook is already set" if unchanged else "Webhook was set"


def delete_webhook(bot: TgBot, updates: Deliveries, params: Params) -> tuple[Any, str]:
    """Take the webhook away; updates wait for getUpdates."""
    was = bot.webhook.url
    bot.webhook.url, bot.webhook.secret = "", None
    if truth(params.get("drop_pending_updates")):
        updates.drop()
    return True, "Webhook was deleted" if was else "Webhook is already deleted"


def webhook_info(bot: TgBot, updates: Deliveries) -> dict[str, Any]:
    """What the bot may know of its webhook: never the secret."""
    webhook = bot.webhook
    info: dict[str, Any] = {
        "url": webhook.url,
        "has_custom_certificate": False,
        "pending_update_count": updates.pending,
    }
    if webhook.url:
        info |= {"max_connections": webhook.max_connections, "ip_address": "127.0.0.1"}
    if webhook.error_at is not None:
        info["last_error_date"] = int(webhook.error_at.timestamp())
        info["last_error_message"] = webhook.error
    if webhook.allowed_updates:
        info["allowed_updates"] = list(webhook.allowed_updates)
    return info


async def get_updates(
    bot: TgBot, updates: Deliveries, params: Params, poller: Poller
) -> list[dict[str, Any]]:
    """Long polling: what is older than `offset` is forgotten; one poller at a time."""
    if bot.webhook.url:
        raise TelegramRefusal(
            409,
            "Conflict: can't use getUpdates method while webhook is active; "
            "use deleteWebhook to delete the webhook first",
        )
    turn = poller.take(bot.key)
    _remember_kinds(bot, params)
    offset = int(params.get("offset") or 0)
    limit = min(max(int(params.get("limit") or 100), 1), 100)
    until = kit_clock.monotonic() + float(params.get("timeout") or 0)
    _confirm(updates, offset)
    while not updates.pending and (left := until - kit_clock.monotonic()) > 0:
        await updates.arrival(min(left, 0.5))
        if not poller.holds(bot.key, turn):
            raise TelegramRefusal(
                409,
                "Conflict: terminated by other getUpdates request; "
                "make sure that only one bot instance is running",
            )
    return [p.body for p in updates.waiting[:limit]]


class Poller:
    """Who polls each bot: a newer poller ends the older one."""

    def __init__(self) -> None:
        self._turns: dict[str, int] = {}

    def take(self, bot: str) -> int:
        """Become the poller."""
        self._turns[bot] = self._turns.get(bot, 0) + 1
        return self._turns[bot]

    def holds(self, bot: str, turn: int) -> bool:
        """Is this still the poller?"""
        return self._turns.get(bot) == turn


def truth(value: Any) -> bool:
    """A boolean parameter, from JSON or from a form."""
    return value is True or str(value).lower() in ("true", "1", "yes")


def _confirm(updates: Deliveries, offset: int) -> None:
    waiting = updates.waiting
    if offset < 0:
        updates.confirm(waiting[:offset])
    elif offset > 0:
        updates.confirm([p for p in waiting if p.id < offset])


def _remember_kinds(bot: TgBot, params: Params) -> None:
    if "allowed_updates" not in params:
        return
    kinds = params["allowed_updates"]
    if isinstance(kinds, str):
        try:
            kinds = json.loads(kinds) if kinds else []
        except ValueError:
            raise bad_request("can't parse allowed updates JSON object") from None
    bot.webhook.allowed_updates = tuple(str(k) for k in kinds or ())


def _check_url(url: str) -> None:
    parts = urlsplit(url)
    if parts.hostname in _LOOPBACK:
        return
    if parts.scheme != "https":
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if (parts.port or 443) not in _PORTS:
        raise bad_request("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
