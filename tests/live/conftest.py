"""Live tests borrow the dialogues, and are skipped unless somebody asks for them by hand."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from beautybot.llm import registry
from beautybot.llm.base import LLM
from beautybot.settings import Settings, load

sys.path.insert(0, str(Path(__file__).parents[1] / "dialogues"))


@pytest.fixture(scope="session")
def live_settings() -> Settings:
    """Read once: the first client of GigaChat takes its variables away from the SDK."""
    return load()


@pytest.fixture
async def real_model(anyio_backend: object, live_settings: Settings) -> AsyncIterator[LLM]:
    """The model of the settings: GigaChat, an OpenAI-compatible one, or a chain of them."""
    if os.environ.get("BEAUTYBOT_LIVE") != "1":
        pytest.skip("live tests run with BEAUTYBOT_LIVE=1 and the settings of a real model")
    model = registry.build(live_settings)
    if model is None:
        pytest.skip("no model is configured: set GIGACHAT_CLIENT_ID and GIGACHAT_CLIENT_SECRET")
    yield model
    await model.close()
