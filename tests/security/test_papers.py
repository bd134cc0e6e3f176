"""The security papers say what the code does: figures, roles, ways in, keys, hosts."""

from __future__ import annotations

import io
import json
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from beautybot import app, serving
from beautybot.booking import caps, file_reader, price_list, salon_file
from beautybot.businesses import bindings, passwords, reset_links, sign_ins
from beautybot.businesses.users import Role
from beautybot.channels import registry
from beautybot.channels.base import MOST_MEDIA
from beautybot.channels.whatsapp import media
from beautybot.kit import log
from beautybot.privacy import retention
from beautybot.settings import SECRETS, Settings
from beautybot.web import booking_page, connections, sessions, signing_in
from beautybot.web.assistant_door import Door
from beautybot.web.dashboard.routes import TABLE

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/security/design.md").read_text("utf-8")
FLAT = " ".join(PAGE.split())
DOOR = Door(None)  # type: ignore[arg-type]


def hours(delta: object) -> int:
    return int(delta.total_seconds() // 3600)  # type: ignore[attr-defined]


def minutes(delta: object) -> int:
    return int(delta.total_seconds() // 60)  # type: ignore[attr-defined]


SAID = {
    "wrong passwords": f"{signing_in.PER_ACCOUNT} wrong passwords for an account and "
    f"{signing_in.PER_PLACE} for an address in {minutes(sign_ins.WINDOW)} minutes, "
    f"{signing_in.PER_CODE} codes for a person",
    "the queue": f"{signing_in.MOST_WAITING} in the queue",
    "sign-ins": f"{hours(sign_ins.IDLE)} hours idle, {sign_ins.ABSOLUTE.days} days at most",
    "links": f"once, {hours(reset_links.RESET)} hour (invited: {reset_links.INVITED.days} days)",
    "bindings": f"{minutes(bindings.LINK_LIVES)} minutes, {bindings.MOST_TRIES} tries",
    "forms": f"{sessions.MOST_BYTES // 1_000_000} MB and {sessions.MOST_FIELDS:,} fields; each "
    f"text cleaned and cut to {sessions.LONGEST_FIELD:,} signs",
    "the booking page's forms": f"| {booking_page.MOST_TYPED // 1000} KB |",
    "calls": f"| {serving.ASKED_AT_MOST // 1_000_000} MB; declared fields",
    "deliveries": f"{registry.hooks()['whatsapp'].cap / 1_000_000:g} MB from Meta, "
    f"{registry.hooks()['telegram'].cap / 1_000_000:g} MB from Telegram",
    "price lists": f"{salon_file.MAX_BYTES // 1_000_000} MB | "
    f"{price_list.MOST_UNPACKED // 1_000_000} MB, {price_list.MOST_ROWS:,} rows, "
    f"{price_list.MOST_COLUMNS} columns | read in a process with "
    f"{file_reader.MEMORY // 1_000_000} MB of addresses and {file_reader.CPU_S} s of CPU",
    "clients' files": f"| any | {MOST_MEDIA // 1_000_000} MB |",
    "how long": f"files {retention.FILES_LIVE.days} days, "
    f"deliveries {retention.BYTES_LIVE.days} days",
    "assistants": f"{DOOR.reads.burst} and {DOOR.writes.burst} at once, then "
    f"{DOOR.reads.per_second} and {DOOR.writes.per_second} a second, "
    f"and {DOOR.salons.burst} for one",
    "holds": f"| holds of one caller | {caps.OPEN_PER_SUBJECT} |",
    "connections": f"{connections.MOST}; a head in {connections.HEAD_S:.0f} s, a body in "
    f"{connections.BODY_S:.0f} s",
}


@pytest.mark.parametrize("what", SAID)
def test_the_documented_numbers_are_those_of_the_code(what: str) -> None:
    """Whoever changes a limit changes the page."""
    assert SAID[what] in FLAT, SAID[what]


def test_every_body_is_within_the_documented_end() -> None:
    """The outermost cap lets every documented one through and nothing much larger."""
    largest = max(sessions.MOST_BYTES, salon_file.MAX_BYTES)

    assert largest < app.BIGGEST_BODY < largest * 1.2


def test_the_words_no_password_is_made_of_are_documented() -> None:
    """All of them, in their order."""
    assert ", ".join(passwords.OURS) in FLAT


def test_every_way_in_is_documented() -> None:
    """Each address that asks who one is."""
    for address in ("/login", "/reset/", "/api/chatgpt", "/mcp", "/b/", "/calendar/", "/metrics"):
        assert f"`{address}" in PAGE, address
    assert "/api/webhooks/" in PAGE and "SECOND_STEP=required" in PAGE


def test_the_roles_are_documented_as_they_are() -> None:
    """Three roles; a specialist's pages are the calendar, the day and one's own profile."""
    theirs = {row.path for row in TABLE if Role.SPECIALIST in row.roles}

    assert all(f"| {role} |" in PAGE for role in Role)
    assert all(
        path in ("/dashboard", "/logout", "/dashboard/salon")
        or path.startswith(("/dashboard/calendar", "/dashboard/me"))
        for path in theirs
    )
    owners = {row.path for row in TABLE if row.roles == {Role.OWNER}}
    assert {"/dashboard/people", "/dashboard/clients/{id:int}/erase"} <= owners


def test_every_key_is_documented() -> None:
    """Each secret of the settings stands in the table of keys, by its name or its kind."""
    kinds = {
        "whatsapp_verify_token": "verify token",
        "telegram_bot_token": "bots' tokens",
        "gigachat_client_id": "GIGACHAT_CLIENT_SECRET",
        "openai_api_key": "model keys",
        "speech_api_key": "model keys",
        "smtp_password": "SMTP_HOST",
    }
    for name in SECRETS:
        assert kinds.get(name, name.upper()) in PAGE, name


def test_every_host_is_documented() -> None:
    """The addresses that the settings name by default, and Meta's hosts of files."""
    for field in fields(Settings):
        value = str(field.default)
        if value.startswith("https://"):
            assert f"`{urlsplit(value).hostname}`" in PAGE, field.name
    assert all(host in PAGE for host in media._HOSTS if host != "facebook.com")


def test_what_is_logged_is_documented() -> None:
    """Every line of signing in and of refusals that the code writes is told of."""
    told = {"🔑": 0, "🔒": 0}
    for file in (ROOT / "beautybot/web").rglob("*.py"):
        for sign in told:
            told[sign] += file.read_text("utf-8").count(f'"{sign} ')

    assert told["🔑"] >= 9 and told["🔒"] >= 3
    assert all(sign in PAGE for sign in told)


def test_a_line_of_the_log_is_json_in_utc() -> None:
    """A time with its zone, a level, an event, and the ids that were given."""
    log.configure("INFO", "json", written := io.StringIO())
    log.get("papers").info("🔑 Вход", user=7)
    line = json.loads(written.getvalue())

    at = datetime.fromisoformat(line["timestamp"].replace("Z", "+00:00"))
    assert at.utcoffset() == datetime.now(UTC).utcoffset()
    assert (line["level"], line["event"], line["user"]) == ("info", "🔑 Вход", 7)


def test_times_to_mend_are_documented() -> None:
    """How soon, by how bad."""
    told = (ROOT / "SECURITY.md").read_text("utf-8")

    assert all(days in told for days in ("7 days", "30 days", "90 days"))
    assert "make sbom" in told and "make lock" in told
