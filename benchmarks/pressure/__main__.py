"""Good clients alone, and beside what presses; see README.md beside this file."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import uvloop

from beautybot.demo.fakes import server
from beautybot.demo.fakes.graph import FakeGraph
from benchmarks.load import post
from benchmarks.pressure.crowd import HOT
from benchmarks.turn.__main__ import LINES, Watched, delivery
from benchmarks.turn.salon import PHONE_IDS, SECRET, TOKEN, WABA, prepare, serving


@dataclass(frozen=True, slots=True)
class Seen:
    """What good clients saw: refused, never answered, and two p95 in milliseconds."""

    sent: int
    refused: int
    unanswered: int
    ack: float
    reply: float
    cpu: float = 0.0  # of the server, in seconds

    def __str__(self) -> str:
        return (
            f"{self.sent} good: refused {self.refused}, unanswered {self.unanswered}, "
            f"p95 of ack {self.ack:.0f} ms, of the reply {self.reply:.0f} ms, "
            f"server's CPU {self.cpu:.1f} s"
        )


class Good:
    """Twenty new clients a second, each with one question."""

    def __init__(self, watched: Watched, port: int, pid: int) -> None:
        self.watched, self.port, self.pid = watched, port, pid
        self._next = 0

    async def talk(self, seconds: float, a_second: float) -> Seen:
        """So long; then wait for the last answers."""
        asked: dict[str, float] = {}
        acks: list[float] = []
        refused = 0

        async def one(number: int) -> None:
            nonlocal refused
            data = delivery(self.watched.graph, number, LINES[number % len(LINES)])
            asked[f"7916{number:07d}"] = time.perf_counter()
            figures = await post(self.port, [data], 1)
            acks.append(figures.p50)
            refused += figures.refused

        self.watched.replies.clear()
        before = cpu_of(self.pid)
        tasks = []
        for _ in range(int(seconds * a_second)):
            self._next += 1
            tasks.append(asyncio.create_task(one(self._next)))
            await asyncio.sleep(1 / a_second)
        await asyncio.gather(*tasks)
        cpu = cpu_of(self.pid) - before
        for _ in range(300):
            if asked.keys() <= self.watched.replies.keys():
                break
            await asyncio.sleep(0.1)
        there = [
            1000 * (self.watched.replies[client] - at)
            for client, at in asked.items()
            if client in self.watched.replies
        ]
        return Seen(len(asked), refused, len(asked) - len(there), p95(acks), p95(there), cpu)


def cpu_of(pid: int) -> float:
    """Seconds of CPU a process has had."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def p95(values: list[float]) -> float:
    """The 95th of a hundred."""
    return sorted(values)[int(len(values) * 0.95)] if values else float("nan")


async def measure(asked: argparse.Namespace) -> None:
    """Alone, then beside each, a fresh file; then the hot client with the fairness off."""
    graph = FakeGraph()
    for phone_id in PHONE_IDS:
        graph.add_number(phone_id, token=TOKEN, app_secret=SECRET, waba_id=WABA)
    watched = Watched(graph)
    async with server.serving(watched) as graph_url:
        await _arm(watched, graph_url, asked, "beautybot", _pressures(asked))
        print("control: the same without shares, piles, allowance and pauses", flush=True)
        control = [_pressures(asked)[0], _pressures(asked)[-1]]
        await _arm(watched, graph_url, asked, "benchmarks.pressure.unfair", control)


async def _arm(
    watched: Watched,
    graph_url: str,
    asked: argparse.Namespace,
    module: str,
    pressures: list[tuple[str, list[str]]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        url, key = await prepare(Path(folder), graph_url)
        async with serving(url, key, graph_url, module) as (port, pid):
            good = Good(watched, port, pid)
            await good.talk(2, asked.good)  # what is compiled once is compiled
            alone = await good.talk(asked.seconds, asked.good)
            print(f"alone: {alone}", flush=True)
            watched.graph.event(PHONE_IDS[0], HOT, "добрый день")  # she may be answered
            for what, words in pressures:
                pressing = await _start(port, words)
                await asyncio.sleep(1.5)
                seen = await good.talk(asked.seconds, asked.good)
                said = (await pressing.communicate())[0].decode().strip()
                ratios = (
                    f"ack {seen.ack / alone.ack:.2f}, reply {seen.reply / alone.reply:.2f}, "
                    f"CPU {seen.cpu / alone.cpu:.2f}"
                )
                print(f"{what}: {seen}; of alone: {ratios}; it got {said}", flush=True)
                await _quiet(port)


async def _quiet(port: int) -> None:
    """What one pressure left to do must not press on the next."""
    for _ in range(120):
        await asyncio.sleep(0.5)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        text = (await reader.read()).decode()
        writer.close()
        if "beautybot_inbox_unread 0.0" in text:
            return


def _pressures(asked: argparse.Namespace) -> list[tuple[str, list[str]]]:
    last = ["--seconds", str(asked.seconds + 3)]
    rate = ["--rate", str(asked.forged)]
    hot = ["--rate", str(asked.hot), "--count", "10000"]
    return [
        (f"forged at up to {asked.forged}/s", ["forged", *rate, *last]),
        ("2,000 slow sockets", ["sockets", "--count", "2000", *last]),
        (f"one hot client at {asked.hot}/s", ["hot", *hot, *last]),
    ]


async def _start(port: int, words: list[str]) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.pressure.crowd", words[0], str(port), *words[1:]),
        stdout=asyncio.subprocess.PIPE,
    )


def main() -> None:
    """Read the options and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--good", type=float, default=20, help="good clients a second")
    parser.add_argument("--forged", type=float, default=5000, help="forged deliveries a second")
    parser.add_argument("--hot", type=float, default=167, help="messages a second of one client")
    uvloop.run(measure(parser.parse_args()))


if __name__ == "__main__":
    main()
