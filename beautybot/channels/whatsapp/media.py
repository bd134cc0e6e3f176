"""
A client's file at Meta: a link first, then the bytes, both with the salon's token.

The token goes to Meta's own hosts and nowhere else, whatever a link says.
https://developers.facebook.com/docs/whatsapp/cloud-api/reference/media
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from beautybot.channels.base import MOST_MEDIA, Media, MediaError, SendError
from beautybot.channels.whatsapp import errors
from beautybot.kit.http import Answer

_HOSTS = ("fbsbx.com", "fbcdn.net", "whatsapp.net", "facebook.com")


def id_of(payload: Mapping[str, Any]) -> str:
    """The media id of a message; MediaError if it is none."""
    media_id = str(payload.get("id") or "")
    if not media_id.isascii() or not media_id.replace("-", "").replace("_", "").isalnum():
        raise MediaError("В сообщении нет файла.")
    return media_id


def refused(answer: Answer) -> MediaError | SendError:
    """Why there is no link: for ever, or only for now."""
    error = errors.from_answer(answer)
    code = error.detail.partition(":")[0]
    if answer.status == 404 or code in ("100", "33", "131052", "131053"):
        return MediaError("WhatsApp больше не хранит этот файл.")
    return error


def link_of(answer: Answer, base: str) -> str:
    """Where the bytes are; MediaError for a host that is not Meta's, or a file that is too big."""
    body = answer.body if isinstance(answer.body, dict) else {}
    size = body.get("file_size")
    if isinstance(size, int) and size > MOST_MEDIA:
        raise MediaError("Файл слишком большой.")
    url = str(body.get("url") or "")
    if not _is_metas(url, base):
        raise MediaError("WhatsApp назвал чужой адрес файла.")
    return url


def received(answer: Answer, told: Answer) -> Media:
    """The bytes, capped, and what they are."""
    if answer.status != 200 or not answer.raw:
        raise MediaError("WhatsApp не отдал файл.")
    if len(answer.raw) > MOST_MEDIA:
        raise MediaError("Файл слишком большой.")
    return Media(answer.raw, str(told.body.get("mime_type") or "application/octet-stream"))


def _is_metas(url: str, base: str) -> bool:
    try:
        link, ours = urlsplit(url), urlsplit(base)
        if (link.scheme, link.hostname, link.port) == (ours.scheme, ours.hostname, ours.port):
            return True
    except ValueError:
        return False
    host = link.hostname or ""
    theirs = any(host == name or host.endswith("." + name) for name in _HOSTS)
    return theirs and link.scheme == "https" and link.port in (None, 443) and not link.username
