"""Samples that stay in the file until they are asked for, so that a night of many channels is never held whole."""

from __future__ import annotations

import mmap
from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from reprieve.interop.scratch import forget

# What is looked at of the file at once.
_CHUNK_BYTES = 2**25
# The memory of smaller looks is left to the system.
_FORGOTTEN_BYTES = 2**20
Kind = Literal["<i2", "<i3", "<f8"]


class StoredSamples:
    """One channel of a file: NumPy takes it for an array, and reads it anew each time.

    Parameters
    ----------
    length : int
        Samples of the channel.
    dtype : dtype
        What they are once read.
    read : callable
        Gives the samples from one number to before another.
    """

    __slots__ = ("_length", "_read", "dtype")

    def __init__(self, length: int, dtype: np.dtype[Any], read: Callable[[int, int], NDArray[Any]]) -> None:
        self._length, self.dtype, self._read = length, dtype, read

    @property
    def nbytes(self) -> int:
        """Bytes of all samples in memory."""
        return len(self) * self.dtype.itemsize

    def __len__(self) -> int:
        """Return the number of samples."""
        return self._length

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        """Return all samples."""
        del copy
        found = np.empty(len(self), self.dtype)
        each = max(1, _CHUNK_BYTES // self.dtype.itemsize)
        for begin in range(0, len(self), each):
            found[begin : begin + each] = self._read(begin, min(begin + each, len(self)))
        return found if dtype is None else found.astype(dtype, copy=False)

    def __getitem__(self, place: slice) -> NDArray[Any]:
        """Return the samples of a slice, reading those only."""
        start, stop, step = place.indices(len(self))
        return self._read(start, max(start, stop))[::step]

    def until(self, length: int) -> StoredSamples:
        """Return the first `length` samples, still in the file."""
        return StoredSamples(min(length, len(self)), self.dtype, self._read)


def in_records(
    records: NDArray[np.uint8], first: int, stop: int, kind: Kind, length: int | None = None
) -> StoredSamples:
    """Return one channel of a file of data records.

    Parameters
    ----------
    records : memmap of uint8, shape (n_records, record_bytes)
        Kept open, so that the file may be removed meanwhile.
    first, stop : int
        The bytes of this channel in each record.
    kind : str
        ``<i2``, ``<i3`` or ``<f8``: the type of a sample in the file.
    length : int, optional
        Samples in all, where the last record is not full.
    """
    each = (stop - first) // int(kind[-1])
    dtype = np.dtype("<i4") if kind == "<i3" else np.dtype(kind)

    def read(start: int, end: int) -> NDArray[Any]:
        begin, last = start // each, -(-end // each)
        stored = np.ascontiguousarray(records[begin:last, first:stop])
        part = _int24(stored) if kind == "<i3" else stored.view(dtype).reshape(-1)
        if (last - begin) * records.shape[1] > _FORGOTTEN_BYTES:
            forget_pages(records)
        return part[start - begin * each : end - begin * each]

    return StoredSamples(each * len(records) if length is None else length, dtype, read)


def forget_pages(records: NDArray[Any]) -> None:
    """Let the system take back what was read of a mapped file."""
    mapped = getattr(records, "_mmap", None)
    if isinstance(mapped, mmap.mmap):
        forget(mapped)


def _int24(stored: NDArray[np.uint8]) -> NDArray[np.int32]:
    triples = stored.reshape(-1, 3)
    wide = np.empty((len(triples), 4), np.uint8)
    wide[:, 0] = 0
    wide[:, 1:] = triples
    # The sign sits in the highest byte: shift down from 32 bits keeps it.
    return wide.view("<i4").reshape(-1) >> 8
