"""Canaries: what must be in no log, no error and no prompt."""

from __future__ import annotations

import io

import pytest
from model_at_work import CLIENT, SECRET, asking, gigachat_at_work

from beautybot.demo.fakes.faults import cut_answer, refused
from beautybot.kit import log
from beautybot.llm import gigachat
from beautybot.llm.base import LLMUnavailable
from beautybot.settings import Settings

FAULTS = [*(refused(s, {"message": f"canary {SECRET}"}) for s in (401, 402, 403, 404, 422, 429))]
FAULTS += [refused(500, {"token": SECRET}), cut_answer()]


@pytest.fixture
def written() -> io.StringIO:
    """Everything the process logs, at the chattiest level."""
    log.configure("DEBUG", "json", stream := io.StringIO())
    return stream


async def test_no_secret_is_in_a_log_or_an_error(written: io.StringIO) -> None:
    """Whatever goes wrong, and however often."""
    errors: list[str] = []
    for fault in FAULTS:
        async with gigachat_at_work() as (fake, model, _):
            fake.faults.put(CLIENT, fault, times=4)
            for request in (asking(schema=True), asking()):
                try:
                    await model.complete(request)
                except LLMUnavailable as error:
                    errors.append(str(error))
    async with gigachat_at_work(account={"secret": SECRET + "wrong"}) as (_, model, _credential):
        errors += (await model.probe()).lines

    told = written.getvalue() + "\n".join(errors)
    assert len(errors) >= len(FAULTS)
    assert SECRET not in told
    assert "canary" not in told


def test_an_account_does_not_show_its_secret() -> None:
    """A representation ends in tracebacks."""
    settings = Settings(gigachat_client_id=CLIENT, gigachat_client_secret=SECRET)

    assert SECRET not in repr(gigachat.of_settings(settings))


def test_the_canary_would_be_seen(written: io.StringIO) -> None:
    """Control: a line with the secret is found."""
    log.get("test").warning("x", secret_text=f"«{SECRET}»")

    assert SECRET in written.getvalue()
