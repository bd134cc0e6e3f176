"""A client's file on Telegram's server: where it is, and what may come back."""

from __future__ import annotations

from urllib.parse import quote

from beautybot.channels.base import MOST_MEDIA, Media, MediaError, SendError
from beautybot.channels.telegram import errors
from beautybot.kit.http import Answer

_KINDS = {
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "oga": "audio/ogg",
    "ogg": "audio/ogg",
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "mp4": "video/mp4",
    "pdf": "application/pdf",
}


def refused(answer: Answer) -> MediaError | SendError:
    """Why getFile gave nothing: for ever, or only for now."""
    body = answer.body if isinstance(answer.body, dict) else {}
    words = str(body.get("description", "")).lower()
    if "too big" in words:
        return MediaError("Файл больше 20 МБ: Telegram не отдаёт такие ботам.")
    if answer.status == 400:
        return MediaError("Telegram больше не хранит этот файл.")
    return errors.from_answer(answer)


def path_of(answer: Answer) -> str:
    """The file's path below the server's own folder of files; MediaError for any other."""
    result = answer.body.get("result")
    path = result.get("file_path") if isinstance(result, dict) else None
    if not isinstance(path, str) or path.startswith("/") or ".." in path or ":" in path:
        raise MediaError("Telegram не сказал, где лежит файл.")
    return quote(path)


def media(answer: Answer, mime_type: str) -> Media:
    """The bytes, capped; `mime_type` is what else is known: Telegram serves all as octets."""
    if answer.status != 200 or not answer.raw:
        raise MediaError("Telegram не отдал файл.")
    if len(answer.raw) > MOST_MEDIA:
        raise MediaError("Файл слишком большой.")
    return Media(answer.raw, mime_type)


def kind_of(path: str) -> str:
    """What the end of a file's name says of it."""
    return _KINDS.get(path.rpartition(".")[2].lower(), "application/octet-stream")
