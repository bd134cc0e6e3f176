"""What a visitor does on the page, done on the doubles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from beautybot.demo.fakes.transcript import Style
from beautybot.demo.phone.screens import Stage
from beautybot.demo.phone.visitors import Visitor

LONGEST = 2000
ATTACHMENTS = {
    "photo": (b"\xff\xd8\xff\xd9", "image/jpeg"),
    "voice": (b"OggS", "audio/ogg; codecs=opus"),
}
"""What a visitor may send beside words; the bytes only stand for a file."""


async def act(stage: Stage, visitor: Visitor, name: str, wish: Mapping[str, Any]) -> None:
    """
    Say, press, attach, start, switch; or speak and press in the owner's chat.

    LookupError for a choice that is not on the screen, ValueError for an
    unknown act, messenger or file, or empty words.
    """
    match name:
        case "switch":
            visitor.channel = _channel(wish)
        case "say":
            await _say(stage, visitor, _channel(wish), _words(wish))
        case "press":
            await _press(stage, visitor, _channel(wish), wish)
        case "attach":
            await _attach(stage, visitor, _channel(wish), str(wish.get("kind")))
        case "start":
            stage.telegram.start(stage.bot, visitor.telegram)
        case "owner-say":
            _owner_says(stage, _words(wish))
        case "owner-press":
            _press_telegram(stage, owner=True, visitor=visitor, wish=wish)
        case _:
            raise ValueError(name)


async def _say(stage: Stage, visitor: Visitor, channel: str, words: str) -> None:
    if channel == "whatsapp":
        await stage.graph.client_says(stage.phone_id, visitor.whatsapp, words)
    else:
        stage.telegram.client_says(stage.bot, visitor.telegram, words)


def _owner_says(stage: Stage, words: str) -> None:
    """The page has no swipe: what the owner types is a reply to the bot's newest message."""
    screen = stage.telegram.transcripts.ours(stage.owner_bot.key, str(stage.owner.id))
    said: dict[str, Any] = {"text": words}
    if screen:
        said["reply_to_message"] = {"message_id": int(screen[-1].id), "text": screen[-1].text}
    stage.telegram.client_sends(stage.owner_bot, stage.owner, said)


async def _attach(stage: Stage, visitor: Visitor, channel: str, kind: str) -> None:
    if kind not in ATTACHMENTS:
        raise ValueError("unknown attachment")
    data, mime_type = ATTACHMENTS[kind]
    if channel == "whatsapp":
        name = "image" if kind == "photo" else kind
        await stage.graph.client_sends_media(
            stage.phone_id, visitor.whatsapp, name, data, mime_type
        )
    else:
        stage.telegram.client_sends_file(stage.bot, visitor.telegram, kind, data)


async def _press(stage: Stage, visitor: Visitor, channel: str, wish: Mapping[str, Any]) -> None:
    if channel == "whatsapp":
        await stage.graph.client_presses(
            stage.phone_id,
            visitor.whatsapp,
            str(wish.get("choice")),
            message_id=str(wish.get("bubble", "")),
        )
    else:
        _press_telegram(stage, owner=False, visitor=visitor, wish=wish)


def _press_telegram(
    stage: Stage, *, owner: bool, visitor: Visitor, wish: Mapping[str, Any]
) -> None:
    bot = stage.owner_bot if owner else stage.bot
    person = stage.owner if owner else visitor.telegram
    bubble = stage.telegram.transcripts.find(bot.key, str(person.id), str(wish.get("bubble")))
    if bubble is None:
        raise LookupError("no such message")
    shown = [c for c in bubble.choices if wish.get("choice") in (c.id, c.title)]
    if not shown:
        raise LookupError("no such choice")
    if bubble.style is Style.INLINE:
        stage.telegram.press(bot, person, int(bubble.id), shown[0].id)
    else:
        stage.telegram.press_latest(bot, person, shown[0].title)


def _channel(wish: Mapping[str, Any]) -> str:
    channel = wish.get("channel")
    if channel not in ("whatsapp", "telegram"):
        raise ValueError("unknown channel")
    return str(channel)


def _words(wish: Mapping[str, Any]) -> str:
    words = str(wish.get("text") or "").strip()[:LONGEST]
    if not words:
        raise ValueError("nothing to say")
    return words
