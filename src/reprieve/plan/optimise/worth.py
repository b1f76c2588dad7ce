"""What each dose of each target is worth: relief, weakness, spread; in expectation and in each draw.

Relief of a muscle: ``p (1 - exp(-dose e^theta / scale))``, p that it takes part, theta its sensitivity; all muscles
together are 1 when every pulling muscle is relieved. The scale is a density times the muscle's volume where the
product has one, else it comes from the usual dose. Weakness and spread are counted against relief with the weights of
the parameters; they are an index, not a probability that a patient will choke.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, ndtri

from reprieve.plan.optimise.candidates import Candidate, Unsourced
from reprieve.plan.optimise.dose_model import DoseModel
from reprieve.plan.optimise.sensitivity import Sensitivity, chance_of_weakness, learn_sensitivity
from reprieve.plan.optimise.targets import members_of
from reprieve.reference.muscle_catalogue import muscles
from reprieve.reference.plan_parameters import PlanParameters

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Reach:
    """A structure that toxin may spread into from a target, and its weight."""

    structure: str
    effect: str
    weight: float
    checked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """One candidate's figures, over its levels.

    Attributes
    ----------
    scale : float
        Units at which 63 % of the relief is reached in the population.
    relief, weakness, spread, doses_of_scale : ndarray, shape (n_levels,)
        Expected relief; expected cost of weakness; cost of spread; dose over scale.
    relief_draws : ndarray, shape (n_draws, n_levels)
        Relief in each draw, in which a muscle either takes part or does not.
    weak_chance : ndarray, shape (n_levels,)
    reaches : tuple of Reach
    """

    scale: float
    scale_words: str
    share: float
    sensitivity: Sensitivity
    relief: Floats
    weakness: Floats
    spread: Floats
    doses_of_scale: Floats
    relief_draws: Floats
    weak_chance: Floats
    reaches: tuple[Reach, ...]


def worths_of(
    candidates: Sequence[Candidate],
    unsourced: Sequence[Unsourced],
    product: str,
    weights: Sequence[float],
    swallowing_at_risk: bool,
    parameters: PlanParameters,
    rng: np.random.Generator,
    model: DoseModel | None = None,
) -> tuple[Worth, ...]:
    """Return the worth of each candidate.

    Parameters
    ----------
    unsourced : sequence of Unsourced
        They pull too, so what is not injected counts in the whole.
    weights : sequence of float
        Importance of each candidate; 1 unless the goal names it.
    rng : numpy Generator
        For the draws; the same generator gives the same figures.
    model : DoseModel, optional
        Takes the place of the saturating curve and of the weights of spread, where it has ground.
    """
    draws = int(parameters.draws.value)
    chances = [expit(one.involvement.log_odds + one.involvement.sd * _normal(draws, rng)) for one in candidates]
    whole = sum(w * float(p.mean()) for w, p in zip(weights, chances, strict=True))
    whole += sum(float(expit(one.probability_log_odds)) for one in unsourced)
    return tuple(
        _worth(one, p, weight / max(whole, 1e-9), product, swallowing_at_risk, parameters, rng, model)
        for one, p, weight in zip(candidates, chances, weights, strict=True)
    )


def _shares(count: int, rng: np.random.Generator) -> Floats:
    """Return `count` evenly spread shares in an order of chance: less noise than free draws."""
    return (rng.permutation(count) + 0.5) / count


def _normal(count: int, rng: np.random.Generator) -> Floats:
    return ndtri(_shares(count, rng))


def _worth(
    one: Candidate,
    chance: Floats,
    share: float,
    product: str,
    swallowing_at_risk: bool,
    parameters: PlanParameters,
    rng: np.random.Generator,
    model: DoseModel | None,
) -> Worth:
    scale, words = scale_of(one, product, parameters)
    sensitivity = learn_sensitivity(one.history, scale, parameters)
    theta = sensitivity.at(_shares(len(chance), rng))
    doses = np.array([float(level.units) for level in one.levels]) / scale
    effect = 1 - np.exp(-doses * np.exp(theta)[:, None])
    told = model.relief(one.place, scale * doses * np.exp(theta)[:, None]) if model is not None else None
    effect = effect if told is None else told
    takes_part = _shares(len(chance), rng) < chance
    weak = chance_of_weakness(np.log(doses) + theta[:, None], parameters).mean(axis=0)
    reaches = reaches_of(one.place.muscle, swallowing_at_risk, parameters)
    spread = parameters.spread_cost.value * _reached(one, reaches, scale, doses, model)
    return Worth(
        scale=scale,
        scale_words=words,
        share=share,
        sensitivity=sensitivity,
        relief=share * (chance[:, None] * effect).mean(axis=0),
        weakness=parameters.weakness_cost.value * share * weak,
        spread=spread,
        doses_of_scale=doses,
        relief_draws=np.where(takes_part[:, None], share * effect, 0.0),
        weak_chance=weak,
        reaches=reaches,
    )


def _reached(one: Candidate, reaches: Sequence[Reach], scale: float, doses: Floats, model: DoseModel | None) -> Floats:
    """Return the weighed reach into structures: a dose over its scale for each, or what the model says of it."""
    amount = np.tile(doses, (len(reaches), 1))
    told = model.spread(one.place, [reach.structure for reach in reaches], scale * doses) if model and reaches else None
    if told is not None:
        amount = np.where(np.isnan(told), amount, told)
    return np.array([reach.weight for reach in reaches]) @ amount if reaches else np.zeros_like(doses)


def scale_of(one: Candidate, product: str, parameters: PlanParameters) -> tuple[float, str]:
    """Return the units at which 1 - 1/e of the relief is reached, and how the figure came about."""
    density = parameters.saturation_units_per_cm3.get(product)
    volumes = [muscles()[name].volume_cm3 for name in sorted(members_of(one.place.muscle)) if name in muscles()]
    known = [volume for volume in volumes if volume is not None]
    if density is not None and known and len(known) == len(volumes):
        volume = sum(known)
        return density.value * volume, f"{density.value:g} units/cm3 in a muscle of about {volume:.0f} cm3"
    usual = float(one.last.units) if one.last is not None else float(one.origin.low + one.origin.high) / 2
    reached = parameters.usual_share.value
    return usual / -log(1 - reached), f"its usual dose of {usual:g} units taken to reach {reached:.0%}"


def reaches_of(name: str, swallowing_at_risk: bool, parameters: PlanParameters) -> tuple[Reach, ...]:
    """Return the structures that toxin may spread into from `name`, each once, heaviest first."""
    found: dict[str, Reach] = {}
    for member in sorted(members_of(name)):
        for risk in muscles()[member].spread_risks if member in muscles() else ():
            # What a muscle does to itself is its weakness, counted apart.
            if risk.kind == "toxin" and risk.to != member and risk.to not in found:
                weight = parameters.structure_weights.get(risk.to, parameters.structure_weight_default).value
                if swallowing_at_risk and risk.to in parameters.swallowing_structures:
                    weight *= parameters.swallowing_factor.value
                found[risk.to] = Reach(risk.to, risk.effect, weight, risk.checked)
    return tuple(sorted(found.values(), key=lambda reach: (-reach.weight, reach.structure)))
