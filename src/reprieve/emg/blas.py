"""Products by BLAS: on one thread, and without a warning that is not about their figures."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from reprieve.core.one_thread import one_blas_thread


@contextmanager
def quiet_blas() -> Iterator[None]:
    """Return the context of a product: some BLAS raise "invalid" for lanes of a register that they do not use.

    A product of finite values cannot be invalid, and NaN stays NaN without a warning either way.
    """
    with one_blas_thread(), np.errstate(invalid="ignore"):
        yield
