"""Signed 1 KB WhatsApp deliveries at 64 connections; see README.md beside this file."""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import hmac
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from zlib import crc32

import uvloop

from beautybot.kit import migrate
from benchmarks.accept.server import SECRET
from benchmarks.load import Figures, post, request
from benchmarks.postgres import private_postgres

PATH = "/api/webhooks/whatsapp"


def delivery(number: str) -> bytes:
    """A signed text message of about a kilobyte."""
    client = f"7916{crc32(number.encode()) % 10**7:07d}"  # a crowd: one alone would be a flood
    message = {"from": client, "id": f"wamid.{number}", "timestamp": "1770000000"}
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "74950000000", "phone_number_id": "1065403522429"},
        "contacts": [{"profile": {"name": "Ольга"}, "wa_id": client}],
        "messages": [{**message, "type": "text", "text": {"body": "хочу на маникюр " * 9}}],
    }
    entry = [{"id": "102290129340398", "changes": [{"field": "messages", "value": value}]}]
    body = json.dumps({"object": "whatsapp_business_account", "entry": entry}).encode()
    digest = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    headers = {"content-type": "application/json", "x-hub-signature-256": f"sha256={digest}"}
    return request(PATH, body, headers)


def measure(what: str, requests: list[bytes], connections: int) -> Figures:
    """Start a server, load it, end it."""
    command = [sys.executable, "-m", "benchmarks.accept.server", what]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            port = int(server.stdout.readline())
            warm = [delivery(f"warm-{n}-{what[-6:]}") for n in range(300)]
            uvloop.run(post(port, warm, connections))
            return uvloop.run(post(port, requests, connections))
        finally:
            server.terminate()


def main() -> None:
    """Rounds of all four, side by side; medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=12_000)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    rates: dict[str, list[Figures]] = {"plain": [], "bare": [], "sqlite": [], "postgres": []}
    with tempfile.TemporaryDirectory() as folder, private_postgres() as postgres:
        for turn in range(given.rounds):
            made = [delivery(f"{turn}-{n}") for n in range(given.requests)]
            sqlite = f"sqlite:///{Path(folder)}/accept-{turn}.db"
            asyncio.run(migrate.upgrade(postgres))
            for name, what in zip(rates, ("plain", "bare", sqlite, postgres), strict=True):
                figures = measure(what, made, given.connections)
                rates[name].append(figures)
                print(f"{name:9}{figures}", flush=True)
    base = median(f.rate for f in rates["bare"])
    for name in ("sqlite", "postgres"):
        rate = median(f.rate for f in rates[name])
        p99 = median(f.p99 for f in rates[name])
        of_plain = rate / median(f.rate for f in rates["plain"])
        print(f"{name}: {rate / base:.2f} of bare, {of_plain:.2f} of plain, p99 {p99:.0f} ms")


if __name__ == "__main__":
    main()
