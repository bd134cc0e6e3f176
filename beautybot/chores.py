"""What is done by the clock: holds expire, webhooks are mended, notices are told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from beautybot.agent import unanswered
from beautybot.booking import appointments, endings, freed, tickets, waitlist
from beautybot.booking.freed import Freed
from beautybot.businesses import salons
from beautybot.channels.base import ConnectError
from beautybot.conversations import attachments, delivery, model_use
from beautybot.conversations.checking import Checking
from beautybot.conversations.fetching import Fetching
from beautybot.kit import jobs, log
from beautybot.kit.jobs import Job
from beautybot.kit.wakeup import ToDo
from beautybot.notifications import nudges, plans, reminders, vacancies
from beautybot.notifications.bot import hearing
from beautybot.privacy import retention
from beautybot.privacy.erasing import SCRUB
from beautybot.web import owner_bot
from beautybot.worker import JobRun, Worker

logger = log.get(__name__)

EVERY = {
    "expire_holds": timedelta(seconds=30),
    "check_channels": timedelta(minutes=5),
    "remind": timedelta(minutes=1),
    "go_around": timedelta(minutes=1),
    "tend_visits": timedelta(minutes=10),
    "invite": timedelta(minutes=30),
    "forget_model_use": timedelta(days=1),
    "forget_old": timedelta(days=1),
    "forget_talks": timedelta(days=1),
    "check_owner_bot": timedelta(minutes=5),
    "tell_plans": timedelta(minutes=5),
    "forget_letters": timedelta(hours=6),
    "mind_waiting_clients": timedelta(minutes=1),
}
MONTH = timedelta(days=30.5)
AT_ONCE = ("check_owner_bot",)
"""A new installation's owners need not wait for the first round."""


def schedule(conn: Any, now: Any) -> None:
    """Put every repeating job where it is not there yet."""
    for name, pause in EVERY.items():
        first = now if name in AT_ONCE else now + pause
        jobs.put(conn, name, "always", {}, due_at=first, now=now)


async def expire_holds(worker: Worker, job: Job) -> timedelta | None:
    """Drop holds whose time is over."""
    await worker.db.write(appointments.expire_holds, worker.clock())
    return EVERY[job.name]


async def forget_model_use(worker: Worker, job: Job) -> timedelta | None:
    """Drop counts of language models that no limit looks at any more."""
    old = worker.clock().date() - 2 * model_use.LOOK_BACK
    await worker.db.write(model_use.forget, old)
    return EVERY[job.name]


async def forget_old(worker: Worker, job: Job) -> timedelta | None:
    """Empty old deliveries."""
    await worker.db.write(retention.forget_old, worker.clock())
    return EVERY[job.name]


def forgetting_talks(months: int) -> JobRun:
    """The chore that drops what was said so many months ago; 0: it is kept until erased."""

    async def forget_talks(worker: Worker, job: Job) -> timedelta | None:
        before = worker.clock() - months * MONTH
        gone = 0
        for salon in await worker.db.read(salons.listing) if months else ():
            while some := await worker.db.write(retention.forget_talks, salon.id, before):
                gone += some
        if gone:
            await worker.db.scrub()
        return EVERY[job.name]

    return forget_talks


async def scrub(worker: Worker, _job: Job) -> timedelta | None:
    """Leave no trace of what was erased; put by whoever erased."""
    return None if await worker.db.scrub() else timedelta(seconds=5)


async def mind_waiting_clients(worker: Worker, job: Job) -> timedelta | None:
    """Remind of clients who were promised a person and have not heard from one."""
    if await worker.db.write(unanswered.remind, worker.clock()):
        worker.wakeup.ring(ToDo.OUTBOX, ToDo.NOTICES)
    return EVERY[job.name]


async def remind(worker: Worker, job: Job) -> timedelta | None:
    """Put the reminders whose time has come into the outbox, salon by salon."""
    now = worker.clock()
    for business_id in await worker.db.read(reminders.waiting_salons, now):
        if await worker.db.write(reminders.remind, business_id, now):
            worker.wakeup.ring(ToDo.OUTBOX, ToDo.NOTICES)
    return EVERY[job.name]


async def offer_freed(worker: Worker, job: Job) -> timedelta | None:
    """Ask those who wait for a time that became free; in quiet hours, after them."""
    span, business_id, after = freed.loaded(job.args), job.args["business_id"], 0
    while True:
        came = await worker.db.write(_ask, business_id, span, worker.clock(), after)
        if came.offers:
            worker.wakeup.ring(ToDo.OUTBOX)
        if came.wait is not None:
            return came.wait
        if not came.after:
            worker.wakeup.ring(ToDo.NOTICES)
            return None
        after = came.after


def _ask(conn: Any, business_id: int, span: Freed, now: Any, after: int) -> vacancies.Asked:
    return vacancies.ask(conn, business_id, span, now, after=after)


async def invite(worker: Worker, job: Job) -> timedelta | None:
    """Invite again those who agreed to it, in the salons that do."""
    now = worker.clock()
    for business_id in await worker.db.read(nudges.inviting):
        if await worker.db.write(nudges.invite, business_id, now):
            worker.wakeup.ring(ToDo.OUTBOX)
    return EVERY[job.name]


async def tend_visits(worker: Worker, job: Job) -> timedelta | None:
    """Visits that are over are marked as the salon chose; waiting that is over ends."""
    now = worker.clock()
    await worker.db.write(waitlist.end_passed, now)
    for business_id in await worker.db.read(endings.salons_with_open_past, now):
        await worker.db.write(endings.complete_passed, business_id, now)
    return EVERY[job.name]


async def check_owner_bot(worker: Worker, job: Job) -> timedelta | None:
    """See to it that Telegram brings us what people say to the global bot."""
    bot = worker.voices.bot
    if bot is not None:
        try:
            await bot.see_to_it(
                f"{worker.public_url}{owner_bot.PATH}",
                owner_bot.secrets_of(worker.keyring, bot.token)[0],
            )
        except ConnectError as error:
            logger.warning("❌ Ошибка глобального бота", problem=str(error))
    return EVERY[job.name]


async def tell_plans(worker: Worker, job: Job) -> timedelta | None:
    """The morning plans and the week's numbers of the salons where it is morning."""
    if await worker.db.write(plans.tell, worker.clock()):
        worker.wakeup.ring(ToDo.NOTICES)
    return EVERY[job.name]


async def forget_letters(worker: Worker, job: Job) -> timedelta | None:
    """Drop what the global bot heard and said long ago."""
    await worker.db.write(hearing.forget, worker.clock())
    await worker.db.write(tickets.forget, worker.clock())
    return EVERY[job.name]


async def check_channels(worker: Worker, job: Job) -> timedelta | None:
    """Look at every connection, mend what we can, tell the owner of the rest."""
    checking = Checking(worker.db, worker.channels, worker.keyring, worker.clock, worker.public_url)
    await checking.check_all()
    return EVERY[job.name]


async def go_around(worker: Worker, job: Job) -> timedelta | None:
    """What is stuck behind a channel that does not work goes another way, or the salon hears."""
    if await worker.db.write(delivery.go_around, worker.clock()):
        worker.wakeup.ring(ToDo.OUTBOX, ToDo.NOTICES)
    return EVERY[job.name]


async def fetch_media(worker: Worker, job: Job) -> timedelta | None:
    """Fetch a client's file from its messenger."""
    fetching = Fetching(worker.db, worker.channels, worker.keyring, worker.clock)
    await fetching.fetch(job.args["business_id"], job.args["attachment_id"], job.attempts)
    return None


TABLE = {
    "expire_holds": expire_holds,
    "check_channels": check_channels,
    "go_around": go_around,
    attachments.JOB: fetch_media,
    "check_owner_bot": check_owner_bot,
    "forget_letters": forget_letters,
    "tell_plans": tell_plans,
    "forget_model_use": forget_model_use,
    "forget_old": forget_old,
    "forget_talks": forgetting_talks(0),  # the server says after how many months
    SCRUB: scrub,
    "mind_waiting_clients": mind_waiting_clients,
    "remind": remind,
    "tend_visits": tend_visits,
    "invite": invite,
    freed.JOB: offer_freed,
}
