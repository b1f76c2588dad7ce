"""The planner's own numbers: one versioned file, each with its source; none of them is a dose limit."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from types import MappingProxyType
from typing import Any

from reprieve.core.errors import ReferenceDataError, UnknownNameError
from reprieve.reference._files import read_json
from reprieve.reference.assessment_weights import Weight


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanParameters:
    """All parameters of the planner; the file tells what each means.

    Attributes
    ----------
    dose_steps : mapping of product to ((largest dose, step), ...)
        Units of the product.
    saturation_units_per_cm3 : mapping of product to Weight
        A product without an entry has none; nothing is carried over from another product.
    structure_weights : mapping of structure to Weight
    swallowing_structures : frozenset of str
    """

    version: str
    status: str
    dose_steps: Mapping[str, tuple[tuple[Decimal, Decimal], ...]]
    saturation_units_per_cm3: Mapping[str, Weight]
    structure_weights: Mapping[str, Weight]
    swallowing_structures: frozenset[str]
    usual_share: Weight
    sensitivity_sd: Weight
    answer_sd: Weight
    better_from: Weight
    weak_from: Weight
    older_judgement: Weight
    weakness_cost: Weight
    spread_cost: Weight
    unit_cost: Weight
    site_cost: Weight
    waste_cost: Weight
    structure_weight_default: Weight
    swallowing_factor: Weight
    new_muscle_from: Weight
    most_candidates: Weight
    own_dose_low: Weight
    own_dose_high: Weight
    first_dose_share: Weight
    total_rise: Weight
    weak_reduction: Weight
    most_sites: Weight
    goal_weight: Weight
    keep_share: Weight
    complaint_share: Weight
    caution_tail: Weight
    caution_weight: Weight
    draws: Weight
    interval_level: Weight

    def step(self, product: str, largest: Decimal) -> Decimal:
        """Return the step of the dose grid of a muscle whose largest dose is `largest`."""
        if product not in self.dose_steps:
            raise UnknownNameError(f"no dose step of {product!r} on file; choose one of {', '.join(self.dose_steps)}")
        return next(step for up_to, step in self.dose_steps[product] if largest <= up_to)


@cache
def plan_parameters() -> PlanParameters:
    """Return the shipped parameters.

    Raises
    ------
    ReferenceDataError
        A parameter is missing or unknown.
    """
    rows: dict[str, Any] = dict(read_json("plan/parameters.json"))
    wanted = {field.name for field in dataclasses.fields(PlanParameters)}
    if set(rows) != wanted:
        raise ReferenceDataError(
            f"plan/parameters.yaml: {sorted(set(rows) ^ wanted)} missing or unknown; correct the file"
        )
    fields: dict[str, Any] = {name: Weight(**row) for name, row in rows.items() if _is_weight(row)}
    for name in ("saturation_units_per_cm3", "structure_weights"):
        fields[name] = MappingProxyType({key: Weight(**row) for key, row in rows[name].items()})
    steps = {
        product: tuple((Decimal(str(up_to)), Decimal(str(step))) for up_to, step in table)
        for product, table in rows["dose_steps"].items()
    }
    fields["dose_steps"] = MappingProxyType(steps)
    fields["swallowing_structures"] = frozenset(rows["swallowing_structures"])
    return PlanParameters(version=str(rows["version"]), status=str(rows["status"]), **fields)


def _is_weight(row: Any) -> bool:
    return isinstance(row, dict) and "value" in row
