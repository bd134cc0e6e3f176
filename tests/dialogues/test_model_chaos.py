"""Every fault of a model, through the real SDK, in the middle of a talk."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from talk import Talk
from world import open_salons

from beautybot.agent import interpreting, wording
from beautybot.businesses import notices
from beautybot.businesses.notices import NoticeKind
from beautybot.conversations import history
from beautybot.demo.fakes.faults import (
    Fault,
    cut_answer,
    late_answer,
    lost_answer,
    refused,
    trickled_answer,
)
from beautybot.demo.fakes.gigachat.brains import CANNED_REFUSAL, Thought, refusal
from beautybot.demo.fakes.gigachat.fake import FakeGigaChat
from beautybot.demo.fakes.gigachat.lies import Lie, LyingBrain
from beautybot.demo.fakes.server import serving
from beautybot.kit import clock
from beautybot.kit.db import Database
from beautybot.llm import gigachat
from beautybot.llm.steady import Steady

MOST_S = 25
MURMUR = "мур-мур ноготочки бы"
STATUSES = (301, 307, 400, 401, 402, 403, 404, 408, 413, 418, 422, 429, 500, 502, 503, 504, 520)
FAULTS = {str(status): refused(status) for status in STATUSES}
FAULTS |= {
    "cut": cut_answer(),
    "not json": refused(200, "<html>"),
    "nothing": refused(200, None),
    "a list": refused(200, []),
    "other keys": refused(200, {"object": "error"}),
    "no messages": refused(200, {"model": "m", "messages": [], "finish_reason": "stop"}),
    "numbers for words": refused(200, {"messages": [{"role": 7, "content": 7}], "usage": "many"}),
    "come back in an hour": refused(429, headers={"Retry-After": "3600"}),
}
SLOW = {
    "hangs": lost_answer(),
    "late": late_answer(5.0),
    "trickles": trickled_answer(30.0),
}
SIGN_IN = {f"sign-in {status}": refused(status) for status in (400, 401, 403, 404, 429, 500)}
SIGN_IN |= {"sign-in cut": cut_answer(), "sign-in not json": refused(200, "<html>")}
THOUGHTS = {
    "blacklist": refusal(),
    **{why: refusal(finish=why) for why in ("request_filter", "request_blacklist")},
    **{why: refusal(finish=why) for why in ("response_blacklist", "request_whitelist")},
    "canned text": Thought(text=CANNED_REFUSAL),
    "length": Thought(text='{"commands": [', finish="length"),
    "error": Thought(text="", finish="error"),
    "empty": Thought(text=""),
    "blank": Thought(text=" \n\u200b\ufeff "),
    "huge": Thought(text="я" * 400_000),
    "deep": Thought(text='{"commands":' * 3_000),
    "not a number": Thought(text='{"commands": NaN, "mood": Infinity}'),
    "twice the same key": Thought(text='{"mood": "ok", "mood": "angry", "commands": 1}'),
    "many": Thought(data={"commands": [{"op": "greet", "value": "я"}] * 5_000, "mood": "ok"}),
    "none": Thought(data={"commands": [], "mood": "ok"}),
    "bidi": Thought(text="\u202e{}\u2066\x1b[31m"),
    "chinese": Thought(text="яяяя 我是人工智能"),
    "a link": Thought(text="яяяя https://evil.example яяяя"),
}


@asynccontextmanager
async def talk_with_gigachat(db: Database) -> AsyncIterator[tuple[Talk, FakeGigaChat]]:
    """«Ромашка» with the real adapter and the double behind it."""
    fake = FakeGigaChat()
    fake.add_credential("client-1", "secret-1", streams=4)
    async with serving(fake) as url:
        account = gigachat.Account(
            client_id="client-1",
            secret="secret-1",
            scope="GIGACHAT_API_PERS",
            model="GigaChat-2-Pro",
            base_url=f"{url}/v1",
            auth_url=f"{url}/api/v2/oauth",
        )
        model = Steady(gigachat.GigaChatWire(account), streams=4, sleep=no_pause)
        try:
            yield await Talk.open(db, await db.write(open_salons), model), fake
        finally:
            await model.close()


async def no_pause(_seconds: float) -> None:
    """Wait for nothing."""


async def talked(talk: Talk) -> None:
    """The client gets an answer to a murmur, and her booking all the same."""
    assert await talk.says(MURMUR)
    offer = await talk.says("хочу на маникюр завтра")
    assert "1 800 ₽" in offer
    assert "1 800 ₽" in await talk.says("сколько стоит маникюр?")


@pytest.mark.parametrize("name", FAULTS)
async def test_a_fault_of_the_service_costs_no_answer(name: str, sqlite_db: Database) -> None:
    """For as long as it lasts, the rules and the phrases speak."""
    async with talk_with_gigachat(sqlite_db) as (talk, fake):
        fault: Fault = FAULTS[name]
        fake.faults.put("client-1", fault, times=100)

        await talked(talk)


@pytest.mark.parametrize("name", SIGN_IN)
async def test_without_a_token_the_rules_speak(name: str, sqlite_db: Database) -> None:
    """A model nobody lets us in to is a model that is gone."""
    async with talk_with_gigachat(sqlite_db) as (talk, fake):
        fake.faults.put("oauth", SIGN_IN[name], times=100)

        await talked(talk)

        assert not fake.prompts


@pytest.mark.parametrize("name", SLOW)
async def test_a_model_that_does_not_come_to_an_end_is_not_waited_for(
    name: str, sqlite_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the deadlines cut to a tenth of a second; in full they are below twenty-five."""
    assert interpreting.DEADLINE_S + wording.PATIENCE_S < MOST_S
    monkeypatch.setattr(interpreting, "DEADLINE_S", 0.1)
    monkeypatch.setattr(wording, "PATIENCE_S", 0.1)
    async with talk_with_gigachat(sqlite_db) as (talk, fake):
        fake.faults.put("client-1", SLOW[name], times=100)
        began = clock.monotonic()

        await talked(talk)

        assert clock.monotonic() - began < MOST_S


def test_there_are_more_than_forty_ways_to_fail() -> None:
    """Each of them is a test of this file."""
    assert len({*FAULTS, *SLOW, *SIGN_IN, *THOUGHTS}) + len(Lie) >= 60


@pytest.mark.parametrize("name", THOUGHTS)
async def test_an_odd_answer_costs_no_answer(name: str, sqlite_db: Database) -> None:
    """And not a word of it reaches the client."""
    async with talk_with_gigachat(sqlite_db) as (talk, fake):
        fake.mind.script(*[THOUGHTS[name]] * 100)

        await talked(talk)

        said = await everything(talk)
        assert "Не люблю" not in said
        assert "яяяя" not in said


async def test_every_lie_through_the_wire_costs_no_answer(sqlite_db: Database) -> None:
    """NULs, surrogates and halves of JSON included; the trace of it can be stored."""
    async with talk_with_gigachat(sqlite_db) as (talk, fake):
        fake.mind.brain = LyingBrain()
        for number in range(len(Lie)):
            assert await talk.says(f"мур-мур {number}", client=f"client-{number}")

        assert "Аполлинария" not in await everything(talk)


async def test_a_setting_to_mend_is_told_to_the_salon_once_a_day(sqlite_db: Database) -> None:
    """The clients notice nothing."""
    async with talk_with_gigachat(sqlite_db) as (talk, fake):
        fake.faults.put("client-1", refused(403), times=100)
        for number in range(3):
            await talk.says(f"мур-мур {number}", client=f"client-{number}")

        found = await sqlite_db.read(notices.listing, talk.world.romashka.id)
        told = [n.text for n in found if n.kind is NoticeKind.MODEL_BROKEN]
        assert len(told) == 1
        assert "GIGACHAT_SCOPE" in told[0]


async def test_no_phone_mail_or_surname_is_in_any_prompt(sqlite_db: Database) -> None:
    """The client gives them all, and the model is asked all the while."""
    async with talk_with_gigachat(sqlite_db) as (talk, fake):
        for text in (
            "мур-мур, я Ольга Канарейкина, +7 916 123-45-67",
            "хочу на маникюр завтра",
            "1",
            "согласна",
            "Ольга Канарейкина",
            "89161234567, почта olga@kanareika.example",
            "мур-мур ещё раз",
            "мрр?",
        ):
            await talk.says(text)

        sent = "\n".join(p.text for p in fake.prompts).lower()
        assert len(fake.prompts) >= 4
        for secret in ("канарейкин", "1234567", "123-45-67", "kanareika"):
            assert secret not in sent
        assert len({p.session for p in fake.prompts}) == 1
        assert fake.streams.peak["client-1"] == 1


async def everything(talk: Talk) -> str:
    """All the salon has said."""
    salon, texts = talk.world.romashka.id, []
    for conversation in await talk.db.read(history.listing, salon, talk.now):
        thread = await talk.db.read(history.thread, salon, conversation.id)
        texts += [m.text for m in thread if m.direction == "outbound"]
    return "\n".join(texts)
