"""The methods of the Bot API that speak to people: parameters in, result out."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from beautybot.demo.fakes.telegram_delivery import CALLBACK_LIFE_S
from beautybot.demo.fakes.telegram_keyboards import Keyboard, read_keyboard
from beautybot.demo.fakes.telegram_markup import TelegramRefusal, bad_request, shown_text
from beautybot.demo.fakes.telegram_webhook import truth
from beautybot.demo.fakes.telegram_world import TelegramWorld, TgBot, TgChat, TgUser
from beautybot.demo.fakes.transcript import Bubble, Style

Params = Mapping[str, Any]
TYPING = timedelta(seconds=5)
DAY = timedelta(hours=24)
MAX_FILE = 20 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Context:
    """Whose call it is and when."""

    world: TelegramWorld
    bot: TgBot
    now: datetime
    speed: float


def send_message(at: Context, params: Params) -> dict[str, Any]:
    """`sendMessage`"""
    chat = _writable(at, params)
    text = shown_text(
        params.get("text"), str(params.get("parse_mode") or ""), _array(params, "entities")
    )
    keyboard = read_keyboard(params.get("reply_markup"), private=chat.private)
    content: dict[str, Any] = {"text": text}
    if entities := _array(params, "entities"):
        content["entities"] = entities
    if keyboard.markup:
        content["reply_markup"] = keyboard.markup
    sender = at.bot.shown()
    if chat.link:  # the owner speaks, with the bot's hand
        content["sender_business_bot"] = sender
        sender = at.bot.links[chat.link].owner.shown()
    message = at.world.message(at.bot, chat, sender, at.now, **content)
    _show(at, chat, message, keyboard)
    return message


def send_chat_action(at: Context, params: Params) -> bool:
    """`sendChatAction`: five seconds of the typing sign."""
    chat = _writable(at, params)
    if not params.get("action"):
        raise bad_request("wrong parameter action in request")
    at.world.transcripts.typing(at.bot.key, chat.screen, at.now + TYPING)
    return True


def answer_callback_query(at: Context, params: Params) -> bool:
    """`answerCallbackQuery`, for 150 seconds after the tap."""
    tap = at.bot.taps.get(str(params.get("callback_query_id")))
    age_s = (at.now - tap.at).total_seconds() * at.speed if tap else 0.0
    if tap is None or age_s > CALLBACK_LIFE_S:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    if len(str(params.get("text") or "")) > 200:
        raise bad_request("MESSAGE_TOO_LONG")
    at.bot.answered.append(dict(params))
    return True


def edit_message_text(at: Context, params: Params) -> dict[str, Any]:
    """`editMessageText`"""
    chat, message = _own_message(at, params)
    text = shown_text(
        params.get("text"), str(params.get("parse_mode") or ""), _array(params, "entities")
    )
    return _edit(at, chat, message, text, params)


def edit_message_reply_markup(at: Context, params: Params) -> dict[str, Any]:
    """`editMessageReplyMarkup`"""
    chat, message = _own_message(at, params)
    return _edit(at, chat, message, message["text"], params)


def delete_message(at: Context, params: Params) -> bool:
    """`deleteMessage`"""
    chat = _chat(at, params)
    if chat.messages.pop(_number(params, "message_id"), None) is None:
        raise bad_request("message to delete not found")
    at.world.transcripts.remove(at.bot.key, str(chat.id), str(params["message_id"]))
    return True


def get_file(at: Context, params: Params) -> dict[str, Any]:
    """`getFile`, up to 20 MB."""
    file = at.bot.files.get(str(params.get("file_id")))
    if file is None:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    if file.size > MAX_FILE:
        raise bad_request("file is too big")
    return {
        "file_id": file.id,
        "file_unique_id": "u" + file.id,
        "file_size": file.size,
        "file_path": file.path,
    }


def set_my_commands(at: Context, params: Params) -> bool:
    """`setMyCommands`"""
    commands = _array(params, "commands")
    for command in commands:
        name = str(command.get("command") or "")
        if not 1 <= len(name) <= 32 or not name.replace("_", "a").isalnum() or not name.islower():
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= len(str(command.get("description") or "")) <= 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    at.bot.commands = list(commands)
    return True


def leave_chat(at: Context, params: Params) -> bool:
    """`leaveChat`, groups only."""
    chat = _chat(at, params)
    if chat.private:
        raise bad_request("chat member status can't be changed in private chats")
    at.bot.left.add(chat.id)
    return True


METHODS: Mapping[str, Callable[[Context, Params], Any]] = {
    "getme": lambda at, _: {
        **at.bot.shown(),
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
    },
    "sendmessage": send_message,
    "sendchataction": send_chat_action,
    "answercallbackquery": answer_callback_query,
    "editmessagetext": edit_message_text,
    "editmessagereplymarkup": edit_message_reply_markup,
    "deletemessage": delete_message,
    "getfile": get_file,
    "setmycommands": set_my_commands,
    "getmycommands": lambda at, _: at.bot.commands,
    "leavechat": leave_chat,
}


def _owners_chat(at: Context, link_id: str, chat_id: int) -> TgChat:
    """A chat of the owner's own: only while she allows it, and for a day after the client wrote."""
    link = at.bot.links.get(link_id)
    if link is None or not link.enabled:
        raise bad_request("BUSINESS_CONNECTION_INVALID")
    if not link.can_reply:
        raise TelegramRefusal(403, "Forbidden: BUSINESS_CONNECTION_NOT_ALLOWED")
    chat = link.chats.get(chat_id)
    if chat is None or at.now - link.written_at.get(chat_id, at.now - DAY) >= DAY:
        raise bad_request("BUSINESS_PEER_USAGE_MISSING")
    return chat


def _chat(at: Context, params: Params) -> TgChat:
    raw = params.get("chat_id")
    if raw in (None, ""):
        raise bad_request("chat_id is empty")
    chat_id = _number(params, "chat_id")
    if link := str(params.get("business_connection_id") or ""):
        return _owners_chat(at, link, chat_id)
    chat = at.bot.chats.get(chat_id)
    if chat is not None:
        return chat
    if at.world.everybody_started and chat_id > 0:
        chat = at.world.chat_with(at.bot, TgUser(chat_id))
        chat.started = True
        return chat
    if chat_id in at.world.users:
        raise TelegramRefusal(403, "Forbidden: bot can't initiate conversation with a user")
    raise bad_request("chat not found")


def _writable(at: Context, params: Params) -> TgChat:
    chat = _chat(at, params)
    if chat.deactivated:
        raise TelegramRefusal(403, "Forbidden: user is deactivated")
    if chat.blocked:
        raise TelegramRefusal(403, "Forbidden: bot was blocked by the user")
    if chat.private and not chat.started:
        raise TelegramRefusal(403, "Forbidden: bot can't initiate conversation with a user")
    if chat.id in at.bot.left:
        raise TelegramRefusal(403, "Forbidden: bot is not a member of the group chat")
    return chat


def _own_message(at: Context, params: Params) -> tuple[TgChat, dict[str, Any]]:
    chat = _chat(at, params)
    message = chat.messages.get(_number(params, "message_id"))
    if message is None:
        raise bad_request("message to edit not found")
    hand = message.get("sender_business_bot") or message["from"]
    if hand["id"] != at.bot.id:
        raise bad_request("message can't be edited")
    return chat, message


def _edit(
    at: Context, chat: TgChat, message: dict[str, Any], text: str, params: Params
) -> dict[str, Any]:
    keyboard = read_keyboard(params.get("reply_markup"), private=chat.private)
    markup = keyboard.markup if keyboard.choices else None
    if message["text"] == text and message.get("reply_markup") == markup:
        raise bad_request(
            "message is not modified: specified new message content and reply markup are exactly "
            "the same as a current content and reply markup of the message"
        )
    message["text"], message["edit_date"] = text, int(at.now.timestamp())
    message.pop("reply_markup", None)
    if markup:
        message["reply_markup"] = markup
    screen = at.world.transcripts
    bubble = screen.find(at.bot.key, chat.screen, str(message["message_id"]))
    if bubble is not None:
        bubble.text, bubble.choices = text, keyboard.choices
        bubble.style = Style.INLINE if keyboard.choices else Style.NONE
        screen.changed(at.bot.key, chat.screen)
    return message


def _show(at: Context, chat: TgChat, message: dict[str, Any], keyboard: Keyboard) -> None:
    screen, client = at.world.transcripts, chat.screen
    if keyboard.removes or keyboard.style is Style.KEYBOARD:
        for old in screen.ours(at.bot.key, client):
            if old.style is Style.KEYBOARD:
                old.style, old.choices = Style.NONE, ()
    bubble = Bubble(str(message["message_id"]), True, message["text"], at.now, raw=message)
    bubble.style, bubble.choices = keyboard.style, keyboard.choices
    bubble.delivery = "delivered"
    screen.add(at.bot.key, client, bubble)


def _number(params: Params, name: str) -> int:
    try:
        return int(params[name])
    except (KeyError, TypeError, ValueError):
        what = "chat not found" if name == "chat_id" else "message identifier is not specified"
        raise bad_request(what) from None


def _array(params: Params, name: str) -> list[dict[str, Any]]:
    raw = params.get(name) or []
    if isinstance(raw, str):
        try:
            raw = json.loads(raw)
        except ValueError:
            raise bad_request(f"can't parse {name} JSON object") from None
    if not isinstance(raw, list) or not all(isinstance(item, dict) for item in raw):
        raise bad_request(f"can't parse {name} JSON object")
    return raw


__all__ = ["METHODS", "Context", "truth"]
