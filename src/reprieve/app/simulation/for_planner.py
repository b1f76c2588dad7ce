"""The muscle model as the planner's curve of benefit and of spread: an adapter, off unless asked for.

At the median parameters, one site for every 20 units of reference, volumes as a plan that tells none. The relief of a
muscle is the force that it lacks on average over twelve weeks, over the most that the model can take away. The spread
into a structure is its bound amount over that of a side effect's reference plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from reprieve.app.simulation.model import dosed_of, draws_of, other_structures, targets_of
from reprieve.core.errors import InputError
from reprieve.pharmacology.muscle import force
from reprieve.pharmacology.simulate import Dosed, Structure, blocked_over_time, bound_at
from reprieve.plan.optimise import DoseModel, Place
from reprieve.record.chart import Chart
from reprieve.record.plan import Injection, Plan, Side
from reprieve.reference.geometry import risk_structures
from reprieve.reference.pharmacology import pharmacology_priors, side_effect_anchors

Floats = NDArray[np.float64]
WEEKS = 12
# In reference amounts over the whole muscle: the table's doses, from nothing to far beyond any that is given.
_LEVELS = np.concatenate([[0.0], np.geomspace(0.02, 40.0, 24)])
_SITES = 3


class ChainDoseModel:
    """The chain of `reprieve simulate` for one product; see `DoseModel`."""

    def __init__(self, product: str) -> None:
        priors = pharmacology_priors()
        if product not in priors.products:
            known = ", ".join(priors.products)
            raise InputError(f"the muscle model has no parameters of {product}; it knows {known}; leave it off")
        self.product = product
        self._draws = draws_of(priors, product, 0, 0)
        self._reference = float(self._draws.reference_units_per_ml[0])
        self._tables = lru_cache(maxsize=None)(self._table)
        self._reaches = lru_cache(maxsize=None)(self._per_unit)

    @property
    def name(self) -> str:
        """Name in proposals."""
        return "endplate-chain/1"

    def relief(self, place: Place, units: Floats) -> Floats | None:
        """Return the share of the muscle's pull that `units` take away."""
        table = self._tables(place)
        return None if table is None else np.interp(units, *table)

    def spread(self, place: Place, structures: Sequence[str], units: Floats) -> Floats | None:
        """Return what reaches each structure; NaN for one whose place is not known."""
        slopes = self._reaches(place)
        if slopes is None:
            return None
        return np.array([slopes.get(name, np.nan) * np.asarray(units, float) for name in structures])

    def _table(self, place: Place) -> tuple[Floats, Floats] | None:
        dosed = self._dosed(place, 1.0)
        if not dosed:
            return None
        volume = sum(belly.volume_ml for one in dosed for belly in one.structure.bellies)
        units = _LEVELS * self._reference * volume
        days = np.arange(0.0, 7.0 * WEEKS + 1.0)
        lost = np.array([self._lost(self._dosed(place, float(u)), days) for u in units])
        # No dose takes away more than all of the force from the day the block is there; 40 fills come near it.
        return units, np.maximum.accumulate(lost / lost[-1])

    def _lost(self, dosed: Sequence[Dosed], days: Floats) -> float:
        blocked = blocked_over_time([one.structure for one in dosed], dosed, self._draws, days)
        return float(np.mean([1.0 - force(block[0], days).mean() for block in blocked.values()]))

    def _per_unit(self, place: Place) -> dict[str, float] | None:
        dosed = self._dosed(place, 1.0)
        if not dosed or any(one.structure.frame != "neck" for one in dosed):
            return None
        at_risk = {f"risk:{risk.id}": risk.structure for risk in risk_structures()}
        found: dict[str, float] = {}
        for structure in other_structures({"neck"}, {one.structure.key for one in dosed}):
            name = at_risk.get(structure.key) or structure.key.split("/")[0]
            amount = self._bound(structure, dosed) / self._most_bound(structure)
            found[name] = max(found.get(name, 0.0), amount)
        return found

    def _most_bound(self, structure: Structure) -> float:
        """Amount in a structure that counts as one: that of the dysphagia's reference plan of this product.

        Without one, and for a neighbour, a thirtieth of what counts in an endplate.
        """
        if structure.key.startswith("risk:"):
            for anchor in side_effect_anchors():
                if anchor.product == self.product and structure.key.removeprefix("risk:") in anchor.structures:
                    plan = self._plan([(name, side, units, sites) for name, side, units, sites in anchor.plan])
                    return max(self._bound(structure, [dosed_of(target) for target in targets_of(plan)[0]]), 1e-9)
        return self._reference / 30.0

    def _bound(self, structure: Structure, dosed: Sequence[Dosed]) -> float:
        return float(bound_at(structure.points(), structure, dosed, self._draws)[0].mean())

    def _dosed(self, place: Place, units: float) -> list[Dosed]:
        plan = self._plan([(place.muscle, place.side, Decimal(repr(max(units, 1e-6))), _SITES)])
        return [dosed_of(target) for target in targets_of(plan)[0]]

    def _plan(self, rows: Sequence[tuple[str, Side | None, Decimal, int]]) -> Plan:
        injections = tuple(Injection(muscle=name, side=side, units=units, sites=n) for name, side, units, n in rows)
        return Plan(product=self.product, indication="cervical_dystonia", injections=injections)


def muscle_model(chart: Chart, product: str | None, on: date) -> DoseModel | None:
    """Return the model of the product that the next session would use; None where the chart names none.

    Raises
    ------
    InputError
        If the product has no parameters.
    """
    before = sorted((one for one in chart.sessions if one.injections and one.date < on), key=lambda one: one.date)
    name = product or (before[-1].product if before else None)
    return None if name is None else ChainDoseModel(name)
