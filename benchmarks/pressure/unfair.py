"""The control arm: the product without its fairness, `python -m benchmarks.pressure.unfair …`."""

from __future__ import annotations

from datetime import timedelta

from beautybot.__main__ import main
from beautybot.conversations import allowance, reading
from beautybot.web import shares

if __name__ == "__main__":
    shares.AT_ONCE = shares.REFUSED_AT_ONCE = 10**9
    allowance.ALLOWANCE = timedelta(days=10_000)
    reading.PILE = 1
    main()
