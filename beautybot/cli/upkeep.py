"""Keeping an installation healthy: settings, keys, copies."""

from __future__ import annotations

import typer

from beautybot.cli.opening import House, inside
from beautybot.cli.output import JsonFlag, progress, say, show_rows

app = typer.Typer()
keys = typer.Typer(no_args_is_help=True, help="The keys that close the salons' secrets.")
app.add_typer(keys, name="keys")


@app.command()
def settings(as_json: JsonFlag = False) -> None:
    """Every setting with its value and where it came from; secrets are masked."""
    from beautybot.settings import describe

    rows = [{"name": s.name, "value": s.shown, "source": s.source} for s in describe()]
    show_rows(rows, as_json=as_json, empty="")


@keys.command("new")
def new_key() -> None:
    """Print a fresh key: put it first in ENCRYPTION_KEYS or the key file, then rotate."""
    from beautybot.kit.crypto import new_key as fresh

    say(fresh())


@keys.command("rotate")
def rotate_keys() -> None:
    """Close every secret again under the newest key; safe to interrupt and to run again."""
    from beautybot.businesses import credentials, model_accounts, second_factors
    from beautybot.kit import clock

    async def work(house: House) -> int:
        total = await house.db.write(model_accounts.rotate, house.keyring, clock.now())
        total += await house.db.write(second_factors.rotate, house.keyring)
        with progress("Closing secrets under the newest key") as forward:
            while done := await house.db.write(credentials.rotate, house.keyring, clock.now()):
                total += done
                forward(done)
        return total

    total = inside(work)
    say(f"{total} secrets closed again; all are under the newest key now.")
