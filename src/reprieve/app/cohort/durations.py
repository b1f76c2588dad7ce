"""How long until the next injection: Kaplan-Meier with censoring, Weibull, and how many intervals were how long."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reprieve.app.cohort.cells import shown
from reprieve.app.cohort.cycles import CohortPatient
from reprieve.app.cohort.groups import Grouping, group_of
from reprieve.app.cohort.survival import kaplan_meier, survival_quantile, weibull
from reprieve.app.cohort.tally import REPLICATES, Figure, OwnSums, Tally, figure, ratio

Array = NDArray[np.float64]
NAME = "durations"
WEEKS = (6, 8, 10, 12, 14, 16, 20, 24, 36, 52)
# A year between sessions is a pause in treatment more often than a long effect; it still counts.
EDGES_WEEKS = (10, 12, 14, 16, 20)


@dataclass(frozen=True, slots=True)
class SurvivalPoint:
    """Share of cycles without a new injection at `week`; hidden where few patients are left."""

    week: int
    share: Figure | None
    at_risk: int | None


@dataclass(frozen=True, slots=True)
class IntervalBand:
    """Cycles whose next injection came from `from_weeks` (included) to `to_weeks` (not included)."""

    from_weeks: int
    to_weeks: int | None
    cycles: int | None
    share: Figure | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Durations:
    """Weeks from one injection of a product to the next injection of anything.

    `cycles` = `reinjected` + `censored` (None: a small cell is hidden); `not_followed` cycles have neither a next
    session nor any later entry and are left out. Quantiles are of the Kaplan-Meier estimate, None when the curve never
    falls so far.
    """

    product: str | None
    group: str | None
    patients: int
    cycles: int
    reinjected: int | None
    censored: int | None
    not_followed: int | None
    median_weeks: Figure
    q25_weeks: Figure
    q75_weeks: Figure
    survival: tuple[SurvivalPoint, ...]
    weibull_shape: Figure
    weibull_scale_weeks: Figure
    weibull_median_weeks: Figure
    intervals: tuple[IntervalBand, ...]


def tally_durations(patient: CohortPatient, by: Grouping, own: OwnSums) -> None:
    """Add one patient's intervals."""
    for cycle in patient.cycles:
        group = (NAME, cycle.product, group_of(cycle, by))
        if cycle.days_to_next is not None:
            own.add(*group, "event", cycle.days_to_next)
            own.add(*group, "reinjected")
            weeks = cycle.days_to_next / 7
            own.add(*group, "band", sum(weeks >= edge for edge in EDGES_WEEKS))
        elif cycle.days_followed is not None:
            own.add(*group, "censored", cycle.days_followed)
            own.add(*group, "still going")
        else:
            own.add(*group, "not followed")
            continue
        own.add(*group, "cycles")


def answer_durations(tally: Tally, smallest: int) -> tuple[tuple[Durations, ...], int]:
    """Return the durations of each group that is large enough, and how many groups are not."""
    groups = [(product, by) for product, by, what, *_ in tally.keys(NAME) if what == "cycles"]
    large = [group for group in groups if tally.patients[(NAME, *group, "cycles")] >= smallest]
    return tuple(_durations(tally, group, smallest) for group in large), len(groups) - len(large)


def _durations(tally: Tally, group: tuple, smallest: int) -> Durations:
    events, censored = (_by_day(tally, group, what) for what in ("event", "censored"))
    length = max(events.shape[1], censored.shape[1])
    events, censored = (np.pad(a, ((0, 0), (0, length - a.shape[1]))) for a in (events, censored))
    survival = kaplan_meier(events, censored)
    shape, scale = weibull(events, censored)
    product, by = group
    reinjected, going, lost = _counts(tally, group, smallest)
    return Durations(
        product=product,
        group=by,
        patients=tally.patients[(NAME, *group, "cycles")],
        cycles=round(events[0].sum() + censored[0].sum()),
        reinjected=reinjected,
        censored=going,
        not_followed=lost,
        median_weeks=figure(survival_quantile(survival, 0.5) / 7, 2),
        q25_weeks=figure(survival_quantile(survival, 0.25) / 7, 2),
        q75_weeks=figure(survival_quantile(survival, 0.75) / 7, 2),
        survival=_points(survival, events, censored, smallest),
        weibull_shape=figure(shape, 3),
        weibull_scale_weeks=figure(scale / 7, 2),
        weibull_median_weeks=figure(scale / 7 * np.log(2) ** (1 / shape), 2),
        intervals=_intervals(tally, group, events, smallest),
    )


def _counts(tally: Tally, group: tuple, smallest: int) -> tuple[int | None, int | None, int | None]:
    keys = [(NAME, *group, what) for what in ("reinjected", "still going", "not followed")]
    counts = [round(tally.get(*key)[0]) for key in keys]
    # The first two add up to a total that is shown; the third stands alone.
    visible = shown([tally.patients[key] for key in keys[:2]], smallest) + shown([tally.patients[keys[2]]], smallest)
    first, second, third = (count if seen else None for count, seen in zip(counts, visible, strict=True))
    return first, second, third


def _by_day(tally: Tally, group: tuple, what: str) -> Array:
    """Return counts, shape (1 + REPLICATES, n_days)."""
    days = [key[0] for key in tally.keys(NAME, *group, what)]
    found = np.zeros((1 + REPLICATES, int(max(days, default=0)) + 1))  # type: ignore[call-overload]
    for day in days:
        found[:, int(day)] += tally.get(NAME, *group, what, day)  # type: ignore[call-overload]
    return found


def _points(survival: Array, events: Array, censored: Array, smallest: int) -> tuple[SurvivalPoint, ...]:
    points = []
    for week in WEEKS:
        day = 7 * week
        at_risk = round((events + censored)[0, day + 1 :].sum())
        # Cycles, not patients, are counted here; fewer cycles than the smallest cell are fewer patients as well.
        if day < survival.shape[1] and at_risk >= smallest:
            points.append(SurvivalPoint(week, figure(survival[:, day]), at_risk))
        else:
            points.append(SurvivalPoint(week, None, None))
    return tuple(points)


def _intervals(tally: Tally, group: tuple, events: Array, smallest: int) -> tuple[IntervalBand, ...]:
    total = events.sum(axis=-1)
    keys = [(NAME, *group, "band", number) for number in range(len(EDGES_WEEKS) + 1)]
    visible = shown([tally.patients[key] for key in keys], smallest)
    edges = (0, *EDGES_WEEKS, None)
    return tuple(
        IntervalBand(
            edges[number] or 0,
            edges[number + 1],
            round(tally.get(*key)[0]) if seen else None,
            figure(ratio(tally.get(*key), total)) if seen else None,
        )
        for number, (key, seen) in enumerate(zip(keys, visible, strict=True))
    )
