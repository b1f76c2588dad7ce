"""All toxin given before the plan's day, by anyone, for anything, each dose once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from reprieve.record.plan import Exposure, Plan
from reprieve.reference.formulary.product import Product, product_of


@dataclass(frozen=True, slots=True)
class GivenDose:
    """One earlier dose; `units` None is not told, never zero."""

    date: date
    days_ago: int
    units: Decimal | None
    indication: str | None
    product: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """Earlier doses of the plan's substance under any brand, of other toxins, and of toxins without a known name.

    Attributes
    ----------
    complete : bool
        Whether the patient's history was told to be complete. False: more may have been given.
    ahead : tuple of GivenDose
        Doses dated after the plan's day; they cannot have been given before it.
    """

    same: tuple[GivenDose, ...]
    other: tuple[GivenDose, ...]
    ahead: tuple[GivenDose, ...]
    complete: bool

    @property
    def last_of_product(self) -> GivenDose | None:
        """The latest earlier dose of the same substance."""
        return max(self.same, key=lambda dose: dose.date, default=None)


def earlier_doses(plan: Plan, found: Product, on: date) -> Earlier:
    """Return the doses before `on`; `last_session` repeats an exposure of the same day and product."""
    told = list(plan.patient.exposures)
    last = plan.last_session
    if last is not None and not any(_same_dose(entry, last.date, last.product) for entry in told):
        told.append(Exposure(date=last.date, product=last.product, units=last.units, indication=None))
    same: list[GivenDose] = []
    other: list[GivenDose] = []
    ahead: list[GivenDose] = []
    for entry in told:
        days = (on - entry.date).days
        dose = GivenDose(entry.date, days, entry.units, entry.indication, entry.product)
        substance = product_of(entry.product)
        if days < 0:
            ahead.append(dose)
        elif substance is not None and substance.id == found.id:
            same.append(dose)
        else:
            other.append(dose)
    complete = plan.patient.exposure_history == "known"
    return Earlier(same=tuple(same), other=tuple(other), ahead=tuple(ahead), complete=complete)


def _same_dose(entry: Exposure, day: date, product: str) -> bool:
    if entry.date != day:
        return False
    first, second = product_of(entry.product), product_of(product)
    return entry.product == product if first is None or second is None else first.id == second.id
