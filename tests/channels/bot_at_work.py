"""What the tests of our bot share: Ольга, an update of hers, the path they go to."""

from __future__ import annotations

from town import Town

from beautybot.demo.fakes.telegram_people import TgUser
from beautybot.kit.jobs import Job

OLGA = TgUser(5_001, "Ольга")
CHECK = Job(1, "check_channels", "always", {}, 1, 1)
PATH = "/api/webhooks/telegram"


def update(
    number: int, text: str = "сколько стоит маникюр?", user: TgUser = OLGA
) -> dict[str, object]:
    """One update as Telegram sends it."""
    message = {
        "message_id": number,
        "date": 1_900_000_000,
        "from": user.shown(),
        "chat": {"id": user.id, "type": "private", "first_name": user.first_name},
        "text": text,
    }
    return {"update_id": number, "message": message}


def secret_of(here: Town) -> str:
    """What we registered with Telegram."""
    return here.bot.webhook.secret or ""


async def with_olga(here: Town) -> Town:
    """The town after she has pressed Start."""
    here.telegram.start(here.bot, OLGA)
    await here.settle()
    return here
