"""What a plan would do in the muscles: the plan's injections, the geometry and the priors brought together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from reprieve.app.simulation.joints import JointChange, joint_changes
from reprieve.app.simulation.model import (
    UNTOLD_SITE_VOLUME_ML,
    NotSimulated,
    Placing,
    Target,
    by_structure,
    dosed_of,
    needles_at,
    run_plan,
)
from reprieve.app.simulation.risks import SideEffectChance, side_effect_chances
from reprieve.core.findings import SourceRef
from reprieve.pharmacology.muscle import force
from reprieve.pharmacology.onset import CLINIC, MINUTES_PER_DAY, minutes_to_tension
from reprieve.pharmacology.simulate import Structure
from reprieve.record.plan import Plan
from reprieve.reference.geometry import risk_structures
from reprieve.reference.pharmacology import PharmacologyPriors, pharmacology_priors

MODEL = "endplate-chain/1"
NEIGHBOURS_SHOWN = 8
NOTE = "Explains; not a measurement of this patient. Most parameters come from animals, small trials or assumptions."


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """One quantity over the days of the simulation: median and 95 % band of the parameter draws."""

    median: tuple[float, ...]
    q025: tuple[float, ...]
    q975: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MuscleCourse:
    """An injected muscle over time.

    `block` is the fraction of endplates silenced, `force` the force left; `half_return_day` the day on which the median
    block has fallen to half of its peak, None if not within the days asked for.
    """

    muscle: str
    side: str | None
    units: str
    place_known: bool
    block: Curve
    force: Curve
    peak_day: int
    peak_block: float
    half_return_day: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """A structure that was not injected: the largest block there, median and 95 % band."""

    structure: str
    side: str | None
    effect: str | None
    peak_block: float
    q025: float
    q975: float
    checked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Onset:
    """Days until half and nine tenths of the tension are gone, by the onset model of Lebeda 2008; no dose in it."""

    model: str
    days_to_half: float
    days_to_tenth: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """The answer of `reprieve simulate`."""

    model: str
    product: str
    days: tuple[int, ...]
    muscles: tuple[MuscleCourse, ...]
    spread: tuple[Reached, ...]
    neighbours: tuple[Reached, ...]
    joints: tuple[JointChange, ...]
    side_effects: tuple[SideEffectChance, ...]
    onset: Onset
    not_simulated: tuple[NotSimulated, ...]
    assumptions: tuple[str, ...]
    draws: int
    seed: int
    sources: tuple[SourceRef, ...]
    note: str = NOTE


def simulate_plan(
    plan: Plan, *, days: int = 180, draws: int = 100, seed: int = 0, placing: Placing | None = None
) -> Simulation:
    """Return block and force of each injected muscle over time, and what follows from them.

    Parameters
    ----------
    plan : Plan
        A proposed session.
    days : int
        Days after the injection, 1 to 730.
    draws : int
        Draws of the parameters, 1 to 2000.
    seed : int
        Seed of the draws; the same plan and seed give the same answer.
    placing : Placing, optional
        How far the needles are off.

    Raises
    ------
    InputError
        If `days` or `draws` is out of range.
    UnknownNameError
        If a muscle is not known.
    """
    run = run_plan(plan, days=days, draws=draws, seed=seed, placing=placing)
    risk, near = _reached(run.others, run.blocked)
    return Simulation(
        model=MODEL,
        product=plan.product,
        days=tuple(range(days + 1)),
        muscles=tuple(_course(own, run.blocked[key], run.axis) for key, own in by_structure(run.targets).items()),
        spread=risk,
        neighbours=near,
        joints=joint_changes(run),
        side_effects=side_effect_chances(run, plan.product),
        onset=_onset(),
        not_simulated=run.missing,
        assumptions=_assumptions(run.targets),
        draws=draws,
        seed=seed,
        sources=_sources(pharmacology_priors(), plan.product),
    )


def _reached(
    others: Sequence[Structure], blocked: dict[str, NDArray[np.float64]]
) -> tuple[tuple[Reached, ...], tuple[Reached, ...]]:
    at_risk = {f"risk:{risk.id}": risk for risk in risk_structures()}
    risk, near = [], []
    for other in others:
        peak = blocked[other.key].max(axis=1)
        low, middle, high = (round(float(v), 4) for v in np.quantile(peak, (0.025, 0.5, 0.975)))
        entry = Reached(
            structure=other.key, side=None, effect=None, peak_block=middle, q025=low, q975=high, checked=False
        )
        if other.key in at_risk:
            row = at_risk[other.key]
            risk.append(replace(entry, structure=row.structure, effect=row.effect, side=_side_of(row.id)))
        else:
            name, side = other.key.split("/")
            near.append(replace(entry, structure=name, side=side))
    near.sort(key=lambda r: -r.peak_block)
    return tuple(risk), tuple(near[:NEIGHBOURS_SHOWN])


def _side_of(risk_id: str) -> str | None:
    return next((side for side in ("left", "right") if risk_id.endswith(side)), None)


def _course(targets: Sequence[Target], blocked: NDArray[np.float64], axis: NDArray[np.float64]) -> MuscleCourse:
    """Return the course of one muscle, whose injections are `targets`: they block it together."""
    first = targets[0]
    block = _curve(blocked)
    middle = np.array(block.median)
    peak = int(middle.argmax())
    fallen = np.flatnonzero((middle <= middle[peak] / 2) & (axis > peak))
    return MuscleCourse(
        muscle=first.muscle,
        side=first.side if any(one.injection.side is not None for one in targets) else None,
        units=_share_text(targets),
        place_known=first.place_known,
        block=block,
        force=_curve(force(blocked, axis)),
        peak_day=peak,
        peak_block=round(float(middle[peak]), 4),
        half_return_day=int(fallen[0]) if fallen.size and middle[peak] > 0 else None,
    )


def _share_text(targets: Sequence[Target]) -> str:
    if all(one.share == 1 for one in targets):
        return format(sum((one.injection.units for one in targets), Decimal(0)).normalize(), "f")
    return f"{round(sum(float(one.injection.units) * one.share for one in targets), 3):g}"


def _curve(values: NDArray[np.float64]) -> Curve:
    low, middle, high = np.round(np.quantile(values, (0.025, 0.5, 0.975), axis=0), 4)
    return Curve(median=tuple(middle.tolist()), q025=tuple(low.tolist()), q975=tuple(high.tolist()))


def _onset() -> Onset:
    half, tenth = (round(minutes_to_tension(CLINIC, left) / MINUTES_PER_DAY, 2) for left in (0.5, 0.1))
    return Onset(model="lebeda2008, four steps, clinic", days_to_half=half, days_to_tenth=tenth)


def _assumptions(targets: Sequence[Target]) -> tuple[str, ...]:
    lines = [
        needles_at([dosed_of(target) for target in targets]),
        "endplates lie where a study found them, else in a band at mid-belly",
    ]
    if any(t.injection.sites is None for t in targets):
        lines.append("where sites are not told, one site")
    if any(t.injection.volume_ml is None for t in targets):
        lines.append(f"where the volume is not told, {UNTOLD_SITE_VOLUME_ML} mL at each site")
    if any(t.injection.side is None for t in targets):
        lines.append("where the side is not told, the geometry of the right side")
    if any(t.share != 1 for t in targets):
        lines.append("a dose for several muscles or both sides is shared by volume")
    if any(not t.place_known for t in targets):
        lines.append("a muscle without a known place is an ellipsoid of its volume, without neighbours")
    return tuple(lines)


def _sources(priors: PharmacologyPriors, product: str) -> tuple[SourceRef, ...]:
    groups = [priors.spread, priors.endplate, priors.products.get(product, {})]
    rows = {prior.source: prior for group in groups for prior in group.values()}
    keys = [*rows, "lebeda2008"]
    return tuple(
        SourceRef(key=key, grade=priors.sources[key]["grade"], checked=key in rows and rows[key].checked)
        for key in dict.fromkeys(keys)
    )
