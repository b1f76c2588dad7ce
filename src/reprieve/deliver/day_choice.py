"""Vials of a whole clinic day for least waste: exact, by a small integer program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from math import gcd

from reprieve.core.dose import Dose, plain
from reprieve.core.errors import InputError
from reprieve.deliver.elapsed import elapsed

# Units are counted in hundredths, finer than any syringe; a dose with more decimals is refused, not rounded.
PER_UNIT = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class DayDose:
    """One patient of the day: the dose and the time of the visit."""

    patient: str
    dose: Dose
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """Vials of one size opened at the visit of `patient`."""

    patient: str
    at: datetime
    units: Decimal
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """Units for `patient` out of what was opened at the visit of `opened_for`."""

    opened_for: str
    patient: str
    dose: Dose


@dataclass(frozen=True, slots=True, kw_only=True)
class DayPlan:
    """What to open when, who gets what from it, and what is left over in the end."""

    openings: tuple[Opening, ...]
    shares: tuple[Share, ...]
    waste: Dose

    @property
    def vials(self) -> int:
        """How many vials in all."""
        return sum(opening.count for opening in self.openings)

    @property
    def shared(self) -> bool:
        """Whether a vial serves more than one patient."""
        return any(share.opened_for != share.patient for share in self.shares)


def least_waste_of_day(
    doses: Sequence[DayDose],
    stock: Mapping[Decimal, int],
    product: str,
    *,
    share_within_hours: Decimal | None = None,
) -> DayPlan:
    """Return the vials of `stock` (pack size to number on hand) that serve all `doses` with the least left over.

    Among equal waste the fewest vials win.

    Parameters
    ----------
    doses : sequence of DayDose
        One for each patient, in any order.
    stock : mapping
    product : str
    share_within_hours : Decimal, optional
        How long an opened vial may serve further patients; None means that no vial is shared.

    Raises
    ------
    InputError
        If a dose is not positive, a patient comes twice, or the stock does not hold the doses.
    UnitsError
        If a dose is of another product.

    Notes
    -----
    With n[s,j] the vials of size s opened at visit j and f[j,i] the units that visit i gets from them::

        minimise   sum s n[s,j]  and then  sum n[s,j]
        subject to sum_j f[j,i] = dose_i,   sum_i f[j,i] <= sum_s s n[s,j],   sum_j n[s,j] <= stock_s,
                   f[j,i] = 0 unless visit i lies at or after j and within the hours (i = j where nothing is shared)

    The counts come from the solver; the shares are dealt out again in exact decimals, the oldest vial first, which
    always works when any dealing works, because all vials may be used equally long.
    """
    day = _checked(doses, stock, product)
    if not day:
        return DayPlan(openings=(), shares=(), waste=Dose(0, product))
    pairs = _pairs(day, share_within_hours)
    sizes = sorted((size for size, count in stock.items() if count), reverse=True)
    counts = _solved(day, sizes, stock, pairs, product)
    openings = tuple(
        Opening(patient=visit.patient, at=visit.at, units=size, count=counts[place][rank])
        for place, visit in enumerate(day)
        for rank, size in enumerate(sizes)
        if counts[place][rank]
    )
    shares = _dealt(day, openings, pairs)
    opened = sum((opening.units * opening.count for opening in openings), Decimal(0))
    given = sum((visit.dose.units for visit in day), Decimal(0))
    return DayPlan(openings=openings, shares=shares, waste=Dose(opened - given, product))


def _checked(doses: Sequence[DayDose], stock: Mapping[Decimal, int], product: str) -> list[DayDose]:
    for visit in doses:
        if not (visit.dose + Dose(0, product)).units > 0:
            raise InputError(f"the dose of {visit.patient} must be positive, but got {visit.dose}; enter the units")
    patients = [visit.patient for visit in doses]
    if len(set(patients)) < len(patients):
        raise InputError("a patient stands twice in the day; give each patient once")
    for size, count in stock.items():
        if not (size > 0 and count >= 0):
            raise InputError(f"stock of {plain(size)}-unit vials: {count}; sizes are positive, counts not negative")
    return sorted(doses, key=lambda visit: (visit.at, visit.patient))


def _pairs(day: Sequence[DayDose], hours: Decimal | None) -> list[tuple[int, int]]:
    """Return (visit that opens, visit that is served) for every allowed pair."""
    own = [(place, place) for place in range(len(day))]
    if hours is None:
        return own
    limit = timedelta(hours=float(hours))
    return own + [
        (first, later)
        for first in range(len(day))
        for later in range(first + 1, len(day))
        if elapsed(day[first].at, day[later].at) <= limit
    ]


def _whole(units: Decimal, what: str) -> int:
    scaled = units * PER_UNIT
    if scaled != scaled.to_integral_value():
        raise InputError(f"{what} takes at most two decimals, but got {plain(units)} units; round the entry")
    return int(scaled)


def _solved(
    day: Sequence[DayDose],
    sizes: Sequence[Decimal],
    stock: Mapping[Decimal, int],
    pairs: Sequence[tuple[int, int]],
    product: str,
) -> list[list[int]]:
    """Return the vials opened, by visit and size."""
    import numpy as np
    from scipy.optimize import Bounds, LinearConstraint, milp

    needed = [_whole(visit.dose.units, f"the dose of {visit.patient}") for visit in day]
    holds = [_whole(size, "a vial") for size in sizes]
    # In the largest unit that measures everything: small whole numbers, on which the solver is quick and exact.
    common = gcd(*needed, *holds)
    needed, holds = [one // common for one in needed], [one // common for one in holds]
    visits, kinds = len(day), len(sizes)
    opened = visits * kinds  # columns: vials opened by visit and size, then the pairs
    width = opened + len(pairs)
    served, drawn, taken = np.zeros((visits, width)), np.zeros((visits, width)), np.zeros((kinds, width))
    for column, (first, later) in enumerate(pairs, start=opened):
        served[later, column] = 1
        drawn[first, column] = 1
    for place in range(visits):
        for rank, size in enumerate(holds):
            drawn[place, place * kinds + rank] = -size
            taken[rank, place * kinds + rank] = 1
    cost = np.zeros(width)
    # One vial more must never outweigh one hundredth of a unit of waste.
    cost[:opened] = np.tile([size * (sum(stock.values()) + 1) + 1 for size in holds], visits)
    answer = milp(
        cost,
        integrality=np.concatenate([np.ones(opened), np.zeros(len(pairs))]),
        bounds=Bounds(0, np.inf),
        constraints=[
            # The stubs know one bound for all rows only; the library takes one for each.
            LinearConstraint(served, needed, needed),  # pyright: ignore[reportArgumentType]
            LinearConstraint(drawn, -np.inf, 0),
            LinearConstraint(taken, -np.inf, [stock[size] for size in sizes]),  # pyright: ignore[reportArgumentType]
        ],
        options={"mip_rel_gap": 0},
    )
    if answer.x is None:
        held = sum((size * count for size, count in stock.items()), Decimal(0))
        wanted = sum((visit.dose.units for visit in day), Decimal(0))
        raise InputError(
            f"{plain(wanted)} units of {product} for {visits} patients cannot be served from the vials on hand "
            f"({plain(held)} units); order more, or let vials be shared where the clinic's policy allows it"
        )
    counts = np.rint(answer.x[:opened]).astype(int)
    return counts.reshape(visits, kinds).tolist()


def _dealt(day: Sequence[DayDose], openings: Sequence[Opening], pairs: Sequence[tuple[int, int]]) -> tuple[Share, ...]:
    """Deal out the opened vials in the order of the day, the oldest first."""
    product = day[0].dose.product
    place_of = {visit.patient: place for place, visit in enumerate(day)}
    left = [Decimal(0)] * len(day)
    for opening in openings:
        left[place_of[opening.patient]] += opening.units * opening.count
    allowed = set(pairs)
    shares: list[Share] = []
    for place, visit in enumerate(day):
        wanted = visit.dose.units
        for first in range(place + 1):
            part = min(wanted, left[first]) if (first, place) in allowed else Decimal(0)
            if part > 0:
                left[first] -= part
                wanted -= part
                shares.append(Share(opened_for=day[first].patient, patient=visit.patient, dose=Dose(part, product)))
        # The solver promised these counts to be enough; a plan that does not add up is never handed on.
        assert not wanted, f"the vials of the day do not add up for {visit.patient}"
    return tuple(shares)
