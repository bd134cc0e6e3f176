"""How often the collector looks at what is in memory, and at how much of it."""

from __future__ import annotations

import gc


def settle() -> None:
    """
    What is in memory now stays there: the collector need not look at it again.

    To be called when something large was brought in.  A full look at the
    libraries of assistants alone takes a tenth of a second, in which nobody is
    answered.
    """
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
