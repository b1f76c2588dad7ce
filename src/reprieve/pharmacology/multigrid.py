"""A V-cycle over grids of twice the edge: it takes away the smooth part of an error, which plain steps leave."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from reprieve.pharmacology.diffusion import Floats, Spreading
from reprieve.pharmacology.spread import SpreadParameters
from reprieve.pharmacology.tissue import OUTSIDE, Tissue

# Smaller grids are smoothed to the end.
_COARSEST, _SWEEPS_THERE = 4_000, 6
_DAMPING = np.float32(0.8)


class Multigrid:
    """The equation of one tissue on its own grid and on coarser ones.

    Attributes
    ----------
    finest : Spreading
        The equation to be solved.
    """

    def __init__(self, tissue: Tissue, parameters: SpreadParameters, through_fascia: float) -> None:
        self.finest = Spreading(tissue, parameters, through_fascia)
        self._levels = [self.finest]
        self._parents: list[NDArray[np.int64]] = []
        self._means: list[csr_array] = []
        while self._levels[-1].places.size > _COARSEST:
            coarse = _twice(tissue)
            level = Spreading(coarse, parameters, through_fascia)
            parent = _parents(tissue, coarse, self._levels[-1].places, level.places)
            self._parents.append(parent)
            self._means.append(_mean(parent, level.places.size))
            self._levels.append(level)
            tissue = coarse

    def cycle(self, residual: Floats, depth: int = 0) -> Floats:
        """Return nearly the solution for `residual`: symmetric and positive, as conjugate gradients need it."""
        level = self._levels[depth]
        step = _DAMPING / level.diagonal
        found = step * residual
        if depth + 1 == len(self._levels):
            for _ in range(_SWEEPS_THERE):
                found += step * (residual - level @ found)
            return found
        left = self._means[depth] @ (residual - level @ found)
        found += self.cycle(left, depth + 1)[self._parents[depth]]
        found += step * (residual - level @ found)
        return found


def _twice(tissue: Tissue) -> Tissue:
    """The same tissue in cells of twice the edge; a cell is outside only if all its eight parts are."""
    padded = np.pad(tissue.label, [(0, count % 2) for count in tissue.shape], constant_values=OUTSIDE)
    x, y, z = (count // 2 for count in padded.shape)
    first = padded[::2, ::2, ::2]
    label = np.where(first != OUTSIDE, first, padded.reshape(x, 2, y, 2, z, 2).max(axis=(1, 3, 5)))
    return replace(tissue, label=label, edge_mm=2 * tissue.edge_mm, origin_mm=tissue.origin_mm + tissue.edge_mm / 2)


def _parents(fine: Tissue, coarse: Tissue, cells: NDArray[np.int64], above: NDArray[np.int64]) -> NDArray[np.int64]:
    x, y, z = np.unravel_index(cells, fine.shape)
    number = np.zeros(coarse.label.size, np.int64)
    number[above] = np.arange(above.size)
    return number[np.ravel_multi_index((x // 2, y // 2, z // 2), coarse.shape)]


def _mean(parent: NDArray[np.int64], count: int) -> csr_array:
    """Sum over the parts of each coarse cell, over eight."""
    order = np.argsort(parent, kind="stable")
    start = np.concatenate([[0], np.cumsum(np.bincount(parent, minlength=count))])
    return csr_array((np.full(parent.size, 0.125, np.float32), order, start), shape=(count, parent.size))
