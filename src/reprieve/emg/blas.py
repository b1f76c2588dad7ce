"""Products by BLAS, without a warning that is not about their figures."""

from __future__ import annotations

from contextlib import AbstractContextManager

import numpy as np


def quiet_blas() -> AbstractContextManager[object]:
    """Return the context of a product: some BLAS raise "invalid" for lanes of a register that they do not use.

    A product of finite values cannot be invalid, and NaN stays NaN without a warning either way.
    """
    return np.errstate(invalid="ignore")
