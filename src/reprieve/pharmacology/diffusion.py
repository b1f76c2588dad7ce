"""The discrete equation of the spread: what one cell of tissue gives to its neighbours.

Finite volumes from an energy, so that the operator is symmetric and positive whatever the direction of the fibres. In
each cell the gradient is taken from the faces that are open there; what passes fascia is a part of the flux.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import combinations, pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from reprieve.pharmacology.spread import SpreadParameters
from reprieve.pharmacology.tissue import OUTSIDE, Tissue

Floats = NDArray[np.float32]
PAIRS = tuple(combinations(range(3), 2))
# Below this many cells two threads cost more than they bring.
_WORTH_SHARING = 100_000


class Spreading:
    """``B - div(Lambda grad B)`` on the cells that are tissue, as a product with a vector.

    Attributes
    ----------
    places : ndarray of int64, shape (n,)
        Flat index in the grid of each cell that is tissue.
    diagonal : ndarray of float32, shape (n,)

    Notes
    -----
    ``A = 1 + D' W D + sum_(a < b) (G_a' L_ab G_b + G_b' L_ab G_a)``: differences over faces for what flows straight,
    mean differences of a cell for what slanted fibres turn aside. Only the first is kept as one matrix. Without loss
    but by uptake: ``A 1 = 1``.
    """

    def __init__(self, tissue: Tissue, parameters: SpreadParameters, through_fascia: float) -> None:
        label = tissue.label.ravel()
        self.places = np.flatnonzero(label != OUTSIDE)
        number = np.full(label.size, -1, np.int32)
        number[self.places] = np.arange(self.places.size, dtype=np.int32)
        own = label[self.places]
        tensor = _tensor(tissue, parameters) / np.float32(tissue.edge_mm**2)
        ahead = [_next(number.reshape(tissue.shape), axis, 1)[self.places] for axis in range(3)]
        behind = [_next(number.reshape(tissue.shape), axis, -1)[self.places] for axis in range(3)]
        root = np.float32(np.sqrt(through_fascia))
        owner = tissue.owner[own]
        passes = [np.where(owner == owner[to], np.float32(1), root) * (to >= 0) for to in ahead]
        self._halves, self.diagonal = _straight(
            ahead, behind, [_flow(tensor, own, *two) for two in zip(ahead, passes, range(3), strict=True)]
        )
        turned = np.flatnonzero((np.abs(tensor[:, *np.triu_indices(3, 1)]).max(axis=1) > 0)[own])
        self._gradient = _gradient(ahead, behind, passes, turned)
        self._back = self._gradient.T
        self._turn = [tensor[:, a, b][own[turned]] for a, b in PAIRS]

    def __matmul__(self, values: Floats) -> Floats:
        """Return the operator times `values`, shape (n,)."""
        if len(self._halves) == 1:
            straight = self._halves[0] @ values
        else:
            straight = np.concatenate(list(_pool().map(lambda half: half @ values, self._halves)))
        if self._turn[0].size:
            steps = (self._gradient @ values).reshape(3, -1)
            turned = np.zeros_like(steps)
            for weight, (a, b) in zip(self._turn, PAIRS, strict=True):
                turned[a] += weight * steps[b]
                turned[b] += weight * steps[a]
            straight += self._back @ turned.ravel()
        return straight


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(2, thread_name_prefix="spread")


def _tensor(tissue: Tissue, p: SpreadParameters) -> Floats:
    """Lambda of each label, shape (n_labels, 3, 3), in mm^2; isotropic where no direction is known."""
    across = float(np.asarray(p.reach_mm)) ** 2
    along = across * float(np.asarray(p.along_fibres)) ** 2
    directed = (tissue.fibre**2).sum(axis=1) > 0
    mean = (along * across * across) ** (1 / 3)
    tensor = across * np.eye(3) + (along - across) * tissue.fibre[:, :, None] * tissue.fibre[:, None, :]
    return np.where(directed[:, None, None], tensor, mean * np.eye(3)).astype(np.float32)


def _next(number: NDArray[np.int32], axis: int, step: int) -> NDArray[np.int32]:
    """Number of the next cell along `axis`, ahead (1) or behind (-1), -1 where there is none; flat."""
    moved = np.full_like(number, -1)
    here, there = [slice(None)] * 3, [slice(None)] * 3
    here[axis], there[axis] = (slice(None, -1), slice(1, None))[::step]
    moved[tuple(here)] = number[tuple(there)]
    return moved.ravel()


def _flow(tensor: Floats, own: NDArray[np.int16], ahead: NDArray[np.int32], passes: Floats, axis: int) -> Floats:
    """Conductance of the face ahead of each cell: half of it belongs to either side."""
    inside = tensor[:, axis, axis][own]
    return (passes**2 * (inside + inside[ahead]) / 2).astype(np.float32)


def _straight(
    ahead: list[NDArray[np.int32]], behind: list[NDArray[np.int32]], flow: list[Floats]
) -> tuple[list[csr_array], Floats]:
    """``1 + D' W D`` as one matrix, cut into two halves of rows, and its diagonal."""
    count = ahead[0].size
    column = np.empty((count, 7), np.int32)
    value = np.empty((count, 7), np.float32)
    column[:, 3], value[:, 3] = np.arange(count, dtype=np.int32), 1.0
    for axis in range(3):
        column[:, 6 - axis], value[:, 6 - axis] = ahead[axis], -flow[axis]
        column[:, axis], value[:, axis] = behind[axis], -_from(flow[axis], behind[axis])
        value[:, 3] -= value[:, axis] + value[:, 6 - axis]
    edges = (0, count) if count < _WORTH_SHARING else (0, count // 2, count)
    halves = [_rows(column[a:b], value[a:b], count) for a, b in pairwise(edges)]
    return halves, value[:, 3].copy()


def _from(values: Floats, cells: NDArray[np.int32]) -> Floats:
    """Values of other cells; 0 where there is none."""
    return np.append(values, np.float32(0))[cells]


def _rows(column: NDArray[np.int32], value: Floats, width: int) -> csr_array:
    """Rows of a sparse matrix from a table of as many entries in each; where there is no cell the value is 0."""
    start = np.arange(0, column.size + 1, column.shape[1], dtype=np.int32)
    return csr_array((value.ravel(), np.maximum(column, 0).ravel(), start), shape=(len(column), width))


def _gradient(
    ahead: list[NDArray[np.int32]], behind: list[NDArray[np.int32]], passes: list[Floats], turned: NDArray[np.int64]
) -> csr_array:
    """Mean difference of the cells in `turned` along each axis, shape (3 len(turned), n)."""
    columns, values = [], []
    for axis in range(3):
        before, after = behind[axis][turned], ahead[axis][turned]
        forward, backward = passes[axis][turned] / np.float32(2), _from(passes[axis], before) / np.float32(2)
        columns.append(np.stack([before, turned.astype(np.int32), after], axis=1))
        values.append(np.stack([-backward, backward - forward, forward], axis=1))
    return _rows(np.concatenate(columns), np.concatenate(values), ahead[0].size)
