"""What a plan would do in the muscles: the plan's injections, the geometry and the priors brought together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from reprieve.core.errors import InputError
from reprieve.core.findings import SourceRef
from reprieve.pharmacology.belly import Belly, sphere_of
from reprieve.pharmacology.draws import draw
from reprieve.pharmacology.endplate import EndplateParameters
from reprieve.pharmacology.muscle import force
from reprieve.pharmacology.onset import CLINIC, MINUTES_PER_DAY, minutes_to_tension
from reprieve.pharmacology.simulate import Dosed, Draws, Structure, blocked_over_time
from reprieve.pharmacology.spread import SpreadParameters
from reprieve.record.plan import Injection, Plan
from reprieve.reference import muscle, target_members
from reprieve.reference.geometry import Ellipsoid, muscle_ellipsoids, risk_structures
from reprieve.reference.pharmacology import PharmacologyPriors, pharmacology_priors

MODEL = "endplate-chain/1"
UNTOLD_SITE_VOLUME_ML = 0.1
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
class NotSimulated:
    """An injection that the model has no ground for, and why."""

    muscle: str
    side: str | None
    reason: str


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
    onset: Onset
    not_simulated: tuple[NotSimulated, ...]
    assumptions: tuple[str, ...]
    draws: int
    seed: int
    sources: tuple[SourceRef, ...]
    note: str = NOTE


def dosed_structures(plan: Plan, *, frame: str) -> tuple[list[Dosed], list[Structure]]:
    """Return the injected structures of one frame, and the others of that frame."""
    targets = [target for target in _targets(plan)[0] if target.structure.frame == frame]
    return [_dosed(target) for target in targets], _others({frame}, {target.structure.key for target in targets})


def median_spread(product: str) -> tuple[SpreadParameters, float]:
    """Return the median spread parameters of a product and the part that passes fascia.

    Raises
    ------
    InputError
        If the product has no parameters of its own.
    """
    return drawn_spread(product, draws=0, seed=0)[0]


def drawn_spread(product: str, *, draws: int, seed: int) -> list[tuple[SpreadParameters, float]]:
    """Return the median spread parameters and the part that passes fascia, then as many random ones as asked for.

    Raises
    ------
    InputError
        If the product has no parameters of its own.
    """
    priors = pharmacology_priors()
    if product not in priors.products:
        known = ", ".join(priors.products)
        raise InputError(f"no parameters of its own for {product}, and none is carried over; simulated are {known}")
    drawn = _draws(priors, product, draws, seed)
    names = SpreadParameters.__slots__
    return [
        (
            SpreadParameters(**{name: float(np.asarray(getattr(drawn.spread, name))[i]) for name in names}),
            float(drawn.through_fascia[i]),
        )
        for i in range(draws + 1)
    ]


@dataclass(frozen=True, slots=True)
class _Target:
    """One catalogue muscle of one side with its share of an injection."""

    injection: Injection
    muscle: str
    side: str
    share: float
    structure: Structure
    place_known: bool


def simulate_plan(plan: Plan, *, days: int = 180, draws: int = 100, seed: int = 0) -> Simulation:
    """Return block and force of each injected muscle over time, and what reaches its surroundings.

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

    Raises
    ------
    InputError
        If `days` or `draws` is out of range.
    UnknownNameError
        If a muscle is not known.
    """
    if not 1 <= days <= 730:
        raise InputError(f"days must lie between 1 and 730, but got {days}")
    if not 1 <= draws <= 2000:
        raise InputError(f"draws must lie between 1 and 2000, but got {draws}")
    axis = np.arange(days + 1, dtype=float)
    priors = pharmacology_priors()
    targets, missing = _targets(plan)
    if plan.product not in priors.products:
        known = ", ".join(priors.products)
        reason = f"no parameters of its own for {plan.product}, and none is carried over; simulated are {known}"
        missing = [NotSimulated(muscle=i.muscle, side=i.side, reason=reason) for i in plan.injections]
        targets = []
    courses: tuple[MuscleCourse, ...] = ()
    risk: tuple[Reached, ...] = ()
    near: tuple[Reached, ...] = ()
    if targets:
        drawn = _draws(priors, plan.product, draws, seed)
        dosed = [_dosed(target) for target in targets]
        injected = {target.structure.key for target in targets}
        others = _others({target.structure.frame for target in targets}, injected)
        blocked = blocked_over_time(
            [*{t.structure.key: t.structure for t in targets}.values(), *others], dosed, drawn, axis
        )
        courses = tuple(_course(target, blocked[target.structure.key], axis) for target in targets)
        risk, near = _reached(others, blocked)
    return Simulation(
        model=MODEL,
        product=plan.product,
        days=tuple(range(days + 1)),
        muscles=courses,
        spread=risk,
        neighbours=near,
        onset=_onset(),
        not_simulated=tuple(missing),
        assumptions=_assumptions(targets),
        draws=draws,
        seed=seed,
        sources=_sources(priors, plan.product),
    )


def _targets(plan: Plan) -> tuple[list[_Target], list[NotSimulated]]:
    targets: list[_Target] = []
    missing: list[NotSimulated] = []
    for injection in plan.injections:
        sides = ("left", "right") if injection.side == "both" else (injection.side or "right",)
        members = target_members(injection.muscle)
        sized = [name for name in members if _volume(name)]
        if not sized:
            reason = "no volume is known for it" if members else "not a muscle of the catalogue"
            missing.append(NotSimulated(muscle=injection.muscle, side=injection.side, reason=reason))
            continue
        total = sum(_volume(name) for name in sized) * len(sides)
        targets += [_target(injection, name, side, _volume(name) / total) for name in sized for side in sides]
    return targets, missing


def _volume(name: str) -> float:
    """Volume in mL, 0 where none is known (the caller leaves such a muscle out)."""
    return muscle(name).volume_cm3 or sum(_belly(e).volume_ml for e in muscle_ellipsoids().get((name, "right"), ()))


def _target(injection: Injection, name: str, side: str, share: float) -> _Target:
    bodies = _bodies(name, side)
    if bodies:
        frame = bodies[0].frame if bodies[0].frame == "neck" else f"{bodies[0].frame}_{side}"
        structure = Structure(key=f"{name}/{side}", frame=frame, bellies=tuple(_belly(body) for body in bodies))
    else:
        key = f"{name}/{side}"
        structure = Structure(key=key, frame=f"own:{key}", bellies=(sphere_of(_volume(name)),))
    return _Target(injection, name, side, share, structure, bool(bodies))


def _bodies(name: str, side: str) -> tuple[Ellipsoid, ...]:
    """Ellipsoids of a muscle; a left leg is taken as the mirrored right one in a frame of its own."""
    known = muscle_ellipsoids()
    return known.get((name, side)) or tuple(
        body for body in known.get((name, "right"), ()) if body.frame == "leg" and side == "left"
    )


def _belly(body: Ellipsoid) -> Belly:
    return Belly(centre=body.centre_mm, fibre=_unit(body.axis), long_mm=body.long_mm, short_mm=body.short_mm)


def _unit(axis: tuple[float, float, float]) -> tuple[float, float, float]:
    x, y, z = (float(v) for v in np.array(axis) / np.linalg.norm(axis))
    return (x, y, z)


def _dosed(target: _Target) -> Dosed:
    injection = target.injection
    sites = injection.sites or 1
    whole_volume = UNTOLD_SITE_VOLUME_ML * sites if injection.volume_ml is None else float(injection.volume_ml)
    return Dosed(
        structure=target.structure,
        units=float(injection.units) * target.share,
        sites=max(1, round(sites * target.share)),
        volume_ml=max(whole_volume * target.share, 1e-3),
    )


def _draws(priors: PharmacologyPriors, product: str, count: int, seed: int) -> Draws:
    rng = np.random.default_rng(seed)
    spread = {name: draw(prior, count, rng) for name, prior in priors.spread.items()}
    own = {name: draw(prior, count, rng) for name, prior in priors.products[product].items()}
    fixed = {name: prior.values[0] for name, prior in priors.endplate.items()}
    return Draws(
        spread=SpreadParameters(
            reach_mm=spread["reach_mm"],
            along_fibres=spread["along_fibres"],
            interstitial_fraction=spread["interstitial_fraction"],
        ),
        endplate=EndplateParameters(
            uptake_per_day=own["uptake_per_day"], light_chain_half_life_d=own["light_chain_half_life_d"], **fixed
        ),
        through_fascia=spread["through_fascia"],
        reference_units_per_ml=own["reference_units_per_ml"],
    )


def _others(frames: set[str], injected: set[str]) -> list[Structure]:
    """Structures of the same frames that are not injected: muscles and those at risk."""
    found = [
        Structure(key=f"risk:{risk.id}", frame="neck", bellies=(_belly(risk.body),), banded=False)
        for risk in risk_structures()
        if "neck" in frames
    ]
    for (name, side), bodies in muscle_ellipsoids().items():
        for own_side in (side,) if bodies[0].frame == "neck" else ("left", "right"):
            frame = "neck" if bodies[0].frame == "neck" else f"leg_{own_side}"
            key = f"{name}/{own_side}"
            if frame in frames and key not in injected:
                found.append(Structure(key=key, frame=frame, bellies=tuple(_belly(body) for body in bodies)))
    return found


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


def _course(target: _Target, blocked: NDArray[np.float64], axis: NDArray[np.float64]) -> MuscleCourse:
    block = _curve(blocked)
    middle = np.array(block.median)
    peak = int(middle.argmax())
    fallen = np.flatnonzero((middle <= middle[peak] / 2) & (axis > peak))
    return MuscleCourse(
        muscle=target.muscle,
        side=target.side if target.injection.side is not None else None,
        units=_share_text(target),
        place_known=target.place_known,
        block=block,
        force=_curve(force(blocked, axis)),
        peak_day=peak,
        peak_block=round(float(middle[peak]), 4),
        half_return_day=int(fallen[0]) if fallen.size and middle[peak] > 0 else None,
    )


def _share_text(target: _Target) -> str:
    units = float(target.injection.units) * target.share
    return f"{round(units, 3):g}" if target.share != 1 else format(target.injection.units.normalize(), "f")


def _curve(values: NDArray[np.float64]) -> Curve:
    low, middle, high = np.round(np.quantile(values, (0.025, 0.5, 0.975), axis=0), 4)
    return Curve(median=tuple(middle.tolist()), q025=tuple(low.tolist()), q975=tuple(high.tolist()))


def _onset() -> Onset:
    half, tenth = (round(minutes_to_tension(CLINIC, left) / MINUTES_PER_DAY, 2) for left in (0.5, 0.1))
    return Onset(model="lebeda2008, four steps, clinic", days_to_half=half, days_to_tenth=tenth)


def _assumptions(targets: Sequence[_Target]) -> tuple[str, ...]:
    lines = ["needle positions lie evenly over the middle half of each belly", "endplates lie in a band at mid-belly"]
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
