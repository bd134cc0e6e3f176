"""What may stand on the disk after the power goes at some moment of a record."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from benchmarks.power.recording import ACKS, DATABASE, Recording

SECTOR = 512
_HEAD = struct.Struct("<cH")
_REST = struct.Struct("<QI")


@dataclass(frozen=True, slots=True)
class Step:
    """One entry of a record: w(rite), t(runcate), s(ync), u(nlink)."""

    kind: str
    name: str
    at: int
    data: bytes


@dataclass(slots=True)
class File:
    """What is surely there, and what was written since the last sync."""

    durable: bytearray = field(default_factory=bytearray)
    loose: list[Step] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Image:
    """A disk after a cut: the files, and the keys that had been acknowledged."""

    step: int
    files: dict[str, bytes]
    acknowledged: int


def steps_of(trace: Path) -> list[Step]:
    """A record, read back; a last entry that is cut short is left out."""
    raw, at, found = trace.read_bytes(), 0, []
    while at + _HEAD.size <= len(raw):
        kind, named = _HEAD.unpack_from(raw, at)
        at += _HEAD.size
        name = raw[at : at + named].decode()
        offset, length = _REST.unpack_from(raw, at + named)
        at += named + _REST.size
        data = raw[at : at + length] if kind == b"w" else b""
        at += len(data)
        found.append(Step(kind.decode(), name, offset, data))
    return found


def acknowledged(steps: list[Step]) -> list[str]:
    """Every key in the order in which it was promised."""
    return [step.data.decode() for step in steps if step.name == ACKS and step.kind == "w"]


def images(recording: Recording, steps: list[Step], count: int, seed: str) -> Iterator[Image]:
    """
    `count` cuts at random moments, earliest first.

    What was not synced is there, or not, or in part: each write by itself, in
    sectors, because a disk keeps its own order.
    """
    dice = Random(seed)
    moments = sorted(dice.randrange(1, len(steps) + 1) for _ in range(count))
    disk = {DATABASE: File(bytearray(recording.base))}
    done = promised = 0
    for moment in moments:
        for step in steps[done:moment]:
            if step.name == ACKS:
                promised += step.kind == "w"
            else:
                _apply(disk, step)
        done = moment
        files = {
            name: _cut(file, dice)
            for name, file in disk.items()
            if name in (DATABASE, f"{DATABASE}-wal")
        }
        yield Image(moment, files, promised)


def _apply(disk: dict[str, File], step: Step) -> None:
    file = disk.setdefault(step.name, File())
    match step.kind:
        case "s":
            for loose in file.loose:
                _put(file.durable, loose, loose.data)
            file.loose.clear()
        case "u":
            disk.pop(step.name)
        case _:
            file.loose.append(step)


def _cut(file: File, dice: Random) -> bytes:
    if not file.loose:
        return bytes(file.durable)
    left = bytearray(file.durable)
    how = dice.random()
    for loose in file.loose:
        fate = dice.random()
        if how < 0.15 or (how < 0.85 and fate < 0.4):
            continue  # never reached the disk
        if how > 0.95 or fate < 0.75 or loose.kind != "w":
            _put(left, loose, loose.data)
            continue
        for at in range(0, len(loose.data), SECTOR):
            if dice.random() < 0.5:
                torn = Step("w", loose.name, loose.at + at, loose.data[at : at + SECTOR])
                _put(left, torn, torn.data)
    return bytes(left)


def _put(into: bytearray, step: Step, data: bytes) -> None:
    if step.kind == "t":
        del into[step.at :]
        into.extend(bytes(max(0, step.at - len(into))))
        return
    if len(into) < step.at:
        into.extend(bytes(step.at - len(into)))
    into[step.at : step.at + len(data)] = data
