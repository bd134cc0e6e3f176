"""Which language model an installation speaks with."""

from __future__ import annotations

from beautybot.llm.base import LLM
from beautybot.llm.chain import Chain
from beautybot.settings import Settings


def build(settings: Settings) -> LLM | None:
    """
    GigaChat, an OpenAI-compatible endpoint, or the one behind the other.

    None, a first-class mode, where neither is configured.
    """
    models: list[LLM] = []
    if settings.gigachat_client_id is not None:
        from beautybot.llm import gigachat  # 0.3 s of import that only this pays

        models.append(gigachat.build(gigachat.of_settings(settings)))
    if settings.openai_base_url is not None:
        from beautybot.llm import openai_compatible

        models.append(openai_compatible.build(settings))
    if len(models) < 2:
        return models[0] if models else None
    return Chain(models)
