"""Reconstitution: vial and diluent to concentration, concentration and dose to volume."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from reprieve.core.dose import Dose, plain
from reprieve.core.errors import InputError, UnitsError
from reprieve.core.findings import SourceRef
from reprieve.reference.preparations import LabelDilution, ProductFacts, TwoStep, is_verified

TENTH_ML = Decimal("0.1")
# A check of this program: no vial and no syringe of this therapy holds more, and no syringe measures less.
SMALLEST_ML, LARGEST_ML = Decimal("0.05"), Decimal(50)
# A quotient such as 100 units / 1.2 mL does not end; twelve decimals are a millionth of any syringe's mark.
LAST_DECIMAL = Decimal("1e-12")


def rounded(quotient: Decimal) -> Decimal:
    """Return `quotient` as it is if it ends within twelve decimals, else rounded there."""
    return quotient.quantize(LAST_DECIMAL, ROUND_HALF_EVEN).normalize() + 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Preparation:
    """One vial made up: what is in it, in how much volume, and what the label says of it.

    `volume_ml` is the whole volume: the diluent, and for a ready solution its own volume too.
    """

    vial: Dose
    diluent_ml: Decimal
    volume_ml: Decimal
    label: LabelDilution | None = None
    two_step: TwoStep | None = None

    @property
    def units_per_ml(self) -> Decimal:
        """Units per mL by arithmetic."""
        return rounded(self.vial.units / self.volume_ml)

    @property
    def units_per_0_1_ml(self) -> Decimal:
        """Units per 0.1 mL by arithmetic."""
        return rounded(self.vial.units * TENTH_ML / self.volume_ml)

    @property
    def differs_from_label(self) -> bool:
        """Whether the label's printed value is another than the arithmetic one."""
        return self.label is not None and self.label.units_per_0_1_ml * self.volume_ml != self.vial.units * TENTH_ML

    @property
    def label_decides(self) -> bool:
        """Whether volumes follow the label: where a verified label value differs from arithmetic, it wins."""
        return self.differs_from_label and self.label is not None and is_verified(self.label.source)

    def volume_of(self, dose: Dose) -> Decimal:
        """Return the volume in mL that holds `dose`.

        Raises
        ------
        UnitsError
            If `dose` is of another product.
        """
        if dose.product != self.vial.product:
            raise UnitsError(
                f"a vial of {self.vial.product} holds no units of {dose.product}: units are not interchangeable; "
                "choose a vial of the planned product"
            )
        if self.label_decides and self.label is not None:
            return rounded(dose.units * TENTH_ML / self.label.units_per_0_1_ml)
        return self.arithmetic_volume_of(dose)

    def arithmetic_volume_of(self, dose: Dose) -> Decimal:
        """Return the volume in mL by arithmetic, whatever the label prints."""
        return rounded(dose.units * self.volume_ml / self.vial.units)


def reconstitute(facts: ProductFacts, vial_units: Decimal, diluent_ml: Decimal) -> Preparation:
    """Return one vial of `facts.product` made up with `diluent_ml`.

    Parameters
    ----------
    facts : ProductFacts
    vial_units : Decimal
        Labelled content of the vial; must be a pack size of the product.
    diluent_ml : Decimal
        Diluent added in mL; 0.05 to 50, or 0 for a product that comes as a solution.

    Raises
    ------
    InputError
        If the vial size does not exist or the volume is not usable.

    Notes
    -----
    ``units_per_ml = vial_units / volume_ml`` with ``volume_ml = diluent_ml`` for a powder (its own volume is nil) and
    ``nominal_ml + diluent_ml`` for a solution.
    """
    size = facts.vial(vial_units)
    if size is None:
        sizes = ", ".join(plain(known.units) for known in facts.vials)
        raise InputError(
            f"{facts.product} has no vial of {plain(vial_units)} units; its vials hold {sizes} units, choose one"
        )
    solution = size.nominal_ml is not None
    if not (diluent_ml > 0 or (solution and diluent_ml == 0)):
        raise InputError(
            f"diluent_ml must be positive, but got {plain(diluent_ml)} mL for a vial of {plain(vial_units)} units of "
            f"{facts.product}; enter the volume added to the vial"
        )
    if diluent_ml != 0 and not SMALLEST_ML <= diluent_ml <= LARGEST_ML:
        raise InputError(
            f"diluent_ml must lie between {SMALLEST_ML} and {LARGEST_ML} mL, but got {plain(diluent_ml)} mL; "
            "check the decimal point"
        )
    own_ml = Decimal(0) if size.nominal_ml is None else size.nominal_ml
    return Preparation(
        vial=Dose(vial_units, facts.product),
        diluent_ml=diluent_ml,
        volume_ml=own_ml + diluent_ml,
        label=_label_row(facts, vial_units, diluent_ml),
        two_step=next(
            (way for way in facts.two_steps if (way.vial_units, way.total_ml) == (vial_units, diluent_ml)), None
        ),
    )


def _label_row(facts: ProductFacts, vial_units: Decimal, diluent_ml: Decimal) -> LabelDilution | None:
    rows = [row for row in facts.dilutions if (row.vial_units, row.diluent_ml) == (vial_units, diluent_ml)]
    return max(rows, key=lambda row: row.source.checked, default=None)


def procedure(facts: ProductFacts, preparation: Preparation) -> tuple[str, ...]:
    """Return the steps of making up the vial, in plain words."""
    diluent = facts.diluent or "diluent"
    way = preparation.two_step
    if way is not None:
        return (
            f"Add {plain(way.first_ml)} mL of {diluent} to the vial and dissolve the powder without bubbles.",
            f"Draw {plain(way.second_ml)} mL of {diluent} into a syringe of at least {plain(way.total_ml)} mL.",
            f"Draw the whole content of the vial into the same syringe and mix; it now holds "
            f"{plain(preparation.vial.units)} units in {plain(way.total_ml)} mL.",
        )
    if not preparation.diluent_ml:
        return ("Ready solution: draw up as supplied, nothing is added.",)
    if facts.ready_to_use:
        return (f"Add {plain(preparation.diluent_ml)} mL of {diluent} to the solution in the vial.",)
    return (
        f"Add {plain(preparation.diluent_ml)} mL of {diluent} to the vial and dissolve the powder without bubbles.",
    )


def vials_for(dose: Dose, preparation: Preparation) -> Decimal:
    """Return how many vials of this size hold `dose`."""
    whole, rest = divmod(dose.units, preparation.vial.units)
    return whole + (1 if rest else 0)


def sources_of(preparation: Preparation, facts: ProductFacts) -> tuple[SourceRef, ...]:
    """Return the sources behind a preparation: pack size, label row, two-step text; each once."""
    size = facts.vial(preparation.vial.units)
    found = [size.source] if size else []
    found += [preparation.label.source] if preparation.label else []
    found += [preparation.two_step.source] if preparation.two_step else []
    return tuple(dict.fromkeys(found))
