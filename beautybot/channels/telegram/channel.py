"""Telegram as a Channel.  Every URL here contains a token: none is ever logged or raised."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from beautybot.channels.base import (
    MOST_MEDIA,
    Account,
    Connected,
    ConnectError,
    Health,
    Hook,
    Inbound,
    Media,
    Outbound,
    Proof,
    SendError,
    SendProblem,
    Spot,
)
from beautybot.channels.telegram import errors, files, sending, updates
from beautybot.kit.http import MAX_ANSWER, Answer, HttpCaller, NoAnswer
from beautybot.settings import Settings

_TOKEN = re.compile(r"[1-9]\d{4,15}:[A-Za-z0-9_-]{30,64}")
_MOST_UPDATES = 16_000_000
"""Bytes of one answer: a hundred updates, the longest of them."""
_STILL_WEBHOOK = "У бота ещё стоит webhook."
_COMMANDS = [{"command": "start", "description": "Записаться в салон"}]


class Telegram:
    """The Bot API at one base address."""

    name = "telegram"
    title = "Telegram"
    hook: Hook | None = Hook(
        cap=1_000_000,
        proofs=(
            Proof(None, "token"),
            Proof(b"x-bot-token", "token"),
            Proof(b"x-telegram-bot-api-secret-token", "secret_token"),
        ),
        number=updates.update_id,
        sender=updates.sender,
    )

    @classmethod
    def of(cls, settings: Settings) -> Telegram:
        """The channel of an installation."""
        return cls(
            settings.telegram_api_base,
            proxy=settings.telegram_proxy,
            polling=settings.telegram_mode == "polling",
        )

    def __init__(self, base: str, *, proxy: str | None = None, polling: bool = False) -> None:
        self._base = base.rstrip("/")
        self._polling = polling  # no webhook may be set then
        self._http = HttpCaller(proxy=proxy, timeout_s=20)

    def parse(self, body: bytes, received_at: datetime) -> Sequence[Inbound]:
        """The items of one update, with an empty account; see `updates.parse`."""
        return updates.parse(body, received_at)

    def split(self, text: str) -> list[str]:
        """At most 4,096 UTF-16 units a bubble."""
        return sending.split(text)

    async def send(self, account: Account, message: Outbound) -> str:
        """sendMessage; "chat:message" as the id."""
        token = account.secrets.get("token", "")
        answer = await self._call(token, "sendMessage", sending.request(message))
        if _refused_markup(answer):
            plain = replace(message, buttons=(), ask_contact=False)
            answer = await self._call(token, "sendMessage", sending.request(plain))
        if not _ok(answer):
            raise errors.from_answer(answer)
        sent = answer.body["result"]
        return f"{sent['chat']['id']}:{sent['message_id']}"

    async def thinking(self, account: Account, spot: Spot, last_external_id: str | None) -> None:
        """Show "typing…" for five seconds; it may fail in silence."""
        body = sending.where(spot.reply_with) | {"chat_id": int(spot.address), "action": "typing"}
        await self._quietly(account, "sendChatAction", body)

    async def answer_press(self, account: Account, payload: Mapping[str, Any], spot: Spot) -> None:
        """Stop the button's spinner and take the spent buttons away; late and twice is harmless."""
        callback = {"callback_query_id": payload.get("callback", "")}
        await self._quietly(account, "answerCallbackQuery", callback)
        if payload.get("on"):
            body = {"chat_id": int(spot.address), "message_id": payload["on"]}
            if "link" in spot.reply_with:
                body["business_connection_id"] = spot.reply_with["link"]
            await self._quietly(account, "editMessageReplyMarkup", body)

    async def fetch_media(self, account: Account, payload: Mapping[str, Any]) -> Media:
        """getFile, then its bytes from the same server.  The address holds the token."""
        token = account.secrets.get("token", "")
        answer = await self._call(token, "getFile", {"file_id": payload.get("file_id")})
        if not _ok(answer):
            raise files.refused(answer)
        path = files.path_of(answer)
        url = f"{self._base}/file/bot{token}/{path}"
        try:
            got = await self._http.call("GET", url, timeout_s=60, limit=MOST_MEDIA + 1)
        except NoAnswer as error:
            raise SendError(SendProblem.UNREACHABLE, f"file: {error}") from None
        return files.media(got, str(payload.get("mime_type") or files.kind_of(path)))

    async def check(self, secrets: Mapping[str, str], details: Mapping[str, Any]) -> Connected:
        """getMe: proves the token."""
        token = secrets.get("token", "").strip()
        if not _TOKEN.fullmatch(token):
            raise ConnectError(
                "Это не похоже на токен бота. @BotFather присылает его так: 123456789:AA…"
            )
        answer = await self._ask(token, "getMe", {})
        bot = answer.body["result"]
        kept = {"username": bot.get("username", ""), "strict": details.get("strict")}
        return Connected(str(bot["id"]), f"@{bot.get('username', '')}", kept)

    async def register(self, account: Account, callback_url: str) -> None:
        """setWebhook with our own secret, or none in polling mode; waiting updates are kept."""
        token = account.secrets.get("token", "")
        if self._polling:
            await self._ask(token, "deleteWebhook", {"drop_pending_updates": False})
        else:
            await self._ask(token, "setWebhook", self._webhook(account, callback_url))
        await self._quietly(
            account, "setMyCommands", {"commands": _COMMANDS, "language_code": "ru"}
        )

    def _webhook(self, account: Account, callback_url: str) -> dict[str, Any]:
        return {
            "url": callback_url,
            "secret_token": account.secrets.get("secret_token", ""),
            "allowed_updates": list(updates.ALLOWED),
            "max_connections": 40,
        }

    async def call(self, token: str, method: str, body: Mapping[str, Any]) -> Any:
        """Any method of the Bot API; its result.  SendError as `send`."""
        answer = await self._call(token, method, dict(body))
        if not _ok(answer):
            raise errors.from_answer(answer)
        return answer.body["result"]

    async def fetch(self, account: Account, offset: int, wait_s: int) -> list[dict[str, Any]]:
        """getUpdates from `offset`; raw updates.  SendError as `send`."""
        body = {"offset": offset, "timeout": wait_s, "allowed_updates": list(updates.ALLOWED)}
        token = account.secrets.get("token", "")
        answer = await self._call(
            token, "getUpdates", body, timeout_s=wait_s + 10, limit=_MOST_UPDATES
        )
        if not _ok(answer):
            raise errors.from_answer(answer)
        return [u for u in answer.body["result"] if isinstance(u.get("update_id"), int)]

    async def health(self, account: Account, callback_url: str) -> Health:
        """getWebhookInfo against what we registered."""
        token = account.secrets.get("token", "")
        try:
            info = (await self._ask(token, "getWebhookInfo", {})).body["result"]
        except ConnectError as error:
            return Health(False, str(error), "Проверьте токен бота и доступ к Telegram.")
        url = str(info.get("url") or "")
        if urlsplit(url).hostname not in (None, urlsplit(callback_url).hostname):
            return Health(
                False,
                "Бота забрал другой сервис: его webhook ведёт не к нам.",
                "Подключите бота ещё раз, если он должен работать здесь.",
            )
        if self._polling:
            return Health(not url, _STILL_WEBHOOK if url else "", "", must_register=bool(url))
        wanted = set(updates.ALLOWED)
        if url != callback_url or set(info.get("allowed_updates") or wanted) != wanted:
            return Health(False, "Webhook сбился.", "Мы поставим его снова.", must_register=True)
        last = str(info.get("last_error_message") or "")
        if "401" in last:
            return Health(False, "Webhook потерял наш секрет.", "Чиним.", must_register=True)
        if last and int(info.get("pending_update_count") or 0) > 0:
            return Health(False, f"Telegram не может доставить сообщения: {last[:120]}")
        return Health(True)

    async def close(self) -> None:
        """Give the connections back."""
        await self._http.close()

    async def _call(
        self,
        token: str,
        method: str,
        body: dict[str, Any],
        timeout_s: float | None = None,
        limit: int = MAX_ANSWER,
    ) -> Answer:
        url = f"{self._base}/bot{token}/{method}"
        try:
            return await self._http.call("POST", url, json=body, timeout_s=timeout_s, limit=limit)
        except NoAnswer as error:
            problem = SendProblem.AMBIGUOUS if error.sent else SendProblem.UNREACHABLE
            raise SendError(problem, f"{method}: {error}") from None

    async def _ask(self, token: str, method: str, body: dict[str, Any]) -> Answer:
        """A call whose refusal is told to whoever connects the bot."""
        try:
            answer = await self._call(token, method, body)
        except SendError:
            raise ConnectError(
                "Telegram не отвечает. Если он заблокирован, задайте TELEGRAM_PROXY, "
                "TELEGRAM_API_BASE или TELEGRAM_MODE=polling."
            ) from None
        if answer.status in (401, 404):
            raise ConnectError("Telegram не знает такого токена: скопируйте его ещё раз.")
        if not _ok(answer):
            words = answer.body.get("description") if isinstance(answer.body, dict) else None
            raise ConnectError(f"Telegram отказал: {str(words or answer.status)[:160]}")
        return answer

    async def _quietly(self, account: Account, method: str, body: dict[str, Any]) -> None:
        try:
            await self._call(account.secrets.get("token", ""), method, body, timeout_s=5)
        except SendError:
            return


def bot_id(token: str) -> str:
    """The digits before the colon: the only part of a token that may be shown."""
    return token.partition(":")[0]


def _ok(answer: Answer) -> bool:
    return isinstance(answer.body, dict) and answer.body.get("ok") is True


def _refused_markup(answer: Answer) -> bool:
    body = answer.body if isinstance(answer.body, dict) else {}
    words = str(body.get("description", "")).lower()
    return answer.status == 400 and ("can't parse entities" in words or "button" in words)
