"""Trying a receptionist without clients: sample turns, and conversations played again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from beautybot.cli.opening import House, inside
from beautybot.cli.output import JsonFlag, say, show_json
from beautybot.cli.records import whose
from beautybot.cli.salons import Greeting, Restrictions, Slug, Tone, agents

if TYPE_CHECKING:
    from beautybot.agent.previewing import Sample
    from beautybot.agent.rehearsal import Rehearsal
    from beautybot.agent.replaying import Change, Compared

app = typer.Typer()


@agents.command("preview")
def preview(
    slug: Slug,
    tone: Tone = None,
    restrictions: Restrictions = None,
    greeting: Greeting = None,
    as_json: JsonFlag = False,
) -> None:
    """Twenty sample turns as the receptionist speaks now, and with what is given here."""
    from beautybot.agent.previewing import Wish

    wish = Wish(tone, restrictions, greeting)
    samples, wished = inside(lambda house: _samples(house, slug, wish))
    if as_json:
        rows = [{"said": s.said, "answer": s.answer} for s in samples]
        for row, other in zip(rows, wished, strict=False):
            row["wished"] = other.answer
        show_json(rows)
        return
    for number, sample in enumerate(samples):
        say(f"\nклиент: {sample.said}")
        _answered("агент" if not wished else "сейчас", sample.answer)
        if wished:
            _answered("станет", wished[number].answer)


@app.command()
def replay(
    number: Annotated[int, typer.Argument(metavar="ID", help="The conversation.")],
    changed: Annotated[
        Path | None,
        typer.Option("--with", metavar="FILE", help="A salon file or a price list to try it with."),
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Run a conversation again from its trace and show what comes out differently."""
    from beautybot.agent.replaying import replay as again

    async def work(house: House) -> list[Compared]:
        business_id = await house.db.read(whose, number)
        change = _change(changed) if changed is not None else None
        return await again(house.db, business_id, number, change=change)

    turns = inside(work)
    if as_json:
        show_json([_row(turn) for turn in turns])
        return
    for turn in turns:
        say(f"\nклиент: {turn.heard}")
        _answered("тогда", turn.then)
        if turn.differences:
            _answered("теперь", turn.now)
            say(f"        ≠ {', '.join(turn.differences)}")
    changes = sum(bool(turn.differences) for turn in turns)
    say(f"\n{len(turns)} turns, {changes} different")


async def _samples(house: House, slug: str, wish: Any) -> tuple[Sequence[Sample], Sequence[Sample]]:
    """Asked of the model that the salon's turns ask: its own account's, or the installation's."""
    from beautybot.agent.own_models import OwnModels
    from beautybot.agent.previewing import Wish, preview as samples
    from beautybot.businesses import salons
    from beautybot.kit import clock
    from beautybot.llm import registry

    salon = await house.db.read(salons.by_slug, slug)
    shared, now = registry.build(house.settings), clock.now()
    own = OwnModels(shared, house.db, house.keyring, house.settings)
    try:
        llm = await own.of(salon.id)
        about = wish.restrictions or salon.restrictions
        before = await samples(house.db, salon.id, llm, now, about=about)
        if wish == Wish():
            return before, ()
        return before, await samples(house.db, salon.id, llm, now, wish, about=about)
    finally:
        await own.aclose()
        if shared is not None:
            await shared.close()


def _change(path: Path) -> Change:
    from beautybot.booking import importing
    from beautybot.kit import clock
    from beautybot.russian.people import name_forms

    file = importing.read_file(path)

    async def change(stage: Rehearsal) -> None:
        await stage.db.write(
            importing.apply,
            file,
            now=clock.now(),
            slug=stage.business.slug,
            name_forms=name_forms,
        )

    return change


def _row(turn: Compared) -> dict[str, Any]:
    return {
        "heard": turn.heard,
        "then": turn.then,
        "now": turn.now,
        "differences": list(turn.differences),
    }


def _answered(who: str, text: str) -> None:
    first, *rest = (text or "(молчит)").split("\n")
    say(f"{who:>6}: {first}")
    for line in rest:
        say(f"        {line}")
