"""People who sign in to the dashboard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from beautybot.cli import binding, secret
from beautybot.cli.opening import House, inside
from beautybot.cli.output import JsonFlag, say, show_rows
from beautybot.cli.salons import Slug

if TYPE_CHECKING:
    from sqlalchemy import Connection

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
    specialist: Annotated[
        str | None, typer.Option(metavar="ID", help="Which specialist of the salon's file it is.")
    ] = None,
) -> None:
    """Give a person a login to a salon; for one that has it, a new password and role."""
    from beautybot.booking import catalogue
    from beautybot.businesses import salons, users
    from beautybot.kit import clock

    address, hashed = users.hashed(email, secret.read(password, "the password"))

    def write(conn: Connection, business_id: int) -> users.Member:
        known = {p.ref for p in catalogue.load(conn, business_id).specialists}
        if specialist is not None and specialist not in known:
            raise users.BadUser(f"{slug} has no specialist {specialist!r}")
        made = users.put(conn, address, hashed, business_id, role, clock.now())
        if specialist is not None:
            users.be_specialist(conn, business_id, made.user_id, specialist)
        return made

    async def work(house: House) -> users.Member:
        salon = await house.db.read(salons.by_slug, slug)
        return await house.db.write(write, salon.id)

    made = inside(work)
    say(f"{made.email} is {made.role} of {slug}; sign in at /login.")


@user.command("reset")
def reset_user(
    email: Annotated[str, typer.Argument(metavar="EMAIL")],
    second_step: Annotated[
        bool, typer.Option("--second-step", help="Also switch off the code from the phone.")
    ] = False,
) -> None:
    """Make a link with which a person sets a new password: once, within an hour."""
    from beautybot.businesses import reset_links, second_factors, users
    from beautybot.kit import clock
    from beautybot.kit.errors import NotFound
    from beautybot.settings import load

    def write(conn: Connection) -> str:
        theirs = users.of_email(conn, email)
        if not theirs:
            raise NotFound(f"nobody signs in as {email!r}; `beautybot user list` shows who does")
        if second_step:
            second_factors.switch_off(conn, theirs[0].user_id)
        return reset_links.make(conn, theirs[0].user_id, clock.now())

    async def work(house: House) -> str:
        return await house.db.write(write)

    say(f"{load().public_url.rstrip('/')}/reset/{inside(work)}")
    say("It works once, within an hour; give it to nobody but them.")


@user.command("sign-out")
def sign_out_user(email: Annotated[str, typer.Argument(metavar="EMAIL")]) -> None:
    """End every sign-in of a person: a phone was stolen, or somebody left."""
    from beautybot.businesses import sign_ins, users
    from beautybot.kit.errors import NotFound

    def write(conn: Connection) -> int:
        theirs = users.of_email(conn, email)
        if not theirs:
            raise NotFound(f"nobody signs in as {email!r}; `beautybot user list` shows who does")
        return sign_ins.end_all(conn, theirs[0].user_id)

    async def work(house: House) -> int:
        return await house.db.write(write)

    say(f"{inside(work)} sign-ins of {email} ended.")


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
