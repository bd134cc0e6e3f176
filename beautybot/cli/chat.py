"""The client's side of a conversation in the terminal: to try a salon before it goes live."""

from __future__ import annotations

import asyncio
import secrets
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from beautybot.cli.opening import check
from beautybot.cli.output import say, warn
from beautybot.kit.errors import NotFound
from beautybot.settings import load

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from beautybot.conversations.history import Message
    from beautybot.serving import Product

app = typer.Typer()

PATIENCE_S = 40.0
LOOK_EVERY_S = 0.2


@dataclass(frozen=True, slots=True)
class Terminal:
    """One client at one salon; the conversation goes on where it was left."""

    business_id: int
    account: str
    account_id: int
    client: str


@app.command()
def chat(
    slug: Annotated[
        str | None, typer.Option("--business", metavar="SLUG", help="The only one, if left out.")
    ] = None,
    client: Annotated[str, typer.Option(help="Who writes; another name, another client.")] = (
        "terminal"
    ),
) -> None:
    """Talk to a salon's receptionist as a client would; end with Ctrl+D."""
    from beautybot.kit import log

    settings = load()
    log.configure("ERROR", settings.log_format)
    asyncio.run(check(settings))
    asyncio.run(_talk(slug, client))


async def _talk(slug: str | None, client: str) -> None:
    from beautybot.serving import opened

    async with opened(load(), owner=False) as product:
        terminal = await product.parts.db.write(_terminal, slug, client)
        await product.parts.db.write(_count_anew, terminal)
        offered: Sequence[Sequence[str]] = ()
        while line := await asyncio.to_thread(_line):
            if text := line.strip():
                offered = await _turn(product, terminal, text, offered)


def _line() -> str:
    if sys.stdin.isatty():
        typer.echo("вы: ", nl=False)
    return sys.stdin.readline()


async def _turn(
    product: Product, terminal: Terminal, text: str, offered: Sequence[Sequence[str]]
) -> Sequence[Sequence[str]]:
    """Say one line and show what comes back; the buttons that may be pressed next."""
    db = product.parts.db
    seen = await db.read(_newest, terminal)
    await db.write(_write, terminal, text, offered)
    for _ in range(int(PATIENCE_S / LOOK_EVERY_S)):
        await product.worker.drain()  # or a server beside us does it: the answer is in the database
        answers, waiting = await db.read(_answers, terminal, seen)
        if not waiting:
            break
        await asyncio.sleep(LOOK_EVERY_S)
    if not answers:
        warn("(нет ответа: агент выключен или отвечает человек)")
    for answer in answers:
        say(f"агент: {answer.text}")
        offered = answer.payload.get("buttons") or ()
        for number, button in enumerate(offered, 1):
            say(f"   {number}) {button[1]}")
    return offered


def _terminal(conn: Connection, slug: str | None, client: str) -> Terminal:
    from beautybot.businesses import access, salons
    from beautybot.kit import clock

    listed = salons.listing(conn)
    if slug is None and len(listed) != 1:
        raise NotFound("which salon? give --business SLUG; `beautybot business list` shows them")
    salon = salons.by_slug(conn, slug) if slug else listed[0]
    name = f"console-{salon.slug}"
    account = access.by_external_id(conn, "console", name) or access.connect(
        conn,
        business_id=salon.id,
        channel="console",
        external_id=name,
        display="console",
        details={},
        now=clock.now(),
    )
    return Terminal(salon.id, name, account.id, client)


def _count_anew(conn: Connection, terminal: Terminal) -> None:
    """Who tries the receptionist again and again is no flood: each talk is counted from nought."""
    from beautybot.conversations.models import conversations
    from beautybot.kit.db import change, one

    summary = _summary(conn, terminal)
    if summary is None:
        return
    mine = {"business_id": terminal.business_id, "id": summary.id}
    row = one(conn, conversations, mine, lock=True)
    if row is not None:
        memory = {key: row.memory[key] for key in row.memory if key not in ("window", "turns")}
        change(conn, conversations, mine, {"memory": memory, "spent_until": None})


def _write(
    conn: Connection, terminal: Terminal, text: str, offered: Sequence[Sequence[str]]
) -> None:
    import msgspec

    from beautybot.conversations import inbox
    from beautybot.kit import clock

    line: dict[str, Any] = {
        "id": secrets.token_hex(8),
        "client": terminal.client,
        "account": terminal.account,
    }
    if text.isdigit() and 1 <= int(text) <= len(offered):
        line |= {"press": offered[int(text) - 1][0], "text": offered[int(text) - 1][1]}
    else:
        line["text"] = text
    body = msgspec.json.encode(line)
    event = inbox.RawEvent("console", line["id"], clock.now(), body, account_id=terminal.account_id)
    inbox.accept(conn, [event])


def _newest(conn: Connection, terminal: Terminal) -> int:
    return max((message.id for message in _thread(conn, terminal)), default=0)


def _answers(conn: Connection, terminal: Terminal, seen: int) -> tuple[list[Message], bool]:
    """What was said to the client since, and whether a turn may still be under way."""
    fresh = [message for message in _thread(conn, terminal) if message.id > seen]
    answers = [message for message in fresh if message.direction == "outbound"]
    return answers, not answers and _expects_answer(conn, terminal)


def _expects_answer(conn: Connection, terminal: Terminal) -> bool:
    from beautybot.businesses import salons

    summary = _summary(conn, terminal)
    on = salons.get(conn, terminal.business_id).agent_enabled
    return on and (summary is None or summary.handoff is None)


def _thread(conn: Connection, terminal: Terminal) -> list[Message]:
    from beautybot.conversations import history

    summary = _summary(conn, terminal)
    if summary is None:
        return []
    return history.thread(conn, terminal.business_id, summary.id)


def _summary(conn: Connection, terminal: Terminal) -> Any:
    from beautybot.conversations import history
    from beautybot.kit import clock

    for summary in history.listing(conn, terminal.business_id, clock.now(), limit=10_000):
        if summary.channel == "console" and summary.client_address == terminal.client:
            return summary
    return None
