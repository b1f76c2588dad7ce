"""Load the compiled kernel of the response model, or fall back to NumPy."""

from __future__ import annotations

import ctypes
import hashlib
import os
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np

from reprieve.learn.kernel import Array, Ground, Kernel, NodeResults, Points, Rows
from reprieve.learn.mixture import GRID_POINTS, REACH

SOURCE = Path(__file__).parents[2] / "learn" / "kernel.c"
LIBRARY = SOURCE.with_name("_kernel.dll" if sys.platform == "win32" else "_kernel.so")
_PLACE, _INT, _DOUBLE = ctypes.c_void_p, ctypes.c_int, ctypes.c_double


class CompiledKernel:
    """The kernel in C, loaded with ctypes; releases the interpreter lock while it works."""

    def __init__(self, path: Path) -> None:
        library = ctypes.CDLL(str(path))
        self._nodes, self._settle = library.reprieve_nodes, library.reprieve_settle
        self._quantiles = library.reprieve_quantiles
        patient = [*[_INT] * 5, *[_PLACE] * 12, _INT, *[_PLACE] * 3]
        self._nodes.argtypes = [*patient, _INT, *[_PLACE] * 10]
        held, steps = [_DOUBLE, _DOUBLE, _INT], [_INT, _INT, _DOUBLE, _DOUBLE, _DOUBLE]
        self._settle.argtypes = [*patient, _INT, _INT, *[_PLACE] * 3, *held, *steps, _PLACE, _PLACE]
        self._quantiles.argtypes = [_INT, _INT, *[_PLACE] * 3, _INT, _DOUBLE, _INT, *[_PLACE] * 4]

    def __call__(
        self,
        rows: Rows,
        points: Points,
        *,
        targets: bool = False,
        gradient: bool = False,
        surprise: bool = False,
    ) -> NodeResults:
        """See `Kernel`."""
        count, k = len(points.half_loss), rows.effects
        places = int((rows.weight <= 0).sum())
        theta = np.ascontiguousarray(points.slots)
        value, mean, covariance = np.empty(count), np.empty((count, k)), np.empty((count, k, k))
        told = np.empty((count, places, 5)) if targets else None
        slope = np.empty(theta.shape) if gradient else None
        odd = np.empty((count, len(rows.week))) if surprise else None
        _check(
            self._nodes(
                *_patient(rows),
                count,
                *(_at(a) for a in (theta, points.half_loss, points.spread, points.responds)),
                *(_at(a) for a in (value, mean, covariance, told, slope, odd)),
            )
        )
        return NodeResults(value, mean, covariance, told, slope, odd)

    def settle(
        self, rows: Rows, ground: Ground, at: Array, inverse: Array, *, responds: bool
    ) -> tuple[Array, Array, Rows]:
        """See `Compiled`."""
        at, inverse = at.copy(), np.array(inverse, order="C")
        rows = replace(
            rows,
            weight=rows.weight.copy(),
            off_time=rows.off_time.copy(),
            lifted=rows.lifted.copy(),
            blur=rows.blur.copy(),
        )
        mean, root = np.ascontiguousarray(ground.mean), np.ascontiguousarray(ground.root)
        _check(
            self._settle(
                *_patient(rows),
                len(mean),
                len(at),
                *(_at(a) for a in (mean, root, ground.places)),
                ground.most_spread,
                ground.straight,
                int(responds),
                ground.rounds,
                ground.steps,
                ground.early,
                ground.resting,
                ground.longest,
                _at(at),
                _at(inverse),
            )
        )
        return at, inverse, rows

    def quantiles(self, weight: Array, mean: Array, sd: Array, levels: Array, middle: Array, wide: Array) -> Array:
        """See `Compiled`."""
        found = np.empty((len(mean), len(levels)))
        mean, sd = np.ascontiguousarray(mean), np.ascontiguousarray(sd)
        _check(
            self._quantiles(
                len(mean),
                len(weight),
                *(_at(a) for a in (weight, mean, sd)),
                GRID_POINTS,
                REACH,
                len(levels),
                *(_at(a) for a in (levels, middle, wide, found)),
            )
        )
        return found


def _patient(rows: Rows) -> list[int | None]:
    """Return the arguments that every function of the library begins with."""
    sizes = (len(rows.week), len(rows.start), len(rows.reference), rows.products, rows.family)
    scores = (rows.week, rows.score, rows.weight, rows.channel)
    cycles = (rows.start, rows.ratio, rows.with_placebo, rows.product, rows.off_time, rows.lifted, rows.blur)
    others = (rows.other.shape[1], *(_at(a) for a in (rows.other, rows.other_mean, rows.other_sd)))
    return [*sizes, *(_at(a) for a in (*scores, *cycles, rows.reference)), *others]


def _check(failed: int) -> None:
    if failed:
        raise MemoryError("the response kernel found no memory")


def _at(array: np.ndarray | None) -> int | None:
    return None if array is None else array.__array_interface__["data"][0]


@cache
def kernel() -> Kernel:
    """Return the compiled kernel when there is one of this very source, else the one in NumPy.

    ``REPRIEVE_KERNEL=numpy`` chooses NumPy: slower, the same figures.
    """
    if os.environ.get("REPRIEVE_KERNEL", "").casefold() != "numpy" and LIBRARY.is_file():
        try:
            library = ctypes.CDLL(str(LIBRARY))
            library.reprieve_digest.restype = ctypes.c_char_p
            if library.reprieve_digest().decode() == hashlib.sha256(SOURCE.read_bytes()).hexdigest():
                return CompiledKernel(LIBRARY)
        except (OSError, AttributeError):
            pass  # built for another machine, or no kernel at all: NumPy gives the same figures
    from reprieve.learn.numpy_kernel import numpy_kernel

    return numpy_kernel
