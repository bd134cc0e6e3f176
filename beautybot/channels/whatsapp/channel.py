"""WhatsApp as a Channel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

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
    SendError,
    SendProblem,
    Spot,
)
from beautybot.channels.whatsapp import (
    errors,
    events,
    media,
    senders,
    sending,
    signature,
    templates,
)
from beautybot.channels.whatsapp.pace import Pace
from beautybot.kit.http import Answer, HttpCaller, NoAnswer
from beautybot.settings import Settings

FIELDS = (
    "display_phone_number,verified_name,quality_rating,platform_type,throughput,"
    "webhook_configuration,code_verification_status,health_status"
)
_PLACEHOLDERS = ("your_", "<", "xxx", "токен", "token_here")


class WhatsApp:
    """Meta's Cloud API at one base address."""

    name = "whatsapp"
    title = "WhatsApp"
    hook: Hook | None = Hook(
        cap=3_500_000,
        signature=signature.HEADER,
        verify=signature.verify,
        sender=senders.sender,
        handshake=signature.handshake,
    )

    @classmethod
    def of(cls, settings: Settings) -> WhatsApp:
        """The channel of an installation."""
        return cls(settings.graph_api_base, proxy=settings.whatsapp_proxy)

    def __init__(
        self, base: str, *, proxy: str | None = None, http: HttpCaller | None = None
    ) -> None:
        self._base = base.rstrip("/")
        self._http = http or HttpCaller(proxy=proxy)
        self._pace = Pace()

    def parse(self, body: bytes, received_at: datetime) -> Sequence[Inbound]:
        """Every item of a delivery; see `events.parse`."""
        return events.parse(body, received_at)

    def split(self, text: str) -> list[str]:
        """At most 4,096 characters a bubble."""
        return sending.split(text)

    async def send(self, account: Account, message: Outbound) -> str:
        """POST the message; its wamid.  200 means accepted, not delivered."""
        await self._pace.turn(account.external_id, account.details)
        answer = await self._post(account, sending.request(message))
        sent = answer.body.get("messages") if isinstance(answer.body, dict) else None
        if isinstance(sent, list) and sent and isinstance(sent[0], dict) and sent[0].get("id"):
            return str(sent[0]["id"])
        raise SendError(SendProblem.AMBIGUOUS, "an answer without a message id")

    async def thinking(self, account: Account, spot: Spot, last_external_id: str | None) -> None:
        """Mark the client's message read and show "typing…"; it may fail in silence."""
        if last_external_id is None:
            return
        body = {
            "messaging_product": "whatsapp",
            "status": "read",
            "message_id": last_external_id,
            "typing_indicator": {"type": "text"},
        }
        try:
            await self._post(account, body)
        except SendError:
            return

    async def answer_press(self, account: Account, payload: Mapping[str, Any], spot: Spot) -> None:
        """A button of WhatsApp neither spins nor goes away."""

    async def fetch_media(self, account: Account, payload: Mapping[str, Any]) -> Media:
        """The link of a media id, which lives five minutes, then its bytes with the same token."""
        bearer = _bearer(account.secrets.get("access_token", ""))
        try:
            told = await self._http.call(
                "GET", f"{self._base}/{media.id_of(payload)}", headers=bearer, timeout_s=10
            )
            if told.status != 200:
                raise media.refused(told)
            url = media.link_of(told, self._base)
            got = await self._http.call(
                "GET", url, headers=bearer, timeout_s=60, limit=MOST_MEDIA + 1
            )
        except NoAnswer as error:
            raise SendError(SendProblem.UNREACHABLE, f"media: {error}") from None
        return media.received(got, told)

    async def check(self, secrets: Mapping[str, str], details: Mapping[str, Any]) -> Connected:
        """GET the number with the token: that proves the right to it."""
        token, phone_id = secrets.get("access_token", ""), str(details.get("phone_id", ""))
        _refuse_placeholders(token, phone_id, secrets.get("app_secret"))
        answer = await self._get(phone_id, token, {"fields": FIELDS})
        number = answer.body if isinstance(answer.body, dict) else {}
        shown = str(number.get("display_phone_number") or phone_id)
        warnings = [] if details.get("waba_id") else [_HALF]
        health = number.get("health_status")
        state = health.get("can_send_message") if isinstance(health, dict) else None
        if state in ("LIMITED", "BLOCKED"):
            warnings.append(f"WhatsApp ограничил отправку с этого номера ({state}).")
        speed = number.get("throughput")
        kept = {
            "phone": shown,
            "waba_id": details.get("waba_id"),
            "throughput": speed.get("level") if isinstance(speed, dict) else None,
            "in_the_app": number.get("is_on_biz_app"),
        }
        return Connected(phone_id, shown, kept, tuple(warnings))

    async def register(self, account: Account, callback_url: str) -> None:
        """Subscribe our app to the WABA: without it not one event arrives."""
        waba = account.details.get("waba_id")
        if not waba:
            return  # half connected: `check` and `health` say so
        try:
            answer = await self._http.call(
                "POST",
                f"{self._base}/{waba}/subscribed_apps",
                headers=_bearer(account.secrets.get("access_token", "")),
                json={},
            )
        except NoAnswer as error:
            raise ConnectError(f"Graph API не отвечает ({error}).") from None
        if answer.status >= 300:
            raise ConnectError(_explained(answer, "WABA ID"))

    async def health(self, account: Account, callback_url: str) -> Health:
        """Is the token alive, is our app subscribed."""
        token = account.secrets.get("access_token", "")
        try:
            await self._get(account.external_id, token, {"fields": "display_phone_number"})
            waba = account.details.get("waba_id")
            if not waba:
                return Health(False, _HALF, "Добавьте WABA ID в настройках.")
            answer = await self._get(str(waba) + "/subscribed_apps", token, {})
        except ConnectError as error:
            return Health(False, str(error), "Проверьте токен и номер в настройках.")
        apps = answer.body.get("data") if isinstance(answer.body, dict) else None
        if not apps:
            problem = "Приложение не подписано на события: сообщения клиентов не приходят."
            return Health(False, problem, "Мы подпишем его сами.", must_register=True)
        return Health(True, details={"templates": await self._templates(str(waba), token)})

    async def _templates(self, waba: str, token: str) -> dict[str, str]:
        """What Meta says of each template; ours is proposed where it is not there yet."""
        path = f"{self._base}/{waba}/message_templates"
        try:
            answer = await self._http.call(
                "GET", f"{path}?{templates.ALL}", headers=_bearer(token), timeout_s=10
            )
            known = templates.statuses(answer)
            if templates.NAME in known or answer.status != 200:
                return known
            made = await self._http.call(
                "POST", path, headers=_bearer(token), json=templates.proposal(), timeout_s=10
            )
        except NoAnswer:
            return {}
        status = made.body.get("status") if isinstance(made.body, dict) else None
        proposed = {templates.NAME: str(status)[:20]} if made.status == 200 and status else {}
        return known | proposed

    async def close(self) -> None:
        """Give the connections back."""
        await self._http.close()

    async def _post(self, account: Account, body: dict[str, Any]) -> Answer:
        try:
            answer = await self._http.call(
                "POST",
                f"{self._base}/{account.external_id}/messages",
                headers=_bearer(account.secrets.get("access_token", "")),
                json=body,
            )
        except NoAnswer as error:
            problem = SendProblem.AMBIGUOUS if error.sent else SendProblem.UNREACHABLE
            raise SendError(problem, str(error)) from None
        if answer.status != 200:
            raise errors.from_answer(answer)
        return answer

    async def _get(self, path: str, token: str, query: Mapping[str, str]) -> Answer:
        tail = "?" + "&".join(f"{k}={v}" for k, v in query.items()) if query else ""
        try:
            answer = await self._http.call(
                "GET", f"{self._base}/{path}{tail}", headers=_bearer(token), timeout_s=10
            )
        except NoAnswer as error:
            raise ConnectError(
                f"Graph API не отвечает ({error}). Проверьте сеть, WHATSAPP_PROXY и GRAPH_API_BASE."
            ) from None
        if answer.status >= 300:
            raise ConnectError(_explained(answer, "Phone ID"))
        return answer


def _refuse_placeholders(token: str, phone_id: str, app_secret: str | None) -> None:
    if not phone_id.isdigit():
        raise ConnectError("Phone ID — это число из раздела API Setup в кабинете Meta.")
    for name, value in (("Access Token", token), ("App Secret", app_secret)):
        if value is None:
            continue
        if not value.strip() or value.lower().startswith(_PLACEHOLDERS) or not value.isascii():
            raise ConnectError(f"{name} пуст или похож на образец: вставьте настоящий.")


def _explained(answer: Answer, what: str) -> str:
    error = answer.body.get("error") if isinstance(answer.body, dict) else None
    code = error.get("code") if isinstance(error, dict) else None
    if code == 190:
        return (
            "Meta не принимает Access Token: он неверный, отозван или истёк "
            "(временный токен живёт сутки)."
        )
    if code in (10, 200, 3):
        return "У токена нет права whatsapp_business_messaging или whatsapp_business_management."
    if code == 100 or answer.status == 404:
        return f"{what} не найден или не принадлежит владельцу токена."
    return f"Graph API ответил ошибкой {code or answer.status}."


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


_HALF = (
    "Не указан WABA ID: приложение не подписано на события, и сообщения клиентов не придут, "
    "если вы не подписали его сами."
)
