"""The calls of the Graph double that read and register; sending is in graph_send.py."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from beautybot.demo.fakes.graph_errors import graph_error
from beautybot.demo.fakes.graph_webhooks import MetaWebhooks
from beautybot.demo.fakes.graph_world import GraphWorld, Number, WaTemplate
from beautybot.demo.fakes.wire import Answer, Call, answer_json

MEDIA_LINK_LIFE = timedelta(minutes=5)


def owner_of(world: GraphWorld, call: Call) -> list[Number] | Answer:
    """The numbers this bearer token may act for, or the refusal."""
    if not call.bearer:
        return graph_error(190, "An access token is required to request this resource.")
    numbers = [n for n in world.numbers.values() if n.token == call.bearer]
    return numbers or graph_error(190, "Invalid OAuth access token - Cannot parse access token")


def not_found(object_id: str) -> Answer:
    """The answer for an object that is not there or not yours."""
    return graph_error(
        100, f"Object with ID '{object_id}' does not exist or lacks permissions", subcode=33
    )


def show_number(number: Number, call: Call) -> Answer:
    """`GET /{phone id}?fields=…`"""
    health: dict[str, Any] = {
        "entity_type": "PHONE_NUMBER",
        "id": number.phone_id,
        "can_send_message": number.can_send,
    }
    if number.possible_solution:
        health["errors"] = [
            {
                "error_code": 141006,
                "error_description": "There is an issue with this number",
                "possible_solution": number.possible_solution,
            }
        ]
    known: dict[str, Any] = {
        "display_phone_number": number.display_phone,
        "verified_name": number.name,
        "quality_rating": "GREEN",
        "platform_type": "CLOUD_API",
        "throughput": {"level": "STANDARD"},
        "webhook_configuration": {"application": number.callback_url},
        "code_verification_status": "VERIFIED",
        "health_status": {"can_send_message": number.can_send, "entities": [health]},
    }
    asked = [f for f in call.query.get("fields", "").split(",") if f]
    fields = asked or ["verified_name", "display_phone_number", "quality_rating"]
    if odd := [f for f in fields if f not in known and f != "id"]:
        return graph_error(100, f"Tried accessing nonexisting field ({odd[0]})")
    shown = {name: known[name] for name in fields if name in known}
    return answer_json(200, {**shown, "id": number.phone_id})


async def subscribe(world: GraphWorld, webhooks: MetaWebhooks, waba_id: str, call: Call) -> Answer:
    """`POST /{waba}/subscribed_apps`, with the handshake of an overriding callback."""
    body = call.json() or dict(call.query)
    override = str(body.get("override_callback_uri") or "")
    if override and not await webhooks.handshake(override, str(body.get("verify_token") or "")):
        return graph_error(100, "Callback verification failed: the challenge was not returned")
    for number in world.numbers.values():
        if number.waba_id == waba_id:
            number.subscribed = True
            number.callback_url = override or number.callback_url
    return answer_json(200, {"success": True})


def show_subscriptions(world: GraphWorld, waba_id: str) -> Answer:
    """`GET /{waba}/subscribed_apps`"""
    subscribed = [n for n in world.numbers.values() if n.waba_id == waba_id and n.subscribed]
    apps: list[dict[str, Any]] = []
    if subscribed:
        app: dict[str, Any] = {"whatsapp_business_api_data": {"id": "1", "name": "BeautyBot"}}
        if subscribed[0].callback_url:
            app["override_callback_uri"] = subscribed[0].callback_url
        apps.append(app)
    return answer_json(200, {"data": apps})


def create_template(world: GraphWorld, waba_id: str, call: Call) -> Answer:
    """`POST /{waba}/message_templates`: pending until Meta has looked at it."""
    body = call.json()
    if not isinstance(body, dict) or not all(
        body.get(name) for name in ("name", "language", "category", "components")
    ):
        return graph_error(100, "name, language, category and components are required")
    name, language = str(body["name"]), str(body["language"])
    if not all(c.islower() or c.isdigit() or c == "_" for c in name) or len(name) > 512:
        return graph_error(100, "Template name: lower-case letters, digits and underscores only")
    if world.template(waba_id, name, language):
        return graph_error(100, "There is already content in this language", subcode=2388024)
    text = next(
        (
            str(c.get("text", ""))
            for c in body["components"]
            if str(c.get("type")).upper() == "BODY"
        ),
        "",
    )
    template = WaTemplate(world.next_number(), name, language, str(body["category"]).upper(), text)
    world.templates.setdefault(waba_id, []).append(template)
    return answer_json(200, _template_row(template, short=True))


def list_templates(world: GraphWorld, waba_id: str, call: Call) -> Answer:
    """`GET /{waba}/message_templates`"""
    wanted = call.query.get("name")
    rows = [_template_row(t) for t in world.templates.get(waba_id, ()) if wanted in (None, t.name)]
    return answer_json(200, {"data": rows, "paging": {}})


def _template_row(template: WaTemplate, *, short: bool = False) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": template.id,
        "status": template.status,
        "category": template.category,
    }
    if not short:
        body = {"type": "BODY", "text": template.body}
        row |= {"name": template.name, "language": template.language, "components": [body]}
    return row


def show_media(world: GraphWorld, media_id: str, call: Call) -> Answer:
    """`GET /{media id}`: a link that lives five minutes."""
    media = world.media[media_id]
    link = world.next_id("mid")
    world.media_links[link] = (media_id, call.at + MEDIA_LINK_LIFE)
    return answer_json(
        200,
        {
            "messaging_product": "whatsapp",
            "url": f"http://{call.headers.get('host', 'localhost')}/attachments/{link}",
            "mime_type": media.mime_type,
            "sha256": hashlib.sha256(media.data).hexdigest(),
            "file_size": len(media.data),
            "id": media_id,
        },
    )


def download(world: GraphWorld, link: str, call: Call) -> Answer:
    """The bytes behind a link, for the same bearer token, while it lives."""
    if isinstance(owner_of(world, call), Answer):
        return Answer(401)
    media_id, until = world.media_links.get(link, ("", call.at))
    if media_id not in world.media or call.at >= until:
        return Answer(404)
    media = world.media[media_id]
    return Answer(200, media.data, media.mime_type)
