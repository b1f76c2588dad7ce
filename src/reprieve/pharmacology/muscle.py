"""Force of a muscle whose endplates are partly blocked, with the wasting that follows."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

WASTING_SHARE = 0.4  # of the size, at full block; assumed
# Chosen so that a foot muscle (EDB) after 10 units is smallest on day 42, as Hamjian and Walker 1994 saw it.
WASTING_TIME_D = 13.0


def force(blocked: ArrayLike, days: ArrayLike) -> NDArray[np.float64]:
    """Return the force left, as a fraction of the force before the injection.

    Parameters
    ----------
    blocked : array_like, shape (..., m)
        Blocked fraction of the muscle's endplates at `days`.
    days : array_like, shape (m,)
        Days since the injection, rising from 0.

    Returns
    -------
    ndarray, shape (..., m)
        Force, 0 to 1.

    Notes
    -----
    ``force = (1 - P) s`` with ``s' = (1 - 0.4 P - s) / 13 d``, advanced by the exponential over each interval with the
    mean block of its ends. The 0.4 is assumed.
    """
    p = np.asarray(blocked, float)
    t = np.asarray(days, float)
    size = np.ones_like(p)
    keep = np.exp(-np.diff(t) / WASTING_TIME_D)
    target = 1.0 - WASTING_SHARE * (p[..., 1:] + p[..., :-1]) / 2.0
    for i in range(t.size - 1):
        size[..., i + 1] = target[..., i] + (size[..., i] - target[..., i]) * keep[i]
    return (1.0 - p) * size
