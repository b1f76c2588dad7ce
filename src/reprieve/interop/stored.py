"""Samples that stay in the file until they are asked for, so that a night of many channels is never held whole."""

from __future__ import annotations

import mmap
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reprieve.interop.scratch import forget

# What is looked at of the file at once.
_CHUNK_BYTES = 2**25
# The memory of smaller looks is left to the system.
_FORGOTTEN_BYTES = 2**20


class StoredSamples:
    """One channel of a file of data records: NumPy takes it for an array, and reads it anew each time.

    Parameters
    ----------
    records : memmap of uint8, shape (n_records, record_bytes)
        Kept open, so that the file may be removed meanwhile.
    first, stop : int
        The bytes of this channel in each record.
    width : int
        Bytes of a sample, 2 or 3; signed, the lowest first.
    """

    __slots__ = ("_first", "_records", "_stop", "_width")

    def __init__(self, records: NDArray[np.uint8], first: int, stop: int, width: int) -> None:
        self._records, self._first, self._stop, self._width = records, first, stop, width

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the samples."""
        return np.dtype("<i2") if self._width == 2 else np.dtype("<i4")

    @property
    def nbytes(self) -> int:
        """Bytes of all samples in memory."""
        return len(self) * self.dtype.itemsize

    def __len__(self) -> int:
        """Return the number of samples."""
        return len(self._records) * (self._stop - self._first) // self._width

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        """Return all samples."""
        del copy
        found = np.empty(len(self), self.dtype)
        each = max(1, _CHUNK_BYTES // self._records.shape[1])
        done = 0
        for begin in range(0, len(self._records), each):
            part = self._part(begin, begin + each)
            found[done : done + len(part)] = part
            done += len(part)
            self._forget()
        return found if dtype is None else found.astype(dtype, copy=False)

    def __getitem__(self, place: slice) -> NDArray[Any]:
        """Return the samples of a slice with step 1, reading the records that hold them only."""
        start, stop, step = place.indices(len(self))
        per_record = (self._stop - self._first) // self._width
        begin, end = start // per_record, -(-stop // per_record)
        part = self._part(begin, end)
        if (end - begin) * self._records.shape[1] > _FORGOTTEN_BYTES:
            self._forget()
        return part[start - begin * per_record : max(start, stop) - begin * per_record : step]

    def _part(self, begin: int, end: int) -> NDArray[Any]:
        stored = np.ascontiguousarray(self._records[begin:end, self._first : self._stop])
        return stored.view("<i2").reshape(-1) if self._width == 2 else _int24(stored)

    def _forget(self) -> None:
        """Let the system take back what was read: pages of a mapped file count as memory of the process."""
        mapped = getattr(self._records, "_mmap", None)
        if isinstance(mapped, mmap.mmap):
            forget(mapped)


def _int24(stored: NDArray[np.uint8]) -> NDArray[np.int32]:
    triples = stored.reshape(-1, 3)
    wide = np.empty((len(triples), 4), np.uint8)
    wide[:, 0] = 0
    wide[:, 1:] = triples
    # The sign sits in the highest byte: shift down from 32 bits keeps it.
    return wide.view("<i4").reshape(-1) >> 8
