"""Which language model an installation speaks with."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from beautybot.kit.db import Database
from beautybot.llm.base import LLM, Probe
from beautybot.llm.chain import Chain
from beautybot.settings import Settings


class Credentials(Protocol):
    """Who somebody is to GigaChat."""

    @property
    def client_id(self) -> str: ...

    @property
    def secret(self) -> str: ...

    @property
    def scope(self) -> str: ...

    @property
    def model(self) -> str: ...


def build(settings: Settings, db: Database | None = None) -> LLM | None:
    """
    GigaChat, an OpenAI-compatible endpoint, or the one behind the other.

    None, a first-class mode, where neither is configured.  `db` is where the
    processes of one installation share GigaChat's streams.
    """
    models: list[LLM] = []
    if settings.gigachat_client_id is not None:
        from beautybot.llm import gigachat  # 0.3 s of import that only this pays

        models.append(gigachat.build(gigachat.of_settings(settings), db))
    if settings.openai_base_url is not None:
        from beautybot.llm import openai_compatible

        models.append(openai_compatible.build(settings))
    if len(models) < 2:
        return models[0] if models else None
    return Chain(models)


def own(settings: Settings, credentials: Credentials, db: Database | None = None) -> LLM:
    """GigaChat with somebody's own credentials, at the installation's addresses."""
    from beautybot.llm import gigachat

    shared = gigachat.of_settings(settings)
    account = replace(
        shared,
        client_id=credentials.client_id,
        secret=credentials.secret,
        scope=credentials.scope,
        model=credentials.model,
        terms=replace(shared.terms, paid_by_salon=True),
    )
    return gigachat.build(account, db)


async def try_own(settings: Settings, credentials: Credentials) -> Probe:
    """Ask GigaChat once with somebody's own credentials; never raises, keeps nothing open."""
    model = own(settings, credentials)
    try:
        return await model.probe()
    finally:
        await model.close()
