"""Running the product."""

from __future__ import annotations

import asyncio

import typer

from beautybot.cli.output import say

app = typer.Typer()


@app.command()
def migrate() -> None:
    """Bring the tables of the database up to date."""
    from beautybot.kit.migrate import upgrade
    from beautybot.settings import load

    step = asyncio.run(upgrade(load().database_url))
    say(f"The tables are at step {step}.")
