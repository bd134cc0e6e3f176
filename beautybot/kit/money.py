"""Money is whole kopecks with a currency; it is shown the way people in the salon write it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

SIGNS = {"RUB": "₽", "KZT": "₸", "BYN": "Br", "KGS": "сом", "UZS": "сум", "USD": "$", "EUR": "€"}


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in hundredths of a currency (kopecks, tiyn, cents); `currency` is ISO 4217."""

    minor: int
    currency: str

    @property
    def whole(self) -> int | float:
        """The amount in whole units: an int where it is one, else a float with two digits."""
        return self.minor // 100 if self.minor % 100 == 0 else self.minor / 100

    def __str__(self) -> str:
        amount = Decimal(self.minor) / 100
        digits = f"{amount:,.0f}" if self.minor % 100 == 0 else f"{amount:,.2f}"
        sign = SIGNS.get(self.currency, self.currency)
        return f"{digits.replace(',', ' ').replace('.', ',')} {sign}"


@dataclass(frozen=True, slots=True)
class Price:
    """What a service costs: exact, "from", or a range up to `upto_minor`. All in kopecks."""

    minor: int
    currency: str
    is_from: bool = False
    upto_minor: int | None = None

    def __str__(self) -> str:
        low = Money(self.minor, self.currency)
        if self.upto_minor is not None and self.upto_minor > self.minor:
            return f"от {low} до {Money(self.upto_minor, self.currency)}"
        return f"от {low}" if self.is_from else str(low)


def total(prices: list[Price]) -> Price:
    """The price of a visit: the sum; "from" as soon as one part is; ValueError on no prices."""
    if not prices:
        raise ValueError("a visit has at least one price")
    ranged = any(p.upto_minor is not None for p in prices)
    return Price(
        minor=sum(p.minor for p in prices),
        currency=prices[0].currency,
        is_from=any(p.is_from for p in prices),
        upto_minor=sum(p.upto_minor or p.minor for p in prices) if ranged else None,
    )
