"""
What no salon may say of a prepayment: that it is not given back.

By article 32 of Russia's consumer law a client who changes plans gets a
prepayment back, less what the salon has provably spent.
"""

from __future__ import annotations

import re

_NONE = re.compile(
    r"не\s*возвра[щт]|не\s*подлеж\w*\s+возврат|невозврат|не\s+верн|без\s+возврат|сгора[ею]т"
    r"|возврат\w*\s+(?:\w+\s+){0,2}(?:нет\b|не\b|невозмож)|нельзя\s+вернуть|non.?refundable",
    re.IGNORECASE,
)


def claims_none(text: str) -> bool:
    """True if a text says that a prepayment is lost."""
    return _NONE.search(text.replace("ё", "е")) is not None
