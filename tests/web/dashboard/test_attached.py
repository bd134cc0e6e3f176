"""How a conversation shows what is not words."""

from __future__ import annotations

from typing import Any

import pytest

from beautybot.channels.base import Kind
from beautybot.conversations.attachments import Attachment
from beautybot.conversations.history import Message
from beautybot.kit import clock
from beautybot.web.dashboard import telling
from beautybot.web.dashboard.attached import of_file, of_message
from beautybot.web.dashboard.files import SHOWN
from beautybot.web.rendering import fragment

NOW = clock.now()


def message(kind: Kind, **payload: Any) -> Message:
    return Message(
        id=5,
        direction="inbound",
        author="client",
        kind=kind,
        text="",
        payload=payload,
        external_id=None,
        sent_at=NOW,
        created_at=NOW,
        status="received",
        problem=None,
        turn_id=None,
    )


def file(mime_type: str, *, kind: Kind = Kind.PHOTO, size: int = 1, **more: Any) -> Attachment:
    given = {"problem": None, "appointment_id": None} | more
    return Attachment(3, 1, 5, kind, mime_type, size, created_at=NOW, **given)


@pytest.mark.parametrize(
    ("mime_type", "tag"),
    [
        ("image/jpeg", "<img"),
        ("audio/ogg", "<audio"),
        ("video/mp4", "<video"),
        ("application/pdf", "Скачать"),
        ("text/html", "Скачать"),
        ("image/svg+xml", "Скачать"),
        ("", "Скачать"),
    ],
)
def test_only_known_kinds_of_bytes_are_shown_in_place(mime_type: str, tag: str) -> None:
    """Whatever else the messenger says, it is for saving; an SVG can carry a script."""
    drawn = fragment("dashboard/attached.html", "attached", of_file(file(mime_type)))

    assert tag in drawn
    assert 'src="/dashboard/files/3"' in drawn or tag == "Скачать"


def test_what_is_shown_in_place_is_served_as_what_it_is() -> None:
    """An <img> of octets would stay empty."""
    shown = [t for t in (*SHOWN, "text/html") if of_file(file(t))["how"] != "file"]

    assert set(shown) < set(SHOWN)


def test_a_name_of_a_file_is_only_a_name() -> None:
    """Escaped, and cut."""
    told = of_message(
        message(Kind.DOCUMENT, filename="<b>" + "я" * 500), {5: file("", kind=Kind.DOCUMENT)}
    )
    drawn = fragment("dashboard/attached.html", "attached", told)

    assert "<b>" not in drawn and len(told["name"]) == 80


def test_a_file_that_is_not_here_says_why() -> None:
    """On its way, or never to come."""
    waits = of_file(file("image/jpeg", size=0))
    never = of_file(file("image/jpeg", size=0, problem="Файл больше 20 МБ."))

    assert waits["label"] == "фото: загружаем…"
    assert never["label"] == "фото: Файл больше 20 МБ."


def test_a_place_is_a_link_to_a_map() -> None:
    """With its name, if it has one."""
    told = of_message(message(Kind.LOCATION, latitude=55.75, longitude=37.61, name="Кафе"), {})

    assert told["label"] == "Кафе"
    assert told["to"] == "https://yandex.ru/maps/?pt=37.610000%2C55.750000&z=17"


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"latitude": "x", "longitude": 1},
        {"latitude": 91, "longitude": 0},
        {"latitude": float("nan"), "longitude": 0},
        {"latitude": None, "longitude": 0},
    ],
)
def test_a_place_that_is_nowhere_is_only_a_label(payload: dict[str, Any]) -> None:
    """No link to nonsense."""
    assert of_message(message(Kind.LOCATION, **payload), {}) == {
        "how": "label",
        "label": "место на карте",
    }


def test_every_kind_has_its_word() -> None:
    """Words and presses of buttons speak for themselves."""
    assert set(Kind) - set(telling.KINDS) == {Kind.TEXT, Kind.PRESS}
    assert of_message(message(Kind.PRESS, id="x"), {}) == {}
