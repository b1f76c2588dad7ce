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
        Doses of any toxin dated after the plan's day, with negative days.
    ahead_same : tuple of GivenDose
        Those of them that are of the plan's substance.
    nameless : tuple of GivenDose
        Those of `other` whose product is not on file: they may be of the plan's substance.
    """

    same: tuple[GivenDose, ...]
    other: tuple[GivenDose, ...]
    ahead: tuple[GivenDose, ...]
    ahead_same: tuple[GivenDose, ...]
    nameless: tuple[GivenDose, ...]
    complete: bool

    @property
    def last_of_product(self) -> GivenDose | None:
        """The latest earlier dose of the same substance."""
        return max(self.same, key=lambda dose: dose.date, default=None)


def earlier_doses(plan: Plan, found: Product, on: date) -> Earlier:
    """Return the doses around `on`; of `last_session` and an exposure of its day and product the larger counts."""
    same: list[GivenDose] = []
    other: list[GivenDose] = []
    ahead: list[GivenDose] = []
    ahead_same: list[GivenDose] = []
    nameless: list[GivenDose] = []
    for entry in (*plan.patient.exposures, *_beyond_exposures(plan)):
        days = (on - entry.date).days
        dose = GivenDose(entry.date, days, entry.units, entry.indication, entry.product)
        substance = product_of(entry.product)
        of_plan = substance is not None and substance.id == found.id
        if days < 0:
            ahead.append(dose)
        if of_plan:
            (ahead_same if days < 0 else same).append(dose)
        elif days >= 0:
            other.append(dose)
            if substance is None:
                nameless.append(dose)
    return Earlier(
        same=tuple(same),
        other=tuple(other),
        ahead=tuple(ahead),
        ahead_same=tuple(ahead_same),
        nameless=tuple(nameless),
        complete=plan.patient.exposure_history == "known",
    )


def _beyond_exposures(plan: Plan) -> list[Exposure]:
    """Return what `last_session` tells beyond the exposures of its day and product: all of it, a rest, or nothing."""
    last = plan.last_session
    if last is None:
        return []
    told = [entry for entry in plan.patient.exposures if _same_dose(entry, last.date, last.product)]
    units = last.units
    if told:
        units = Decimal(0) if units is None else units - sum((entry.units or Decimal(0) for entry in told), Decimal(0))
    if units is not None and units <= 0:
        return []
    return [Exposure(date=last.date, product=last.product, units=units)]


def _same_dose(entry: Exposure, day: date, product: str) -> bool:
    if entry.date != day:
        return False
    first, second = product_of(entry.product), product_of(product)
    return entry.product == product if first is None or second is None else first.id == second.id
