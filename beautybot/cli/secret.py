"""Secrets come from standard input or a file, because a command line is seen by others."""

from __future__ import annotations

import sys
from pathlib import Path

import typer

from beautybot.cli.output import warn

HELP = "`-` reads it from standard input, `@FILE` from a file."


def read(value: str, what: str) -> str:
    """
    The secret an option stands for: `-` is the next line of standard input, `@FILE` a file.

    On a terminal `-` asks without echo.  BadParameter when it is empty.
    """
    if value == "-":
        secret = (
            typer.prompt(what, hide_input=True, err=True)
            if sys.stdin.isatty()
            else sys.stdin.readline()
        )
    elif value.startswith("@"):
        secret = Path(value[1:]).read_text(encoding="utf-8")
    else:
        warn(f"{what}: others can see a command line; next time give `-` or `@FILE`")
        secret = value
    if not (secret := secret.strip()):
        raise typer.BadParameter(f"{what} is empty")
    return str(secret)
