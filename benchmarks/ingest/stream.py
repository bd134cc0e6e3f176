"""The stream: what is sent, and which messages an honest receiver must have at the end, once."""

from __future__ import annotations

import hashlib
import hmac
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.load import request

PHONE_ID, SECRET = "106540352242922", "0123456789abcdef0123456789abcdef"
BOT_TOKEN = "7000000001:AAbenchmarkbenchmarkbenchmarkbenchmark"
BOT_SECRET = "benchmark_secret_of_the_bot_0123456789"
NOW = 1_790_000_000
REPEATED = 0.3
MOST = 50


@dataclass(frozen=True, slots=True)
class Stream:
    """Requests in order, and the ids of the true messages in them."""

    requests: Sequence[bytes]
    messages: frozenset[str]
    events: int


def whatsapp(events: int, path: str, seed: int) -> Stream:
    """Signed deliveries of 1 to 50 events; some events come again in later deliveries."""
    dice = random.Random(seed)
    fresh = [_wa_event(n, seed, dice) for n in range(int(events * (1 - REPEATED)))]
    line = _with_repeats(fresh, events, dice)
    made = []
    while line:
        batch, line = line[: (size := dice.randint(1, MOST))], line[size:]
        made.append(_signed(path, batch))
    true = frozenset(e["id"] for e in fresh if e.get("type") in ("text", "interactive", "image"))
    return Stream(made, true, events)


def telegram(events: int, path: str, seed: int) -> Stream:
    """One update a request, as Telegram delivers."""
    dice = random.Random(seed)
    fresh = [_tg_update(n, dice) for n in range(int(events * (1 - REPEATED)))]
    line = _with_repeats(fresh, events, dice)
    headers = {"content-type": "application/json", "x-telegram-bot-api-secret-token": BOT_SECRET}
    made = [request(path, json.dumps(u).encode(), headers) for u in line]
    true = frozenset(key for u in fresh if (key := tg_key(u)))
    return Stream(made, true, events)


def tg_key(update: dict[str, Any]) -> str | None:
    """How a true message of Telegram is known; None for what is none."""
    if query := update.get("callback_query"):
        return f"cb:{query['id']}"
    message = update.get("message") or {}
    if message.get("chat", {}).get("type") != "private":
        return None
    return f"{message['chat']['id']}:{message['message_id']}"


def _with_repeats(fresh: list[Any], events: int, dice: random.Random) -> list[Any]:
    line = list(fresh)
    for again in dice.choices(fresh, k=events - len(fresh)):
        line.insert(dice.randrange(len(line) + 1), again)
    return line


def _wa_event(n: int, seed: int, dice: random.Random) -> dict[str, Any]:
    person = dice.randrange(5_000)
    head: dict[str, Any] = {"id": f"wamid.{seed}.{n}", "timestamp": str(NOW + n)}
    who = {"from_user_id": f"RU.{person:016d}"}
    if person % 5:  # one client in five has no phone to show
        who["from"] = f"7916{person:07d}"
    context = {"context": {"from": "79000000000", "id": "wamid.x"}}
    match dice.randrange(20):
        case 0 | 1 | 2:
            reply = {"type": "button_reply", "button_reply": {"id": "o:1:1", "title": "10:00"}}
            return head | who | context | {"type": "interactive", "interactive": reply}
        case 3:
            photo = {"id": "1", "mime_type": "image/jpeg", "sha256": "x", "caption": "хочу так"}
            return head | who | {"type": "image", "image": photo}
        case 4 | 5 | 6 | 7:
            return head | {"status": dice.choice(("sent", "delivered", "read")), **_to(person)}
        case 8:
            return head | who | {"type": "brand_new_kind", "brand_new_kind": {"x": [1]}}
        case _:
            return head | who | {"type": "text", "text": {"body": "хочу на маникюр завтра"}}


def _to(person: int) -> dict[str, Any]:
    return {"recipient_id": f"7916{person:07d}", "recipient_user_id": f"RU.{person:016d}"}


def _signed(path: str, batch: list[dict[str, Any]]) -> bytes:
    """One POST: an entry a kind, as Meta groups them."""
    metadata = {"display_phone_number": "79000000000", "phone_number_id": PHONE_ID}
    changes = []
    for event in batch:
        value: dict[str, Any] = {"messaging_product": "whatsapp", "metadata": metadata}
        if "status" in event:
            value["statuses"] = [event]
        else:
            contact = {"profile": {"name": "Ольга"}, "user_id": event["from_user_id"]}
            if "from" in event:
                contact["wa_id"] = event["from"]
            value |= {"contacts": [contact], "messages": [event]}
        changes.append({"field": "messages", "value": value})
    entry = [{"id": "102290129340398", "changes": changes}]
    body = json.dumps({"object": "whatsapp_business_account", "entry": entry}).encode()
    digest = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    headers = {"content-type": "application/json", "x-hub-signature-256": f"sha256={digest}"}
    return request(path, body, headers)


def _tg_update(n: int, dice: random.Random) -> dict[str, Any]:
    person = 10_000 + dice.randrange(5_000)
    sender = {"id": person, "is_bot": False, "first_name": "Ольга"}
    chat = {"id": person, "type": "private", "first_name": "Ольга"}
    message = {"message_id": n + 1, "date": NOW + n, "chat": chat, "from": sender}
    update = {"update_id": 1_000 + n}
    match dice.randrange(20):
        case 0 | 1 | 2:
            query = {"id": str(10**12 + n), "from": sender, "chat_instance": "1", "data": "o:1:1"}
            return update | {"callback_query": query}
        case 3 | 4:
            photo = {"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}
            return update | {"message": message | {"photo": [photo], "caption": "хочу так"}}
        case 5:
            group = {"id": -5, "type": "group", "title": "Девочки"}
            return update | {"message": message | {"chat": group, "text": "привет"}}
        case _:
            return update | {"message": message | {"text": "хочу на маникюр завтра"}}
