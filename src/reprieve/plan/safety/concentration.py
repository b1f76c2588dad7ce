"""Units per mL of the vials in a plan."""

from __future__ import annotations

from decimal import Decimal

from reprieve.core.dose import LARGEST_UNITS, plain, within
from reprieve.core.errors import InputError
from reprieve.record.plan import Plan, Vial
from reprieve.reference.preparations import LabelDilution, is_verified, preparations

# No syringe of this therapy measures less.
SMALLEST_ML = Decimal("0.05")


def units_per_ml(plan: Plan) -> Decimal | None:
    """Return the weakest concentration among the plan's vials, in units per mL; None when it is not told.

    The weakest gives the largest volume, so no site volume is judged too small.
    """
    return min(concentrations(plan), default=None)


def concentrations(plan: Plan) -> list[Decimal]:
    """Return the concentration of each vial of the plan; none where one of them is not told."""
    vials = plan.reconstitution.vials if plan.reconstitution else ()
    known = [concentration_of(plan.product, vial) for vial in vials]
    told = [value for value in known if value is not None]
    return told if len(told) == len(known) else []


def concentration_of(product: str, vial: Vial) -> Decimal | None:
    """Return units per mL of one vial; the label's printed value where it is verified, else by arithmetic."""
    if not (within(vial.units, 0, LARGEST_UNITS) and vial.units > 0):
        raise InputError(f"a vial must hold units, but got {plain(vial.units)}; read them from the vial")
    own = own_volume_ml(product, vial)
    diluent = vial.diluent_ml
    if diluent is None or (own is None and diluent == 0):
        return None
    if not within(diluent, 0, 100) or 0 < diluent < SMALLEST_ML:
        raise InputError(
            f"diluent_ml must be 0 or lie between {SMALLEST_ML} and 100 mL, but got {plain(diluent)} mL; correct it"
        )
    printed = label_row(product, vial)
    if printed is not None and is_verified(printed.source):
        return printed.units_per_0_1_ml * 10
    return vial.units / (diluent + (own or Decimal(0)))


def own_volume_ml(product: str, vial: Vial) -> Decimal | None:
    """Return the volume of a ready solution in mL, None for a powder."""
    facts = preparations().get(product)
    size = facts.vial(vial.units) if facts else None
    # daxibotulinumtoxinA's 1.2 mL in the register is the volume after dilution; only solutions have their own.
    return size.nominal_ml if size and facts and facts.ready_to_use else None


def label_row(product: str, vial: Vial) -> LabelDilution | None:
    """Return the labelled dilution of this vial and volume, the checked one first."""
    facts = preparations().get(product)
    if facts is None:
        return None
    rows = [row for row in facts.dilutions if (row.vial_units, row.diluent_ml) == (vial.units, vial.diluent_ml)]
    return max(rows, key=lambda row: row.source.checked, default=None)
