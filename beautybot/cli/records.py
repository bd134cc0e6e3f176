"""What happened: conversations and appointments."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from beautybot.cli.opening import House, inside
from beautybot.cli.output import JsonFlag, say, show_json, show_rows
from beautybot.cli.salons import Slug

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from beautybot.conversations.history import Message, Summary, TurnTrace

app = typer.Typer()
conversations = typer.Typer(no_args_is_help=True, help="Conversations with clients.")
app.add_typer(conversations, name="conversations")


@conversations.command("list")
def list_conversations(slug: Slug, as_json: JsonFlag = False) -> None:
    """The conversations of a salon, the liveliest first."""
    from beautybot.businesses import salons
    from beautybot.conversations import history
    from beautybot.kit import clock

    async def work(house: House) -> list[Summary]:
        salon = await house.db.read(salons.by_slug, slug)
        return await house.db.read(history.listing, salon.id, clock.now(), limit=10_000)

    rows = [_conversation(summary) for summary in inside(work)]
    show_rows(rows, as_json=as_json, empty="Nobody has written yet.")


@conversations.command("show")
def show_conversation(
    number: Annotated[int, typer.Argument(metavar="ID")], as_json: JsonFlag = False
) -> None:
    """The messages, and for each turn what was understood, decided, quoted and why."""
    from beautybot.conversations import history
    from beautybot.kit import clock

    async def work(house: House) -> tuple[Summary, list[Message], list[TurnTrace]]:
        business_id = await house.db.read(whose, number)
        return (
            await house.db.read(history.get, business_id, number, clock.now()),
            await house.db.read(history.thread, business_id, number, limit=10_000),
            await house.db.read(history.traces, business_id, number),
        )

    summary, messages, turns = inside(work)
    if as_json:
        show_json(
            _conversation(summary)
            | {"thread": [_message(m) for m in messages], "turns": [asdict(t) for t in turns]}
        )
    else:
        _tell(summary, messages, turns)


def whose(conn: Connection, number: int) -> int:
    """The salon of a conversation; NotFound."""
    from beautybot.businesses import salons
    from beautybot.conversations import history
    from beautybot.kit import clock
    from beautybot.kit.errors import NotFound

    for salon in salons.listing(conn):
        with suppress(NotFound):
            history.get(conn, salon.id, number, clock.now())
            return salon.id
    raise NotFound(f"there is no conversation {number}; `beautybot conversations list` shows them")


def _conversation(summary: Summary) -> dict[str, Any]:
    handoff = summary.handoff
    return {
        "id": summary.id,
        "channel": summary.channel,
        "client_address": summary.client_address,
        "client_name": summary.client_name,
        "state": summary.state,
        "handoff": handoff and {"since": handoff.since, "reason": handoff.reason},
        "messages": summary.messages,
    }


def _message(message: Message) -> dict[str, Any]:
    return {
        "id": message.id,
        "direction": message.direction,
        "author": message.author,
        "kind": message.kind,
        "text": message.text,
        "sent_at": message.sent_at,
        "status": message.status,
        "problem": message.problem,
        "turn": message.turn_id,
    }


def _tell(summary: Summary, messages: list[Message], turns: list[TurnTrace]) -> None:
    from beautybot.kit.text import clean

    handoff = f", a person answers ({summary.handoff.reason})" if summary.handoff else ""
    who = summary.client_name or summary.client_address
    say(f"{summary.channel} {who}: {summary.state}{handoff}")
    told: list[tuple[datetime, str]] = [
        (m.created_at, f"{m.author}: {clean(m.text) or f'({m.kind})'}{_fate(m)}") for m in messages
    ]
    told += [
        (turn.at, f"  turn {turn.id}: {turn.state_before} → {turn.state_after}\n{_trace(turn)}")
        for turn in turns
    ]
    for at, line in sorted(told, key=lambda item: item[0]):
        say(f"{at:%Y-%m-%d %H:%M:%S} {line}")


def _fate(message: Message) -> str:
    if message.direction == "inbound":
        return ""
    return f" [{message.status}{': ' + message.problem if message.problem else ''}]"


def _trace(turn: TurnTrace) -> str:
    return "\n".join(f"      {name}: {_told(name, value)}" for name, value in turn.trace.items())


def _told(name: str, value: Any) -> str:
    """A line of the trace; what the model was asked in full is shown by --json."""
    import json

    if name in ("model", "wording"):
        value = [_asked(one) for one in value]
    return json.dumps(value, ensure_ascii=False)


def _asked(one: dict[str, Any]) -> dict[str, Any]:
    told = ("purpose", "text", "data", "problem", "finish", "model", "calls", "seconds")
    return {name: one[name] for name in told if one.get(name)}
