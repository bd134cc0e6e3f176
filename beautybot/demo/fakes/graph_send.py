"""`POST /{phone id}/messages`: is it allowed, and what does the client see."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from beautybot.demo.fakes.graph_errors import graph_error
from beautybot.demo.fakes.graph_events import WaClient
from beautybot.demo.fakes.graph_rules import Refusal, check_message, template_values
from beautybot.demo.fakes.graph_world import GraphWorld, Number, Sent, WindowRule
from beautybot.demo.fakes.transcript import Bubble, Choice, Style
from beautybot.demo.fakes.wire import Answer, Call, answer_json

TYPING = timedelta(seconds=25)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of an accepted message; `failure` is the code of a failed status to follow."""

    sent: Sent
    failure: int | None = None


Accepted = Callable[[Verdict], Awaitable[None]]


async def send(world: GraphWorld, number: Number, call: Call, accepted: Accepted) -> Answer:
    """Answer one POST; `accepted` hears of every message taken, before the answer goes out."""
    body = call.json()
    if isinstance(body, dict) and body.get("status") == "read":
        return _mark_read(world, number, body, call)
    try:
        check_message(body)
        client = _recipient(world, body)
        failure = _check_rights(world, number, client, body, call)
    except Refusal as refusal:
        return graph_error(refusal.code, refusal.details)
    message_id = world.next_id("wamid.HBgLNzkwMDAwMDAwMDAVAgARGBI")
    sent = Sent(message_id, number.phone_id, client, body.get("biz_opaque_callback_data"), call.at)
    world.sent[message_id] = sent
    if failure is None:
        world.transcripts.add(
            number.phone_id, world.key_of(client), _bubble(world, number, sent, body)
        )
    await accepted(Verdict(sent, failure))
    return answer_json(200, _taken(body, client, message_id))


def _recipient(world: GraphWorld, body: Mapping[str, Any]) -> WaClient:
    if to := body.get("to"):
        return world.client_of("".join(c for c in str(to) if c.isdigit()))
    if str(body["recipient"]) not in world.clients:
        raise Refusal(131009, "This business-scoped user id is not known to your portfolio")
    return world.clients[str(body["recipient"])]


def _check_rights(
    world: GraphWorld, number: Number, client: WaClient, body: Mapping[str, Any], call: Call
) -> int | None:
    if number.can_send == "BLOCKED":
        raise Refusal(131031, "The account may not send messages")
    if world.over_number_rate(number.phone_id, call.at):
        raise Refusal(130429, "Cloud API message throughput has been reached.")
    if world.over_pair_rate(number.phone_id, client, call.at):
        raise Refusal(131056, "Too many messages sent to one phone number in a short time")
    if body.get("type") == "template":
        _check_template_known(world, number, body["template"])
    elif world.window is not WindowRule.OFF and not world.window_open(
        number.phone_id, client, call.at
    ):
        if world.window is WindowRule.REFUSE:
            raise Refusal(131047, "More than 24 hours have passed since the recipient last replied")
        return 131047
    return world.unreachable.get(world.key_of(client))


def _check_template_known(world: GraphWorld, number: Number, wanted: Mapping[str, Any]) -> None:
    name, language = str(wanted["name"]), str(wanted["language"]["code"])
    template = world.template(number.waba_id, name, language)
    if template is None or template.status == "PENDING":
        raise Refusal(132001, f"template name ({name}) does not exist in {language}")
    if template.status != "APPROVED":
        raise Refusal(132015, f"template ({name}) is {template.status.lower()}")
    given = len(template_values(wanted))
    if given != template.holes:
        raise Refusal(132000, f"number of params ({given}) differs from {template.holes}")


def _mark_read(world: GraphWorld, number: Number, body: Mapping[str, Any], call: Call) -> Answer:
    message_id = str(body.get("message_id"))
    phone_id, client = world.received.get(message_id, ("", ""))
    if phone_id != number.phone_id:
        return graph_error(131009, "Unknown message_id")
    world.mark(message_id, "read")
    if body.get("typing_indicator"):
        world.transcripts.typing(number.phone_id, client, call.at + TYPING)
    return answer_json(200, {"success": True})


def _taken(body: Mapping[str, Any], client: WaClient, message_id: str) -> dict[str, Any]:
    if "to" in body:
        contact = {"input": str(body["to"]), "wa_id": client.wa_id}
    else:
        contact = {"input": str(body["recipient"]), "user_id": client.user_id}
    message = {"id": message_id, "message_status": "accepted"}
    return {"messaging_product": "whatsapp", "contacts": [contact], "messages": [message]}


def _bubble(world: GraphWorld, number: Number, sent: Sent, body: Mapping[str, Any]) -> Bubble:
    kind = str(body.get("type", "text"))
    bubble = Bubble(sent.id, True, "", sent.at, delivery="sent", kind=kind, raw=body)
    if kind == "text":
        bubble.text = body["text"]["body"]
    elif kind == "interactive":
        _show_interactive(bubble, body["interactive"])
    elif kind == "template":
        bubble.text = _template_text(world, number, body["template"])
    else:
        part = body.get(kind)
        bubble.text = str(part.get("caption", "")) if isinstance(part, dict) else ""
    return bubble


def _show_interactive(bubble: Bubble, interactive: Mapping[str, Any]) -> None:
    bubble.text = interactive["body"]["text"]
    action = interactive["action"]
    match interactive["type"]:
        case "button":
            bubble.style = Style.BUTTONS
            replies = [b["reply"] for b in action["buttons"]]
            bubble.choices = tuple(Choice(r["id"], r["title"]) for r in replies)
        case "list":
            bubble.style, bubble.list_button = Style.LIST, action["button"]
            rows = [row for section in action["sections"] for row in section["rows"]]
            bubble.choices = tuple(
                Choice(r["id"], r["title"], r.get("description") or "") for r in rows
            )
        case _:
            bubble.style = Style.CONTACT
            bubble.choices = (Choice("request_contact_info", "Отправить мой номер"),)


def _template_text(world: GraphWorld, number: Number, wanted: Mapping[str, Any]) -> str:
    template = world.template(number.waba_id, wanted["name"], wanted["language"]["code"])
    text = template.body if template else ""
    for place, value in enumerate(template_values(wanted), start=1):
        text = text.replace("{{%d}}" % place, value)  # noqa: UP031
    return text
