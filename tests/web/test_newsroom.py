"""Live news: one look for everybody who watches a salon, and nobody misses anything."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

import pytest

from beautybot.web.newsroom import SPREAD, Look, News, Newsroom, Page

SALON = 1


@dataclass
class Salon:
    """An inbox that a test changes; counts how often it is looked at."""

    pulse: int = 1
    rows: dict[int, str] = field(default_factory=lambda: {1: "Ольга", 2: "Ира"})
    marks: dict[int, str] = field(default_factory=lambda: {1: "a", 2: "b"})
    looks: int = 0
    watched: frozenset[int] = frozenset()

    async def draw(self, _before: Look | None, watched: frozenset[int]) -> Look:
        self.looks += 1
        self.watched = watched
        marks = {talk: mark for talk, mark in self.marks.items() if talk in watched}
        return Look(str(self.pulse), dict(self.rows), marks, waiting=0)

    def happens(self, talk: int, row: str) -> None:
        """Something is said in a conversation."""
        self.pulse += 1
        self.rows = {talk: row} | {k: v for k, v in self.rows.items() if k != talk}
        self.marks[talk] = row


@pytest.fixture
def salon() -> Salon:
    return Salon()


@pytest.fixture
def newsroom() -> Newsroom:
    return Newsroom(look_every_s=0.01)


async def first(following: AsyncGenerator[News | None, None]) -> dict[str, Any]:
    """The next news, read as a page would."""
    async with asyncio.timeout(5):
        async for news in following:
            if news is not None:
                told: dict[str, Any] = json.loads(news.text)
                return told
    raise AssertionError("the stream ended")


async def test_a_row_that_changed_comes_alone(newsroom: Newsroom, salon: Salon) -> None:
    """With the order of all, and the conversations that changed."""
    async with aclosing(newsroom.follow(SALON, salon.draw, Page("1"))) as anna:
        assert await anext(anna) is None
        salon.happens(2, "Ира: здравствуйте")
        told = await first(anna)

    assert told["rows"] == {"2": "Ира: здравствуйте"}
    assert (told["order"], told["talks"]) == ([2, 1], [2])


async def test_fifty_people_cost_one_look(newsroom: Newsroom, salon: Salon) -> None:
    """However many watch; control: two salons are two looks."""
    everybody = [newsroom.follow(SALON, salon.draw, Page("1")) for _ in range(50)]
    await asyncio.gather(*(anext(one) for one in everybody))
    alone = salon.looks
    other = newsroom.follow(SALON + 1, salon.draw, Page("1"))
    await anext(other)

    assert alone == 2  # to begin with, and the first news
    assert salon.looks == 4
    for one in (*everybody, other):
        await one.aclose()
    assert newsroom.watched() == 0


async def test_many_are_told_one_after_another_and_the_first_at_once(salon: Salon) -> None:
    """No two wait as long, and none until the next look; whoever came first waits not at all."""
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)
        await asyncio.sleep(0)

    newsroom = Newsroom(look_every_s=0.01, sleep=sleep)
    everybody = [newsroom.follow(SALON, salon.draw, Page("1")) for _ in range(50)]
    await asyncio.gather(*(anext(one) for one in everybody))
    salon.happens(2, "Ира: здравствуйте")
    await asyncio.gather(*(first(one) for one in everybody))
    for one in everybody:
        await one.aclose()

    assert len(set(waited)) == len(waited) >= 49
    assert min(waited) > 0 and max(waited) < 0.01 * SPREAD


async def test_a_page_read_before_the_last_look_is_told_everything(
    newsroom: Newsroom, salon: Salon
) -> None:
    """Its own conversation may have changed too."""
    salon.happens(2, "Ира: я тут")
    async with aclosing(newsroom.follow(SALON, salon.draw, Page("1", talk=1, mark="a"))) as anna:
        told = await first(anna)

    assert told["rows"] == {"2": "Ира: я тут", "1": "Ольга"}
    assert told["talks"] == [1]


async def test_who_was_slow_is_told_everything(newsroom: Newsroom, salon: Salon) -> None:
    """News that went by while a connection was stuck are not lost."""
    async with (
        aclosing(newsroom.follow(SALON, salon.draw, Page("1"))) as slow,
        aclosing(newsroom.follow(SALON, salon.draw, Page("1"))) as quick,
    ):
        await asyncio.gather(anext(slow), anext(quick))
        salon.happens(2, "раз")
        await first(quick)
        salon.happens(1, "два")
        await first(quick)
        salon.happens(1, "три")
        told = await first(slow)

    assert told["rows"] == {"1": "три", "2": "раз"}


async def test_a_change_that_no_row_shows_reaches_who_has_it_open(
    newsroom: Newsroom, salon: Salon
) -> None:
    """A delivery or a hand-over in an old conversation, which is not among the rows."""
    salon.marks[77] = "quiet"
    async with aclosing(newsroom.follow(SALON, salon.draw, Page("1", 77, "quiet"))) as anna:
        await anext(anna)
        salon.marks[77], salon.pulse = "taken", 2
        told = await first(anna)

    assert salon.watched == {77}
    assert (told["rows"], told["talks"]) == ({}, [77])


async def test_a_look_that_fails_ends_the_streams_and_not_the_room(
    newsroom: Newsroom, salon: Salon
) -> None:
    """The browsers come back by themselves."""

    async def broken(_before: Look | None, _watched: frozenset[int]) -> Look:
        raise ConnectionError("the database is away")

    with pytest.raises(ConnectionError):
        await anext(newsroom.follow(SALON, broken, Page("1")))
    async with aclosing(newsroom.follow(SALON, salon.draw, Page("1"))) as anna:
        assert await anext(anna) is None
