"""One session as a question: candidates, what each dose is worth, the bounds, the program."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reprieve.plan.optimise.bounds import Bound, bounds_of
from reprieve.plan.optimise.candidates import Candidate, Field, Unsourced
from reprieve.plan.optimise.dose_model import DoseModel
from reprieve.plan.optimise.program import Choice, Program
from reprieve.plan.optimise.situation import Situation
from reprieve.plan.optimise.worth import Worth, worths_of
from reprieve.reference.formulary.limit_row import LimitRow
from reprieve.reference.plan_parameters import PlanParameters

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """What a goal makes dearer or cheaper: factors on the costs of the parameters."""

    risk: float = 1.0
    units: float = 1.0
    sites: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionProblem:
    """Everything that the options of one session share.

    Attributes
    ----------
    relief, weakness, spread, risk, net : ndarray, shape (n_columns,)
        By column of the program; `risk` is weakness and spread, `net` is relief less all costs.
    relief_draws : ndarray, shape (n_draws, n_columns)
    """

    situation: Situation
    candidates: tuple[Candidate, ...]
    unsourced: tuple[Unsourced, ...]
    worths: tuple[Worth, ...]
    bounds: tuple[Bound, ...]
    program: Program
    parameters: PlanParameters
    relief: Floats
    weakness: Floats
    spread: Floats
    costs: Floats
    relief_draws: Floats

    @property
    def risk(self) -> Floats:
        """Weakness and spread together."""
        return self.weakness + self.spread

    @property
    def net(self) -> Floats:
        """Relief less all costs."""
        return self.relief - self.costs

    def sum_of(self, values: Floats, choice: Choice) -> float:
        """Return the sum of `values` over the chosen levels."""
        return float(values[self.program.chosen(choice)].sum())


def session_problem(
    situation: Situation,
    field: Field,
    rows: Sequence[LimitRow],
    weights: Sequence[float],
    prices: Prices,
    swallowing_at_risk: bool,
    parameters: PlanParameters,
    rng: np.random.Generator,
    model: DoseModel | None = None,
) -> SessionProblem:
    """Return the problem of one session; `weights` are the importances of the candidates.

    Raises
    ------
    ValueError
        If there is no candidate.
    """
    if not field.candidates:
        raise ValueError("a session needs a candidate; ask for what is missing instead")
    worths = worths_of(
        field.candidates, field.unsourced, situation.product, weights, swallowing_at_risk, parameters, rng, model
    )
    bounds = bounds_of(situation, field.candidates, rows, parameters)
    program = Program(
        candidates=field.candidates,
        bounds=bounds,
        vial_units=situation.vial.units if situation.vial is not None else None,
        vial_cost=parameters.waste_cost.value,
    )
    weakness = np.concatenate([one.weakness for one in worths])
    spread = np.concatenate([one.spread for one in worths])
    scaled = np.concatenate([one.doses_of_scale for one in worths])
    costs = (
        prices.risk * (weakness + spread)
        + prices.units * parameters.unit_cost.value * scaled
        + prices.sites * parameters.site_cost.value * program.sites
    )
    return SessionProblem(
        situation=situation,
        candidates=field.candidates,
        unsourced=field.unsourced,
        worths=worths,
        bounds=bounds,
        program=program,
        parameters=parameters,
        relief=np.concatenate([one.relief for one in worths]),
        weakness=weakness,
        spread=spread,
        costs=costs,
        relief_draws=np.concatenate([one.relief_draws for one in worths], axis=1),
    )
