"""What a choice is expected to do: relief with interval, weakness, spread into named structures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reprieve.plan.optimise.program import Choice
from reprieve.plan.optimise.session_problem import SessionProblem

MEANING = (
    "relief is the share of all the pulling in this posture that the model expects toxin to take away at its peak; "
    "an index for comparing plans, not a score on a scale, not validated in patients"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MuscleEffectExpected:
    """One injected target: its part of the relief, and the chance that it becomes too weak."""

    muscle: str
    side: str | None
    relief: float
    weak_chance: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StructureAtRisk:
    """A structure that toxin may reach; `index` compares plans, it is no probability."""

    structure: str
    effect: str
    index: float
    checked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedEffect:
    """The forecast of one plan, with what it rests on.

    Attributes
    ----------
    relief : float
        Mean over the draws; `low` and `high` bound it at `interval_level`.
    risk : float
        Weakness and spread in the unit of relief.
    """

    relief: float
    low: float
    high: float
    interval_level: float
    risk: float
    muscles: tuple[MuscleEffectExpected, ...]
    structures: tuple[StructureAtRisk, ...]
    meaning: str = MEANING


def expected_effect(problem: SessionProblem, choice: Choice) -> ExpectedEffect:
    """Return the expected effect of `choice`."""
    chosen = problem.program.chosen(choice)
    draws = problem.relief_draws[:, chosen].sum(axis=1)
    level = problem.parameters.interval_level.value
    low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2])
    return ExpectedEffect(
        relief=_rounded(problem.relief[chosen].sum()),
        # In a draw with more pulling muscles than expected the index may pass 1; as a share it cannot.
        low=_rounded(min(low, 1.0)),
        high=_rounded(min(high, 1.0)),
        interval_level=level,
        risk=_rounded(problem.risk[chosen].sum()),
        muscles=_muscles(problem, choice),
        structures=_structures(problem, choice),
    )


def _muscles(problem: SessionProblem, choice: Choice) -> tuple[MuscleEffectExpected, ...]:
    return tuple(
        MuscleEffectExpected(
            muscle=one.place.muscle,
            side=one.place.side,
            relief=_rounded(worth.relief[index]),
            weak_chance=_rounded(worth.weak_chance[index]),
        )
        for one, worth, index in zip(problem.candidates, problem.worths, choice.levels, strict=True)
        if index is not None
    )


def _structures(problem: SessionProblem, choice: Choice) -> tuple[StructureAtRisk, ...]:
    table: dict[str, tuple[str, float, bool]] = {}
    for worth, index in zip(problem.worths, choice.levels, strict=True):
        if index is not None:
            for reach in worth.reaches:
                effect, told, checked = table.get(reach.structure, (reach.effect, 0.0, reach.checked))
                index_here = reach.weight * float(worth.doses_of_scale[index])
                table[reach.structure] = (effect, told + index_here, checked and reach.checked)
    found = [
        StructureAtRisk(structure=name, effect=effect, index=_rounded(value), checked=checked)
        for name, (effect, value, checked) in table.items()
    ]
    return tuple(sorted(found, key=lambda one: (-one.index, one.structure)))


def _rounded(value: float) -> float:
    # Four places: finer than the model, and the same text on every machine.
    return round(float(value), 4)
