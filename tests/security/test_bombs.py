"""Files that unfold, reach out or climb: refused with little time and little memory."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import openpyxl
import pytest

from beautybot.booking import file_reader
from beautybot.booking.price_list import ImportProblem

MOST_S, MOST_KB = 2.0, 100_000
HEAD = "Услуга;Цена;Длительность\n".encode()


def good(rows: int = 3) -> dict[str, bytes]:
    """The parts of a spreadsheet that can be imported."""
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["Услуга", "Цена", "Длительность"])
    for number in range(rows):
        book.active.append([f"Маникюр {number}", 1800, 60])
    book.save(packed := io.BytesIO())
    with zipfile.ZipFile(packed) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(parts: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in parts.items():
            archive.writestr(name, body)
    return packed.getvalue()


def with_entities(cell: str) -> bytes:
    """A sheet whose first cell is an entity; laughing ones and one that reads a file."""
    laughs = "".join(
        f'<!ENTITY {chr(98 + n)} "{("&" + chr(97 + n) + ";") * 10}">' for n in range(9)
    )
    parts = good()
    sheet = next(name for name in parts if name.endswith("sheet1.xml"))
    body = parts[sheet].decode().partition("?>")[2] or parts[sheet].decode()
    head = (
        '<?xml version="1.0"?><!DOCTYPE worksheet [<!ENTITY a "ha">'
        f'{laughs}<!ENTITY out SYSTEM "file:///etc/passwd">]>'
    )
    parts[sheet] = (head + body.replace("<v>1800</v>", f"<v>{cell}</v>", 1)).encode()
    return zipped(parts)


def bombs() -> dict[str, tuple[bytes, str]]:
    rows = b'<row><c t="inlineStr"><is><t>x</t></is></c></row>' * 230_000
    endless = good() | {"xl/worksheets/sheet1.xml": b"<worksheet><sheetData>" + rows}
    wide = good() | {"xl/sharedStrings.xml": b"<sst>" + b"<si><t>a</t></si>" * 660_000}
    return {
        "a hundred megabytes of one letter": (zipped({"xl/x.xml": b"a" * 120_000_000}), ".xlsx"),
        "endless rows": (zipped(endless), ".xlsx"),
        "endless strings": (zipped(wide), ".xlsx"),
        "laughing entities": (with_entities("&j;"), ".xlsx"),
        "many rows of text": (
            ("Услуга;Цена;Длительность\n" + "М;1;60\n" * 300_000).encode(),
            ".csv",
        ),
        "one line of five megabytes": (b"a;" * 2_400_000, ".csv"),
        "deep JSON": (b"[" * 200_000 + b"]" * 200_000, ".json"),
    }


BOMBS = bombs()
HARMLESS = "endless strings"  # no row of the sheet has one of them: the sheet is good


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_with_little_memory(name: str) -> None:
    """Two seconds of its own time and a hundred megabytes at most, beside what Python takes."""
    body, suffix = BOMBS[name]
    began = _used("", b"x")  # what starting and refusing nothing costs here
    seconds, kilobytes, said = _reads(body, suffix)

    assert b'"file":null' in said or not said or name == HARMLESS
    assert seconds - began[0] < MOST_S + 0.5, f"{seconds - began[0]:.1f} s"
    assert kilobytes - began[1] < MOST_KB, f"{(kilobytes - began[1]) / 1000:.0f} MB"


async def test_a_sheet_with_entities_gives_nothing_away() -> None:
    """An entity that names a file of ours is not read; the same sheet without it is the control."""
    with pytest.raises(ImportProblem) as refused:
        await file_reader.read(with_entities("&out;"), ".xlsx")
    read = await file_reader.read(zipped(good()), ".xlsx")

    assert "root:" not in str(refused.value)
    assert len(read.services) == 3


async def test_a_name_with_a_path_goes_nowhere(tmp_path: Path) -> None:
    """Names inside an archive, and the ending of the file's own name, become no path."""
    aim = tmp_path / "aim.txt"
    parts = good() | {f"../../../../../..{aim}": b"x", str(aim): b"x"}

    await file_reader.read(zipped(parts), ".xlsx")
    for suffix in ("/../../x.csv", "\\..\\x", "\0"):
        with pytest.raises((ImportProblem, ValueError)):
            await file_reader.read(b"x", suffix)

    assert not aim.exists()


def _reads(body: bytes, suffix: str) -> tuple[float, int, bytes]:
    """CPU seconds and the largest memory in KB of the reading process, and what it said."""
    process = subprocess.Popen(
        [sys.executable, "-m", "beautybot.booking.file_reader", suffix],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdin and process.stdout
    try:
        process.stdin.write(body)
        process.stdin.close()
    except BrokenPipeError:
        pass
    said = process.stdout.read()
    _, _, used = os.wait4(process.pid, 0)
    process.returncode = 0
    return used.ru_utime + used.ru_stime, used.ru_maxrss, said


_BASE: dict[str, tuple[float, int]] = {}


def _used(suffix: str, body: bytes) -> tuple[float, int]:
    if suffix not in _BASE:
        seconds, kilobytes, _ = _reads(body, suffix or ".csv")
        _BASE[suffix] = (seconds, kilobytes)
    return _BASE[suffix]
