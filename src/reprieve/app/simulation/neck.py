"""The neck in three dimensions, for a drawing: muscles, structures at risk, needles of a plan, how far its toxin goes.

Geometry and the closed form of the spread at its median parameters. A picture of the model, not of a patient.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reprieve.app.simulation.model import check_plan_amounts, dosed_of, median_spread, targets_of
from reprieve.core.errors import InputError
from reprieve.pharmacology.spread import SpreadParameters, bound_density, fluid_radius_mm
from reprieve.record.plan import Plan
from reprieve.reference.geometry import muscle_ellipsoids, neck_paths, risk_structures, vertebrae

Point = tuple[float, float, float]
SHARES = (0.5, 0.9)
# Eighteen reaches beyond the fluid nothing is left that a drawing could show.
FURTHEST_REACHES = 18.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """An ellipsoid of revolution; `effect` says what a weak structure at risk does."""

    name: str
    side: str | None
    centre_mm: Point
    axis: Point
    long_mm: float
    short_mm: float
    effect: str | None = None
    checked: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """The line along which one element of a muscle pulls."""

    muscle: str
    side: str
    points_mm: tuple[Point, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedleInNeck:
    """One needle position with its cloud: half and nine tenths of what is bound lie within these half-widths.

    `across_mm` and `along_mm` hold one number for each of `SHARES`; they are empty where the product has no parameters.
    """

    muscle: str
    side: str
    units: float
    at_mm: Point
    fibre: Point
    across_mm: tuple[float, ...]
    along_mm: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NeckScene:
    """All there is to draw; x to the front, y up, z to the patient's right, in mm."""

    muscles: tuple[Body, ...]
    risks: tuple[Body, ...]
    lines: tuple[Line, ...]
    vertebrae_mm: tuple[Point, ...]
    needles: tuple[NeedleInNeck, ...]
    shares: tuple[float, ...]
    why_no_spread: str | None


def neck_scene(plan: Plan) -> NeckScene:
    """Return the neck with the needles of a plan; a plan without one in the neck gives the neck alone.

    Parameters
    ----------
    plan : Plan
    """
    check_plan_amounts(plan)
    spread, why = _spread(plan.product)
    targets = [target for target in targets_of(plan)[0] if target.structure.frame == "neck"] if plan.injections else []
    needles = [
        _needle(one.structure.key, one.units / one.sites, one.volume_ml / one.sites, belly.fibre, place, spread)
        for target in targets
        for one in (dosed_of(target),)
        for belly, place in one.needles()
    ]
    return NeckScene(
        muscles=tuple(
            Body(
                name=body.owner,
                side=body.side,
                centre_mm=body.centre_mm,
                axis=body.axis,
                long_mm=body.long_mm,
                short_mm=body.short_mm,
            )
            for bodies in muscle_ellipsoids().values()
            for body in bodies
            if body.frame == "neck"
        ),
        risks=tuple(
            Body(
                name=row.structure,
                side=next((side for side in ("left", "right") if row.id.endswith(f"_{side}")), None),
                centre_mm=row.body.centre_mm,
                axis=row.body.axis,
                long_mm=row.body.long_mm,
                short_mm=row.body.short_mm,
                effect=row.effect,
                checked=row.checked,
            )
            for row in risk_structures()
        ),
        lines=tuple(Line(muscle=muscle, side=side, points_mm=points) for muscle, side, points in neck_paths()),
        vertebrae_mm=vertebrae(),
        needles=tuple(needles),
        shares=SHARES,
        why_no_spread=why,
    )


def reach_of_share(volume_ml: float, spread: SpreadParameters, share: float) -> float:
    """Return the distance across the fibres within which `share` of the bound units of one needle position lie, in mm.

    Notes
    -----
    The bound density depends on ``u`` alone, the distance with the fibres' direction shrunk by their ratio, so the
    share within ``u`` is the integral of density times ``u^2``; the cloud is the ellipsoid of that ``u``.
    """
    reach = float(np.asarray(spread.reach_mm))
    end = float(fluid_radius_mm(volume_ml, spread)) + FURTHEST_REACHES * reach
    edges = np.linspace(0.0, end, 4001)
    middle = (edges[1:] + edges[:-1]) / 2
    across = np.stack([middle, np.zeros_like(middle), np.zeros_like(middle)], axis=1)
    density = bound_density(across, (0.0, 1.0, 0.0), 1.0, volume_ml, spread).reshape(-1)
    within = np.cumsum(density * middle**2)
    return float(np.interp(share, within / within[-1], edges[1:]))


def _spread(product: str) -> tuple[SpreadParameters | None, str | None]:
    try:
        return median_spread(product)[0], None
    except InputError as problem:
        return None, str(problem)


def _needle(
    key: str, units: float, volume_ml: float, fibre: Point, place: np.ndarray, spread: SpreadParameters | None
) -> NeedleInNeck:
    muscle, side = key.split("/")
    across = [reach_of_share(volume_ml, spread, share) for share in SHARES] if spread else []
    ratio = float(np.asarray(spread.along_fibres)) if spread else 1.0
    return NeedleInNeck(
        muscle=muscle,
        side=side,
        units=round(units, 3),
        at_mm=(round(float(place[0]), 1), round(float(place[1]), 1), round(float(place[2]), 1)),
        fibre=fibre,
        across_mm=tuple(round(one, 1) for one in across),
        along_mm=tuple(round(one * ratio, 1) for one in across),
    )
