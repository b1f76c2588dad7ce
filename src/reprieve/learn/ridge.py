"""Coordinates in which a fit climbs: error and drift of a scale by their sum and their ratio.

Weekly scores tell the sum well and the ratio hardly. In the parameters themselves that is a bent ridge, along which a
search creeps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Ridge:
    """Positions of the log sds of error and of drift among the parameters, both of shape (k,)."""

    error: NDArray[np.int64]
    drift: NDArray[np.int64]

    def along(self, theta: Array) -> Array:
        """Return the coordinates of `theta`: in the place of the error half the log of both variances' sum, in that of
        the drift the log of its sd over the error's."""
        at, error, drift = theta.copy(), theta[self.error], theta[self.drift]
        at[self.error], at[self.drift] = 0.5 * np.logaddexp(2.0 * error, 2.0 * drift), drift - error
        return at

    def back(self, at: Array) -> Array:
        """Return the parameters at the coordinates `at`."""
        theta, ratio = at.copy(), at[self.drift]
        theta[self.error] = at[self.error] - 0.5 * np.logaddexp(0.0, 2.0 * ratio)
        theta[self.drift] = theta[self.error] + ratio
        return theta

    def slope(self, slope: Array, theta: Array) -> Array:
        """Return slopes (..., p) by these coordinates, from those by parameter at `theta`."""
        by, error, drift = slope.copy(), slope[..., self.error], slope[..., self.drift]
        share = 1.0 / (1.0 + np.exp(2.0 * (theta[self.error] - theta[self.drift])))  # of the drift in the sum
        by[..., self.error], by[..., self.drift] = error + drift, (1.0 - share) * drift - share * error
        return by


def ridge_of(names: Sequence[str]) -> Ridge:
    """Return the coordinates for parameters of these names."""
    scales = [name.partition(":")[2] for name in names if name.startswith("log_sigma:")]
    error, drift = ([names.index(f"{kind}:{scale}") for scale in scales] for kind in ("log_sigma", "log_sd_drift"))
    return Ridge(np.array(error), np.array(drift))
