"""Telegram Business: the agent answers in the owner's own chats, and not where she answers."""

from __future__ import annotations

from town import Town

from beautybot.conversations import history
from beautybot.demo.fakes.telegram_people import TgUser
from beautybot.demo.fakes.telegram_world import TgLink

ANNA = TgUser(700, "Анна")
OLGA = TgUser(5_001, "Ольга")
IRA = TgUser(5_002, "Ира")


async def answers(here: Town, link: TgLink, client: TgUser, text: str) -> list[str]:
    """What the bot says in Анна's own chat with the client after these words."""
    screen = f"{link.id}:{client.id}"
    before = len(here.telegram.transcripts.ours(here.bot.key, screen))
    here.telegram.client_says_to_owner(here.bot, link, client, text)
    await here.settle()
    return [b.text for b in here.telegram.transcripts.ours(here.bot.key, screen)[before:]]


async def test_a_client_of_the_owner_is_answered_in_that_very_chat(here: Town) -> None:
    """The reply goes through Анна's account, and the bot's own chat stays empty."""
    link = here.telegram.let_in(here.bot, ANNA)
    await here.settle()

    (answer,) = await answers(here, link, OLGA, "сколько стоит маникюр?")

    assert "1 800" in answer
    assert here.telegram.transcripts.ours(here.bot.key, str(OLGA.id)) == []


async def test_where_the_owner_writes_herself_the_agent_is_silent(here: Town) -> None:
    """For that client alone; what she wrote is kept as the salon's own words."""
    link = here.telegram.let_in(here.bot, ANNA)
    await answers(here, link, OLGA, "сколько стоит маникюр?")
    here.telegram.owner_says(here.bot, link, OLGA, "Оля, приходи!")
    await here.settle()

    silence = await answers(here, link, OLGA, "а педикюр?")
    (other,) = await answers(here, link, IRA, "а педикюр?")

    assert silence == []
    assert "2 400" in other
    talks = await here.db.read(history.listing, here.salon.id, here.hands())
    olgas = next(t for t in talks if t.client_address == str(OLGA.id))
    thread = await here.db.read(history.thread, here.salon.id, olgas.id)
    assert ("owner", "Оля, приходи!") in [(m.author, m.text) for m in thread]


async def test_a_bot_that_may_only_read_does_not_write(here: Town) -> None:
    """Kept for the salon to see; no answer is even made."""
    link = here.telegram.let_in(here.bot, ANNA, can_reply=False)
    await here.settle()

    silence = await answers(here, link, OLGA, "сколько стоит маникюр?")

    (talk,) = await here.db.read(history.listing, here.salon.id, here.hands())
    thread = await here.db.read(history.thread, here.salon.id, talk.id)
    assert silence == []
    assert [m.text for m in thread] == ["сколько стоит маникюр?"]


async def test_a_bot_that_was_taken_out_is_silent(here: Town) -> None:
    """The link is closed before the answer leaves: dropped with its reason, nobody is spammed."""
    link = here.telegram.let_in(here.bot, ANNA)
    await answers(here, link, OLGA, "сколько стоит маникюр?")
    link.enabled = False  # and Telegram's word of it is still on its way

    silence = await answers(here, link, OLGA, "а педикюр?")

    (talk,) = await here.db.read(history.listing, here.salon.id, here.hands())
    thread = await here.db.read(history.thread, here.salon.id, talk.id)
    assert silence == []
    assert (thread[-1].status, thread[-1].problem) == ("dropped", "window_closed")


async def test_a_deleted_message_is_marked_and_no_more(here: Town) -> None:
    """A client or the owner may delete from both sides."""
    link = here.telegram.let_in(here.bot, ANNA, can_reply=False)
    await here.settle()
    number = here.telegram.client_says_to_owner(here.bot, link, OLGA, "ой")
    await here.settle()

    here.telegram.owner_deletes(here.bot, link, OLGA, number)
    await here.settle()

    (talk,) = await here.db.read(history.listing, here.salon.id, here.hands())
    (message,) = await here.db.read(history.thread, here.salon.id, talk.id)
    assert message.status == "revoked"


async def test_after_the_bot_s_own_chat_the_answer_goes_there(here: Town) -> None:
    """One person, two places: the answer goes where she wrote last."""
    link = here.telegram.let_in(here.bot, ANNA)
    await answers(here, link, OLGA, "сколько стоит маникюр?")
    here.telegram.start(here.bot, OLGA)
    await here.settle()

    there = await here.telegram_says(OLGA, "а педикюр?")

    assert "2 400" in there
