"""The spread of a plan in one neck, on a grid: muscles, fascia, bone and skin instead of the closed form.

Where the toxin goes, not for how long. At the median parameters, and on wish for draws of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reprieve.app.simulation.model import dosed_structures, drawn_spread, needles_at
from reprieve.core.errors import InputError
from reprieve.core.one_thread import one_blas_thread
from reprieve.pharmacology.belly import Belly
from reprieve.pharmacology.field import Needle, bound_field
from reprieve.pharmacology.multigrid import Grids
from reprieve.pharmacology.simulate import Dosed, Structure
from reprieve.pharmacology.tissue import Tissue, beyond_skin, block_of_tissue, carve, closed_around
from reprieve.record.plan import Plan
from reprieve.reference.geometry import vertebrae

SKIN_MM = 12.0  # beyond any structure; assumed
BONE_RADIUS_MM = 9.0  # of the vertebral column; assumed
TOLERANCE = 1e-4  # the field is then within a ten-thousandth of its peak
DRAW_TOLERANCE = 2e-3  # what a structure holds is then within 2.5 ten-thousandths of the units given
THREADS = 2
MARGIN_MM = 35.0  # seven reaches: less than a thousandth gets further


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """What one structure holds: bound units of the plan's product, and their mean and largest density.

    `q025` and `q975` bound the units over the draws; None where none were asked for.
    """

    structure: str
    injected: bool
    units: float
    mean_units_per_ml: float
    largest_units_per_ml: float
    q025: float | None = None
    q975: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SpreadInNeck:
    """Where the units of a plan end up; `elsewhere` is tissue between the named structures."""

    product: str
    edge_mm: float
    cells: tuple[int, int, int]
    given_units: float
    structures: tuple[Arrived, ...]
    elsewhere_units: float
    draws: int
    seed: int
    assumptions: tuple[str, ...]


@one_blas_thread()
def spread_in_neck(plan: Plan, *, edge_mm: float = 2.0, draws: int = 0, seed: int = 0) -> SpreadInNeck:
    """Return what each structure of the neck holds after the injections of a plan.

    Parameters
    ----------
    plan : Plan
        A proposed session with at least one injection in the neck.
    edge_mm : float
        Edge of a cell, 0.5 to 4 mm.
    draws : int
        Draws of the parameters beside the medians, 0 to 2000; each costs another solution.
    seed : int
        Seed of the draws.

    Raises
    ------
    InputError
        If edge or draws are out of range, no parameters are known for the product, or nothing is injected in the neck.
    """
    if not 0.5 <= edge_mm <= 4.0:
        raise InputError(f"the edge of a cell must lie between 0.5 and 4 mm, but got {edge_mm}; choose a size within")
    if not 0 <= draws <= 2000:
        raise InputError(f"draws on a grid must lie between 0 and 2000, but got {draws}; choose a number within")
    dosed, others = dosed_structures(plan, frame="neck")
    if not dosed:
        raise InputError(
            "no injection of this plan lies in a neck muscle of known place; the grid covers the neck only"
        )
    drawn = drawn_spread(plan.product, draws=draws, seed=seed)
    structures = [*(d.structure for d in dosed), *others]
    needles = [needle for injection in dosed for needle in _needles(injection)]
    tissue = _neck(structures, needles, edge_mm)
    owner = tissue.structures()
    grids = Grids(tissue)
    field = bound_field(grids, needles, *drawn[0], TOLERANCE)
    places = grids.levels[0].places
    inside = owner.ravel()[places]

    def held_in(bound: NDArray[np.float32]) -> NDArray[np.float64]:
        """Units in each structure, in connective tissue first."""
        units = np.bincount(inside, weights=bound.ravel()[places], minlength=len(structures) + 1)
        return np.asarray(units * (edge_mm**3 / 1000), float)

    held, spread = held_in(field), np.empty((0, len(structures) + 1))
    if draws:
        # One draw a thread instead of two threads a draw: products of large arrays let the other one work.
        alone = Grids(tissue, parts=1)
        with ThreadPoolExecutor(THREADS, thread_name_prefix="draws") as pool:
            held_of = pool.map(
                lambda one: held_in(bound_field(alone, needles, one[0], one[1], DRAW_TOLERANCE, field)), drawn[1:]
            )
            spread = np.array(list(held_of))
    arrived = [
        _arrived(structure, i < len(dosed), held[i + 1], field[owner == i + 1], spread[:, i + 1] if draws else None)
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
        draws=draws,
        seed=seed,
        assumptions=(
            "median parameters" if not draws else f"median parameters, 95 % band of {draws} draws",
            f"skin {SKIN_MM:g} mm beyond any structure",
            f"vertebrae a column of {BONE_RADIUS_MM:g} mm radius",
            f"nothing gets further than {MARGIN_MM:g} mm from a needle",
            needles_at(dosed),
        ),
    )


def _needles(injection: Dosed) -> list[Needle]:
    share, volume = injection.units / injection.sites, injection.volume_ml / injection.sites
    return [
        Needle(
            place_mm=(float(place[0]), float(place[1]), float(place[2])), fibre=b.fibre, units=share, volume_ml=volume
        )
        for b, place in injection.needles()
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


def _arrived(
    structure: Structure, injected: bool, units: float, density: NDArray, drawn: NDArray[np.float64] | None
) -> Arrived:
    low, high = (None, None) if drawn is None else (round(float(v), 3) for v in np.quantile(drawn, (0.025, 0.975)))
    return Arrived(
        structure=structure.key.removeprefix("risk:"),
        injected=injected,
        units=round(float(units), 3),
        mean_units_per_ml=round(float(density.mean()), 4),
        largest_units_per_ml=round(float(density.max()), 4),
        q025=low,
        q975=high,
    )
