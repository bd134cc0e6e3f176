"""Entities and parse modes, refused with the words of the real server."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

TEXT_LIMIT = 4096
_ENTITY_TYPES = frozenset(
    ("mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number", "bold")
    + ("italic", "underline", "strikethrough", "spoiler", "blockquote", "expandable_blockquote")
    + ("code", "pre", "text_link", "text_mention", "custom_emoji")
)
_TAGS = frozenset(
    ("b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "tg-spoiler", "a", "code")
    + ("pre", "span", "blockquote", "tg-emoji")
)
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9-]*)([^<>]*)>|<")
_HTML_ENTITY = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&amp;": "&"}
_RESERVED = set("_*[]()~`>#+-=|{}.!")
_PAIRED_V2 = ("__", "||", "*", "_", "~", "`")


class TelegramRefusal(Exception):
    """A call answered with `ok: false`."""

    def __init__(self, code: int, description: str, retry_after: int | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.retry_after = retry_after

    def body(self) -> dict[str, Any]:
        """The answer."""
        answer: dict[str, Any] = {
            "ok": False,
            "error_code": self.code,
            "description": self.description,
        }
        if self.retry_after is not None:
            answer["parameters"] = {"retry_after": self.retry_after}
        return answer


def bad_request(words: str) -> TelegramRefusal:
    """A 400."""
    return TelegramRefusal(400, f"Bad Request: {words}")


def units(text: str) -> int:
    """UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def shown_text(text: Any, parse_mode: str, entities: Any) -> str:
    """The text as the client sees it; TelegramRefusal if it may not be sent."""
    if not isinstance(text, str) or not text:
        raise bad_request("message text is empty")
    match parse_mode.lower():
        case "":
            plain = text
            check_entities(plain, entities or ())
        case "html":
            plain = _plain_html(text)
        case "markdown":
            plain = _plain_markdown(text)
        case "markdownv2":
            plain = _plain_markdown_v2(text)
        case _:
            raise bad_request("unsupported parse_mode")
    if not plain.strip():
        raise bad_request("text must be non-empty")
    if units(plain) > TEXT_LIMIT:
        raise bad_request("message is too long")
    return plain


def check_entities(text: str, entities: Sequence[Mapping[str, Any]]) -> None:
    """Each of a known type, inside the text, not through a surrogate pair."""
    encoded, total = text.encode("utf-16-le", "surrogatepass"), units(text)
    for entity in entities:
        if str(entity.get("type")) not in _ENTITY_TYPES:
            raise bad_request("can't parse MessageEntity: Unsupported type specified")
        start, length = entity.get("offset"), entity.get("length")
        if not isinstance(start, int) or not isinstance(length, int) or start < 0 or length <= 0:
            raise bad_request("can't parse MessageEntity: Receive wrong offset or length")
        if start + length > total:
            raise bad_request(
                f"entity beginning at UTF-16 offset {start} ends after the end of the text at "
                f"UTF-16 offset {start + length}"
            )
        for edge in (start, start + length):
            if edge < total and 0xDC <= encoded[2 * edge + 1] <= 0xDF:
                raise bad_request(
                    f"entity beginning at UTF-16 offset {start} is in the middle of a UTF-16 symbol"
                )


def _plain_html(text: str) -> str:
    plain: list[str] = []
    opened: list[str] = []
    at = 0
    for tag in _TAG.finditer(text):
        plain.append(text[at : tag.start()])
        at = tag.end()
        offset = len(text[: tag.start()].encode())
        name = (tag[2] or "").lower()
        if name not in _TAGS:
            what = f'Unsupported start tag "{name}"' if name else "Unexpected tag"
            raise _cannot_parse(f"{what} at byte offset {offset}")
        if not tag[1]:
            opened.append(name)
        elif not opened or opened.pop() != name:
            raise _cannot_parse(f"Unmatched end tag at byte offset {offset}")
    plain.append(text[at:])
    if opened:
        raise _cannot_parse(f'Can\'t find end tag corresponding to start tag "{opened[-1]}"')
    return re.sub(r"&(?:lt|gt|quot|amp);", lambda m: _HTML_ENTITY[m[0]], "".join(plain))


def _plain_markdown(text: str) -> str:
    plain: list[str] = []
    at = 0
    while at < len(text):
        char = text[at]
        if char == "\\" and text[at + 1 : at + 2] in ("_", "*", "`", "["):
            plain.append(text[at + 1])
            at += 2
        elif char in "_*`[":
            end = text.find("]" if char == "[" else char, at + 1)
            if end < 0:
                offset = len(text[:at].encode())
                raise _cannot_parse(
                    f"Can't find end of the entity starting at byte offset {offset}"
                )
            plain.append(text[at + 1 : end])
            at = _after_link(text, end) if char == "[" else end + 1
        else:
            plain.append(char)
            at += 1
    return "".join(plain)


def _plain_markdown_v2(text: str) -> str:
    plain: list[str] = []
    opened: list[tuple[str, int]] = []
    at = 0
    while at < len(text):
        mark = next((m for m in _PAIRED_V2 if text.startswith(m, at)), "")
        if text[at] == "\\" and at + 1 < len(text):
            plain.append(text[at + 1])
            at += 2
        elif mark:
            if opened and opened[-1][0] == mark:
                opened.pop()
            else:
                opened.append((mark, at))
            at += len(mark)
        elif text[at] == "[":
            opened.append(("]", at))
            at += 1
        elif text[at] == "]" and opened and opened[-1][0] == "]":
            opened.pop()
            at = _after_link(text, at)
        elif text[at] in _RESERVED and not (text[at] == ">" and text[at - 1 : at] in ("", "\n")):
            raise _cannot_parse(
                f"Character '{text[at]}' is reserved and must be escaped with the preceding '\\'"
            )
        else:
            plain.append(text[at])
            at += 1
    if opened:
        offset = len(text[: opened[-1][1]].encode())
        raise _cannot_parse(f"Can't find end of the entity starting at byte offset {offset}")
    return "".join(plain)


def _after_link(text: str, closing: int) -> int:
    if text[closing + 1 : closing + 2] == "(" and (end := text.find(")", closing)) > 0:
        return end + 1
    return closing + 1


def _cannot_parse(why: str) -> TelegramRefusal:
    return bad_request(f"can't parse entities: {why}")
