"""What if: the same plan with one thing changed, or another plan beside it; and which assumption matters most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from reprieve.app.simulation.model import UNTOLD_SITE_VOLUME_ML, NotSimulated, Placing, Run, by_structure, run_plan
from reprieve.app.simulation.of_plan import Simulation, simulate_plan
from reprieve.core.errors import InputError
from reprieve.pharmacology.muscle import force
from reprieve.record.plan import Injection, Plan

WORDS = {
    "units": "factor on the units",
    "volume": "factor on the volume",
    "units_per_ml": "units in a millilitre: the volume follows",
    "sites": "needle positions of each injection",
    "needle": "mm by which each needle misses, in a direction of chance",
    "along": "mm by which all needles lie further along the fibres",
}
MOST_CHANGES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One plan of a comparison: what was changed, and the figures of its simulation at the medians.

    Attributes
    ----------
    muscles : tuple of MuscleFigure
    risks : tuple of RiskFigure
        Structures at risk and side effects.
    not_simulated : tuple of NotSimulated
        Injections without ground for a simulation, and why.
    """

    name: str
    product: str
    units: str
    muscles: tuple[MuscleFigure, ...]
    risks: tuple[RiskFigure, ...]
    not_simulated: tuple[NotSimulated, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MuscleFigure:
    """Largest block, its day, days with more than half of the force gone, and the day half of the block is back."""

    muscle: str
    side: str | None
    peak_block: float
    peak_day: int
    weak_days: int
    half_return_day: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskFigure:
    """Largest block of a structure at risk, or the chance of a side effect; `kind` tells which."""

    name: str
    kind: str
    value: float | None
    q975: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Plans side by side under the same draws; the first is the one asked about."""

    days: int
    draws: int
    seed: int
    cases: tuple[Case, ...]
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Influence:
    """How one assumption moves one outcome: rank correlation over the draws, and its square as a share."""

    outcome: str
    parameter: str
    correlation: float
    share: float


def changed(plan: Plan, change: str) -> tuple[Plan, Placing]:
    """Return the plan with one thing changed.

    Parameters
    ----------
    plan : Plan
    change : str
        ``[MUSCLE[/SIDE]:]WHAT=NUMBER``; WHAT is one of `WORDS`.

    Raises
    ------
    InputError
        If `change` cannot be read or names a muscle that the plan does not inject.
    """
    where, _, rest = change.rpartition(":")
    what, _, text = rest.partition("=")
    allowed = "; ".join(f"{name} ({words})" for name, words in WORDS.items())
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("nan")
    if what not in WORDS or not number.is_finite() or (what != "along" and not number > 0):
        raise InputError(f"{change!r} is no change; write [MUSCLE[/SIDE]:]WHAT=NUMBER with WHAT one of {allowed}")
    if what == "needle":
        return plan, Placing(error_mm=float(number))
    if what == "along":
        return plan, Placing(along_mm=float(number))
    muscle, _, side = where.partition("/")
    hit = [not where or (one.muscle == muscle and side in ("", one.side)) for one in plan.injections]
    if not any(hit):
        injected = ", ".join(sorted({f"{one.muscle}/{one.side}" for one in plan.injections})) or "nothing"
        raise InputError(f"{where!r} is not injected by this plan; it injects {injected}")
    pairs = zip(plan.injections, hit, strict=True)
    injections = tuple(_changed(one, what, number) if own else one for one, own in pairs)
    return replace(plan, injections=injections), Placing()


def _changed(one: Injection, what: str, number: Decimal) -> Injection:
    volume = Decimal(str(UNTOLD_SITE_VOLUME_ML)) * (one.sites or 1) if one.volume_ml is None else one.volume_ml
    if what == "units":
        # The volume stays: the same fluid holds more or less.
        return replace(one, units=one.units * number, volume_ml=volume)
    if what == "volume":
        return replace(one, volume_ml=volume * number)
    if what == "units_per_ml":
        return replace(one, volume_ml=one.units / number)
    if number != number.to_integral_value() or number > 50:
        raise InputError(f"sites must be a whole number from 1 to 50, but got {number}")
    return replace(one, sites=int(number), volume_ml=volume)


def compare_plans(
    plan: Plan,
    *,
    changes: Sequence[str] = (),
    others: Sequence[tuple[str, Plan]] = (),
    days: int = 180,
    draws: int = 100,
    seed: int = 0,
) -> Comparison:
    """Return a plan beside its changes and beside other plans, all under the same draws.

    Parameters
    ----------
    plan : Plan
    changes : sequence of str
        Each as in `changed`, each alone.
    others : sequence of (name, Plan)
        A plan of another product goes by that product's own parameters; no dose is converted.

    Raises
    ------
    InputError
        If a change cannot be read, or there are too many.
    """
    if len(changes) + len(others) > MOST_CHANGES:
        raise InputError(f"at most {MOST_CHANGES} plans are compared at once, but got {len(changes) + len(others)}")
    cases = [("as planned", plan, Placing())]
    cases += [(change, *changed(plan, change)) for change in changes]
    cases += [(name, other, Placing()) for name, other in others]
    told = [
        _case(name, one, simulate_plan(one, days=days, draws=draws, seed=seed, placing=at)) for name, one, at in cases
    ]
    note = "Explains; not a measurement of this patient. Doses of different products are not comparable."
    return Comparison(days=days, draws=draws, seed=seed, cases=tuple(told), note=note)


def _case(name: str, plan: Plan, told: Simulation) -> Case:
    reached: dict[str, RiskFigure] = {}
    for one in told.spread:
        known = reached.get(one.structure)
        if known is None or one.peak_block > (known.value or 0):
            reached[one.structure] = RiskFigure(
                name=one.structure, kind="largest block", value=one.peak_block, q975=one.q975
            )
    effects = [RiskFigure(name=s.effect, kind="chance", value=s.probability, q975=s.q975) for s in told.side_effects]
    return Case(
        name=name,
        product=plan.product,
        units=format(sum((one.units for one in plan.injections), Decimal(0)).normalize(), "f"),
        muscles=tuple(
            MuscleFigure(
                muscle=m.muscle,
                side=m.side,
                peak_block=m.peak_block,
                peak_day=m.peak_day,
                weak_days=sum(value < 0.5 for value in m.force.median),
                half_return_day=m.half_return_day,
            )
            for m in told.muscles
        ),
        risks=(*effects, *reached.values()),
        not_simulated=told.not_simulated,
    )


def rank_influences(plan: Plan, *, days: int = 180, draws: int = 400, seed: int = 0) -> tuple[Influence, ...]:
    """Return how much each uncertain parameter moves the outcomes of a plan, the weightiest first.

    Raises
    ------
    InputError
        If nothing of the plan can be simulated: the reasons.

    Notes
    -----
    The parameters are drawn independently, so the squares of the rank correlations are shares of what the ranks of an
    outcome vary, as far as it rises or falls with each parameter.
    """
    run = run_plan(plan, days=days, draws=draws, seed=seed)
    if run.drawn is None:
        why = "; ".join(sorted({one.reason for one in run.missing})) or "it injects nothing"
        raise InputError(f"nothing of this plan can be simulated: {why}")
    found = []
    for outcome, values in _outcomes(run).items():
        if np.ptp(values) > 1e-9:
            for name, drawn in _parameters(run).items():
                rho = float(np.corrcoef(rankdata(values), rankdata(drawn))[0, 1])
                share = round(rho * rho, 3)
                found.append(Influence(outcome=outcome, parameter=name, correlation=round(rho, 3), share=share))
    order = {outcome: i for i, outcome in enumerate(_outcomes(run))}
    return tuple(sorted(found, key=lambda one: (order[one.outcome], -one.share)))


def _outcomes(run: Run) -> dict[str, NDArray[np.float64]]:
    injected = [run.blocked[key] for key in by_structure(run.targets)]
    mean = np.mean(injected, axis=0)
    weak = np.mean([1 - force(block, run.axis) for block in injected], axis=0)
    beside = [run.blocked[other.key].max(axis=1) for other in run.others]
    told = {
        "largest block of the injected muscles": mean.max(axis=1),
        "days with more than half of the largest block": (mean > mean.max(axis=1, keepdims=True) / 2).sum(axis=1) * 1.0,
        "weakness over all days": weak.sum(axis=1),
    }
    return told | ({"largest block beside": np.max(beside, axis=0)} if beside else {})


def _parameters(run: Run) -> dict[str, NDArray[np.float64]]:
    assert run.drawn is not None
    spread, endplate = run.drawn.spread, run.drawn.endplate
    told = {
        "reach across the fibres": spread.reach_mm,
        "reach along over across": spread.along_fibres,
        "share of tissue that fluid fills": spread.interstitial_fraction,
        "part that passes fascia": run.drawn.through_fascia,
        "rate of uptake": endplate.uptake_per_day,
        "half-life of the light chain": endplate.light_chain_half_life_d,
        "units per mL that count as one": run.drawn.reference_units_per_ml,
    }
    return {name: np.asarray(values, float) for name, values in told.items()}
