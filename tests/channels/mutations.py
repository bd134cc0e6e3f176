"""Messages and updates of every shape, and each of them put wrong."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st
from recorded import recorded
from town import PHONE_ID

from beautybot.demo.fakes import graph_events as shapes
from beautybot.demo.fakes.graph_people import WaClient

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
GOOD = {
    "from": "79160009999",
    "id": "wamid.GOOD",
    "timestamp": str(int(NOW.timestamp())),
    "type": "text",
    "text": {"body": "сколько стоит маникюр?"},
}
OLGA = WaClient("79161234567", name="Ольга", user_id="RU.1")
CONTENTS: tuple[shapes.Content, ...] = (
    shapes.said_text("привет", quoted="wamid.1"),
    shapes.pressed_button("o:1:1", "10:00"),
    shapes.chose_row("o:1:2", "11:00", "Вера"),
    shapes.pressed_template("r:ok:1", "Приду"),
    shapes.sent_media("image", "1", b"x", "image/jpeg", caption="вот"),
    shapes.sent_media("voice", "2", b"x", "audio/ogg"),
    shapes.sent_contact("+79161234567", "Ольга", own=True),
    shapes.sent_location(55.7, 37.6),
    shapes.reacted("wamid.1", "👍"),
    shapes.unreadable(),
    shapes.edited("wamid.1", "нет"),
    shapes.revoked("wamid.1"),
    shapes.changed_number("79161234567", "79167654321"),
)
ODD: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    2**63,
    10**400,
    1e308,
    "",
    " ",
    "\0",
    "a\0b",
    "\ud83d",  # half of an emoji
    "x" * 5000,
    "\u202eкод\u2066",
    "2026-11-25T09:00:00Z",
    [],
    [None],
    [[[]]],
    {},
    {"a": {"b": []}},
    {"id": None},
)
odd = st.sampled_from(ODD)


def whatsapp_messages() -> list[dict[str, Any]]:
    """One message of each shape, of ours and of the recordings."""
    ours = [shapes.message_of(OLGA, f"wamid.{n}", 1, c) for n, c in enumerate(CONTENTS)]
    theirs = [
        message
        for event in recorded("whatsapp")
        for entry in event.body["entry"]
        for change in entry["changes"]
        for key in ("messages", "statuses", "message_echoes")
        for message in change["value"].get(key, ())
    ]
    return [*ours, *theirs]


def telegram_updates() -> list[dict[str, Any]]:
    """One update of each shape."""
    person = {"id": 5, "is_bot": False, "first_name": "Ольга"}
    chat = {"id": 5, "type": "private", "first_name": "Ольга"}
    head = {"message_id": 1, "date": int(NOW.timestamp()), "from": person, "chat": chat}
    link = {"business_connection_id": "link"}
    return [
        {"update_id": 1, "message": head | {"text": "привет"}},
        {"update_id": 2, "message": head | {"photo": [{"file_id": "f"}], "caption": "вот"}},
        {"update_id": 3, "message": head | {"contact": {"phone_number": "+7916", "user_id": 5}}},
        {"update_id": 4, "edited_message": head | {"text": "нет"}},
        {
            "update_id": 5,
            "callback_query": {"id": "1", "from": person, "message": head, "data": "o:1"},
        },
        {"update_id": 6, "my_chat_member": {"chat": chat, "new_chat_member": {"status": "kicked"}}},
        {"update_id": 7, "business_message": head | link | {"text": "привет"}},
        {"update_id": 8, "deleted_business_messages": link | {"chat": chat, "message_ids": [1]}},
        *(event.body for event in recorded("telegram")),
    ]


def paths(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place inside a value."""
    if at:
        yield at
    pairs = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, inner in pairs:
        yield from paths(inner, (*at, key))


def mutated(value: Any, draw: st.DrawFn) -> Any:
    """The value with one to three places put wrong or taken away."""
    wrong = copy.deepcopy(value)
    for _ in range(draw(st.integers(1, 3))):
        places = list(paths(wrong))
        if not places:
            return wrong
        *way, last = draw(st.sampled_from(places))
        inner = wrong
        for key in way:
            inner = inner[key]
        if draw(st.booleans()) or isinstance(inner, list):
            inner[last] = copy.deepcopy(draw(odd))
        else:
            del inner[last]
    return wrong


@st.composite
def bad_messages(draw: st.DrawFn) -> dict[str, Any]:
    """A message of WhatsApp, put wrong."""
    return mutated(draw(st.sampled_from(whatsapp_messages())), draw)  # type: ignore[no-any-return]


@st.composite
def bad_updates(draw: st.DrawFn) -> dict[str, Any]:
    """An update of Telegram, put wrong."""
    return mutated(draw(st.sampled_from(telegram_updates())), draw)  # type: ignore[no-any-return]


def delivery(messages: Sequence[Any], contacts: Any = ()) -> dict[str, Any]:
    """A delivery of Meta's with these messages."""
    value = {
        "metadata": {"phone_number_id": PHONE_ID},
        "contacts": list(contacts),
        "messages": list(messages),
        "statuses": list(messages),
    }
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}],
    }
