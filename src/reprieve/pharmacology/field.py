"""The bound amount in real tissue: fibres, fascia, skin and bone, on a grid.

``B - div(Lambda grad B) = S`` with no flux through skin and bone and a part of it through fascia. The tensor is
``reach^2`` across the fibres and ``(along reach)^2`` along them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.linalg import LinearOperator, cg

from reprieve.pharmacology.belly import Belly
from reprieve.pharmacology.multigrid import Grids, Multigrid
from reprieve.pharmacology.spread import SpreadParameters, fluid_radius_mm
from reprieve.pharmacology.tissue import OUTSIDE, Tissue


@dataclass(frozen=True, slots=True, kw_only=True)
class Needle:
    """One needle position with its units and its volume; `fibre` is the direction of the muscle there."""

    place_mm: tuple[float, float, float]
    fibre: tuple[float, float, float]
    units: float
    volume_ml: float


def bound_field(
    tissue: Tissue | Grids,
    needles: Sequence[Needle],
    parameters: SpreadParameters,
    through_fascia: float = 1.0,
    tolerance: float = 1e-6,
    near: NDArray[np.float32] | None = None,
) -> NDArray[np.float32]:
    """Return the bound density in every cell.

    Parameters
    ----------
    tissue : Tissue or Grids
        The grid; as `Grids` it serves for many parameters.
    needles : sequence of Needle
        Where the toxin was put.
    parameters : SpreadParameters
        Numbers, not draws.
    through_fascia : float
        Part of the flux that passes between two structures, 0 to 1.
    tolerance : float
        Largest residual of the linear system, relative to its right side.
    near : ndarray, shape (nx, ny, nz), optional
        A field to begin from, of other parameters perhaps.

    Returns
    -------
    ndarray of float32, shape (nx, ny, nz)
        Units per mL; over the tissue it sums to the units given.

    Raises
    ------
    ValueError
        If the solver does not reach the tolerance.

    Notes
    -----
    Conjugate gradients; V-cycles over grids of twice the edge are the preconditioner. The mass is set right at the
    end, since the residual of the system sums to what is missing.
    """
    grids = Grids(tissue) if isinstance(tissue, Tissue) else tissue
    tissue, places = grids.tissue, grids.levels[0].places
    source = _source(tissue, needles, parameters)
    multigrid = Multigrid(grids, parameters, through_fascia)
    system, roughly = (_Operator(places.size, one) for one in (multigrid.finest.__matmul__, multigrid.precondition))
    begin = None if near is None else near.ravel()[places]
    found, failed = cg(system, source.ravel()[places], x0=begin, rtol=tolerance, maxiter=200, M=roughly)
    if failed:
        raise ValueError(f"the spread did not settle within 200 steps on a grid of {tissue.shape}")
    field = np.zeros(tissue.label.size, np.float32)
    field[places] = found
    given, there = source.sum(dtype=float), field.sum(dtype=float)
    return field.reshape(tissue.shape) * np.float32(given / there if there > 0 else 1.0)


def _source(tissue: Tissue, needles: Sequence[Needle], p: SpreadParameters) -> NDArray[np.float32]:
    total = np.zeros(tissue.shape, np.float32)
    for needle in needles:
        _add_drop(total, tissue, needle, p)
    return total


def _add_drop(total: NDArray[np.float32], tissue: Tissue, needle: Needle, p: SpreadParameters) -> None:
    """Add the filled ellipsoid of one needle, in units per mL, with its dose kept exactly."""
    radius = float(fluid_radius_mm(needle.volume_ml, p))
    ratio = float(np.asarray(p.along_fibres))
    belly = Belly(centre=needle.place_mm, fibre=needle.fibre, long_mm=radius * ratio, short_mm=radius)
    window, share = _filled(tissue, belly)
    share = share * (tissue.label[window] != OUTSIDE)
    held = share.sum()
    if not held > 0:
        raise ValueError(f"the needle at {needle.place_mm} mm lies outside the tissue")
    total[window] += (share * (1000.0 * needle.units / (held * tissue.edge_mm**3))).astype(np.float32)


def _filled(tissue: Tissue, belly: Belly, parts: int = 5) -> tuple[tuple[slice, ...], NDArray[np.float64]]:
    """Share of each cell inside the ellipsoid, counted on `parts`^3 points a cell, and which cells these are."""
    edge, centre = tissue.edge_mm, np.array(belly.centre)
    fibre = np.array(belly.fibre)
    reach = np.sqrt(belly.short_mm**2 + (belly.long_mm**2 - belly.short_mm**2) * fibre**2) + edge
    first = np.maximum(np.floor((centre - reach - tissue.origin_mm) / edge).astype(int), 0)
    last = np.maximum(
        np.minimum(np.ceil((centre + reach - tissue.origin_mm) / edge).astype(int) + 1, tissue.shape), first
    )
    window = tuple(slice(int(a), int(b)) for a, b in zip(first, last, strict=True))
    counts = last - first
    fine = (np.arange(parts) + 0.5) / parts - 0.5
    axes = [
        (tissue.origin_mm[i] - centre[i] + edge * (np.arange(first[i], last[i])[:, None] + fine))
        .ravel()
        .astype(np.float32)
        for i in range(3)
    ]
    x, y, z = np.meshgrid(*axes, indexing="ij", sparse=True)
    along = x * belly.fibre[0] + y * belly.fibre[1] + z * belly.fibre[2]
    inside = (along / belly.long_mm) ** 2 + (x**2 + y**2 + z**2 - along**2) / belly.short_mm**2 <= 1.0
    return window, inside.reshape(counts[0], parts, counts[1], parts, counts[2], parts).mean(axis=(1, 3, 5))


class _Operator(LinearOperator):
    """A function of a vector, as the solver takes it."""

    def __init__(self, size: int, product: Callable[[NDArray[np.float32]], NDArray[np.float32]]) -> None:
        super().__init__(np.float32, (size, size))
        self._product = product

    def _matvec(self, x: NDArray[np.float32]) -> NDArray[np.float32]:
        return self._product(x)
