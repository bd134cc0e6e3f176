"""A salon's own GigaChat: asked once before it is kept, closed, and never shown again."""

from __future__ import annotations

import base64
from datetime import datetime

from sqlalchemy import Connection
from starlette.responses import Response

from beautybot.businesses import journal, model_accounts
from beautybot.businesses.model_accounts import ModelAccount
from beautybot.llm import registry
from beautybot.llm.base import ToMend
from beautybot.web.dashboard.settings import MODELS, SCOPES, show
from beautybot.web.rendering import onward
from beautybot.web.sessions import Asking

LONGEST_ID, LONGEST_SECRET = 128, 1_000
NOT_KEPT = "Не сохранено: посмотрите, что отмечено."
NOT_NOW = "GigaChat сейчас не отвечает. Ничего не сохранено: попробуйте через пару минут."
FOR_THE_SERVER = "Скажите тому, кто ставил BeautyBot, проверить: beautybot doctor."
ADVICE = {
    ToMend.SECRET: "GigaChat не узнал эти Client ID и Client Secret. Скопируйте их заново.",
    ToMend.SCOPE: "Этот ключ выдан на другой тип договора. Выберите, на кого договор.",
    ToMend.MODEL: "Такой модели у этого доступа нет. Выберите другую.",
    ToMend.TOKENS: "У этой модели кончились токены. Купите ещё или выберите другую.",
    ToMend.ROOTS: f"На сервере нет сертификата для GigaChat. {FOR_THE_SERVER}",
    ToMend.ADDRESS: f"На сервере указан неверный адрес GigaChat. {FOR_THE_SERVER}",
}
BESIDE = {
    ToMend.SECRET: "secret",
    ToMend.SCOPE: "scope",
    ToMend.MODEL: "model",
    ToMend.TOKENS: "model",
}
"""By which field of the form the advice stands; the others are about no field of it."""


async def connect(asking: Asking) -> Response:
    """Check the account with GigaChat and keep it for this salon alone."""
    account = _account(asking)
    if (wrong := _wrong(account)) is not None:
        return await _refused(asking, account, NOT_KEPT, wrong)
    probe = await registry.try_own(asking.parts.settings, account)
    if probe.to_mend in BESIDE:
        wrong = {BESIDE[probe.to_mend]: ADVICE[probe.to_mend]}
        return await _refused(asking, account, NOT_KEPT, wrong)
    if not probe.ok:
        words = ADVICE[probe.to_mend] if probe.to_mend else NOT_NOW
        return await _refused(asking, account, words, {})
    await asking.parts.db.write(_keep, asking, account, asking.parts.clock())
    return onward("/dashboard/settings?done=1#gigachat")


async def forget(asking: Asking) -> Response:
    """Use the installation's model again, if there is one; the secret is gone."""
    await asking.parts.db.write(_forget, asking, asking.parts.clock())
    return onward("/dashboard/settings?done=1#gigachat")


def _account(asking: Asking) -> ModelAccount:
    client_id, secret = asking.text("client_id"), asking.text("client_secret")
    return ModelAccount(
        business_id=asking.business.id,
        client_id=_named_in(secret) or client_id,
        secret=secret,
        scope=asking.text("scope") or SCOPES[0][0],
        model=asking.text("model") or MODELS[1][0],
    )


def _named_in(secret: str) -> str:
    """Whose it is, if the secret is a ready authorization key: base64 of "id:secret"."""
    try:
        owner, colon, _ = base64.b64decode(secret, validate=True).decode("ascii").partition(":")
    except ValueError:
        return ""
    return owner if colon and owner.isprintable() else ""


def _wrong(account: ModelAccount) -> dict[str, str] | None:
    """What cannot be asked about at all, by field."""
    found = {
        "client_id": (
            0 < len(account.client_id) <= LONGEST_ID,
            "Впишите Client ID или вставьте ниже готовый ключ.",
        ),
        "secret": (
            0 < len(account.secret) <= LONGEST_SECRET and account.secret.isascii(),
            "Впишите Client Secret: латинские буквы, цифры и знаки, без пробелов.",
        ),
        "scope": (account.scope in dict(SCOPES), "Выберите из списка."),
        "model": (account.model in dict(MODELS), "Выберите из списка."),
    }
    wrong = {name: words for name, (fits, words) in found.items() if not fits}
    return wrong or None


async def _refused(
    asking: Asking, account: ModelAccount, problem: str, wrong: dict[str, str]
) -> Response:
    """The page again with what was typed, but for the secret."""
    sent = {
        "client_id": account.client_id[:LONGEST_ID],
        "scope": account.scope,
        "model": account.model,
    }
    return await show(asking, problem, "gigachat", gigachat_form=sent, wrong=wrong)


def _keep(conn: Connection, asking: Asking, account: ModelAccount, now: datetime) -> None:
    model_accounts.put(conn, asking.parts.keyring, account, now)
    what = f"подключил свой GigaChat: {account.model}"
    journal.note(conn, asking.business.id, asking.by, what, now)


def _forget(conn: Connection, asking: Asking, now: datetime) -> None:
    if model_accounts.forget(conn, asking.business.id):
        journal.note(conn, asking.business.id, asking.by, "убрал свой GigaChat", now)
