"""What became of one cycle on one scale: where it began, how far it fell, where it stood at the next visit."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from statistics import fmean

from reprieve.app.cohort.cycles import BEFORE_DAYS, CohortCycle
from reprieve.app.scales import CHANGE_SCALES, higher_is_worse

# The peak lies between two and eight weeks for all products; three to seven keeps clear of both slopes.
PEAK_DAYS = (21, 49)
WEEK_DAYS = 7
# A smaller change than this share of the beginning says nothing about when it was lost.
LEAST_RESPONSE = 0.10


@dataclass(frozen=True, slots=True)
class CycleEffect:
    """One cycle on one scale, in points; higher is worse. None where no score lies in the window.

    Attributes
    ----------
    scale : str
    before : float
        Mean of the two weeks before the injection, its day included.
    at_peak : float or None
        Mean of weeks 3 to 7.
    best : float or None
        Lowest mean of a week after the first; weeks, because a single diary entry may be low by chance.
    at_visit : float or None
        Mean of the two weeks before the next session, its day included.
    """

    scale: str
    before: float
    at_peak: float | None
    best: float | None
    at_visit: float | None

    @property
    def improvement(self) -> float | None:
        """Points gained at the peak; negative when worse."""
        return None if self.at_peak is None else self.before - self.at_peak

    @property
    def improvement_share(self) -> float | None:
        """The same as a share of the beginning."""
        gained = self.improvement
        return None if gained is None or not self.before > 0 else gained / self.before

    @property
    def lost_share(self) -> float | None:
        """How much of the best effect was gone at the next visit; None without a response or without a score there."""
        if self.best is None or self.at_visit is None or not self.responded:
            return None
        return (self.at_visit - self.best) / (self.before - self.best)

    @property
    def responded(self) -> bool:
        """Whether the best week was better by a tenth or more."""
        return self.best is not None and self.before > 0 and self.before - self.best >= LEAST_RESPONSE * self.before


def effects_of(cycle: CohortCycle) -> list[CycleEffect]:
    """Return the effect of `cycle` on each scale that has a score before the injection.

    A scale that is not in the catalogue is taken to be worse where it is higher; one that goes the other way, or rates
    a change, is left out.
    """
    by_scale: dict[str, list[tuple[float, float]]] = {}
    for score in cycle.scores:
        if _cannot_fall(score.scale):
            continue
        by_scale.setdefault(score.scale, []).append((score.day, score.score))
    found = []
    for scale, scores in by_scale.items():
        before = _mean(scores, -BEFORE_DAYS, 0)
        if before is not None:
            found.append(_effect(scale, before, scores, cycle.days_to_next))
    return found


@cache
def _cannot_fall(scale: str) -> bool:
    """Return whether a lower score is known to be no improvement."""
    return scale.casefold() in CHANGE_SCALES or higher_is_worse(scale) is False


def _effect(scale: str, before: float, scores: list[tuple[float, float]], days_to_next: int | None) -> CycleEffect:
    weeks: dict[int, list[float]] = {}
    for day, score in scores:
        if day >= WEEK_DAYS and (days_to_next is None or day < days_to_next):
            weeks.setdefault(int(day // WEEK_DAYS), []).append(score)
    # A visit in the window of the peak cannot tell how much of the peak was lost.
    late = days_to_next is not None and days_to_next - BEFORE_DAYS > PEAK_DAYS[0]
    return CycleEffect(
        scale=scale,
        before=before,
        at_peak=_mean(scores, *PEAK_DAYS),
        best=min((fmean(week) for week in weeks.values()), default=None),
        at_visit=_mean(scores, days_to_next - BEFORE_DAYS, days_to_next) if late and days_to_next else None,
    )


def _mean(scores: list[tuple[float, float]], first: float, last: float) -> float | None:
    found = [score for day, score in scores if first <= day <= last]
    return fmean(found) if found else None
