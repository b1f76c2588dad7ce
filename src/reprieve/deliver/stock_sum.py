"""The sum of many vials: units of one product, with no upper end.

A dose has a largest sensible size, and a larger one is a slip; what a clinic receives in a year has none.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from reprieve.core.dose import Dose
from reprieve.core.errors import UnitsError


@dataclass(frozen=True, slots=True)
class StockSum:
    """Units of one product on many vials; sums of two products never meet."""

    units: Decimal
    product: str

    def __add__(self, other: StockSum | Dose) -> StockSum:
        if self.product != other.product:
            raise UnitsError(
                f"cannot add units of {self.product} and {other.product}: units are not interchangeable; "
                "keep the two products apart"
            )
        return StockSum(self.units + other.units, self.product)


def stock_sum(doses: Iterable[Dose], product: str) -> StockSum:
    """Return the exact sum of `doses`, all of `product`."""
    found = StockSum(Decimal(0), product)
    for dose in doses:
        found = found + dose
    return found
