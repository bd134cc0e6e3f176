"""People who sign in to the dashboard."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from beautybot.cli import binding, secret
from beautybot.cli.opening import House, inside
from beautybot.cli.output import JsonFlag, say, show_rows
from beautybot.cli.salons import Slug

app = typer.Typer()
user = typer.Typer(no_args_is_help=True, help="People who sign in to the dashboard.")
app.add_typer(user, name="user")
user.command("bind-telegram")(binding.bind_telegram)


@user.command("create")
def create_user(
    email: Annotated[str, typer.Argument(metavar="EMAIL")],
    slug: Slug,
    password: Annotated[str, typer.Option(metavar="SECRET", help=secret.HELP)],
    role: Annotated[str, typer.Option(help="owner, admin or specialist.")] = "owner",
) -> None:
    """Give a person a login to a salon; for one that has it, a new password and role."""
    from beautybot.businesses import salons, users
    from beautybot.kit import clock

    address, hashed = users.hashed(email, secret.read(password, "the password"))

    async def work(house: House) -> users.Member:
        salon = await house.db.read(salons.by_slug, slug)
        return await house.db.write(users.put, address, hashed, salon.id, role, clock.now())

    made = inside(work)
    say(f"{made.email} is {made.role} of {slug}; sign in at /login.")


@user.command("list")
def list_users(slug: Slug, as_json: JsonFlag = False) -> None:
    """Who may sign in to a salon, and as what."""
    from beautybot.businesses import salons, users

    async def work(house: House) -> list[dict[str, Any]]:
        salon = await house.db.read(salons.by_slug, slug)
        members = await house.db.read(users.of_business, salon.id)
        return [{"email": m.email, "role": m.role.value} for m in members]

    empty = f"Nobody; `beautybot user create EMAIL --business {slug} --password -`."
    show_rows(inside(work), as_json=as_json, empty=empty)
