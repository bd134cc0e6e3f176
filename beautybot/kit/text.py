"""Text from outside made safe to keep, and text to people put in the right form."""

from __future__ import annotations

import re
import unicodedata

_INVISIBLE = {"Cc", "Cs", "Co", "Cn"}
_LINKS = re.compile(r"[.:/@#](?=[^\s\d])|(?<!\d)[.:/@#](?=\d)")
_TAGS = re.compile("[\U000e0000-\U000e007f]")


def clean(text: str, limit: int = 4096) -> str:
    """
    Text from outside without what breaks databases, logs and prompts.

    Control characters (new lines and tabs stay), lone surrogates, NUL,
    private and unassigned code points and Unicode tags are dropped; what is
    longer than `limit` characters is cut.  Zero-width joiners stay, because
    emoji are built with them.
    """
    kept = "".join(c for c in text[: limit * 2] if c in "\n\t" or _printable(c))
    return _TAGS.sub("", kept)[:limit]


def _printable(char: str) -> bool:
    return (char < "\u0600" and char >= " " and char != "\x7f") or (
        char >= "\u0600" and unicodedata.category(char) not in _INVISIBLE
    )


def one_line(text: str, limit: int = 200) -> str:
    """The same on one line, cut with an ellipsis: for logs, notices and tables."""
    flat = " ".join(clean(text, limit * 4).split())
    return flat if len(flat) <= limit else flat[: limit - 1].rstrip() + "…"


def unlinked(text: str) -> str:
    """
    The same to read, but no messenger makes a link of it.

    A word joiner stands where an address, a @name or a #tag would go on: a
    stranger's link must not be one tap away from a salon's people.
    """
    return _LINKS.sub(lambda found: f"{found[0]}\u2060", text)


def plural(count: int, one: str, few: str, many: str) -> str:
    """The Russian form of a noun beside a number: 1 запись, 2 записи, 5 записей."""
    tens, units = abs(count) % 100, abs(count) % 10
    if units == 1 and tens != 11:
        return one
    if 2 <= units <= 4 and not 12 <= tens <= 14:
        return few
    return many


def counted(count: int, one: str, few: str, many: str) -> str:
    """The number with its noun: "3 записи"."""
    return f"{count} {plural(count, one, few, many)}"


def utf16_units(text: str) -> int:
    """The length as Telegram counts it: an emoji outside the BMP is two units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def masked(value: str, keep: int = 4) -> str:
    """An address for a log line: +7•••4567; what is too short to hide in is hidden whole."""
    if len(value) <= keep + 2:
        return "•••"
    head = value[:2] if value.startswith("+") else ""
    return f"{head}•••{value[-keep:]}"


def quoted(name: str) -> str:
    """A name in guillemets, or as it is where it brings its own: «Персик», салон «Персик»."""
    return name if "«" in name or '"' in name else f"«{name}»"
