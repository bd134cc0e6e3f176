"""What a command shows: a table for people, JSON for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Annotated, Any, TypeVar

import typer

from beautybot.kit.text import one_line

T = TypeVar("T")
Row = Mapping[str, Any]

JsonFlag = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def show_rows(rows: Sequence[Row], *, as_json: bool, empty: str) -> None:
    """A listing; `empty` is what people read when there is nothing."""
    if as_json:
        show_json(list(rows))
    elif not rows:
        typer.echo(empty)
    else:
        _show_table(rows)


def show_json(value: Any) -> None:
    """A value as indented JSON, times in ISO 8601."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=_plain))


def say(line: str) -> None:
    """One line for people."""
    typer.echo(line)


def warn(line: str) -> None:
    """One line on stderr, so that it never ends up in what a program reads."""
    typer.echo(line, err=True)


@contextmanager
def progress(title: str, total: int | None = None) -> Iterator[Any]:
    """A bar on a terminal, nothing elsewhere; gives a function that moves it forward."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(title, total=total)
        yield lambda steps=1: bar.advance(task, steps)


def watched(items: Iterable[T], title: str, total: int | None = None) -> Iterator[T]:
    """The items, with a bar that moves as they are taken."""
    with progress(title, total) as forward:
        for item in items:
            yield item
            forward()


def _show_table(rows: Sequence[Row]) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in rows[0]:
        table.add_column(name.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(escape(_cell(value)) for value in row.values()))
    wide = None if sys.stdout.isatty() else 200
    Console(width=wide, soft_wrap=False).print(table)


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, Mapping):
        # A price is {"amount": 2800, "currency": "RUB", "from": false}: a flag is its own word.
        said = ((k, v) for k, v in value.items() if v is not None and v is not False)
        return " ".join(str(k) if v is True else _cell(v) for k, v in said)
    if isinstance(value, list | tuple):
        return ", ".join(_cell(v) for v in value) or "–"
    return one_line(str(value), 120)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is not for JSON")
