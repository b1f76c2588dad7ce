"""Which syringe for which draw, and the volume that its marks can show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from reprieve.core.dose import Dose, plain
from reprieve.core.errors import InputError
from reprieve.deliver.draw_up import Draw
from reprieve.deliver.reconstitution import Preparation, rounded


@dataclass(frozen=True, slots=True, kw_only=True)
class Syringe:
    """A syringe of the clinic: what it holds and the distance of its marks, in mL."""

    holds_ml: Decimal
    mark_ml: Decimal


# The usual sizes; a clinic's own list replaces them. The marks decide how far a volume can be measured at all.
USUAL_SYRINGES = tuple(
    Syringe(holds_ml=Decimal(holds), mark_ml=Decimal(mark))
    for holds, mark in (("1", "0.01"), ("3", "0.1"), ("5", "0.2"), ("10", "0.2"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """One filled syringe: the exact volume, the volume at the nearest mark, and the units that volume holds.

    `difference_units` is what the mark adds (or takes away) against the planned dose; it is shown, never hidden.
    """

    draw: Draw
    syringe: Syringe
    exact_ml: Decimal
    practical_ml: Decimal
    practical_units: Decimal

    @property
    def difference_units(self) -> Decimal:
        """Units at the mark minus planned units of this syringe."""
        return self.practical_units - self.planned_units

    @property
    def planned_units(self) -> Decimal:
        """Planned units of this syringe."""
        return rounded(self.draw.dose.units * self.exact_ml / self.draw.volume_ml)

    def sentence(self) -> str:
        """Return the line of the draw-up list."""
        told = f"{plain(self.practical_ml)} mL in a {plain(self.syringe.holds_ml)} mL syringe"
        return f"{told} ({self.note()})" if self.difference_units else told

    def note(self) -> str:
        """Return what the nearest mark changes; empty when it changes nothing."""
        if not self.difference_units:
            return ""
        more = "more" if self.difference_units > 0 else "less"
        unit = "unit" if abs(self.difference_units) == 1 else "units"
        off = plain(abs(self.difference_units).quantize(Decimal("0.01")))
        return f"exactly {plain(self.exact_ml)} mL; at the mark {off} {unit} {more}"


def fill(
    draw: Draw, preparations: Sequence[Preparation], syringes: Sequence[Syringe] = USUAL_SYRINGES
) -> tuple[Filled, ...]:
    """Return the syringes for one draw: the smallest that holds it, or as many of the largest as needed.

    Raises
    ------
    InputError
        If there is no syringe, or the draw names a vial that is not among `preparations`.
    """
    if not syringes:
        raise InputError("no syringe is on the clinic's list; enter at least one size")
    if not 1 <= draw.vial <= len(preparations):
        raise InputError(f"the draw is from vial {draw.vial}, but {len(preparations)} vials are made up; correct it")
    vial = preparations[draw.vial - 1]
    by_size = sorted(syringes, key=lambda syringe: syringe.holds_ml)
    largest = by_size[-1]
    filled: list[Filled] = []
    left = draw.volume_ml
    while left > 0:
        syringe = next((one for one in by_size if one.holds_ml >= left), largest)
        part = min(left, syringe.holds_ml)
        filled.append(_filled(draw, vial, syringe, part))
        left -= part
    return tuple(filled)


def _filled(draw: Draw, vial: Preparation, syringe: Syringe, volume_ml: Decimal) -> Filled:
    marks = (volume_ml / syringe.mark_ml).to_integral_value(ROUND_HALF_EVEN)
    practical = marks * syringe.mark_ml
    # Units per mL of what the volume was computed with: the label's value where it decides.
    per_ml = Dose(1, draw.dose.product)
    return Filled(
        draw=draw,
        syringe=syringe,
        exact_ml=volume_ml,
        practical_ml=practical.normalize() + 0,
        practical_units=rounded(practical / vial.volume_of(per_ml)),
    )
