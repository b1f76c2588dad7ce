"""The parameters of the response model: names, priors, and where each kernel slot finds its value.

Amounts are shares of a scale's reference score, so that one family serves several scales. Times are weeks.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Prior:
    """A normal prior of one parameter, on the parameter's own (possibly logarithmic) scale."""

    mean: float
    sd: float
    origin: str


# The order of the three tables is the order of the slots in kernel.c; a test holds them together.
COMMON: dict[str, Prior] = {
    "coupling": Prior(0.0, 0.3, "a worse start may leave more to gain; weak"),
    "log_sd_amplitude": Prior(math.log(0.13), 0.5, "cdystonia"),
    "log_kappa": Prior(math.log(0.4), 0.6, "flat dose response, published tables"),
    "duration_slope": Prior(0.1, 0.15, "longer at 180 units or more (marsh2014); weak"),
    "log_sd_half_loss": Prior(math.log(0.3), 0.4, "retreatment sd/mean 0.16-0.18; cdystonia 0.37"),
    "log_onset": Prior(0.0, 0.35, "patients feel it at 1-2 weeks"),
    "log_steepness": Prior(math.log(6.0), 0.45, "cdystonia 6.5 (4.0-9.8)"),
    "placebo": Prior(0.10, 0.06, "placebo arms improve 4 to 7 points at week 4"),
    "coupling_placebo": Prior(0.0, 0.3, "regression to the mean after entry; weak"),
    "log_sd_placebo": Prior(math.log(0.08), 0.5, "cdystonia 0.097"),
    "log_placebo_decay": Prior(
        math.log(8.0), 0.4, "placebo arm of cdystonia: -4.4 points at week 4, -2.4, -1.8, -0.6 at 8, 12, 16"
    ),
    "log_scale_spread": Prior(math.log(0.35), 0.5, "patients differ in how much they vary; weak"),
    "log_sd_cycle_amplitude": Prior(math.log(0.05), 0.4, "assumed half of the spread between patients"),
    "log_sd_cycle_half_loss": Prior(math.log(0.12), 0.4, "retreatment sd/mean 0.16-0.18"),
    "log_sd_slope": Prior(math.log(0.15), 0.7, "slow change, share of the reference a year; weak"),
    "logit_non_response": Prior(-3.0, 1.0, "about one patient in twenty does not respond at all; weak"),
    "log_sd_early": Prior(math.log(0.08), 0.5, "how the first weeks go differs between patients; weak"),
    "after": Prior(0.0, 0.03, "whether a lost effect leaves patients above their level; weak"),
    "after_dose": Prior(0.0, 0.06, "the same, by log dose; weak"),
    "logit_shared_baseline": Prior(0.5, 1.0, "who stands high on one scale does on the others; assumed, weak"),
}
BY_SCALE: dict[str, Prior] = {
    "mean_baseline": Prior(1.0, 0.2, "trial baselines 42-47 TWSTRS points"),
    "log_sd_baseline": Prior(math.log(0.2), 0.5, "trial baselines, sd 8-10 points"),
    "log_sd_drift": Prior(math.log(0.1), 0.5, "cdystonia 5.3 points over 16 weeks"),
    "log_drift_time": Prior(math.log(16.0), 0.6, "weak"),
    "log_sigma": Prior(math.log(0.087), 0.4, "cdystonia 3.9 points"),
    "log_effect": Prior(0.0, 0.4, "effect on this scale beside the primary one; weak"),
}
# Where a scale is known to be unlike the others: what a day brings lasts days, not months.
BY_NAMED_SCALE: dict[str, dict[str, Prior]] = {
    "diary": {
        "log_sd_drift": Prior(math.log(0.14), 0.5, "days are autocorrelated; assumed"),
        "log_drift_time": Prior(math.log(1.2), 0.6, "days are autocorrelated over days to weeks; assumed"),
    }
}
BY_PRODUCT = ("amplitude", "log_half_loss")


def parameter_names(scales: Sequence[str], products: Sequence[str], primary_scale: str) -> tuple[str, ...]:
    """Return the names of all parameters; the primary scale has no `log_effect`, it is the yardstick."""
    by_scale = [f"{kind}:{scale}" for scale in scales for kind in BY_SCALE]
    by_scale.remove(f"log_effect:{primary_scale}")
    return (*COMMON, *by_scale, *(f"{kind}:{product}" for product in products for kind in BY_PRODUCT))


def slots(names: Sequence[str], scales: Sequence[str], products: Sequence[str]) -> NDArray[np.int32]:
    """Return for each kernel slot the position of its parameter in `names`; -1 where it is fixed at 0."""
    wanted = [*COMMON, *(f"{kind}:{scale}" for scale in scales for kind in BY_SCALE)]
    wanted += [f"{kind}:{product}" for product in products for kind in BY_PRODUCT]
    place = {name: i for i, name in enumerate(names)}
    return np.array([place.get(name, -1) for name in wanted], dtype=np.int32)


def slot_values(theta: NDArray[np.float64], places: NDArray[np.int32]) -> NDArray[np.float64]:
    """Return parameters in the order of the kernel's slots, for `theta` of shape (..., p)."""
    return np.where(places < 0, 0.0, theta[..., np.maximum(places, 0)])


def baseline_parts(logit: NDArray[np.float64], channels: int) -> NDArray[np.float64]:
    """Return how much of each channel's effect is in each channel's baseline, shape (k, k, ...).

    Notes
    -----
    The lower Cholesky factor of a matrix of ones with `expit(logit)` beside the diagonal.
    """
    correlation = 1.0 / (1.0 + np.exp(-np.asarray(logit, dtype=float)))
    parts, known = np.zeros((channels, channels, *correlation.shape)), np.zeros(correlation.shape)
    for i in range(channels):
        parts[i, i] = np.sqrt(1.0 - known)
        parts[i + 1 :, i] = (correlation - known) / parts[i, i]
        known = known + ((correlation - known) / parts[i, i]) ** 2
    return parts
