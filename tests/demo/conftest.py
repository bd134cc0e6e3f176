"""What the tests of the doubles share."""

from __future__ import annotations

import pytest
from callers import Receiver


@pytest.fixture
def receiver() -> Receiver:
    """A fresh receiver."""
    return Receiver()
