"""Money as it is kept and shown: an integer of ten-thousandths and a currency."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

SCALE = 10_000
"""Ten-thousandths in one unit of a currency."""


def to_units(value: Decimal | int | float | str) -> int:
    """An amount as people write it, in ten-thousandths. Raises ValueError (or decimal.InvalidOperation) for
    what is no finite number."""
    number = Decimal(str(value))
    if not number.is_finite():
        raise ValueError(f"not an amount: {value}")
    return int((number * SCALE).to_integral_value())


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount in a currency, as templates get it; `money` writes it in the reader's way."""

    units: int
    """Ten-thousandths."""
    currency: str

    @property
    def amount(self) -> Decimal:
        """The amount in units of the currency."""
        return Decimal(self.units) / SCALE

    def __str__(self) -> str:
        return f"{self.amount:.2f} {self.currency}"

    def __bool__(self) -> bool:
        return self.units != 0
