"""The same phrases of time read by Python's best peers, where they are installed."""

from __future__ import annotations

from benchmarks.understanding.cases import Case
from benchmarks.understanding.scores import Reader


def compare(listed: list[Case], read: Reader) -> None:
    """placeholder"""
