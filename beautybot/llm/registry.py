"""Which language model an installation speaks with."""

from __future__ import annotations

from beautybot.llm.base import LLM
from beautybot.settings import Settings


def build(settings: Settings) -> LLM | None:
    """GigaChat where its credentials are set; None, a first-class mode, where they are not."""
    if settings.gigachat_client_id is None:
        return None
    from beautybot.llm.gigachat import GigaChatModel  # 0.3 s of import that only this pays

    return GigaChatModel(settings)
