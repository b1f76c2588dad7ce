"""What delivery must know of one product: vials, labelled dilutions, time after opening, billing unit.

Plain values with their source; `reprieve.app.delivery_facts` reads them from the formulary. A fact that is not known
is None or an empty tuple, never a guess.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from reprieve.core.findings import SourceRef


@dataclass(frozen=True, slots=True, kw_only=True)
class VialSize:
    """One pack size; `nominal_ml` is the volume of a ready solution (None for a powder)."""

    units: Decimal
    source: SourceRef
    nominal_ml: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelDilution:
    """One row of the labelled dilution table."""

    vial_units: Decimal
    diluent_ml: Decimal
    units_per_0_1_ml: Decimal
    used_for: str
    source: SourceRef
    procedure: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoStep:
    """A dilution that does not fit into the vial: `first_ml` in the vial, `second_ml` in the syringe."""

    total_ml: Decimal
    first_ml: Decimal
    second_ml: Decimal
    text: str
    source: SourceRef


@dataclass(frozen=True, slots=True, kw_only=True)
class UseWithin:
    """How long a vial may be used once it is made up, and at what temperature."""

    hours: Decimal
    at: str
    source: SourceRef


@dataclass(frozen=True, slots=True, kw_only=True)
class BillingUnit:
    """The drug code of a product and how many of its units one billing unit is."""

    code: str
    units_per_billing_unit: Decimal
    source: SourceRef


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductFacts:
    """All of it for one product; `ready_to_use` products come as a solution and may be given undiluted."""

    product: str
    vials: tuple[VialSize, ...]
    dilutions: tuple[LabelDilution, ...] = ()
    two_steps: tuple[TwoStep, ...] = ()
    use_within: UseWithin | None = None
    billing: BillingUnit | None = None
    diluent: str | None = None
    ready_to_use: bool = False

    def vial(self, units: Decimal) -> VialSize | None:
        """Return the pack size of `units`, or None if there is none."""
        return next((size for size in self.vials if size.units == units), None)
