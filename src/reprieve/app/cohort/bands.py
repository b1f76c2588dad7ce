"""Bands of dose, wide enough that several patients stand behind each.

Doses are counted in cells (see `dose_cell`). Which cells will be joined is known only after the whole registry was
read, and a patient may be in two of them. So each patient is also counted once in every run of 2, 4, 8, ... cells;
the largest run inside a band is a number of patients that surely stands behind it. Rounding is for counting only; no
dose is ever changed by it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

# From these units on, cells have this width: a small muscle's 2.5 units and type B's 10,000 need other steps.
STEPS = (
    (Decimal(0), Decimal(1)),
    (Decimal(100), Decimal(5)),
    (Decimal(500), Decimal(25)),
    (Decimal(2000), Decimal(100)),
)
# Runs of 2**10 cells hold every dose there is.
LEVELS = 10
Run = tuple[int, int]


def dose_cell(units: Decimal) -> int:
    """Return the number of the cell of `units`.

    Examples
    --------
    >>> [dose_cell(Decimal(units)) for units in ("2.5", "99", "100", "104", "105", "10000")]
    [2, 99, 100, 100, 101, 320]
    """
    first = 0
    for (start, step), (end, _) in zip(STEPS, (*STEPS[1:], (Decimal("Infinity"), Decimal(1))), strict=True):
        if units < end:
            return first + int((units - start) // step)
        first += int((end - start) // step)
    raise AssertionError("the last step has no end")


def runs_of(cell: int) -> list[Run]:
    """Return every run (level, number) that holds `cell`."""
    return [(level, cell >> level) for level in range(LEVELS + 1)]


@dataclass(frozen=True, slots=True)
class Band:
    """Cells `first` to `last` (both included), with at least so many patients."""

    first: int
    last: int
    patients_at_least: int

    def __contains__(self, cell: int) -> bool:
        return self.first <= cell <= self.last

    @property
    def units(self) -> tuple[Decimal, Decimal]:
        """From which units (included) to which (not included)."""
        return _start_of(self.first), _start_of(self.last + 1)


def choose_bands(
    weights: Mapping[int, float], patients: Callable[[Run], int], *, most: int, smallest: int
) -> list[Band]:
    """Return at most `most` bands of about the same weight, each of at least `smallest` patients, in order of dose.

    Parameters
    ----------
    weights : mapping
        Cycles in each cell.
    patients : callable
        How many patients have a dose in a run.
    most, smallest : int

    Returns
    -------
    list of Band
        Empty when all of it has too few patients.

    Examples
    --------
    >>> cells = {3: 9, 4: 9, 5: 2, 40: 7}
    >>> inside = lambda run: sum(n for cell, n in cells.items() if cell >> run[0] == run[1])
    >>> [(band.first, band.last) for band in choose_bands(cells, inside, most=3, smallest=5)]
    [(3, 3), (4, 4), (5, 40)]
    """
    cells = sorted(weights)
    aim = sum(weights.values()) / most
    ends: list[int] = []  # positions in `cells` after the last cell of each band
    start, weight = 0, 0.0
    for position, cell in enumerate(cells):
        weight += weights[cell]
        if weight >= aim and _at_least(cells, start, position + 1, patients) >= smallest:
            ends.append(position + 1)
            start, weight = position + 1, 0.0
    if start < len(cells):
        small = weight < aim / 2 or _at_least(cells, start, len(cells), patients) < smallest
        ends[-1 if ends and small else len(ends) :] = [len(cells)]
    starts = [0, *ends[:-1]]
    found = [
        Band(cells[first], cells[last - 1], _at_least(cells, first, last, patients))
        for first, last in zip(starts, ends, strict=True)
    ]
    return found if all(band.patients_at_least >= smallest for band in found) else []


def _at_least(cells: Sequence[int], start: int, end: int, patients: Callable[[Run], int]) -> int:
    """Return the patients of the largest run between the neighbours of cells[start:end]; empty cells cost nothing."""
    low = cells[start - 1] + 1 if start else 0
    high = cells[end] - 1 if end < len(cells) else (1 << LEVELS) - 1
    runs = {(level, cell >> level) for cell in cells[start:end] for level in range(LEVELS + 1)}
    return max(
        patients((level, number))
        for level, number in runs
        if number << level >= low and ((number + 1) << level) - 1 <= high
    )


def _start_of(cell: int) -> Decimal:
    first = 0
    for (start, step), (end, _) in zip(STEPS, (*STEPS[1:], (Decimal("Infinity"), Decimal(1))), strict=True):
        if end == Decimal("Infinity") or cell < first + int((end - start) // step):
            return start + (cell - first) * step
        first += int((end - start) // step)
    raise AssertionError("the last step has no end")
