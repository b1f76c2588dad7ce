"""What was seen of one patient: scores in time, and the treatment cycles they belong to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from reprieve.core.errors import ScoresError

Array = NDArray[np.float64]
PLACEBO = "placebo"


@dataclass(frozen=True, slots=True)
class Cycle:
    """One injection and the time until the next.

    Attributes
    ----------
    start_weeks : float
        Weeks from the patient's first injection to this one.
    product : str or None
        Nonproprietary name, ``placebo``, or None when not told.
    units : float or None
        Units of `product`; 0 is placebo, None when not told.
    name : str
        The cycle's name in the caller's table.
    """

    start_weeks: float
    product: str | None = None
    units: float | None = None
    name: str = "1"

    @property
    def is_placebo(self) -> bool:
        """Whether no toxin was given in this cycle."""
        return self.product == PLACEBO or (self.units is not None and self.units == 0)


@dataclass(frozen=True, slots=True)
class Other:
    """A treatment beside the toxin, from `start_weeks` after the first injection; `end_weeks` None: it goes on."""

    name: str
    start_weeks: float
    end_weeks: float | None = None


@dataclass(frozen=True, slots=True)
class PatientScores:
    """The scores of one patient, in order of time.

    Attributes
    ----------
    patient : str
    cycles : tuple of Cycle
        In order of time.
    weeks : ndarray, shape (n,)
        Weeks from the patient's first injection; negative before it.
    scores : ndarray, shape (n,)
        In points of the scale of their channel.
    channels : ndarray of int, shape (n,)
        Index into `scales`.
    scales : tuple of str
        Names of the scales that occur.
    first_known : bool
        Whether the first cycle here is the first treatment ever (only then a placebo response is expected).
    others : tuple of Other
        Treatments beside the toxin, as far as told.
    """

    patient: str
    cycles: tuple[Cycle, ...]
    weeks: Array
    scores: Array
    channels: NDArray[np.int64]
    scales: tuple[str, ...]
    first_known: bool = True
    others: tuple[Other, ...] = ()

    def __post_init__(self) -> None:
        if len({len(self.weeks), len(self.scores), len(self.channels)}) != 1:
            raise ScoresError(f"patient {self.patient}: weeks, scores and channels differ in length; give one of each")
        if not np.all(np.isfinite(self.weeks)) or not np.all(np.isfinite(self.scores)):
            raise ScoresError(f"patient {self.patient}: a week or score is not a finite number; leave missing rows out")
        if np.any(np.diff(self.weeks) < 0):
            raise ScoresError(f"patient {self.patient}: weeks run backwards; sort the rows by time")

    def until(self, weeks: float) -> PatientScores:
        """Return the same patient as known at `weeks` (inclusive)."""
        keep = self.weeks <= weeks
        return PatientScores(
            self.patient,
            tuple(cycle for cycle in self.cycles if cycle.start_weeks <= weeks) or self.cycles[:1],
            self.weeks[keep],
            self.scores[keep],
            self.channels[keep],
            self.scales,
            self.first_known,
            tuple(
                replace(other, end_weeks=None) if other.end_weeks is not None and other.end_weeks > weeks else other
                for other in self.others
                if other.start_weeks <= weeks
            ),
        )


def patient_scores(
    patient: str,
    cycles: Sequence[Cycle],
    weeks: Sequence[float],
    scores: Sequence[float],
    scales: Sequence[str],
    *,
    first_known: bool = True,
    others: Sequence[Other] = (),
) -> PatientScores:
    """Return the scores of one patient, sorted by time, with one channel for each scale.

    Parameters
    ----------
    patient : str
    cycles : sequence of Cycle
    weeks, scores, scales : sequences of length n
        Weeks from the first injection, points, and the scale's name of each score.
    first_known : bool
    others : sequence of Other
        See `PatientScores`.
    """
    order = np.argsort(np.asarray(weeks, dtype=float), kind="stable")
    names = tuple(dict.fromkeys(scales))
    index = np.array([names.index(scale) for scale in scales], dtype=np.int64)
    return PatientScores(
        patient,
        tuple(sorted(cycles, key=lambda cycle: cycle.start_weeks)),
        np.asarray(weeks, dtype=float)[order],
        np.asarray(scores, dtype=float)[order],
        index[order],
        names,
        first_known,
        tuple(others),
    )
