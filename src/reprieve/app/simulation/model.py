"""The inputs of a simulation: a plan's injections as structures with needles, and the draws of all parameters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from reprieve.app.record.muscles import check_amounts
from reprieve.app.simulation.placed import placed_needles
from reprieve.core.dose import check_units
from reprieve.core.errors import InputError
from reprieve.pharmacology.belly import Belly, sphere_of
from reprieve.pharmacology.draws import draw
from reprieve.pharmacology.endplate import EndplateParameters
from reprieve.pharmacology.simulate import Dosed, Draws, Structure, blocked_over_time
from reprieve.pharmacology.spread import SpreadParameters
from reprieve.record.plan import Injection, Plan
from reprieve.reference import muscle, target_members
from reprieve.reference.geometry import Ellipsoid, muscle_ellipsoids, risk_structures
from reprieve.reference.pharmacology import PharmacologyPriors, endplate_axes, pharmacology_priors

UNTOLD_SITE_VOLUME_ML = 0.1
WITHIN_BELLY = 0.9  # of the long semi-axis: a zone beyond it lies in the tendon of the model


@dataclass(frozen=True, slots=True, kw_only=True)
class NotSimulated:
    """An injection that the model has no ground for, and why."""

    muscle: str
    side: str | None
    reason: str


def check_plan_amounts(plan: Plan) -> None:
    """Refuse a person's plan with units, sites or a volume that no muscle gets; the planner's own grid is finer.

    Raises
    ------
    InputError
    """
    for row in plan.injections:
        check_units(row.units, plan.product)
    check_amounts(plan.injections)


def dosed_structures(plan: Plan, *, frame: str) -> tuple[list[Dosed], list[Structure]]:
    """Return the injected structures of one frame, and the others of that frame."""
    check_plan_amounts(plan)
    targets = [target for target in targets_of(plan)[0] if target.structure.frame == frame]
    return [dosed_of(target) for target in targets], other_structures(
        {frame}, {target.structure.key for target in targets}
    )


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
        raise InputError(_why_not(priors, product))
    drawn = draws_of(priors, product, draws, seed)
    names = SpreadParameters.__slots__
    return [
        (
            SpreadParameters(**{name: float(np.asarray(getattr(drawn.spread, name))[i]) for name in names}),
            float(drawn.through_fascia[i]),
        )
        for i in range(draws + 1)
    ]


def _why_not(priors: PharmacologyPriors, product: str) -> str:
    why = f" ({priors.missing[product]})" if product in priors.missing else ""
    known = ", ".join(priors.products)
    return f"no parameters of its own for {product}{why}, and none is carried over; simulated are {known}"


@dataclass(frozen=True, slots=True)
class Target:
    """One catalogue muscle of one side with its share of an injection."""

    injection: Injection
    muscle: str
    side: str
    share: float
    structure: Structure
    place_known: bool


def targets_of(plan: Plan) -> tuple[list[Target], list[NotSimulated]]:
    """Return the muscles that a plan reaches, and the injections without ground for a simulation."""
    targets: list[Target] = []
    missing: list[NotSimulated] = []
    for injection in plan.injections:
        sides = ("left", "right") if injection.side == "both" else (injection.side or "right",)
        members = target_members(injection.muscle)
        if injection.side == "midline" and any(muscle(name).paired for name in members):
            reason = "it lies left and right, so midline is no side of it"
            missing.append(NotSimulated(muscle=injection.muscle, side=injection.side, reason=reason))
            continue
        sized = [name for name in members if _volume(name)]
        if not sized:
            reason = "no volume is known for it" if members else "not a muscle of the catalogue"
            missing.append(NotSimulated(muscle=injection.muscle, side=injection.side, reason=reason))
            continue
        total = sum(_volume(name) for name in sized) * len(sides)
        targets += [_target(injection, name, side, _volume(name) / total) for name in sized for side in sides]
    return targets, missing


def by_structure(targets: Sequence[Target]) -> dict[str, list[Target]]:
    """Return the targets by the muscle that they are in: a plan may name one in two rows, or its group as well."""
    found: dict[str, list[Target]] = {}
    for target in targets:
        found.setdefault(target.structure.key, []).append(target)
    return found


def _volume(name: str) -> float:
    """Volume in mL, 0 where none is known (the caller leaves such a muscle out)."""
    return muscle(name).volume_cm3 or sum(_belly(e).volume_ml for e in muscle_ellipsoids().get((name, "right"), ()))


def _target(injection: Injection, name: str, side: str, share: float) -> Target:
    bodies = _bodies(name, side)
    if bodies:
        frame = bodies[0].frame if bodies[0].frame == "neck" else f"{bodies[0].frame}_{side}"
        structure = Structure(key=f"{name}/{side}", frame=frame, bellies=tuple(_belly(body) for body in bodies))
    else:
        key = f"{name}/{side}"
        structure = Structure(key=key, frame=f"own:{key}", bellies=(_with_endplates(sphere_of(_volume(name)), name),))
    return Target(injection, name, side, share, structure, bool(bodies))


def _bodies(name: str, side: str) -> tuple[Ellipsoid, ...]:
    """Ellipsoids of a muscle; a left leg is taken as the mirrored right one in a frame of its own."""
    known = muscle_ellipsoids()
    return known.get((name, side)) or tuple(
        body for body in known.get((name, "right"), ()) if body.frame == "leg" and side == "left"
    )


def _belly(body: Ellipsoid) -> Belly:
    belly = Belly(centre=body.centre_mm, fibre=_unit(body.axis), long_mm=body.long_mm, short_mm=body.short_mm)
    # In the neck the third axis points to the patient's right; a left leg is a mirrored right one.
    return _with_endplates(belly, body.owner, mirrored=body.frame == "neck" and body.side == "left")


def _with_endplates(belly: Belly, name: str, *, mirrored: bool = False) -> Belly:
    """Return the belly with its end plates where a study found them."""
    axis = endplate_axes().get(name)
    if axis is None:
        return belly
    known = muscle(name).endplates
    zones = [axis.zone] if axis.zone else [(z.start, z.end) for z in known.zones] if known is not None else []
    places = [axis.from_mm + share * (axis.to_mm - axis.from_mm) for zone in zones for share in zone]
    if axis.coordinate is None:
        along = places
    else:
        side = -1.0 if mirrored and axis.coordinate == 2 else 1.0
        slope = belly.fibre[axis.coordinate] * belly.long_mm
        along = [(side * place - belly.centre[axis.coordinate]) / slope for place in places]
    low, high = (max(-WITHIN_BELLY, min(WITHIN_BELLY, end)) for end in (min(along), max(along)))
    return replace(belly, band=(low, high)) if low < high else belly


def _unit(axis: tuple[float, float, float]) -> tuple[float, float, float]:
    x, y, z = (float(v) for v in np.array(axis) / np.linalg.norm(axis))
    return (x, y, z)


def dosed_of(target: Target) -> Dosed:
    """Return the injection of one muscle as the model takes it."""
    injection = target.injection
    sites = injection.sites or 1
    neck = target.structure.frame == "neck" and target.share == 1.0
    whole_volume = UNTOLD_SITE_VOLUME_ML * sites if injection.volume_ml is None else float(injection.volume_ml)
    return Dosed(
        structure=target.structure,
        units=float(injection.units) * target.share,
        sites=max(1, round(sites * target.share)),
        volume_ml=max(whole_volume * target.share, 1e-3),
        placed=placed_needles(injection, target.structure.bellies, sites) if neck else None,
    )


def needles_at(dosed: Sequence[Dosed]) -> str:
    """Say where the needles stand."""
    found = "needles stand at the endplates, evenly across each belly"
    if not any(one.placed for one in dosed):
        return found
    seen = "needles stand where they were placed on the drawing, as deep as the belly is thickest there"
    return seen if all(one.placed for one in dosed) else f"{seen}; where none or not all were placed, {found}"


def draws_of(priors: PharmacologyPriors, product: str, count: int, seed: int) -> Draws:
    """Return the medians and `count` draws of all parameters of a product."""
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


def other_structures(frames: set[str], injected: set[str]) -> list[Structure]:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Placing:
    """Where the needles go beside where the model puts them.

    Attributes
    ----------
    error_mm : float
        How far each needle misses, in a direction of chance.
    along_mm : float
        How far all needles of a muscle lie further along its fibres, towards where the model's axis points.
    """

    error_mm: float = 0.0
    along_mm: float = 0.0

    def __post_init__(self) -> None:
        for name, value in (("needle error", self.error_mm), ("shift along the fibres", self.along_mm)):
            if not -100.0 <= value <= 100.0 or (name == "needle error" and value < 0):
                raise InputError(
                    f"the {name} must lie between 0 and 100 mm (a shift from -100), but got {value:g} mm; correct it"
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A plan worked through: `blocked` holds draws by days for each structure, the first draw being the medians."""

    axis: NDArray[np.float64]
    targets: tuple[Target, ...]
    missing: tuple[NotSimulated, ...]
    others: tuple[Structure, ...]
    dosed: tuple[Dosed, ...]
    drawn: Draws | None
    blocked: dict[str, NDArray[np.float64]]


def run_plan(plan: Plan, *, days: int, draws: int, seed: int, placing: Placing | None = None) -> Run:
    """Return the block of every structure over time.

    Raises
    ------
    InputError
        If `days` or `draws` is out of range, or units, sites or a volume are such that no muscle gets.
    UnknownNameError
        If a muscle is not known.
    """
    check_plan_amounts(plan)
    if not 1 <= days <= 730:
        raise InputError(f"days must lie between 1 and 730, but got {days}; choose a number of days within")
    if not 1 <= draws <= 2000:
        raise InputError(f"draws must lie between 1 and 2000, but got {draws}; choose a number within")
    axis = np.arange(days + 1, dtype=float)
    priors = pharmacology_priors()
    targets, missing = targets_of(plan)
    if plan.product not in priors.products:
        reason = _why_not(priors, plan.product)
        missing = [NotSimulated(muscle=i.muscle, side=i.side, reason=reason) for i in plan.injections]
        targets = []
    if not targets:
        return Run(axis=axis, targets=(), missing=tuple(missing), others=(), dosed=(), drawn=None, blocked={})
    drawn = draws_of(priors, plan.product, draws, seed)
    dosed = [misplaced(dosed_of(target), placing or Placing(), draws + 1, seed + i) for i, target in enumerate(targets)]
    others = other_structures({t.structure.frame for t in targets}, {t.structure.key for t in targets})
    wanted = [*{t.structure.key: t.structure for t in targets}.values(), *others]
    return Run(
        axis=axis,
        targets=tuple(targets),
        missing=tuple(missing),
        others=tuple(others),
        dosed=tuple(dosed),
        drawn=drawn,
        blocked=blocked_over_time(wanted, dosed, drawn, axis),
    )


def misplaced(dosed: Dosed, placing: Placing, draws: int, seed: int) -> Dosed:
    """Return the injection with its needles moved; the way each one misses differs from draw to draw."""
    if placing == Placing():
        return dosed
    direction = np.random.default_rng(seed).standard_normal((dosed.sites, draws, 3))
    direction /= np.linalg.norm(direction, axis=-1, keepdims=True)
    return replace(dosed, moved_mm=placing.error_mm * direction, along_mm=placing.along_mm)
