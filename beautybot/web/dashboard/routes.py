"""Every page, its address, its method and who may open it; tests walk this table."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.routing import BaseRoute, Route

from beautybot.businesses.users import Role
from beautybot.web import rendering, sessions, signing_in
from beautybot.web.dashboard import (
    agent_settings,
    by_hand,
    calendar,
    clients,
    connections,
    conversations,
    files,
    hours,
    journal,
    link,
    live,
    me,
    notices,
    own_model,
    people,
    person,
    price_file,
    reports,
    services,
    settings,
    specialists,
    talking,
    today,
    trying,
    visit,
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


def _get(path: str, handler: Handler, roles: frozenset[Role] = STAFF) -> PageRoute:
    return PageRoute(f"/dashboard{path}", handler, roles)


def _post(path: str, handler: Handler, roles: frozenset[Role] = STAFF) -> PageRoute:
    return PageRoute(f"/dashboard{path}", handler, roles, "POST")


TABLE: tuple[PageRoute, ...] = (
    _get("", today.show, EVERYBODY),
    _post("/agent", agent_settings.switch, OWNER),
    _get("/conversations", conversations.show_all),
    _get("/conversations/events", live.events),
    _get("/conversations/{id:int}", conversations.show),
    _post("/conversations/{id:int}/take", talking.take),
    _post("/conversations/{id:int}/give-back", talking.give_back),
    _post("/conversations/{id:int}/reply", talking.reply),
    _post("/conversations/{id:int}/note", talking.note),
    _get("/calendar", calendar.show, EVERYBODY),
    _get("/calendar/new", by_hand.show),
    _post("/calendar", by_hand.create),
    _get("/calendar/{id:int}", visit.show, EVERYBODY),
    _post("/calendar/{id:int}/move", visit.move),
    _post("/calendar/{id:int}/cancel", visit.cancel),
    _post("/calendar/{id:int}/came", visit.came),
    _post("/calendar/{id:int}/no-show", visit.no_show),
    _get("/services", services.show),
    _post("/services", services.save),
    _get("/services/new", services.show_one),
    _post("/services/import", price_file.load, OWNER),
    _get("/services/{id:int}", services.show_one),
    _post("/services/{id:int}", services.save),
    _post("/services/{id:int}/retire", services.retire),
    _get("/specialists", specialists.show),
    _post("/specialists", specialists.add),
    _get("/specialists/{id:int}", specialists.show_one),
    _post("/specialists/{id:int}", specialists.save),
    _post("/specialists/{id:int}/retire", specialists.retire),
    _post("/specialists/{id:int}/hours", hours.set_week),
    _post("/specialists/{id:int}/days", hours.add_day),
    _post("/specialists/{id:int}/days/{day:int}/delete", hours.remove_day),
    _post("/specialists/{id:int}/time-off", hours.add_time_off),
    _post("/specialists/{id:int}/time-off/{away:int}/delete", hours.remove_time_off),
    _post("/hours", hours.set_salon_week),
    _post("/hours/days", hours.add_day),
    _post("/hours/days/{day:int}/delete", hours.remove_day),
    _get("/clients", clients.show),
    _get("/clients/{id:int}", clients.show_one),
    _post("/clients/{id:int}", clients.save),
    _post("/clients/{id:int}/merge", clients.merge),
    _get("/clients/{id:int}/export", person.export, OWNER),
    _post("/clients/{id:int}/erase", person.erase, OWNER),
    _post("/clients/{id:int}/notes", clients.add_note),
    _post("/clients/{id:int}/notes/{note:int}/delete", clients.remove_note),
    _get("/reports", reports.show),
    _get("/reports.csv", reports.table),
    _get("/journal", journal.show),
    _get("/settings", settings.show),
    _post("/settings/whatsapp", connections.whatsapp, OWNER),
    _post("/settings/telegram", connections.telegram, OWNER),
    _post("/settings/templates", connections.templates, OWNER),
    _post("/settings/connections/{id:int}/stop", connections.stop, OWNER),
    _post("/settings/gigachat", own_model.connect, OWNER),
    _post("/settings/gigachat/forget", own_model.forget, OWNER),
    _post("/settings/agent", agent_settings.change, OWNER),
    _post("/settings/faq", agent_settings.change_answers, OWNER),
    _post("/settings/questions/{id:int}", agent_settings.answer_question),
    _post("/settings/try", trying.say),
    _get("/link", link.show),
    _post("/link", link.change, OWNER),
    _get("/notices", notices.show),
    _post("/notices/invite", notices.invite),
    _post("/notices/confirm", notices.confirm),
    _post("/notices/unbind", notices.unbind),
    _post("/notices/choices", notices.choose),
    _get("/people", people.show, OWNER),
    _post("/people", people.invite, OWNER),
    _post("/people/{id:int}", people.change, OWNER),
    _post("/people/{id:int}/link", people.renew, OWNER),
    _post("/people/{id:int}/remove", people.remove, OWNER),
    _post("/salon", sessions.choose_salon, EVERYBODY),
    _get("/me", me.show, EVERYBODY),
    _post("/me/password", me.change_password, EVERYBODY),
    _post("/me/second", me.offer_second, EVERYBODY),
    _post("/me/second/confirm", me.confirm_second, EVERYBODY),
    _post("/me/second/off", me.drop_second, EVERYBODY),
    _post("/me/sign-ins/end", me.end_others, EVERYBODY),
    _post("/me/sign-ins/{id:int}/end", me.end_sign_in, EVERYBODY),
    PageRoute("/logout", sessions.logout, EVERYBODY, "POST"),
)


FILE = "/dashboard/files/{id:int}"
"""A client's file: bytes and no page; tests/web/dashboard/test_files_page.py walks it."""


def routes(parts: Parts) -> list[BaseRoute]:
    """The dashboard of an installation."""
    return [
        *signing_in.routes(parts),
        *rendering.static_routes(),
        Route(FILE, guarded(parts, EVERYBODY, files.show), methods=["GET"]),
        *(
            Route(row.path, guarded(parts, row.roles, row.handler), methods=[row.method])
            for row in TABLE
        ),
    ]
