"""Waste: units in the vials opened for a session and not given, exact, product by product."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from reprieve.app.cohort.cycles import PLACEBO, CohortPatient
from reprieve.app.cohort.tally import Figure, OwnSums, Tally, figure, ratio

NAME = "waste"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waste:
    """Sessions of one product whose vials are told.

    `shared_vials` are sessions that gave more than their own vials held: a vial was shared, so nothing can be said of
    their waste and they are left out. `not_told` sessions name no vial.
    """

    product: str | None
    patients: int
    sessions: int
    opened_units: Decimal
    given_units: Decimal
    wasted_units: Decimal
    wasted_share: Figure
    sessions_without_waste: Figure
    shared_vials: int | None
    not_told: int | None


def tally_waste(patient: CohortPatient, own: OwnSums) -> None:
    """Add one patient's sessions."""
    for cycle in patient.cycles:
        if cycle.product == PLACEBO or cycle.units is None:
            continue
        group = (NAME, cycle.product)
        if cycle.opened_units is None:
            own.add(*group, "not told")
        elif cycle.units > cycle.opened_units:
            own.add(*group, "shared")
        else:
            own.add(*group, "sessions")
            own.add(*group, "none", value=float(cycle.units == cycle.opened_units))
            for name, units in (("opened", cycle.opened_units), ("given", cycle.units)):
                own.add(*group, name, value=float(units))
                own.add_exact(*group, name, value=units)


def answer_waste(tally: Tally, smallest: int) -> tuple[tuple[Waste, ...], int]:
    """Return the waste of each product with enough patients, and how many products have too few."""
    products = [key[0] for key in tally.keys(NAME) if key[1] == "sessions"]
    large = [product for product in products if tally.patients[(NAME, product, "sessions")] >= smallest]
    return tuple(_waste(tally, product, smallest) for product in large), len(products) - len(large)


def _waste(tally: Tally, product, smallest: int) -> Waste:  # type: ignore[no-untyped-def]
    opened, given = (tally.exact[(NAME, product, name)] for name in ("opened", "given"))
    above = tally.get(NAME, product, "opened") - tally.get(NAME, product, "given")
    return Waste(
        product=product,
        patients=tally.patients[(NAME, product, "sessions")],
        sessions=round(tally.get(NAME, product, "sessions")[0]),
        opened_units=opened,
        given_units=given,
        wasted_units=opened - given,
        wasted_share=figure(ratio(above, tally.get(NAME, product, "opened"))),
        sessions_without_waste=figure(ratio(tally.get(NAME, product, "none"), tally.get(NAME, product, "sessions"))),
        shared_vials=_count(tally, (NAME, product, "shared"), smallest),
        not_told=_count(tally, (NAME, product, "not told"), smallest),
    )


def _count(tally: Tally, key: tuple, smallest: int) -> int | None:
    patients = tally.patients[key]
    return round(tally.get(*key)[0]) if patients == 0 or patients >= smallest else None
