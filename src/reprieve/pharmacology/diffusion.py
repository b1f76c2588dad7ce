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
# A face: nothing passes, tissue of one structure on both sides, or fascia between two.
_CLOSED, _OPEN, _FASCIA = np.int8(0), np.int8(1), np.int8(2)
# Below this many cells two threads cost more than they bring.
_WORTH_SHARING = 100_000


class Cells:
    """The cells of one tissue that are tissue, and which lie beside which: all that no parameter changes.

    Attributes
    ----------
    places : ndarray of int64, shape (n,)
        Flat index in the grid of each cell that is tissue.
    kinds : ndarray of int, shape (k, 3)
        The kinds of faces there are: label of the cell, label beside it, and what lies between.
    kind : ndarray of int32, shape (n, 7)
        ``3 kind + axis`` of each face, in the order of a row: behind, the cell itself (kind 0, closed), ahead.
    parts : int
        Into how many pieces a product is cut, each worked on by a thread of its own.
    """

    def __init__(self, tissue: Tissue, parts: int = 1) -> None:
        label = tissue.label.ravel()
        self.tissue = tissue
        self.places = np.flatnonzero(label != OUTSIDE)
        self.parts = parts if self.places.size >= _WORTH_SHARING else 1
        number = np.full(label.size, -1, np.int32)
        number[self.places] = np.arange(self.places.size, dtype=np.int32)
        self.own = label[self.places]
        sides = [_next(number.reshape(tissue.shape), axis, step)[self.places] for step in (-1, 1) for axis in range(3)]
        owner = tissue.owner[self.own]
        self.faces = [np.where(to < 0, _CLOSED, np.where(owner == owner[to], _OPEN, _FASCIA)) for to in sides]
        self.kinds, self.kind = _kinds(self.own, sides, self.faces)
        here = np.arange(self.places.size, dtype=np.int32)
        self.columns = _columns([*sides[:3], here, *reversed(sides[3:])])
        slanted = (np.abs(tissue.fibre[:, [0, 0, 1]] * tissue.fibre[:, [1, 2, 2]]).max(axis=1) > 0)[self.own]
        self.turned = np.flatnonzero(slanted)
        around = [
            [to[self.turned], here[self.turned], ahead[self.turned]]
            for to, ahead in zip(sides[:3], sides[3:], strict=True)
        ]
        self.gradient_columns = np.concatenate([_columns(three) for three in around])


class Spreading:
    """``B - div(Lambda grad B)`` on the cells that are tissue, as a product with a vector.

    Attributes
    ----------
    diagonal : ndarray of float32, shape (n,)

    Notes
    -----
    ``A = 1 + D' W D + sum_(a < b) (G_a' L_ab G_b + G_b' L_ab G_a)``: differences over faces for what flows straight,
    mean differences of a cell for what slanted fibres turn aside. Only the first is kept as one matrix. Without loss
    but by uptake: ``A 1 = 1``.
    """

    def __init__(self, cells: Cells, parameters: SpreadParameters, through_fascia: float) -> None:
        tensor = _tensor(cells.tissue, parameters) / np.float32(cells.tissue.edge_mm**2)
        values = _straight(cells, tensor, through_fascia)
        self.diagonal = values[:, 3].copy()
        edges = np.linspace(0, len(values), cells.parts + 1).astype(int)
        self._pieces = [_rows(cells.columns[a:b], values[a:b], len(values)) for a, b in pairwise(edges)]
        self._gradient = _rows(cells.gradient_columns, _mean_differences(cells, through_fascia), len(values))
        self._back = self._gradient.T
        self._turn = [tensor[:, a, b][cells.own[cells.turned]] for a, b in PAIRS]

    def __matmul__(self, values: Floats) -> Floats:
        """Return the operator times `values`, shape (n,)."""
        if len(self._pieces) == 1:
            straight = self._pieces[0] @ values
        else:
            straight = np.concatenate(list(_pool().map(lambda piece: piece @ values, self._pieces)))
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


def _columns(cells: list[NDArray[np.int32]]) -> NDArray[np.int32]:
    """A table of columns; where there is no cell the value will be 0, so any column does."""
    return np.maximum(np.stack(cells, axis=1), 0)


def _straight(cells: Cells, tensor: Floats, through_fascia: float) -> Floats:
    """``1 + D' W D``, the entries of each row: three cells behind, the cell itself, three ahead.

    The conductance of a face is the mean of either side, of fascia a part of it.
    """
    factor = np.zeros(3, np.float32)
    factor[_OPEN], factor[_FASCIA] = 0.5, through_fascia / 2
    inside = np.diagonal(tensor, axis1=1, axis2=2)
    here, beside, between = cells.kinds.T
    flow = np.asarray(factor[between][:, None] * (inside[here] + inside[beside]), np.float32)
    values = -flow.ravel()[cells.kind]
    values[:, 3] = np.float32(1) - values @ np.ones(7, np.float32)
    return values


def _kinds(
    own: NDArray[np.int16], sides: list[NDArray[np.int32]], faces: list[NDArray[np.int8]]
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Return the kinds of faces, the first a closed one, and which kind each face is, with its axis."""
    wide = int(own.max()) + 1
    codes = [
        np.where(face == _CLOSED, 0, (own.astype(np.int32) * wide + own[to]) * 3 + face)
        for to, face in zip(sides, faces, strict=True)
    ]
    met = np.flatnonzero(np.bincount(np.concatenate([[0], *codes])))
    number = np.zeros(met[-1] + 1, np.int32)
    number[met] = np.arange(met.size)
    kind = np.zeros((own.size, 7), np.int32)
    for axis in range(3):
        kind[:, axis] = 3 * number[codes[axis]] + axis
        kind[:, 6 - axis] = 3 * number[codes[3 + axis]] + axis
    return np.stack([met // 3 // wide, met // 3 % wide, met % 3], axis=1), kind


def _rows(column: NDArray[np.int32], value: Floats, width: int) -> csr_array:
    """Rows of a sparse matrix from a table of as many entries in each."""
    start = np.arange(0, column.size + 1, column.shape[1], dtype=np.int32)
    return csr_array((value.ravel(), column.ravel(), start), shape=(len(column), width))


def _mean_differences(cells: Cells, through_fascia: float) -> Floats:
    """Mean difference of each cell in `cells.turned` along each axis, shape (3 len(turned), 3)."""
    passes = np.zeros(3, np.float32)
    passes[_OPEN], passes[_FASCIA] = 0.5, np.sqrt(through_fascia) / 2
    found = []
    for axis in range(3):
        backward, forward = (passes[cells.faces[side][cells.turned]] for side in (axis, 3 + axis))
        found.append(np.stack([-backward, backward - forward, forward], axis=1))
    return np.concatenate(found)
