"""The proof that no two visits meet, for whoever wants to see it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from beautybot.cli.output import JsonFlag, progress, say, show_json, warn

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from beautybot.proof.racing import Raced

app = typer.Typer()

DOORS_SHARE = 100  # one attempt of so many goes through the doors, if nobody says otherwise
CONTROLS = 4
FEWEST = 400
SALVO = 25_000


@app.command()
def prove(
    attempts: Annotated[int, typer.Option(min=1, help="Attempts at the constraint.")] = 200_000,
    doors: Annotated[
        int | None, typer.Option(min=1, help="Attempts through every door of the product.")
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed, the same attempts.")] = 1,
    processes: Annotated[int, typer.Option(min=1, max=64)] = 2,
    as_json: JsonFlag = False,
) -> None:
    """
    Try to book two visits for one time, in several processes; count what got through.

    Everything happens in databases of its own, on the engine of DATABASE_URL.
    Exit code 1 if anything overlaps, or if the control arm shows nothing.
    """
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    from beautybot.settings import load

    through = doors if doors is not None else max(FEWEST, attempts // DOORS_SHARE)
    url = load().database_url
    with ProcessPoolExecutor(processes, multiprocessing.get_context("spawn")) as pool:
        arms = [
            _through_doors(pool, url, through, seed, guarded=True),
            # Few are enough, and in a long race what met is cancelled before the count.
            _control(pool, url, min(through, FEWEST), seed),
            _at_constraint(pool, attempts, seed, guarded=True),
            _at_constraint(pool, min(attempts, 5_000), seed, guarded=False),
        ]
    if as_json:
        show_json(arms)
    else:
        for arm in arms:
            _tell(arm)
    if any(arm["guarded"] and arm["overlaps"] for arm in arms):
        warn("Two visits met: this must not happen. Please report the seed and the version.")
        raise typer.Exit(1)
    if not all(arm["guarded"] or arm["overlaps"] for arm in arms):
        warn("The control arm shows no overlap, so this proves nothing: give more attempts.")
        raise typer.Exit(1)


def _control(pool: Executor, url: str, attempts: int, seed: int) -> dict[str, Any]:
    """How the processes meet is chance: a race in which none did is run again, thrice at most."""
    for number in range(CONTROLS):
        arm = _through_doors(pool, url, attempts, seed + number, guarded=False)
        if arm["overlaps"]:
            break
    return arm


def _through_doors(
    pool: Executor, url: str, attempts: int, seed: int, *, guarded: bool
) -> dict[str, Any]:
    import asyncio

    from beautybot.kit import clock
    from beautybot.proof.racing import race

    began = clock.perf_counter()
    with progress("doors" if guarded else "doors, unguarded", attempts) as forward:
        raced: Raced = asyncio.run(
            race(url, attempts, seed, pool, guarded=guarded, forward=forward)
        )
    engine = "SQLite" if url.startswith("sqlite") else "PostgreSQL"
    return _arm(f"every door, {engine}", guarded, raced.tally, raced.verdict.overlaps, began)


def _at_constraint(pool: Executor, attempts: int, seed: int, *, guarded: bool) -> dict[str, Any]:
    from concurrent.futures import as_completed

    from beautybot.kit import clock
    from beautybot.proof.memory import Salvo, fire

    began = clock.perf_counter()
    salvos = [
        Salvo(f"{seed}:{first}", min(SALVO, attempts - first), guarded)
        for first in range(0, attempts, SALVO)
    ]
    tally: Counter[str] = Counter()
    overlaps = 0
    with progress("constraint" if guarded else "constraint, unguarded", attempts) as forward:
        for done in as_completed([pool.submit(fire, salvo) for salvo in salvos]):
            found, seen = done.result()
            tally += found
            overlaps += seen
            forward(sum(found.values()))
    return _arm("constraint alone, SQLite in memory", guarded, tally, overlaps, began)


def _arm(
    name: str, guarded: bool, tally: Counter[str], overlaps: int, began: float
) -> dict[str, Any]:
    from beautybot.kit import clock

    seconds = clock.perf_counter() - began
    attempts = sum(tally.values())
    return {
        "arm": name,
        "guarded": guarded,
        "attempts": attempts,
        **{what: tally[what] for what in sorted(tally)},
        "seconds": round(seconds, 1),
        "per_second": round(attempts / seconds),
        "overlaps": overlaps,
    }


def _tell(arm: dict[str, Any]) -> None:
    name = arm["arm"] if arm["guarded"] else f"control: {arm['arm']}, without the constraint"
    kinds = ("arm", "guarded", "attempts", "seconds", "per_second", "overlaps")
    told = ", ".join(f"{what} {count:,}" for what, count in arm.items() if what not in kinds)
    say(
        f"{name}: {arm['attempts']:,} attempts ({told}) in {arm['seconds']} s, "
        f"{arm['per_second']:,} a second; overlaps: {arm['overlaps']:,}"
    )
