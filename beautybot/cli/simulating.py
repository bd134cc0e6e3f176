"""A salon's day with everything that can go wrong, in virtual time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from beautybot.cli.output import JsonFlag, progress, say, show_json, warn

if TYPE_CHECKING:
    from beautybot.proof.simulated.runs import Asked, Seen

app = typer.Typer()


@app.command()
def simulate(
    seed: Annotated[int, typer.Option(help="The same seed, the same day.")] = 1,
    hours: Annotated[float, typer.Option(min=0.1, max=24 * 366.0)] = 24.0,
    clients: Annotated[
        int | None, typer.Option(min=1, max=100_000, help="120 a day, if left out.")
    ] = None,
    runs: Annotated[int, typer.Option(min=1, help="So many seeds, one after the other.")] = 1,
    planted: Annotated[
        str | None, typer.Option(metavar="MISTAKE", help="The control: it must be found.")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """
    Live a salon's hours in virtual time: clients, crashes, lost and doubled messages, a bad model.

    Everything is made up and in memory: no salon of the installation is touched.
    Exit code 1 if a promise was broken, with the seed that shows it again; with
    a planted mistake, if it was not found.
    """
    from beautybot.kit import clock, log
    from beautybot.proof.simulated.runs import Asked
    from beautybot.proof.simulated.world import CLIENTS_A_DAY, live

    log.configure("CRITICAL", "json")
    mistake = _mistake(planted)
    people = clients or max(1, round(CLIENTS_A_DAY * hours / 24))
    told: list[dict[str, Any]] = []
    for each in range(seed, seed + runs):
        asked = Asked(each, hours, people, mistake)
        began = clock.perf_counter()
        with progress(f"seed {each}", round(hours * 4)) as forward:
            seen = live(asked, forward)
        told.append(_told(asked, seen, clock.perf_counter() - began))
        if not as_json:
            _tell(told[-1])
        if seen.broken and mistake is None:
            break
    if as_json:
        show_json(told)
    _judge(told, planted)


def _mistake(name: str | None) -> Any:
    from beautybot.proof.simulated.planted import Mistake

    if name is None:
        return None
    try:
        return Mistake(name)
    except ValueError:
        raise typer.BadParameter(f"one of {', '.join(Mistake)}", param_hint="--planted") from None


def _told(asked: Asked, seen: Seen, seconds: float) -> dict[str, Any]:
    return {
        "seed": asked.seed,
        "hours": asked.hours,
        "clients": asked.clients,
        "messages": seen.messages,
        "turns": seen.turns,
        "bookings": seen.bookings,
        "looks": seen.looks,
        "faults": {what: n for what, n in sorted(seen.faults.items()) if n},
        "trace": seen.trace,
        "seconds": round(seconds, 1),
        "broken": seen.broken,
        "at": seen.at,
        "before": seen.last if seen.broken else [],
    }


def _tell(run: dict[str, Any]) -> None:
    faults = sum(n for what, n in run["faults"].items() if what != "slow database")
    say(
        f"seed {run['seed']}: {run['hours']:g} h of a salon in {run['seconds']} s, "
        f"{run['clients']} clients, {run['messages']} messages, {run['turns']} turns, "
        f"{run['bookings']} bookings, {faults} faults, {run['faults'].get('crash', 0)} crashes; "
        f"looked {run['looks']} times; trace {run['trace']}"
    )


def _judge(told: list[dict[str, Any]], planted: str | None) -> None:
    broken = [run for run in told if run["broken"]]
    for run in broken:
        again = f"--seed {run['seed']} --hours {run['hours']:g} --clients {run['clients']}"
        again += f" --planted {planted}" if planted else ""
        warn(
            f"Broken at {run['at']}: {run['broken']}. Again: beautybot simulate {again}"
            if not planted
            else f"Found at {run['at']}: {run['broken']}."
        )
    if planted and not broken:
        warn("The planted mistake was not found, so this proves nothing: give more hours or runs.")
    if bool(broken) != bool(planted):
        raise typer.Exit(1)
