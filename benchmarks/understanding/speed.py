"""How long a message takes, and what the import costs."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from statistics import median

IMPORTED = "beautybot.russian.meaning"
_MEASURE = f"""
import time
def weight():
    return int(open("/proc/self/statm").read().split()[1]) * 4096
before = weight()
start = time.process_time()
import {IMPORTED}
took = time.process_time() - start
print(took * 1000, (weight() - before) / 2**20)
"""


def durations(read: Callable[[str], object], texts: Sequence[str], rounds: int = 5) -> list[float]:
    """Milliseconds of processor each message takes, the best of some rounds, in rising order."""
    for text in texts:
        read(text)
    best = [float("inf")] * len(texts)
    for _ in range(rounds):
        for i, text in enumerate(texts):
            start = time.process_time()
            read(text)
            best[i] = min(best[i], 1000 * (time.process_time() - start))
    return sorted(best)


def middle_and_tail(taken: Sequence[float]) -> tuple[float, float]:
    """The median and the 99th percentile."""
    return median(taken), taken[min(len(taken) - 1, int(0.99 * len(taken)))]


def long_ones(read: Callable[[str], object], text: str) -> dict[int, float]:
    """Milliseconds of one text repeated to so many characters."""
    lengths = (512, 1024, 2048, 4096, 1_000_000)
    return {n: durations(read, [(text * (n // len(text) + 1))[:n]])[0] for n in lengths}


def import_cost() -> tuple[float, float]:
    """Milliseconds and megabytes of importing the rules into a fresh Python."""
    runs = []
    for _ in range(3):
        out = subprocess.run(
            [sys.executable, "-c", _MEASURE], capture_output=True, text=True, check=True
        )
        runs.append(tuple(float(n) for n in out.stdout.split()))
    return min(r[0] for r in runs), min(r[1] for r in runs)
