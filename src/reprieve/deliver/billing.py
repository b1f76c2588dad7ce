"""Billing units of a session: what was given and what was thrown away, in the payer's units.

A billing unit is not a dose unit: one is 5 units of abobotulinumtoxinA (J0586), 100 of rimabotulinumtoxinB (J0587) and
1 unit of the others. Vials are single-use: what was opened and not given is waste and is billed on its own line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from enum import StrEnum

from reprieve.core.dose import Dose, plain, total
from reprieve.core.errors import InputError
from reprieve.core.findings import SourceRef
from reprieve.reference.preparations import ProductFacts, billing_modifiers


class PayerRounding(StrEnum):
    """How a payer wants a broken billing unit of the given dose; the rest of the vials goes to the other line."""

    UP = "up"
    NEAREST = "nearest"
    DOWN = "down"


_MODE = {PayerRounding.UP: ROUND_CEILING, PayerRounding.NEAREST: ROUND_HALF_UP, PayerRounding.DOWN: ROUND_FLOOR}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimLine:
    """One line: code, modifier (None for the given dose beside a JW line), billing units."""

    code: str
    modifier: str | None
    billing_units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DrugClaim:
    """The drug lines of one session, and the exact units behind them.

    Attributes
    ----------
    opened, given, wasted : Dose
        Exact, in units of the product; opened = given + wasted.
    lines : tuple of ClaimLine
        The given dose with JZ when nothing is billed as waste, else without modifier and a JW line beside it.
    """

    opened: Dose
    given: Dose
    wasted: Dose
    units_per_billing_unit: Decimal
    rounding: PayerRounding
    lines: tuple[ClaimLine, ...]
    sources: tuple[SourceRef, ...]

    @property
    def billing_units(self) -> int:
        """All billing units; never more than the opened vials hold."""
        return sum(line.billing_units for line in self.lines)


def drug_claim(
    facts: ProductFacts, given: Dose, vials: Sequence[Dose], rounding: PayerRounding = PayerRounding.UP
) -> DrugClaim:
    """Return the drug lines of a session.

    Parameters
    ----------
    facts : ProductFacts
    given : Dose
        Units injected.
    vials : sequence of Dose
        Labelled contents of the vials opened for this patient.
    rounding : PayerRounding
        What the payer asks for the given dose; waste takes what is left of the vials, so nothing is billed twice.

    Raises
    ------
    InputError
        If the product has no billing unit on file, or more was given than the vials held.
    UnitsError
        If doses of two products meet.

    References
    ----------
    .. [1] ``hcpcs_list_2017``, descriptors of J0585 to J0588; ``cms_a58423_summary``, modifiers JW and JZ.
    """
    billing = facts.billing
    if billing is None:
        raise InputError(f"no billing unit of {facts.product} is on file; bill it by hand")
    opened = total(vials, facts.product)
    if not total([given], facts.product) <= opened:
        raise InputError(
            f"{plain(given.units)} units given, but the vials held {plain(opened.units)} units of {facts.product}; "
            "correct the vials or the dose"
        )
    size = billing.units_per_billing_unit
    held = int(opened.units / size)
    charged = min(held, int((given.units / size).to_integral_value(_MODE[rounding])))
    rest = held - charged
    modifiers = billing_modifiers()
    lines = [ClaimLine(code=billing.code, modifier=None if rest else "JZ", billing_units=charged)]
    if rest:
        lines.append(ClaimLine(code=billing.code, modifier="JW", billing_units=rest))
    return DrugClaim(
        opened=opened,
        given=given,
        wasted=opened - given,
        units_per_billing_unit=size,
        rounding=rounding,
        lines=tuple(lines),
        sources=(billing.source, modifiers["JW" if rest else "JZ"].source),
    )
