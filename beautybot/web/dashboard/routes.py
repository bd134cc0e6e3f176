"""Every page, its address, its method and who may open it; tests walk this table."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.routing import BaseRoute, Route

from beautybot.businesses.users import Role
from beautybot.web import rendering, sessions
from beautybot.web.dashboard import (
    calendar,
    clients,
    conversations,
    journal,
    me,
    notices,
    reports,
    services,
    settings,
    specialists,
    today,
    trying,
)
from beautybot.web.parts import Parts
from beautybot.web.sessions import Handler, guarded

STAFF = frozenset({Role.OWNER, Role.ADMIN})
OWNER = frozenset({Role.OWNER})
EVERYBODY = frozenset(Role)


@dataclass(frozen=True, slots=True)
class PageRoute:
    """One address of the dashboard."""

    path: str
    handler: Handler
    roles: frozenset[Role]
    method: str = "GET"


TABLE: tuple[PageRoute, ...] = (
    PageRoute("/dashboard", today.show, EVERYBODY),
    PageRoute("/dashboard/conversations", conversations.show_all, STAFF),
    PageRoute("/dashboard/conversations/events", conversations.events, STAFF),
    PageRoute("/dashboard/conversations/{id:int}", conversations.show, STAFF),
    PageRoute("/dashboard/conversations/{id:int}/take", conversations.take, STAFF, "POST"),
    PageRoute(
        "/dashboard/conversations/{id:int}/give-back", conversations.give_back, STAFF, "POST"
    ),
    PageRoute("/dashboard/conversations/{id:int}/reply", conversations.reply, STAFF, "POST"),
    PageRoute("/dashboard/calendar", calendar.show, EVERYBODY),
    PageRoute("/dashboard/calendar", calendar.create, STAFF, "POST"),
    PageRoute("/dashboard/calendar/{id:int}/move", calendar.move, STAFF, "POST"),
    PageRoute("/dashboard/calendar/{id:int}/cancel", calendar.cancel, STAFF, "POST"),
    PageRoute("/dashboard/calendar/{id:int}/no-show", calendar.no_show, STAFF, "POST"),
    PageRoute("/dashboard/services", services.show, STAFF),
    PageRoute("/dashboard/services/import", services.load_file, OWNER, "POST"),
    PageRoute("/dashboard/services/{id:int}", services.change, STAFF, "POST"),
    PageRoute("/dashboard/specialists", specialists.show, STAFF),
    PageRoute("/dashboard/specialists/{id:int}/time-off", specialists.add_time_off, STAFF, "POST"),
    PageRoute(
        "/dashboard/specialists/{id:int}/time-off/{away:int}/delete",
        specialists.remove_time_off,
        STAFF,
        "POST",
    ),
    PageRoute("/dashboard/clients", clients.show, STAFF),
    PageRoute("/dashboard/reports", reports.show, STAFF),
    PageRoute("/dashboard/reports.csv", reports.table, STAFF),
    PageRoute("/dashboard/journal", journal.show, STAFF),
    PageRoute("/dashboard/settings", settings.show, STAFF),
    PageRoute("/dashboard/settings/whatsapp", settings.connect_whatsapp, OWNER, "POST"),
    PageRoute("/dashboard/settings/telegram", settings.connect_telegram, OWNER, "POST"),
    PageRoute("/dashboard/settings/agent", settings.change_agent, OWNER, "POST"),
    PageRoute("/dashboard/settings/faq", settings.change_faq, OWNER, "POST"),
    PageRoute("/dashboard/settings/try", trying.say, STAFF, "POST"),
    PageRoute("/dashboard/notices", notices.show, STAFF),
    PageRoute("/dashboard/notices/invite", notices.invite, STAFF, "POST"),
    PageRoute("/dashboard/notices/confirm", notices.confirm, STAFF, "POST"),
    PageRoute("/dashboard/notices/unbind", notices.unbind, STAFF, "POST"),
    PageRoute("/dashboard/notices/choices", notices.choose, STAFF, "POST"),
    PageRoute("/dashboard/salon", sessions.choose_salon, EVERYBODY, "POST"),
    PageRoute("/dashboard/me", me.show, EVERYBODY),
    PageRoute("/dashboard/me/password", me.change_password, EVERYBODY, "POST"),
    PageRoute("/dashboard/me/sign-ins/{id:int}/end", me.end_sign_in, EVERYBODY, "POST"),
    PageRoute("/logout", sessions.logout, EVERYBODY, "POST"),
)


def routes(parts: Parts) -> list[BaseRoute]:
    """The dashboard of an installation."""
    return [
        Route("/login", sessions.show_login, methods=["GET"]),
        Route("/login", sessions.login(parts), methods=["POST"]),
        *rendering.static_routes(),
        *(
            Route(row.path, guarded(parts, row.roles, row.handler), methods=[row.method])
            for row in TABLE
        ),
    ]
