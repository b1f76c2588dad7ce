"""The bound amount in real tissue: fibres, fascia, skin and bone, on a grid.

``B - div(Lambda grad B) = S`` with no flux through skin and bone and a part of it through fascia. The tensor is
``reach^2`` across the fibres and ``(along reach)^2`` along them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.fft import dctn, idctn
from scipy.sparse import dia_array
from scipy.sparse.linalg import LinearOperator, cg

from reprieve.pharmacology.belly import Belly
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
    tissue: Tissue,
    needles: Sequence[Needle],
    parameters: SpreadParameters,
    through_fascia: float = 1.0,
    tolerance: float = 1e-6,
) -> NDArray[np.float32]:
    """Return the bound density in every cell.

    Parameters
    ----------
    tissue : Tissue
        The grid.
    needles : sequence of Needle
        Where the toxin was put.
    parameters : SpreadParameters
        Numbers, not draws.
    through_fascia : float
        Part of the flux that passes between two structures, 0 to 1.
    tolerance : float
        Largest residual of the linear system, relative to its right side.

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
    Finite volumes from an energy, so that the matrix is symmetric and positive whatever the direction of the fibres:
    in each of the eight corners of a cell the gradient is taken from the three faces that meet there. Solved by
    conjugate gradients; the same equation with one constant, solved by a cosine transform, is the preconditioner.
    """
    source = _source(tissue, needles, parameters)
    matrix = _matrix(tissue, parameters, through_fascia)
    nearby = _ConstantInverse(tissue, parameters, through_fascia)
    solved, failed = cg(matrix, source.ravel(), rtol=tolerance, maxiter=400, M=nearby)
    if failed:
        raise ValueError(f"the spread did not settle within 400 steps on a grid of {tissue.shape}")
    return np.where(tissue.label == OUTSIDE, np.float32(0), solved.reshape(tissue.shape))


def _source(tissue: Tissue, needles: Sequence[Needle], p: SpreadParameters) -> NDArray[np.float32]:
    total = np.zeros(tissue.shape)
    for needle in needles:
        total += _drop(tissue, needle, p)
    return total.astype(np.float32)


def _drop(tissue: Tissue, needle: Needle, p: SpreadParameters) -> NDArray[np.float64]:
    """The filled ellipsoid of one needle, in units per mL, with its dose kept exactly."""
    radius = float(fluid_radius_mm(needle.volume_ml, p))
    ratio = float(np.asarray(p.along_fibres))
    belly = Belly(centre=needle.place_mm, fibre=needle.fibre, long_mm=radius * ratio, short_mm=radius)
    share = _filled(tissue, belly)
    share[tissue.label == OUTSIDE] = 0.0
    held = share.sum()
    if not held > 0:
        raise ValueError(f"the needle at {needle.place_mm} mm lies outside the tissue")
    return share * (1000.0 * needle.units / (held * tissue.edge_mm**3))


def _filled(tissue: Tissue, belly: Belly, parts: int = 5) -> NDArray[np.float64]:
    """Share of each cell inside the ellipsoid, counted on `parts`^3 points a cell."""
    share = np.zeros(tissue.shape)
    edge, centre = tissue.edge_mm, np.array(belly.centre)
    reach = max(belly.long_mm, belly.short_mm) + edge
    first = np.maximum(np.floor((centre - reach - tissue.origin_mm) / edge).astype(int), 0)
    last = np.minimum(np.ceil((centre + reach - tissue.origin_mm) / edge).astype(int) + 1, tissue.shape)
    if (last <= first).any():
        return share
    counts = last - first
    fine = (np.arange(parts) + 0.5) / parts - 0.5
    axes = [
        (tissue.origin_mm[i] - centre[i] + edge * (np.arange(first[i], last[i])[:, None] + fine)).ravel()
        for i in range(3)
    ]
    x, y, z = np.meshgrid(*axes, indexing="ij", sparse=True)
    along = x * belly.fibre[0] + y * belly.fibre[1] + z * belly.fibre[2]
    inside = (along / belly.long_mm) ** 2 + (x**2 + y**2 + z**2 - along**2) / belly.short_mm**2 <= 1.0
    cells = inside.reshape(counts[0], parts, counts[1], parts, counts[2], parts).mean(axis=(1, 3, 5))
    share[tuple(slice(a, b) for a, b in zip(first, last, strict=True))] = cells
    return share


def _tensor(tissue: Tissue, p: SpreadParameters) -> NDArray[np.float32]:
    """Lambda of each label, shape (n_labels, 3, 3), in mm^2; isotropic where no direction is known."""
    across = float(np.asarray(p.reach_mm)) ** 2
    along = across * float(np.asarray(p.along_fibres)) ** 2
    directed = (tissue.fibre**2).sum(axis=1) > 0
    mean = (along * across * across) ** (1 / 3)
    tensor = across * np.eye(3) + (along - across) * tissue.fibre[:, :, None] * tissue.fibre[:, None, :]
    return np.where(directed[:, None, None], tensor, mean * np.eye(3)).astype(np.float32)


def _passes(tissue: Tissue, axis: int, through_fascia: float) -> NDArray[np.float32]:
    """Square root of the part of flux that passes the face from each cell to the next along `axis`; last face 0."""
    here = tissue.structures()
    following = np.full_like(here, OUTSIDE)
    inner = [slice(None)] * 3
    inner[axis] = slice(None, -1)
    ahead = [slice(None)] * 3
    ahead[axis] = slice(1, None)
    following[tuple(inner)] = here[tuple(ahead)]
    same = here == following
    closed = (here == OUTSIDE) | (following == OUTSIDE)
    return np.where(closed, 0.0, np.where(same, 1.0, np.sqrt(through_fascia))).astype(np.float32)


def _matrix(tissue: Tissue, p: SpreadParameters, through_fascia: float) -> dia_array:
    """The symmetric matrix, 19 diagonals, from the energy of every cell corner."""
    tensor = _tensor(tissue, p)[np.maximum(tissue.label, 0)] / np.float32(tissue.edge_mm**2)
    strides = _strides(tissue.shape)
    plus = [_passes(tissue, axis, through_fascia) for axis in range(3)]
    minus = [_shifted(face, axis) for axis, face in enumerate(plus)]
    diagonals: dict[int, NDArray[np.float32]] = {0: np.ones(tissue.shape, np.float32)}
    for axis in range(3):
        _add_straight(diagonals, tensor[..., axis, axis], plus[axis], minus[axis], strides[axis], axis)
    for a, b in combinations(range(3), 2):
        if np.abs(tensor[..., a, b]).max() > 0:
            for sign_a, face_a in ((1, plus[a]), (-1, minus[a])):
                for sign_b, face_b in ((1, plus[b]), (-1, minus[b])):
                    weight = tensor[..., a, b] * face_a * face_b / np.float32(4)
                    _add_crossed(diagonals, weight, sign_a * strides[a], sign_b * strides[b], sign_a * sign_b)
    return _as_matrix(diagonals)


def _strides(shape: tuple[int, int, int]) -> tuple[int, int, int]:
    return (shape[1] * shape[2], shape[2], 1)


def _shifted(face: NDArray, axis: int) -> NDArray:
    """The face behind each cell is the face ahead of the one before; the first has none."""
    moved = np.roll(face, 1, axis)
    moved[(slice(None),) * axis + (0,)] = 0.0
    return moved


def _add_straight(diagonals: dict, own: NDArray, ahead: NDArray, behind: NDArray, stride: int, axis: int) -> None:
    # Each face is seen from both its cells: half of each.
    forward = own * ahead**2 / np.float32(2)
    backward = own * behind**2 / np.float32(2)
    between = forward + _from_ahead(backward, axis)
    diagonals[0] += between + _shifted(between, axis)
    diagonals[stride] = diagonals.get(stride, 0) - between


def _from_ahead(values: NDArray, axis: int) -> NDArray:
    moved = np.roll(values, -1, axis)
    moved[(slice(None),) * axis + (-1,)] = 0.0
    return moved


def _add_crossed(diagonals: dict, weight: NDArray, step_a: int, step_b: int, sign: int) -> None:
    """Energy weight * (sign) (B_a - B_v)(B_b - B_v) of cells v, v + step_a, v + step_b."""
    w = (sign * weight).ravel()
    _couple(diagonals, w, step_a, step_b)
    _couple(diagonals, -w, 0, step_a)
    _couple(diagonals, -w, 0, step_b)
    diagonals[0] += (2 * w).reshape(weight.shape)


def _couple(diagonals: dict, w: NDArray, first: int, second: int) -> None:
    """Add w to the entry of cells v + first and v + second; kept at the lower of the two, upper triangle only."""
    low, high = min(first, second), max(first, second)
    entry = diagonals.setdefault(high - low, np.zeros(diagonals[0].shape, np.float32)).reshape(-1)
    if low == 0:
        entry += w
    elif low > 0:
        entry[low:] += w[:-low]
    else:
        entry[:low] += w[-low:]


def _as_matrix(upper: dict[int, NDArray[np.float32]]) -> dia_array:
    n = upper[0].size
    offsets, rows = [0], [upper[0].ravel()]
    for offset, values in upper.items():
        if offset == 0:
            continue
        flat = values.ravel()
        # dia_array keeps entry (i, i + k) at column i + k.
        ahead = np.zeros(n, np.float32)
        ahead[offset:] = flat[:-offset]
        rows += [ahead, flat]
        offsets += [offset, -offset]
    return dia_array((np.stack(rows), offsets), shape=(n, n))


class _ConstantInverse(LinearOperator):
    """Inverse of the equation with one constant instead of the tensor, by the cosine transform."""

    def __init__(self, tissue: Tissue, p: SpreadParameters, through_fascia: float) -> None:
        size = int(np.prod(tissue.shape))
        super().__init__(np.float32, (size, size))
        across = float(np.asarray(p.reach_mm)) ** 2 / tissue.edge_mm**2
        mean = across * float(np.asarray(p.along_fibres)) ** (2 / 3) * (0.5 + 0.5 * through_fascia)
        spectrum = np.ones(tissue.shape)
        for axis, count in enumerate(tissue.shape):
            line = 2.0 - 2.0 * np.cos(np.pi * np.arange(count) / count)
            spectrum += mean * line.reshape([-1 if i == axis else 1 for i in range(3)])
        self._inverse = (1.0 / spectrum).astype(np.float32)

    def _matvec(self, x: NDArray) -> NDArray:
        cube = np.asarray(dctn(x.reshape(self._inverse.shape), norm="ortho", workers=2)) * self._inverse
        return np.asarray(idctn(cube, norm="ortho", workers=2, overwrite_x=True)).reshape(-1)
