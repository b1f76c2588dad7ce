"""A level cut through the neck: where the toxin of a plan lies beside muscles and the structures at risk.

The closed form of `simulate_plan` at its median parameters, on one plane. A picture of the model, not of a patient.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reprieve.app.simulation.model import dosed_structures, median_spread
from reprieve.core.errors import InputError
from reprieve.pharmacology.belly import Belly
from reprieve.pharmacology.simulate import Dosed, Structure
from reprieve.pharmacology.spread import bound_density
from reprieve.record.plan import Plan
from reprieve.reference.geometry import risk_structures

# Beyond every structure of the neck model; x to the front, z to the patient's right.
FRONT_MM = (-75.0, 95.0)
RIGHT_MM = (-95.0, 95.0)
EDGES_MM = (1.0, 8.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class CutEllipse:
    """Where the plane cuts one belly: centre and semi-axes in mm, `turn_deg` from front towards the patient's right."""

    structure: str
    side: str | None
    kind: str
    front_mm: float
    right_mm: float
    long_mm: float
    short_mm: float
    turn_deg: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CutNeedle:
    """A needle position; `above_mm` is how far it lies above the plane."""

    structure: str
    side: str | None
    front_mm: float
    right_mm: float
    above_mm: float


@dataclass(frozen=True, slots=True, kw_only=True)
class NeckSlice:
    """One level plane: bound density on a grid, with the outlines that it cuts.

    `units_per_ml` has one row for each step to the front and one column for each step to the patient's right; the first
    cell has its middle at (`front_mm`, `right_mm`).
    """

    product: str
    height_mm: float
    heights_mm: tuple[float, ...]
    edge_mm: float
    front_mm: float
    right_mm: float
    units_per_ml: tuple[tuple[float, ...], ...]
    largest_units_per_ml: float
    outlines: tuple[CutEllipse, ...]
    needles: tuple[CutNeedle, ...]


def slice_of_neck(plan: Plan, *, height_mm: float | None = None, edge_mm: float = 2.5) -> NeckSlice:
    """Return the bound density on a level plane through the neck.

    Parameters
    ----------
    plan : Plan
        A proposed session with at least one injection in a neck muscle of known place.
    height_mm : float, optional
        Height of the plane in the frame of the neck model; by default that of the needle with most units beside it.
    edge_mm : float
        Edge of a cell, 1 to 8 mm.

    Raises
    ------
    InputError
        If nothing is injected in the neck, the product has no parameters, or a number is out of range.
    """
    if not EDGES_MM[0] <= edge_mm <= EDGES_MM[1]:
        raise InputError(f"the edge of a cell must lie between 1 and 8 mm, but got {edge_mm}; choose a size within")
    dosed, others = dosed_structures(plan, frame="neck")
    if not dosed:
        raise InputError(
            "no injection of this plan lies in a neck muscle of known place; the slice covers the neck only"
        )
    needles = [(one, belly, place) for one in dosed for belly, place in one.needles()]
    heights = sorted({round(float(place[1]), 1) for _, _, place in needles})
    height = _busiest(needles) if height_mm is None else height_mm
    if not heights[0] - 60 <= height <= heights[-1] + 60:
        raise InputError(
            f"the plane must lie within 60 mm of the needles, {heights[0]:g} to {heights[-1]:g} mm, but got {height:g}"
        )
    structures = [*(one.structure for one in dosed), *others]
    points, shape = _grid(height, edge_mm)
    density = _density(points, structures, dosed, needles, plan.product).reshape(shape)
    injected = {one.structure.key for one in dosed}
    return NeckSlice(
        product=plan.product,
        height_mm=height,
        heights_mm=tuple(heights),
        edge_mm=edge_mm,
        front_mm=FRONT_MM[0],
        right_mm=RIGHT_MM[0],
        units_per_ml=tuple(tuple(round(float(v), 2) for v in row) for row in density),
        largest_units_per_ml=round(float(density.max()), 2),
        outlines=tuple(
            cut
            for structure in structures
            for belly in structure.bellies
            if (cut := _cut(structure, belly, height, injected)) is not None
        ),
        needles=tuple(_needle(one.structure, place, height) for one, _, place in needles),
    )


def _busiest(needles: Sequence[tuple[Dosed, Belly, NDArray[np.float64]]]) -> float:
    """The height of the needle that has most units within 10 mm above and below."""
    heights = np.array([place[1] for _, _, place in needles])
    units = np.array([one.units / one.sites for one, _, _ in needles])
    near = (np.abs(heights[:, None] - heights[None, :]) <= 10.0) @ units
    return round(float(heights[int(near.argmax())]), 1)


def _grid(height: float, edge: float) -> tuple[NDArray[np.float64], tuple[int, int]]:
    front, right = np.arange(*FRONT_MM, edge), np.arange(*RIGHT_MM, edge)
    x, z = np.meshgrid(front, right, indexing="ij")
    return np.stack([x.ravel(), np.full(x.size, height), z.ravel()], axis=1), x.shape


def _density(
    points: NDArray[np.float64],
    structures: Sequence[Structure],
    dosed: Sequence[Dosed],
    needles: Sequence[tuple[Dosed, Belly, NDArray[np.float64]]],
    product: str,
) -> NDArray[np.float64]:
    spread, through_fascia = median_spread(product)
    inside = _owners(points, structures)
    total = np.zeros(len(points))
    # A muscle that is injected twice stands in the list twice, and its points are those of the first.
    numbers = {one.structure.key: number for number, one in reversed([*enumerate(dosed)])}
    for one, belly, place in needles:
        share = bound_density(
            points - place, belly.fibre, one.units / one.sites, one.volume_ml / one.sites, spread
        ).reshape(-1)
        # Whatever is not the injected muscle itself lies behind fascia.
        total += np.where(inside == numbers[one.structure.key], share, through_fascia * share)
    return total


def _owners(points: NDArray[np.float64], structures: Sequence[Structure]) -> NDArray[np.int64]:
    """Number of the structure that holds each point, the first that does; -1 for tissue between them."""
    owner = np.full(len(points), -1)
    for number, structure in enumerate(structures):
        for belly in structure.bellies:
            away = points - np.array(belly.centre)
            along = away @ np.array(belly.fibre)
            across = (away**2).sum(axis=1) - along**2
            held = (along / belly.long_mm) ** 2 + across / belly.short_mm**2 <= 1.0
            owner[held & (owner < 0)] = number
    return owner


def _cut(structure: Structure, belly: Belly, height: float, injected: set[str]) -> CutEllipse | None:
    """The ellipse in which a level plane cuts an ellipsoid of revolution; None if it passes by.

    Notes
    -----
    ``r^T A r = 1`` with ``A = I/s^2 + (1/l^2 - 1/s^2) f f^T``. At a height h above the centre what is left is
    ``p^T Q p + 2 h b p + h^2 A_yy = 1`` in the plane.
    """
    fibre = np.array(belly.fibre)
    shape = np.eye(3) / belly.short_mm**2 + (1 / belly.long_mm**2 - 1 / belly.short_mm**2) * np.outer(fibre, fibre)
    above = height - belly.centre[1]
    flat, mixed = shape[np.ix_((0, 2), (0, 2))], shape[1, (0, 2)]
    centre = -above * np.linalg.solve(flat, mixed)
    left = 1.0 - above**2 * shape[1, 1] + float(centre @ flat @ centre)
    if not left > 0:
        return None
    values, vectors = np.linalg.eigh(flat)
    name, side = _named(structure.key)
    return CutEllipse(
        structure=name,
        side=side,
        kind=_kind(structure.key, injected),
        front_mm=round(float(belly.centre[0] + centre[0]), 2),
        right_mm=round(float(belly.centre[2] + centre[1]), 2),
        long_mm=round(float(np.sqrt(left / values[0])), 2),
        short_mm=round(float(np.sqrt(left / values[1])), 2),
        turn_deg=round(float(np.degrees(np.arctan2(vectors[1, 0], vectors[0, 0]))), 1),
    )


def _kind(key: str, injected: set[str]) -> str:
    return "injected" if key in injected else "risk" if key.startswith("risk:") else "muscle"


def _named(key: str) -> tuple[str, str | None]:
    if key.startswith("risk:"):
        row = {risk.id: risk.structure for risk in risk_structures()}
        name = key.removeprefix("risk:")
        return row[name], next((side for side in ("left", "right") if name.endswith(side)), None)
    name, side = key.split("/")
    return name, side


def _needle(structure: Structure, place: NDArray[np.float64], height: float) -> CutNeedle:
    name, side = _named(structure.key)
    return CutNeedle(
        structure=name,
        side=side,
        front_mm=round(float(place[0]), 1),
        right_mm=round(float(place[2]), 1),
        above_mm=round(float(place[1] - height), 1),
    )
