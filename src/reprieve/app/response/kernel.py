"""Load the compiled kernel of the response model, or fall back to NumPy."""

from __future__ import annotations

import ctypes
import hashlib
import os
import sys
from functools import cache
from pathlib import Path

import numpy as np

from reprieve.learn.kernel import Array, Kernel, NodeResults, Points, Rows

SOURCE = Path(__file__).parents[2] / "learn" / "kernel.c"
LIBRARY = SOURCE.with_name("_kernel.dll" if sys.platform == "win32" else "_kernel.so")
_DOUBLE, _INT = ctypes.c_void_p, ctypes.c_int


class CompiledKernel:
    """The kernel in C, loaded with ctypes; releases the interpreter lock while it works."""

    def __init__(self, path: Path) -> None:
        self._run = ctypes.CDLL(str(path)).reprieve_nodes
        self._run.restype = ctypes.c_int

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
        failed = self._run(
            _INT(len(rows.week)),
            _INT(len(rows.start)),
            _INT(len(rows.reference)),
            _INT(rows.products),
            _INT(rows.family),
            *(_at(a) for a in (rows.week, rows.score, rows.weight, rows.channel, rows.start, rows.ratio)),
            *(_at(a) for a in (rows.with_placebo, rows.product, rows.off_time, rows.off_amplitude, rows.reference)),
            _INT(count),
            *(_at(a) for a in (theta, points.half_loss, points.spread, points.responds)),
            *(_at(a) for a in (value, mean, covariance, told, slope, odd)),
        )
        if failed:
            raise MemoryError("the response kernel found no memory")
        return NodeResults(value, mean, covariance, told, slope, odd)


def _at(array: Array | np.ndarray | None) -> ctypes.c_void_p:
    return _DOUBLE(None if array is None else array.ctypes.data)


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
