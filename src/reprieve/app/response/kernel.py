"""Load the compiled kernel of the response model, or fall back to NumPy."""

from __future__ import annotations

import ctypes
import hashlib
import os
import sys
from dataclasses import replace
from functools import cache, lru_cache
from pathlib import Path

import numpy as np

from reprieve.learn.kernel import (
    Array,
    Batch,
    Errors,
    Ground,
    Kernel,
    Manner,
    NodeResults,
    Places,
    Points,
    Rows,
    Told,
)
from reprieve.learn.mixture import GRID_POINTS, REACH

SOURCE = Path(__file__).parents[2] / "learn" / "kernel.c"
LIBRARY = SOURCE.with_name("_kernel.dll" if sys.platform == "win32" else "_kernel.so")
_PLACE, _INT, _DOUBLE = ctypes.c_void_p, ctypes.c_int, ctypes.c_double
_Field = tuple[str, type]


def _fields(kind: type, names: str) -> list[_Field]:
    return [(name, kind) for name in names.split()]


class _Patient(ctypes.Structure):
    """`Patient` of kernel.c; the fields after those that are given are the library's own."""

    _fields_ = (
        *_fields(_INT, "n cycles channels products family others"),
        *_fields(
            _PLACE,
            "week points score tilt weight odd turn channel start ratio with_placebo product off_time lifted blur",
        ),
        *_fields(_PLACE, "owed reference lowest highest other other_mean other_sd"),
        *_fields(_PLACE, "log_since ebb rise early log_ratio started"),
    )


class _Nodes(ctypes.Structure):
    """`Nodes` of kernel.c."""

    _fields_ = (*_fields(_INT, "count"), *_fields(_PLACE, "half_loss deviate draw own_time responds"))


class _Frame(ctypes.Structure):
    """`Frame` of kernel.c."""

    _fields_ = (
        *_fields(_INT, "known size"),
        *_fields(_PLACE, "mean root place"),
        *_fields(_DOUBLE, "most_spread straight least_error"),
        *_fields(_INT, "rounds steps"),
        *_fields(_DOUBLE, "early resting longest"),
    )


class _Manner(ctypes.Structure):
    """`Manner` of kernel.c."""

    _fields_ = (
        *_fields(_INT, "nodes silent few"),
        *_fields(_PLACE, "z z_silent z_few"),
        *_fields(_DOUBLE, "hopeless likely stretch unseen negligible"),
        *_fields(_INT, "tails levels grid"),
        *_fields(_PLACE, "precision share level"),
        *_fields(_DOUBLE, "reach"),
    )


class _Places(ctypes.Structure):
    """`Places` of kernel.c."""

    _fields_ = (*_fields(_INT, "count channel"), *_fields(_PLACE, "week other"))


class _Batch(ctypes.Structure):
    """`Batch` of native/laplace.h."""

    _fields_ = (
        *_fields(_INT, "count channels products family places rounds"),
        *_fields(_PLACE, "rows cycles week points channel start ratio with_placebo product reference lowest highest"),
        *_fields(_PLACE, "at theta"),
        *_fields(_DOUBLE, "most_spread"),
    )


class CompiledKernel:
    """The kernel in C, loaded with ctypes; releases the interpreter lock while it works."""

    def __init__(self, path: Path) -> None:
        library = ctypes.CDLL(str(path))
        self._nodes, self._settle, self._score = library.reprieve_nodes, library.reprieve_settle, library.reprieve_score
        self._quantiles, self._forecast = library.reprieve_quantiles, library.reprieve_forecast
        self._batch = library.reprieve_batch
        self._nodes.argtypes, self._score.argtypes = [_PLACE] * 10, [_PLACE] * 5
        self._settle.argtypes = [_PLACE, _PLACE, _INT, _PLACE, _PLACE]
        self._quantiles.argtypes = [_INT, _INT, *[_PLACE] * 3, _INT, _DOUBLE, _INT, *[_PLACE] * 4]
        self._forecast.argtypes, self._batch.argtypes = [_PLACE] * 7, [_PLACE] * 5

    def __call__(
        self,
        rows: Rows,
        points: Points,
        *,
        targets: bool = False,
        gradient: bool = False,
        errors: bool = False,
    ) -> NodeResults:
        """See `Kernel`."""
        count, k = len(points.half_loss), rows.effects
        places = int((rows.weight <= 0).sum())
        theta = np.ascontiguousarray(points.slots)
        value, mean, covariance = np.empty(count), np.empty((count, k)), np.empty((count, k, k))
        told = np.empty((count, places, 8)) if targets else None
        slope = np.empty(theta.shape) if gradient else None
        own = np.empty((count, 3, len(rows.week))) if errors else None
        owed = np.empty((count, len(rows.reference) + 1)) if errors else None
        _check(
            self._nodes(
                ctypes.byref(_patient(rows)),
                ctypes.byref(_nodes(points)),
                *(_at(a) for a in (theta, value, mean, covariance, told, slope, own, owed)),
            )
        )
        of_errors = None
        if own is not None and owed is not None:
            of_errors = Errors(own[:, 0], own[:, 1], own[:, 2], np.ascontiguousarray(owed[:, :-1]), owed[:, -1])
        return NodeResults(value, mean, covariance, told, slope, of_errors)

    def score(self, rows: Rows, points: Points, log_weight: Array) -> tuple[float, float, Array]:
        """See `Compiled`."""
        told = np.empty(2 + points.slots.shape[1])
        given = ctypes.byref(_patient(rows)), ctypes.byref(_nodes(points))
        _check(self._score(*given, _at(points.slots), _at(log_weight), _at(told)))
        return float(told[0]), float(told[1]), told[2:]

    def settle(
        self, rows: Rows, ground: Ground, at: Array, inverse: Array, *, responds: bool
    ) -> tuple[Array, Array, Rows]:
        """See `Compiled`."""
        at, inverse, rows = at.copy(), np.array(inverse, order="C"), _own(rows)
        patient, frame = _patient(rows), _frame(ground)
        _check(self._settle(ctypes.byref(patient), ctypes.byref(frame), int(responds), _at(at), _at(inverse)))
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

    def forecast(self, rows: Rows, ground: Ground, manner: Manner, places: Places) -> Told:
        """See `Compiled`."""
        count = len(places.weeks)
        mean, sd, quantiles = np.empty(count), np.empty(count), np.empty((count, len(manner.levels)))
        rows = _own(rows)
        given = (
            _patient(rows),
            _frame(ground),
            _manner(manner),
            _Places(count, places.channel, _at(places.weeks), _at(places.other)),
        )
        _check(self._forecast(*(ctypes.byref(one) for one in given), *(_at(a) for a in (mean, sd, quantiles))))
        return Told(mean, sd, quantiles)

    def laplace(self, batch: Batch, manner: Manner) -> Told:
        """See `Compiled`."""
        patients, weeks = len(batch.rows) - 1, len(batch.at)
        mean, sd = np.empty((patients, weeks)), np.empty((patients, weeks))
        quantiles = np.empty((patients, weeks, len(manner.levels)))
        given = ctypes.byref(_batch(batch)), ctypes.byref(_manner(manner))
        _check(self._batch(*given, *(_at(a) for a in (mean, sd, quantiles))))
        return Told(mean, sd, quantiles)


def _own(rows: Rows) -> Rows:
    """Return `rows` with copies of what the library writes."""
    written = ("score", "tilt", "weight", "odd", "off_time", "lifted", "blur", "owed")
    return replace(rows, **{name: getattr(rows, name).copy() for name in written})


def _patient(rows: Rows) -> _Patient:
    sizes = (len(rows.week), len(rows.start), len(rows.reference), rows.products, rows.family, rows.other.shape[1])
    scores = (rows.week, rows.points, rows.score, rows.tilt, rows.weight, rows.odd, rows.turn, rows.channel)
    cycles = (rows.start, rows.ratio, rows.with_placebo, rows.product, rows.off_time, rows.lifted, rows.blur)
    others = (rows.owed, rows.reference, rows.lowest, rows.highest, rows.other, rows.other_mean, rows.other_sd)
    return _Patient(*sizes, *(_at(a) for a in (*scores, *cycles, *others)))


def _nodes(points: Points) -> _Nodes:
    places = (points.half_loss, points.spread, points.draw, points.own_time, points.responds)
    return _Nodes(len(points.half_loss), *(_at(a) for a in places))


@lru_cache(maxsize=128)
def _manner(manner: Manner) -> _Manner:
    draws = (manner.nodes, manner.silent, manner.few)
    return _Manner(
        *(len(z) for z in draws),
        *(_at(z) for z in draws),
        manner.hopeless,
        manner.likely,
        manner.stretch,
        manner.unseen,
        manner.negligible,
        len(manner.precision),
        len(manner.levels),
        GRID_POINTS,
        *(_at(a) for a in (manner.precision, manner.share, manner.levels)),
        REACH,
    )


@lru_cache(maxsize=128)
def _frame(ground: Ground) -> _Frame:
    return _Frame(
        len(ground.mean),
        ground.root.shape[1] + 2,
        *(_at(a) for a in (ground.mean, ground.root, ground.places)),
        ground.most_spread,
        ground.straight,
        ground.least_error,
        ground.rounds,
        ground.steps,
        ground.early,
        ground.resting,
        ground.longest,
    )


def _batch(batch: Batch) -> _Batch:
    scores = (batch.rows, batch.cycles, batch.week, batch.points, batch.channel)
    cycles = (batch.start, batch.ratio, batch.with_placebo, batch.product)
    scales = (batch.reference, batch.lowest, batch.highest)
    return _Batch(
        len(batch.rows) - 1,
        len(batch.reference),
        batch.products,
        batch.family,
        len(batch.at),
        batch.rounds,
        *(_at(a) for a in (*scores, *cycles, *scales, batch.at, batch.slots)),
        batch.most_spread,
    )


def _check(failed: int) -> None:
    if failed:
        raise MemoryError("the response kernel found no memory")


def _at(array: np.ndarray | None) -> int | None:
    return None if array is None else array.__array_interface__["data"][0]


def _digest() -> str:
    files = [SOURCE, *sorted((SOURCE.parent / "native").glob("*.h"))]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def kernel() -> Kernel:
    """Return the compiled kernel when there is one of this very source, else the one in NumPy.

    ``REPRIEVE_KERNEL=numpy`` chooses NumPy: slower, the same figures.
    """
    return _loaded()[0]


def why_slow() -> str | None:
    """Return one line for who waits without the compiled kernel, and did not ask for that; else None."""
    return _loaded()[1]


@cache
def _loaded() -> tuple[Kernel, str | None]:
    reason = None
    if os.environ.get("REPRIEVE_KERNEL", "").casefold() != "numpy":
        try:
            library = ctypes.CDLL(str(LIBRARY))
            library.reprieve_digest.restype = ctypes.c_char_p
            if library.reprieve_digest().decode() == _digest():
                return CompiledKernel(LIBRARY), None
            reason = "is of another version"
        except (OSError, AttributeError):
            # none built, or for another machine: NumPy gives the same figures
            reason = "cannot be loaded" if LIBRARY.is_file() else "was not built"
    from reprieve.learn.numpy_kernel import numpy_kernel

    return numpy_kernel, reason and (
        f"the compiled part of the response model {reason}: NumPy does its work, the figures are the same, but take a "
        "thousand times as long; install a C compiler, then reprieve anew (pip install --force-reinstall --no-deps)"
    )
