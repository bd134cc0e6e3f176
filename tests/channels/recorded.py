"""
Events recorded by other projects, and what each must do to us.

They are read from where the project keeps them; without that folder the tests
that need them are skipped, and a few of our own shapes stand in the suite.
"""

from __future__ import annotations

import csv
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(os.environ.get("BEAUTYBOT_PAYLOADS", Path(__file__).parents[3] / "shared/payloads"))


@dataclass(frozen=True, slots=True)
class Recorded:
    """One recorded event: its file, what the index says it is, its JSON."""

    channel: str
    file: str
    what: str
    body: Any

    def __str__(self) -> str:
        return f"{self.channel}:{self.file.removesuffix('.json')}"


def recorded(channel: str) -> list[Recorded]:
    """Every event of the index of a channel; answers of the Bot API are no events."""
    index = FOLDER / channel / "index.tsv"
    if not index.exists():
        return []
    with index.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t"))
    return [
        Recorded(channel, row["file"], row["what"], _json(channel, row["file"]))
        for row in rows
        if "not an update" not in row["what"]
    ]


def _json(channel: str, file: str) -> Any:
    return json.loads((FOLDER / channel / file).read_text(encoding="utf-8"))


def with_ids(event: Recorded, number: str, unique: int) -> bytes:
    """The event as if it came to our number, its ids its own: they repeat across files."""
    body = json.loads(json.dumps(event.body))
    if event.channel == "telegram":
        body["update_id"] = 500_000 + unique
        for kind in ("message", "callback_query", "edited_message"):
            content = body.get(kind, {})
            if "message_id" in content:
                content["message_id"] = 500_000 + unique
            elif "id" in content:
                content["id"] = f"{content['id']}{unique}"
        return json.dumps(body).encode()
    for entry in body["entry"]:
        for change in entry["changes"]:
            value = change["value"]
            if "metadata" in value:
                value["metadata"]["phone_number_id"] = number
            for key in ("messages", "statuses", "message_echoes"):
                for item in value.get(key, ()):
                    if "id" in item:
                        item["id"] = f"{item['id']}.{unique}"
    return json.dumps(body).encode()
