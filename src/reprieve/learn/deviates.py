"""Standard normal numbers, the same each time."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray


@lru_cache(maxsize=128)
def deviates(count: int, dimension: int) -> NDArray[np.float64]:
    """Return standard normal rows with exactly zero mean and unit covariance; the same each time."""
    draws = np.random.default_rng(20261124).standard_normal((count // 2, dimension))
    draws = np.concatenate([draws, -draws])
    if count > 2 * dimension:
        draws = draws @ np.linalg.inv(np.linalg.cholesky(draws.T @ draws / count)).T
    return draws
