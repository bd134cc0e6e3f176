"""Уведомления: one's own Telegram, and what to hear in it or by mail."""

from __future__ import annotations

from dataclasses import dataclass

import segno
from starlette.responses import Response

from beautybot.businesses import bindings, choices
from beautybot.businesses.bindings import Outcome
from beautybot.businesses.choices import TITLES, BadQuietHours, Choices, Topic
from beautybot.channels.base import ConnectError
from beautybot.channels.telegram.owners import bot_of
from beautybot.kit.wakeup import ToDo
from beautybot.notifications.bot import binding
from beautybot.web.dashboard.telling import moment
from beautybot.web.rendering import onward
from beautybot.web.sessions import Asking

PAGE = "/dashboard/notices"
WORDS = {
    Outcome.WRONG: "Код не подошёл. Перепишите его из сообщения бота.",
    Outcome.OVER: "Ссылка больше не действует. Получите новую.",
    Outcome.CHAT_TAKEN: "Этот Telegram уже получает уведомления другого пользователя. "
    "Сначала отвяжите его там: /stop.",
}


@dataclass(frozen=True, slots=True)
class Link:
    """A one-time link to open on the phone; shown once, kept nowhere."""

    url: str
    picture: str


async def show(asking: Asking, problem: str = "", link: Link | None = None) -> Response:
    """Whether Telegram is bound, the code if a link is on its way, and the choices."""
    db, user_id = asking.parts.db, asking.signed.user_id
    bound = await db.read(bindings.of_user, user_id)
    chosen = await db.read(choices.of_user, user_id)
    return asking.page(
        "dashboard/notices.html",
        400 if problem else 200,
        problem=problem,
        link=link,
        has_bot=asking.parts.settings.telegram_bot_token is not None,
        has_mail=asking.parts.settings.smtp_host is not None,
        bound=bound,
        bound_at=moment(bound.bound_at, asking.business.zone) if bound else "",
        pending=await db.read(bindings.pending, user_id, asking.parts.clock()),
        topics=[(t.value, TITLES[t], t not in chosen.muted) for t in Topic],
        quiet="–".join(f"{at:%H:%M}" for at in chosen.quiet or ()),
        by_mail=chosen.by_mail,
    )


async def invite(asking: Asking) -> Response:
    """A new one-time link; the one before opens nothing any more."""
    parts = asking.parts
    bot = bot_of(parts.channels.get("telegram"), parts.settings.telegram_bot_token)
    if bot is None:
        return await show(asking, "Общий бот не настроен: спросите того, кто ставил BeautyBot.")
    try:
        username = await bot.username()
    except ConnectError as error:
        return await show(asking, str(error))
    token = await parts.db.write(bindings.invite, asking.signed.user_id, parts.clock())
    url = binding.link(username, token)
    return await show(asking, link=Link(url, segno.make(url, micro=False).svg_data_uri(scale=4)))


async def confirm(asking: Asking) -> Response:
    """The code that the bot sent to the phone."""
    parts = asking.parts
    done = await parts.db.write(
        binding.confirm, asking.signed.user_id, asking.text("code")[:20], parts.clock()
    )
    parts.wakeup.ring(ToDo.NOTICES)
    if done.outcome is not Outcome.BOUND:
        return await show(asking, WORDS[done.outcome])
    return onward(f"{PAGE}?done=1")


async def unbind(asking: Asking) -> Response:
    """The bot writes there no more."""
    await asking.parts.db.write(binding.unbind, asking.signed.user_id, asking.parts.clock())
    asking.parts.wakeup.ring(ToDo.NOTICES)
    return onward(f"{PAGE}?done=1")


async def choose(asking: Asking) -> Response:
    """What to hear, and when not."""
    wanted = {str(name) for name in asking.form.getlist("topic")}
    try:
        quiet = choices.quiet_of(asking.text("quiet")[:40])
    except BadQuietHours as error:
        return await show(asking, str(error))
    chosen = Choices(
        frozenset(t for t in Topic if t.value not in wanted), quiet, asking.text("by_mail") == "1"
    )
    await asking.parts.db.write(choices.keep, asking.signed.user_id, chosen)
    return onward(f"{PAGE}?done=1")
