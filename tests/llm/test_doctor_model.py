"""What `doctor` says of the language model."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from operator_console import Operator

from beautybot.demo.fakes.gigachat.fake import FakeGigaChat
from beautybot.demo.fakes.private_ca import private_tls
from beautybot.demo.fakes.server import serving
from beautybot.kit import clock


async def lines(operator: Operator) -> list[tuple[str, str]]:
    """What the doctor finds about the model: its state, and the words."""
    outcome = await asyncio.to_thread(operator.types, "doctor", "--json")
    return [(f["state"], f["what"]) for f in outcome.json if f["about"] == "language model"]


async def test_the_doctor_asks_the_model_and_names_what_is_wrong(
    sqlite_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Nothing configured, a root that nobody trusts, a wrong secret, and all well."""
    operator = Operator(sqlite_url, tmp_path, monkeypatch, capsys)
    fake, tls = FakeGigaChat(), private_tls(tmp_path, clock.now())
    fake.add_credential("client-1", "secret-1")
    none = await lines(operator)
    async with serving(fake, tls=tls) as url:
        account = {"GIGACHAT_CLIENT_ID": "client-1", "GIGACHAT_CLIENT_SECRET": "secret-1"}
        where = {"GIGACHAT_BASE_URL": f"{url}/v1", "GIGACHAT_AUTH_URL": f"{url}/api/v2/oauth"}
        operator.sets(account | where)
        untrusted = await lines(operator)
        # The first client took these out of the environment, away from the SDK.
        ours = {"GIGACHAT_CA_BUNDLE_FILE": str(tls.root)}
        operator.sets(account | where | ours | {"GIGACHAT_CLIENT_SECRET": "wrong"})
        refused = await lines(operator)
        operator.sets(account | where | ours)
        well = await lines(operator)

    assert [state for state, _ in none] == ["note"]
    assert [state for state, _ in untrusted] == ["broken"]
    assert "GIGACHAT_CA_BUNDLE_FILE" in untrusted[0][1]
    assert [state for state, _ in refused] == ["ok", "broken"]
    assert "GIGACHAT_CLIENT_SECRET" in refused[1][1]
    assert [state for state, _ in well] == ["ok", "ok"]
    assert "SHA-256" in well[0][1]
    assert "GigaChat-2-Pro" in well[1][1]
