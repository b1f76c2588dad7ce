"""The spread of a plan in one neck, on a grid: muscles, fascia, bone and skin instead of the closed form.

Slower than `simulate_plan` and for one set of parameters, the medians: where the toxin goes, not for how long.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from reprieve.app.simulation import dosed_structures, median_spread
from reprieve.core.errors import InputError
from reprieve.pharmacology.belly import Belly, needle_positions
from reprieve.pharmacology.field import Needle, bound_field
from reprieve.pharmacology.simulate import Dosed, Structure
from reprieve.pharmacology.tissue import Tissue, beyond_skin, block_of_tissue, carve, closed_around
from reprieve.record.plan import Plan
from reprieve.reference.geometry import vertebrae

SKIN_MM = 12.0  # beyond any structure; assumed
BONE_RADIUS_MM = 9.0  # of the vertebral column; assumed
MARGIN_MM = 35.0  # seven reaches: less than a thousandth gets further


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """What one structure holds: bound units of the plan's product, and their mean and largest density."""

    structure: str
    injected: bool
    units: float
    mean_units_per_ml: float
    largest_units_per_ml: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SpreadInNeck:
    """Where the units of a plan end up; `elsewhere` is tissue between the named structures."""

    product: str
    edge_mm: float
    cells: tuple[int, int, int]
    given_units: float
    structures: tuple[Arrived, ...]
    elsewhere_units: float
    assumptions: tuple[str, ...]


def spread_in_neck(plan: Plan, *, edge_mm: float = 2.0) -> SpreadInNeck:
    """Return what each structure of the neck holds after the injections of a plan.

    Parameters
    ----------
    plan : Plan
        A proposed session with at least one injection in the neck.
    edge_mm : float
        Edge of a cell, 0.5 to 4 mm.

    Raises
    ------
    InputError
        If the edge is out of range, no parameters are known for the product, or nothing is injected in the neck.
    """
    if not 0.5 <= edge_mm <= 4.0:
        raise InputError(f"the edge of a cell must lie between 0.5 and 4 mm, but got {edge_mm}")
    dosed, others = dosed_structures(plan, frame="neck")
    if not dosed:
        raise InputError(
            "no injection of this plan lies in a neck muscle of known place; the grid covers the neck only"
        )
    spread, through_fascia = median_spread(plan.product)
    structures = [*(d.structure for d in dosed), *others]
    needles = [needle for injection in dosed for needle in _needles(injection)]
    tissue = _neck(structures, needles, edge_mm)
    owner = tissue.structures()
    field = bound_field(tissue, needles, spread, through_fascia, 1e-4)
    cell_ml = edge_mm**3 / 1000
    held = np.bincount(np.maximum(owner, 0).ravel(), weights=field.ravel(), minlength=len(structures) + 1) * cell_ml
    arrived = [
        _arrived(structure, i < len(dosed), float(held[i + 1]), field[owner == i + 1])
        for i, structure in enumerate(structures)
        if (owner == i + 1).any()
    ]
    return SpreadInNeck(
        product=plan.product,
        edge_mm=edge_mm,
        cells=tissue.shape,
        given_units=round(sum(d.units for d in dosed), 3),
        structures=tuple(sorted(arrived, key=lambda a: -a.units)),
        elsewhere_units=round(float(held[0]), 3),
        assumptions=(
            "median parameters",
            f"skin {SKIN_MM:g} mm beyond any structure",
            f"vertebrae a column of {BONE_RADIUS_MM:g} mm radius",
            "needle positions evenly over the middle half of each belly",
        ),
    )


def _needles(injection: Dosed) -> list[Needle]:
    share, volume = injection.units / injection.sites, injection.volume_ml / injection.sites
    return [
        Needle(
            place_mm=(float(place[0]), float(place[1]), float(place[2])), fibre=b.fibre, units=share, volume_ml=volume
        )
        for b, place in needle_positions(injection.structure.bellies, injection.sites)
    ]


def _neck(structures: Sequence[Structure], needles: Sequence[Needle], edge: float) -> Tissue:
    """The tissue around the needles, with bone and skin."""
    places = np.array([needle.place_mm for needle in needles])
    box = (places.min(axis=0) - MARGIN_MM, places.max(axis=0) + MARGIN_MM)
    bellies: list[Sequence[Belly]] = [structure.bellies for structure in structures]
    tissue = block_of_tissue(*box, edge, bellies)
    spheres = [Belly(centre=n.place_mm, fibre=n.fibre, long_mm=MARGIN_MM, short_mm=MARGIN_MM) for n in needles]
    bone = closed_around(tissue, vertebrae(), BONE_RADIUS_MM) & (tissue.label == 0)
    return carve(
        tissue,
        bone | beyond_skin(tissue, [b for own in bellies for b in own], SKIN_MM) | beyond_skin(tissue, spheres, 0.0),
    )


def _arrived(structure: Structure, injected: bool, units: float, density: np.ndarray) -> Arrived:
    return Arrived(
        structure=structure.key.removeprefix("risk:"),
        injected=injected,
        units=round(units, 3),
        mean_units_per_ml=round(float(density.mean()), 4),
        largest_units_per_ml=round(float(density.max()), 4),
    )
