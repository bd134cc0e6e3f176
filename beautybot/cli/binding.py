"""Binding a person's Telegram to the global bot, where there is no dashboard at hand."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from beautybot.cli.opening import House, inside
from beautybot.cli.output import say
from beautybot.kit.errors import BeautyBotError

if TYPE_CHECKING:
    from beautybot.businesses.bindings import Outcome


class CannotBind(BeautyBotError):
    """The person or the bot is not there, or the code does not fit; the text says which."""


def bind_telegram(
    email: Annotated[str, typer.Argument(metavar="EMAIL")],
    code: Annotated[str, typer.Option(metavar="CODE", help="The code the bot sent.")] = "",
    revoke: Annotated[bool, typer.Option("--revoke", help="Write there no more.")] = False,
) -> None:
    """
    Let the global bot write to a person: prints a one-time link, then asks for the bot's code.

    Without a terminal, run it again with --code.
    """
    if revoke:
        inside(lambda house: _revoke(house, email))
        say(f"The bot writes to {email} no more.")
        return
    if not code:
        link = inside(lambda house: _invite(house, email))
        say(f"Open within 10 minutes, in the Telegram of {email}:\n{link}")
        if not sys.stdin.isatty():
            say(f"Then: beautybot user bind-telegram {email} --code CODE")
            return
        code = typer.prompt("The code the bot sent")
    name = inside(lambda house: _confirm(house, email, code))
    say(f"The bot writes to {email} in the Telegram of {name}.")


async def _invite(house: House, email: str) -> str:
    from beautybot.businesses import bindings
    from beautybot.channels import registry
    from beautybot.channels.base import ConnectError
    from beautybot.channels.telegram.owners import bot_of
    from beautybot.kit import clock
    from beautybot.notifications.bot import binding

    user_id = await _user(house, email)
    channels = registry.build(house.settings)
    try:
        bot = bot_of(channels["telegram"], house.settings.telegram_bot_token)
        if bot is None:
            raise CannotBind("set TELEGRAM_BOT_TOKEN: there is no global bot yet")
        try:
            username = await bot.username()
        except ConnectError as error:
            raise CannotBind(f"the global bot does not answer: {error}") from None
        token = await house.db.write(bindings.invite, user_id, clock.now())
        return binding.link(username, token)
    finally:
        for channel in channels.values():
            await channel.close()


async def _confirm(house: House, email: str, code: str) -> str:
    from beautybot.businesses.bindings import Outcome
    from beautybot.kit import clock
    from beautybot.notifications.bot import binding

    user_id = await _user(house, email)
    done = await house.db.write(binding.confirm, user_id, code, clock.now())
    if done.outcome is not Outcome.BOUND or done.binding is None:
        raise CannotBind(_why(done.outcome))
    return done.binding.name


async def _revoke(house: House, email: str) -> None:
    from beautybot.kit import clock
    from beautybot.notifications.bot import binding

    user_id = await _user(house, email)
    if await house.db.write(binding.unbind, user_id, clock.now()) is None:
        raise CannotBind(f"no Telegram is bound for {email}")


async def _user(house: House, email: str) -> int:
    from beautybot.businesses import users
    from beautybot.notifications.bot import binding

    members = await house.db.read(users.of_email, email)
    if not binding.may_bind(members):
        raise CannotBind(f"{email} is no owner or admin; `beautybot user create` makes one")
    return members[0].user_id


def _why(outcome: Outcome) -> str:
    from beautybot.businesses.bindings import Outcome

    return {
        Outcome.WRONG: "the code does not fit; five wrong ones and the link is void",
        Outcome.CHAT_TAKEN: "that Telegram hears for another person; there, send /stop first",
    }.get(outcome, "the link is over or nobody opened it: run the command again without --code")
