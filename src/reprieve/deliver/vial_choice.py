"""Vials for least waste: which pack sizes to open for one dose. Exact, by a small dynamic program."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from reprieve.core.dose import Dose, plain
from reprieve.core.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class VialSet:
    """What to open: sizes with counts, largest first, and what is left over."""

    counts: tuple[tuple[Decimal, int], ...]
    waste: Dose

    @property
    def vials(self) -> int:
        """How many vials in all."""
        return sum(count for _, count in self.counts)


def least_waste(dose: Dose, stock: Mapping[Decimal, int]) -> VialSet:
    """Return the vials of `stock` (pack size to number on hand) that hold `dose` with the least left over.

    Among equal waste the fewest vials win: each vial is one more opening and one more chance of an error.

    Raises
    ------
    InputError
        If the dose is not positive, a size or count is not usable, or the stock does not hold the dose.

    Notes
    -----
    Bounded knapsack over reachable sums. Sums above dose + largest vial are never needed: dropping any one vial of such
    a set would still hold the dose.
    """
    if not dose.units > 0:
        raise InputError(f"the dose must be positive, but got {dose}; enter the units")
    for size, count in stock.items():
        if not (size > 0 and count >= 0):
            raise InputError(f"stock of {plain(size)}-unit vials: {count}; sizes are positive, counts not negative")
    held = sum((size * count for size, count in stock.items()), Decimal(0))
    if held < dose.units:
        raise InputError(
            f"{plain(dose.units)} units of {dose.product} are needed, but the stock holds {plain(held)}; order more"
        )
    most = dose.units + max(stock)
    best: dict[Decimal, tuple[int, tuple[tuple[Decimal, int], ...]]] = {Decimal(0): (0, ())}
    for size in sorted(stock, reverse=True):
        best = _with_size(best, size, stock[size], most)
    reached = min(total for total in best if total >= dose.units)
    return VialSet(counts=best[reached][1], waste=Dose(reached - dose.units, dose.product))


def _with_size(
    best: Mapping[Decimal, tuple[int, tuple[tuple[Decimal, int], ...]]], size: Decimal, on_hand: int, most: Decimal
) -> dict[Decimal, tuple[int, tuple[tuple[Decimal, int], ...]]]:
    after = dict(best)
    for reached, (vials, counts) in best.items():
        for count in range(1, on_hand + 1):
            new = reached + size * count
            if new > most:
                break
            known = after.get(new)
            if known is None or vials + count < known[0]:
                after[new] = (vials + count, (*counts, (size, count)))
    return after
