"""A piece of tissue on a grid: which structure each cell belongs to, and which way its fibres run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

from reprieve.pharmacology.belly import Belly

OUTSIDE, CONNECTIVE = -1, 0  # label of skin's other side and bone; label of tissue that is no named structure


@dataclass(frozen=True, slots=True, kw_only=True)
class Tissue:
    """Cells of one edge length.

    Attributes
    ----------
    origin_mm : ndarray, shape (3,)
        Centre of cell (0, 0, 0).
    edge_mm : float
    label : ndarray of int16, shape (nx, ny, nz)
        -1 outside (nothing passes), 0 connective tissue, i the i-th ellipsoid.
    fibre : ndarray of float32, shape (n_labels, 3)
        Unit vector along the fibres of each label; zeros where none is known.
    owner : ndarray of int16, shape (n_labels,)
        Structure of each label, 1 for the first; 0 for connective tissue. Fascia lies between owners.
    """

    origin_mm: NDArray[np.float64]
    edge_mm: float
    label: NDArray[np.int16]
    fibre: NDArray[np.float32]
    owner: NDArray[np.int16]

    @property
    def shape(self) -> tuple[int, int, int]:
        """Cells along each axis."""
        nx, ny, nz = self.label.shape
        return nx, ny, nz

    def structures(self) -> NDArray[np.int16]:
        """Return the structure of each cell: -1 outside, 0 connective tissue."""
        return np.where(self.label == OUTSIDE, np.int16(OUTSIDE), self.owner[self.label])

    def centres(self, axis: int) -> NDArray[np.float64]:
        """Return the coordinate of the cell centres along one axis, in mm."""
        return self.origin_mm[axis] + self.edge_mm * np.arange(self.shape[axis])

    def at(self, points_mm: NDArray[np.float64], values: NDArray) -> NDArray[np.float64]:
        """Return `values` at points, read linearly between cell centres, shape (n,)."""
        where = (np.atleast_2d(points_mm) - self.origin_mm) / self.edge_mm
        return map_coordinates(values, where.T, order=1, mode="nearest")


def block_of_tissue(
    low_mm: Sequence[float], high_mm: Sequence[float], edge_mm: float, structures: Sequence[Sequence[Belly]] = ()
) -> Tissue:
    """Return a box of tissue with structures in it; where two overlap, the earlier keeps the cell.

    Parameters
    ----------
    low_mm, high_mm : sequence of float, shape (3,)
        Corners of the box.
    edge_mm : float
        Edge of a cell.
    structures : sequence of sequence of Belly
        Each a few ellipsoids.
    """
    low, high = np.asarray(low_mm, float), np.asarray(high_mm, float)
    counts = np.maximum(np.ceil((high - low) / edge_mm), 1).astype(int)
    origin = low + edge_mm / 2
    label = np.zeros(counts, np.int16)
    fibre = np.zeros((1 + sum(len(s) for s in structures), 3), np.float32)
    owner = np.zeros(len(fibre), np.int16)
    every = ((i + 1, belly) for i, bellies in enumerate(structures) for belly in bellies)
    for number, (structure, belly) in enumerate(every, start=1):
        fibre[number], owner[number] = belly.fibre, structure
        _paint(label, number, belly, origin, edge_mm)
    return Tissue(origin_mm=origin, edge_mm=edge_mm, label=label, fibre=fibre, owner=owner)


def carve(tissue: Tissue, outside: NDArray[np.bool_]) -> Tissue:
    """Return the tissue with the cells of `outside` closed (bone, air)."""
    label = tissue.label.copy()
    label[outside] = OUTSIDE
    return replace(tissue, label=label)


def closed_around(tissue: Tissue, line_mm: Sequence[Sequence[float]], radius_mm: float) -> NDArray[np.bool_]:
    """Return the cells within `radius_mm` of a line of points: a bone."""
    near = np.zeros(tissue.shape, bool)
    for first, second in pairwise(np.asarray(line_mm, float)):
        low, high = np.minimum(first, second) - radius_mm, np.maximum(first, second) + radius_mm
        window, (x, y, z) = _window(tissue.shape, tissue.origin_mm, tissue.edge_mm, low, high)
        along = (second - first) / np.dot(second - first, second - first)
        t = np.clip((x - first[0]) * along[0] + (y - first[1]) * along[1] + (z - first[2]) * along[2], 0, 1)
        gap = sum((c - (first[i] + t * (second[i] - first[i]))) ** 2 for i, c in enumerate((x, y, z)))
        near[window] |= gap <= radius_mm**2
    return near


def beyond_skin(tissue: Tissue, bellies: Sequence[Belly], depth_mm: float) -> NDArray[np.bool_]:
    """Return the cells outside all `bellies` thickened by `depth_mm`: taken to be outside the body."""
    label = np.zeros(tissue.shape, np.int16)
    for belly in bellies:
        thick = replace(belly, long_mm=belly.long_mm + depth_mm, short_mm=belly.short_mm + depth_mm)
        _paint(label, 1, thick, tissue.origin_mm, tissue.edge_mm)
    return label == 0


def _window(
    shape: Sequence[int], origin: NDArray[np.float64], edge: float, low: NDArray, high: NDArray
) -> tuple[tuple[slice, ...], tuple[NDArray[np.float32], ...]]:
    """The cells of a grid between two corners, and the coordinates of their centres, each along its own axis."""
    first = np.maximum(np.floor((low - origin) / edge).astype(int), 0)
    last = np.maximum(np.minimum(np.ceil((high - origin) / edge).astype(int) + 1, shape), first)
    axes = [(origin[i] + edge * np.arange(first[i], last[i])).astype(np.float32) for i in range(3)]
    window = tuple(slice(int(a), int(b)) for a, b in zip(first, last, strict=True))
    return window, tuple(np.meshgrid(*axes, indexing="ij", sparse=True))


def _paint(label: NDArray, number: int, belly: Belly, origin: NDArray, edge: float) -> None:
    centre, fibre = np.array(belly.centre), np.array(belly.fibre)
    # The box of an ellipsoid of revolution.
    reach = np.sqrt(belly.short_mm**2 + (belly.long_mm**2 - belly.short_mm**2) * fibre**2)
    window, (x, y, z) = _window(label.shape, origin, edge, centre - reach, centre + reach)
    x, y, z = (axis - np.float32(middle) for axis, middle in zip((x, y, z), centre, strict=True))
    u, v, w = (np.float32(part) for part in fibre)
    squared = (x * u + y * v + z * w) ** 2
    # (along / long)^2 + (r^2 - along^2) / short^2 <= 1
    squared *= np.float32(1 / belly.long_mm**2 - 1 / belly.short_mm**2)
    squared += (x**2 + y**2 + z**2) * np.float32(1 / belly.short_mm**2)
    part = label[window]
    part[(squared <= 1.0) & (part == CONNECTIVE)] = number
