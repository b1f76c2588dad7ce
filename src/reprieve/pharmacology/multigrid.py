"""V-cycles over grids of twice the edge: they take away the smooth part of an error, which plain steps leave."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from reprieve.pharmacology.diffusion import Cells, Floats, Spreading
from reprieve.pharmacology.spread import SpreadParameters
from reprieve.pharmacology.tissue import OUTSIDE, Tissue

# Smaller grids are smoothed to the end.
_COARSEST, _SWEEPS_THERE = 4_000, 6
_DAMPING = np.float32(0.8)
# Weight of the diagonal step beside the coarser grids' answer: of 1 to 4 the one with the fewest steps.
_BESIDE = np.float32(3)


class Grids:
    """The cells of one tissue and of coarser copies of it; no parameter changes them.

    Attributes
    ----------
    levels : list of Cells
        The finest first.
    parents : list of ndarray
        For each level but the last, the number of the coarser cell that holds each cell.
    means : list of csr_array
        From each level to the next coarser one.
    """

    def __init__(self, tissue: Tissue, parts: int = 2) -> None:
        self.tissue = tissue
        self.levels = [Cells(tissue, parts)]
        self.parents: list[NDArray[np.int64]] = []
        self.means: list[csr_array] = []
        while self.levels[-1].places.size > _COARSEST:
            coarse = _twice(tissue)
            cells = Cells(coarse, parts)
            parent = _parents(tissue, coarse, self.levels[-1].places, cells.places)
            self.parents.append(parent)
            self.means.append(_mean(parent, cells.places.size))
            self.levels.append(cells)
            tissue = coarse


class Multigrid:
    """The equation of one tissue on its own grid and on coarser ones.

    Attributes
    ----------
    finest : Spreading
        The equation to be solved.
    """

    def __init__(self, grids: Grids, parameters: SpreadParameters, through_fascia: float) -> None:
        self._grids = grids
        self._levels = [Spreading(cells, parameters, through_fascia) for cells in grids.levels]
        self.finest = self._levels[0]

    def precondition(self, residual: Floats) -> Floats:
        """Return roughly the solution for `residual`: symmetric and positive, as conjugate gradients need it.

        On the finest grid a step along the diagonal is added to the cycle's answer on the coarser ones: more steps of
        the solver than with a whole cycle, but each without a product on the finest grid.
        """
        if len(self._levels) == 1:
            return self.cycle(residual)
        smooth = self.cycle(self._grids.means[0] @ residual, 1)[self._grids.parents[0]]
        return _BESIDE / self.finest.diagonal * residual + smooth

    def cycle(self, residual: Floats, depth: int = 0) -> Floats:
        """Return nearly the solution for `residual` on the grid of `depth`, by one V-cycle."""
        level = self._levels[depth]
        step = _DAMPING / level.diagonal
        found = step * residual
        if depth + 1 == len(self._levels):
            for _ in range(_SWEEPS_THERE):
                found += step * (residual - level @ found)
            return found
        left = self._grids.means[depth] @ (residual - level @ found)
        found += self.cycle(left, depth + 1)[self._grids.parents[depth]]
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
