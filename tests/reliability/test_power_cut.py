"""The power goes at any moment: what was promised is there when the file is opened again."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.power.judging import judge
from benchmarks.power.recording import NoCompiler, Recording, record


def recorded(folder: Path, synchronous: str) -> Recording:
    folder.mkdir()
    try:
        return record(folder, events=120, seed=1, synchronous=synchronous)
    except NoCompiler as missing:
        pytest.skip(str(missing))


def test_a_power_cut_loses_nothing_promised(tmp_path: Path) -> None:
    """Unsynced writes dropped and torn at many moments; control: synced less, promises are lost."""
    ours = judge(recorded(tmp_path / "ours", "FULL"), 150, "1")
    control = judge(recorded(tmp_path / "control", "NORMAL"), 40, "1")

    assert ours["images"] == 150
    assert (ours["acknowledged lost"], ours["corrupt"], ours["did not open"]) == (0, 0, 0)
    assert control["acknowledged lost"] > 0
