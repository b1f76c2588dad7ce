"""What if the next injection came after 10, 12, 14 or 16 weeks: expected symptomatic days, nothing decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from reprieve.learn.dates import Milestones, weighted_quantiles

INTERVALS_WEEKS = (10, 12, 14, 16)


@dataclass(frozen=True, slots=True)
class VisitOption:
    """One interval to the next injection.

    Attributes
    ----------
    interval_weeks : int
    symptomatic_days, low, high : float
        Days of the interval with less than half of the peak effect, before onset or after fading: mean, and the range
        that holds 80 %. For a patient who responds.
    symptomatic_share : float
        Of the interval's days.
    faded_probability : float
        That half of the effect is lost before the visit.
    """

    interval_weeks: int
    symptomatic_days: float
    low: float
    high: float
    symptomatic_share: float
    faded_probability: float


def visit_options(found: Milestones, intervals_weeks: Sequence[int] = INTERVALS_WEEKS) -> tuple[VisitOption, ...]:
    """Return the options for `found`, the milestones of the current cycle."""
    options = []
    for weeks in intervals_weeks:
        without = np.minimum(found.onset, weeks) + np.maximum(weeks - found.fading, 0.0)
        days = 7.0 * np.minimum(without, weeks)
        mean = float(found.weight @ days)
        low, high = weighted_quantiles(days, found.weight, np.array([0.1, 0.9]))
        faded = float(found.weight[found.fading <= weeks].sum())
        share = mean / (7.0 * weeks)
        options.append(
            VisitOption(
                weeks, round(mean, 1), round(float(low), 1), round(float(high), 1), round(share, 3), round(faded, 3)
            )
        )
    return tuple(options)
