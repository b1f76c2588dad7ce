"""Room for arrays that may be too large to hold: in memory while it is little, else in a temporary file."""

from __future__ import annotations

import mmap
import os
import tempfile
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from reprieve.core.errors import SetupError

HELD_BYTES = 2**26


class Scratch:
    """Arrays that NumPy takes for any other; beyond `held_bytes` they lie in files that have no name.

    The files are in the folder of temporary files and are gone with the arrays, also when the program is killed.

    Parameters
    ----------
    held_bytes : int
        What is held in memory.
    """

    def __init__(self, held_bytes: int = HELD_BYTES) -> None:
        self._left = held_bytes
        self._maps: list[mmap.mmap] = []

    def array(self, shape: int | tuple[int, ...], dtype: DTypeLike) -> NDArray[Any]:
        """Return an array whose content is yet to be written.

        Raises
        ------
        SetupError
            If the folder of temporary files has no room for it.
        """
        size = int(np.prod(shape)) * np.dtype(dtype).itemsize
        if size <= self._left:
            self._left -= size
            return np.empty(shape, dtype)
        with tempfile.TemporaryFile() as file:
            try:
                # A full disk is to be heard of now: later it would end the program.
                if hasattr(os, "posix_fallocate"):
                    os.posix_fallocate(file.fileno(), 0, size)
                else:
                    file.truncate(size)
            except OSError as error:
                raise SetupError(
                    f"no room for {size / 2**20:.0f} MB in {tempfile.gettempdir()} ({error.strerror or error}); "
                    "free space there, or name another folder in TMPDIR"
                ) from None
            mapped = mmap.mmap(file.fileno(), size)
        self._maps.append(mapped)
        return np.frombuffer(mapped, dtype).reshape(shape)

    def forget(self) -> None:
        """Let the system take back the memory of what lies in files; the content stays."""
        for mapped in self._maps:
            forget(mapped)


def forget(mapped: mmap.mmap) -> None:
    """Let the system take back what was read or written: pages of a mapped file count as memory of the process."""
    if hasattr(mmap, "MADV_DONTNEED"):
        mapped.madvise(mmap.MADV_DONTNEED)
