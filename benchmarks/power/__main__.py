"""Cut the power at many random moments of one record; see README.md beside this file."""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from pathlib import Path

from benchmarks.power.judging import judge
from benchmarks.power.recording import Recording, record
from benchmarks.power.replaying import acknowledged, steps_of

SHARE = 250


def measure(given: argparse.Namespace, synchronous: str, count: int) -> Counter[str]:
    """Record once, cut `count` times."""
    with tempfile.TemporaryDirectory() as folder:
        kept = record(Path(folder), events=given.events, seed=given.seed, synchronous=synchronous)
        steps = steps_of(kept.trace)
        print(
            f"synchronous={synchronous}: {len(steps)} writes and syncs, "
            f"{len(acknowledged(steps))} acknowledged",
            flush=True,
        )
        return _cut(kept, count, given)


def _cut(kept: Recording, count: int, given: argparse.Namespace) -> Counter[str]:
    shares = [min(SHARE, count - first) for first in range(0, count, SHARE)]
    seeds = [f"{given.seed}:{n}" for n in range(len(shares))]
    found: Counter[str] = Counter()
    began = time.perf_counter()
    with ProcessPoolExecutor(given.processes) as pool:
        for share in pool.map(judge, repeat(kept), shares, seeds):
            found += share
    seconds = time.perf_counter() - began
    wrong = ("with losses", "acknowledged lost", "corrupt", "did not open")
    told = ", ".join(f"{what} {found[what]:,}" for what in wrong)
    print(f"  {found['images']:,} images, {found['images'] / seconds:.0f} a second: {told}")
    return found


def main() -> None:
    """Read the options and run both arms."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=2_000)
    parser.add_argument("--control", type=int, default=600, help="images of the control arm")
    parser.add_argument("--events", type=int, default=600)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    given = parser.parse_args()
    ours = measure(given, "FULL", given.images)
    control = measure(given, "NORMAL", given.control)
    if ours["with losses"] or ours["corrupt"] or ours["did not open"]:
        raise SystemExit("something acknowledged was lost, or a file did not open")
    if not control["with losses"]:
        raise SystemExit("the control arm lost nothing, so this proves nothing")


if __name__ == "__main__":
    main()
