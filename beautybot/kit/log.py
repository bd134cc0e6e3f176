"""Structured logs: one JSON object or one readable line each, secrets and phones masked."""

from __future__ import annotations

import atexit
import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog

from beautybot.kit.sink import Unblocked

_SECRETS = re.compile(
    r"(?P<bot>\d{5,16}(?::|%3[Aa]))[A-Za-z0-9_-]{30,64}"  # a Telegram bot token, as in URLs
    r"|(?P<bearer>(?:Bearer|Basic)\s+)[A-Za-z0-9._~+/=-]{8,}"
    r"|EAA[A-Za-z0-9]{20,}"  # a Meta access token
)
_PHONE = re.compile(r"(?<![\w.:-])\+?\d{10,15}(?![\w.:-])")

NOISY = ("httpx", "httpcore", "aiohttp", "uvicorn.access", "asyncio", "gigachat", "alembic")
"""Libraries that say too much below a warning."""


def redacted(text: str) -> str:
    """Text without bot tokens, bearer tokens and phone numbers."""
    text = _SECRETS.sub(lambda m: (m["bot"] or m["bearer"] or "") + "•••", text)
    return _PHONE.sub(lambda m: "•••" + m[0][-4:], text)


def configure(level: str = "INFO", fmt: str = "auto", stream: Any = None) -> None:
    """Send every log line of the process, ours and the libraries', through one masked pipe."""
    out = stream or sys.stderr
    console = fmt == "console" or (fmt == "auto" and out.isatty())
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        _redact,
    ]
    renderer: Any = (
        structlog.dev.ConsoleRenderer(colors=out.isatty())
        if console
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # These print whole URLs, and ours carry tokens; or say what nobody asked for.
    for noisy in NOISY:
        logging.getLogger(noisy).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def unblock() -> None:
    """Let lines leave from a thread of their own: a sink that hangs must not stop a server."""
    root = logging.getLogger()
    root.handlers[:] = [Unblocked(handler) for handler in root.handlers]
    for handler in root.handlers:
        atexit.register(handler.close)


def get(name: str) -> structlog.stdlib.BoundLogger:
    """A logger; bind ids to it, never texts of clients."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger


def _redact(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key, value in line.items():
        line[key] = _masked(value)
    return line


def _masked(value: Any) -> Any:
    """The same value without secrets, however deep they are."""
    if isinstance(value, str):
        return redacted(value)
    if isinstance(value, BaseException):
        return redacted(repr(value))
    if isinstance(value, bytes):
        return redacted(value.decode(errors="replace"))
    if isinstance(value, Mapping):
        return {key: _masked(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_masked(inner) for inner in value]
    return value
