"""What leaves through the log carries no token and no phone."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable

import pytest

from beautybot.kit import log

BOT = "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
META = "EAAGm0PX4ZCpsBAKZCabcdefgh123456789"
BEARER = "eyJjdHkiOiJqd3QiLCJlbmMiOiJBMjU2"
PHONE = "79161234567"
CANARIES = (BOT.split(":")[1], META, BEARER, PHONE)


@pytest.fixture
def written() -> io.StringIO:
    """Everything logged, as JSON lines."""
    log.configure("DEBUG", "json", stream := io.StringIO())
    return stream


def says_it_in_the_event() -> None:
    log.get("test").info(f"POST /bot{BOT}/sendMessage {META} Bearer {BEARER} to +{PHONE}")


def says_it_in_a_value() -> None:
    log.get("test").info("sent", url=f"/bot{BOT}/x", auth=f"Bearer {BEARER}", to=PHONE, t=META)


def says_it_deep_inside() -> None:
    log.get("test").info("sent", request={"to": [PHONE], "headers": {"Authorization": META}})


def says_it_through_another_library() -> None:
    logging.getLogger("somebody").warning("calling %s for %s", f"/bot{BOT}/getMe", f"+{PHONE}")


def says_it_in_a_traceback() -> None:
    try:
        raise ValueError(f"cannot call /bot{BOT}/x with {META} for {PHONE}")
    except ValueError:
        log.get("test").exception("failed")


def says_it_in_a_foreign_traceback() -> None:
    try:
        raise ValueError(f"Bearer {BEARER}")
    except ValueError:
        logging.getLogger("somebody").exception("failed for %s", PHONE)


def says_it_as_an_error() -> None:
    log.get("test").error("failed", error=ValueError(f"/bot{BOT}/x {PHONE}"))


WAYS = [
    says_it_in_the_event,
    says_it_in_a_value,
    says_it_deep_inside,
    says_it_through_another_library,
    says_it_in_a_traceback,
    says_it_in_a_foreign_traceback,
    says_it_as_an_error,
]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_no_secret_leaves_through_the_log(way: Callable[[], None], written: io.StringIO) -> None:
    """However it got into the line, it comes out masked."""
    way()

    line = written.getvalue()
    assert "•••" in line
    assert [canary for canary in CANARIES if canary in line] == []


def test_what_is_no_secret_stays_readable(written: io.StringIO) -> None:
    """A line that hides everything helps nobody."""
    log.get("test").info("✅ WhatsApp сообщение отправлено", conversation=12, took_ms=34.5)

    line = json.loads(written.getvalue())
    assert line["event"] == "✅ WhatsApp сообщение отправлено"
    assert (line["conversation"], line["took_ms"], line["level"]) == (12, 34.5, "info")


def test_every_line_is_one_line(written: io.StringIO) -> None:
    """A client's line break cannot forge a second log line."""
    log.get("test").info("text", said="first\nfake: second\r\nthird\x1b[31m")

    assert len(written.getvalue().splitlines()) == 1
    assert "\x1b" not in written.getvalue()


@pytest.mark.parametrize("text", ["2026-03-02T09:00:00", "К-4821", "1 800 ₽", "conversation=12"])
def test_a_time_a_price_or_a_number_is_not_a_phone(text: str) -> None:
    """Masking must not eat what one looks for."""
    assert log.redacted(text) == text
