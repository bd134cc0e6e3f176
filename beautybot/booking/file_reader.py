"""
Reads a salon file in a process of its own, with little memory and little time.

    python -m beautybot.booking.file_reader SUFFIX < file > what is in it

A spreadsheet of a few kilobytes can unfold into gigabytes; then this process
ends, and nothing else notices.
"""

from __future__ import annotations

import asyncio
import resource
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import msgspec

from beautybot.booking import salon_file
from beautybot.booking.price_list import ImportProblem
from beautybot.booking.salon_file import SalonFile

MEMORY, CPU_S, PATIENCE_S = 400_000_000, 3, 15.0


@dataclass(frozen=True, slots=True)
class _Read:
    """What the process says: a checked file, or what is wrong with it."""

    file: SalonFile | None = None
    problems: list[str] | None = None


async def read(body: bytes, suffix: str) -> SalonFile:
    """A salon file of any kind, read at arm's length; ImportProblem."""
    if len(body) > salon_file.MAX_BYTES:
        raise ImportProblem([f"the file is larger than {salon_file.MAX_BYTES // 1_000_000} MB"])
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "beautybot.booking.file_reader",
        suffix,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(PATIENCE_S):
            said, _ = await process.communicate(body)
    except TimeoutError:
        process.kill()
        await process.wait()
        said = b""
    if process.returncode != 0 or not said:
        raise ImportProblem(["the file unfolds to too much"])
    told = msgspec.json.decode(said, type=_Read)
    if told.file is None:
        raise ImportProblem(told.problems or ["it cannot be read"])
    return told.file


def main(suffix: str) -> None:
    """Read one file from standard input."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    with tempfile.NamedTemporaryFile(suffix=suffix) as place:
        place.write(sys.stdin.buffer.read())
        place.flush()
        try:
            told = _Read(file=salon_file.read_file(Path(place.name)))
        except ImportProblem as error:
            name = Path(place.name).name
            told = _Read(problems=[p.replace(name, "the file") for p in error.problems])
    sys.stdout.buffer.write(msgspec.json.encode(told))


if __name__ == "__main__":
    main(sys.argv[1])
