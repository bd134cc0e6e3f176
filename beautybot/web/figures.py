"""`/metrics`: for Prometheus on this machine, or with the token of the settings."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from beautybot.booking import visits
from beautybot.conversations import inbox, outbox
from beautybot.kit import metrics, presence
from beautybot.kit.crypto import same
from beautybot.kit.db import DatabaseUnavailable
from beautybot.notifications.bot import put_aside
from beautybot.web.parts import Parts

HERE = ("127.0.0.1", "::1")
TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Figures:
    """The endpoint; without the right to see it there is none."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def show(self, request: Request) -> Response:
        """Read what the database knows, and give everything; a database that is away is no zero."""
        if not self._may(request):
            return PlainTextResponse("Not Found", 404)
        try:
            await self._parts.db.read(look, self._parts.clock())
        except DatabaseUnavailable:
            return PlainTextResponse("the database does not answer\n", 503)
        beside = self._parts.settings.sqlite_path.parent
        if self._parts.settings.on_sqlite and beside.exists():
            metrics.DISK_FREE.set(shutil.disk_usage(beside).free)
        return Response(metrics.text(), media_type=TYPE)

    def _may(self, request: Request) -> bool:
        token = self._parts.settings.metrics_token
        if token:
            return same(request.headers.get("authorization", ""), f"Bearer {token}")
        forwarded = "x-forwarded-for" in request.headers
        return not forwarded and request.client is not None and request.client.host in HERE


def look(conn: Connection, now: datetime) -> None:
    """Set the gauges from the database."""
    unread, unsent = inbox.backlog(conn), outbox.waiting(conn)
    metrics.INBOX.set(unread.unread)
    metrics.INBOX_AGE.set(_age(unread.oldest, now))
    metrics.POISON.set(unread.poison + put_aside.count(conn))
    metrics.OUTBOX.set(unsent.count)
    metrics.OUTBOX_AGE.set(_age(unsent.oldest, now))
    metrics.WORKERS.set(presence.alive(conn, now - presence.SILENT))
    for status, count in visits.counts(conn).items():
        metrics.VISITS.labels(status).set(count)


def _age(since: datetime | None, now: datetime) -> float:
    return max(now - since, timedelta(0)).total_seconds() if since else 0.0
