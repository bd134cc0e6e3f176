"""Settings of the agent and a salon's own GigaChat: what is wrong is said, what is typed stays."""

from __future__ import annotations

import base64
import re
from collections.abc import AsyncIterator

import pytest
from salons_at_work import Things
from visitor import Visitor, browser, pages

from beautybot.businesses import journal, model_accounts, salons
from beautybot.businesses.model_accounts import ShownAccount
from beautybot.demo.fakes.faults import refused
from beautybot.demo.fakes.gigachat.fake import FakeGigaChat
from beautybot.demo.fakes.server import serving
from beautybot.kit.db import Database

SECRET = "a-secret-nobody-sees"
AGENT = {
    "tone": "casual",
    "restrictions": "не обсуждай политику",
    "greeting": "Привет!",
    "agent_from": "10:00",
    "agent_to": "",
    "reminders_h": "завтра",
    "quiet_from": "22:00",
    "quiet_to": "08:00",
    "cancel_window_h": "сто",
    "consent": "notice",
    "answers_telegram": "1",
}


@pytest.fixture
def db(sqlite_db: Database) -> Database:
    """The engine cannot matter here."""
    return sqlite_db


@pytest.fixture
async def gigachat() -> AsyncIterator[tuple[FakeGigaChat, str]]:
    """A double with the salon's account, and its address."""
    fake = FakeGigaChat()
    fake.add_credential("romashka-id", SECRET, scope="GIGACHAT_API_B2B")
    async with serving(fake) as url:
        yield fake, url


@pytest.fixture
async def anna(
    db: Database, salon: Things, gigachat: tuple[FakeGigaChat, str]
) -> AsyncIterator[Visitor]:
    """Its owner, signed in; GigaChat is the double."""
    url = gigachat[1]
    addresses = {"gigachat_base_url": f"{url}/v1", "gigachat_auth_url": f"{url}/api/v2/oauth"}
    async with pages(db, **addresses) as base, browser(base) as visitor:
        await visitor.sign_in(salon.email("owner"))
        yield visitor


async def test_a_refused_form_keeps_what_was_typed_and_says_it_by_the_field(
    anna: Visitor, db: Database, salon: Things
) -> None:
    """Three fields are wrong, all are told at once, and nothing is written."""
    before = await db.read(salons.get, salon.business.id)
    status, page = await anna.post("/dashboard/settings/agent", **AGENT)
    after = await db.read(salons.get, salon.business.id)

    assert (status, after) == (400, before)
    assert "Нужны целые часы от 1 до 336." in beside(page, "reminders_h")
    assert "Нужны целые часы от 0 до 336." in beside(page, "cancel_window_h")
    assert "с какого часа и до какого" in beside(page, "agent")
    assert page.count('aria-invalid="true"') == 4  # both ends of the span
    for typed in ('value="завтра"', 'value="сто"', ">Привет!<", 'value="10:00"', 'value="22:00"'):
        assert typed in page
    assert re.search(r'value="casual" checked', page)
    assert re.search(r'value="notice" selected', page)
    assert not re.search(r'name="answers_whatsapp" value="1" checked', page)


async def test_the_form_that_is_put_right_goes_in(
    anna: Visitor, db: Database, salon: Things
) -> None:
    """The control: the same with three values mended."""
    mended = {"agent_to": "19:00", "reminders_h": "2, 24", "cancel_window_h": "5"}
    status, _ = await anna.post("/dashboard/settings/agent", **AGENT | mended)
    kept = await db.read(salons.get, salon.business.id)

    assert status == 303
    assert (kept.tone, kept.greeting) == ("casual", "Привет!")
    assert kept.settings.reminders_h == (24, 2)
    assert kept.settings.agent_hours == ("10:00", "19:00")
    assert kept.settings.agent_silent_in == ("whatsapp",)


async def test_a_pair_without_an_answer_loses_no_other(anna: Visitor) -> None:
    """Questions and answers that were typed stand in the refused form."""
    token = await anna.token()
    fields = [("csrf", token), ("question", "Есть парковка?"), ("answer", "Во дворе.")]
    fields += [("question", "А кофе?"), ("answer", "")]
    async with anna.http.post(f"{anna.base}/dashboard/settings/faq", data=fields) as answer:
        status, page = answer.status, await answer.text()

    assert status == 400
    assert "Во дворе." in page and "А кофе?" in page


@pytest.mark.parametrize(
    ("sent", "words", "field"),
    [
        ({"client_secret": "wrong"}, "не узнал эти Client ID", "secret"),
        ({"scope": "GIGACHAT_API_CORP"}, "другой тип договора", "scope"),
        ({"client_id": ""}, "Впишите Client ID", "client_id"),
        ({"client_secret": ""}, "Впишите Client Secret", "secret"),
        ({"client_secret": "пароль"}, "латинские буквы", "secret"),
        ({"model": "GPT"}, "Выберите из списка", "model"),
    ],
)
async def test_a_wrong_account_of_gigachat_is_named_by_its_field(
    anna: Visitor, db: Database, salon: Things, sent: dict[str, str], words: str, field: str
) -> None:
    """Checked with GigaChat at once; nothing is kept, and no secret comes back."""
    status, page = await anna.post("/dashboard/settings/gigachat", **account() | sent)

    assert status == 400
    assert words in beside(page, field)
    assert SECRET not in page and 'value="wrong"' not in page
    assert await db.read(model_accounts.shown, salon.business.id) is None


async def test_used_up_tokens_and_a_silent_gigachat_are_told_apart(
    anna: Visitor, gigachat: tuple[FakeGigaChat, str]
) -> None:
    """One is to be mended by buying, the other by waiting."""
    fake, _ = gigachat
    fake.gate.credentials["romashka-id"].exhausted |= {"GigaChat-2", "GigaChat-2-Pro"}
    _, spent = await anna.post("/dashboard/settings/gigachat", **account())
    fake.faults.put("oauth", refused(503), times=9)
    _, silent = await anna.post("/dashboard/settings/gigachat", **account())

    assert "кончились токены" in beside(spent, "model")
    assert "сейчас не отвечает" in silent


async def test_a_right_account_is_kept_closed_and_taken_away_again(
    anna: Visitor, db: Database, salon: Things
) -> None:
    """The page shows whose it is, never the secret; the journal says who did it."""
    right, _ = await anna.post("/dashboard/settings/gigachat", **account())
    _, page = await anna.get("/dashboard/settings")
    kept = await db.read(model_accounts.shown, salon.business.id)
    gone, _ = await anna.post("/dashboard/settings/gigachat/forget")
    after = await db.read(model_accounts.shown, salon.business.id)
    noted = [line.what for line in await db.read(journal.listing, salon.business.id)]

    assert (right, gone, after) == (303, 303, None)
    assert isinstance(kept, ShownAccount) and kept.scope == "GIGACHAT_API_B2B"
    assert "У салона свой доступ: <bdi>romashka-id</bdi>" in page
    assert SECRET not in page
    assert "подключил свой GigaChat: GigaChat-2-Pro" in noted and "убрал свой GigaChat" in noted


async def test_a_ready_key_needs_no_id(anna: Visitor, db: Database, salon: Things) -> None:
    """The authorization key says itself whose it is."""
    key = base64.b64encode(f"romashka-id:{SECRET}".encode()).decode()
    status, _ = await anna.post(
        "/dashboard/settings/gigachat", **account() | {"client_id": "", "client_secret": key}
    )
    kept = await db.read(model_accounts.shown, salon.business.id)

    assert status == 303
    assert kept is not None and kept.client_id == "romashka-id"


def account() -> dict[str, str]:
    """The form with everything right."""
    return {
        "client_id": "romashka-id",
        "client_secret": SECRET,
        "scope": "GIGACHAT_API_B2B",
        "model": "GigaChat-2-Pro",
    }


def beside(page: str, field: str) -> str:
    """What stands by a field of the form."""
    found = re.search(rf'id="wrong-{field}">([^<]*)<', page)
    return found[1] if found else ""
