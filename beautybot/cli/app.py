"""The tree of commands."""

from __future__ import annotations

import typer

from beautybot.cli import (
    appointments,
    calendars,
    channels,
    chat,
    clients,
    copies,
    demo,
    doctor,
    events,
    people,
    proving,
    records,
    rehearsals,
    salons,
    server,
    simulating,
    templates,
    understand,
    upkeep,
    visits,
)

app = typer.Typer(
    name="beautybot",
    help="The AI receptionist of a beauty salon.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
for module in (
    server,
    demo,
    chat,
    clients,
    copies,
    salons,
    people,
    channels,
    templates,
    visits,
    appointments,
    calendars,
    proving,
    simulating,
    understand,
    records,
    rehearsals,
    doctor,
    events,
    upkeep,
):
    app.add_typer(module.app)
