"""Small products on one thread: BLAS wakes every core for them, and a core that waits burns processor time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from threadpoolctl import ThreadpoolController


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Hold the process's BLAS to one thread, and give the threads back at the end.

    Notes
    -----
    For whoever uses the library without setting OPENBLAS_NUM_THREADS; the commands set it before NumPy is loaded, and
    then there is nothing to do. Of several Python threads the first one inside decides, as threadpoolctl has it.
    """
    if os.environ.get("OPENBLAS_NUM_THREADS") == "1":
        yield
        return
    with _controller().limit(limits=1, user_api="blas"):
        yield


@cache
def _controller() -> ThreadpoolController:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()
