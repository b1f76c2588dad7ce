"""Centres beside each other, as a funnel: how far one may be from the rest by chance alone, given its size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import bdtr

from reprieve.app.cohort.cycles import CohortPatient
from reprieve.app.cohort.effect import CycleEffect
from reprieve.app.cohort.tally import OwnSums, Tally

NAME = "centres"
# A fifth of the beginning: near the smallest change that patients with cervical dystonia notice.
RESPONSE = 0.20
SOONEST_WEEKS = 12
Place = Literal["inside", "outside 95 %", "outside 99.8 %"]


@dataclass(frozen=True, slots=True)
class Centre:
    """One centre: patients, how many of them, and the limits for a centre of this size."""

    centre: str
    patients: int
    with_it: int | None
    share: float | None
    limits_95: tuple[float, float]
    limits_99_8: tuple[float, float]
    place: Place | None


@dataclass(frozen=True, slots=True)
class Funnel:
    """One measure over all centres.

    Each patient counts once, with the first cycle that can be judged; so the patients are independent and the binomial
    limits hold. Nothing is adjusted for who the patients are: a centre outside the limits is a question, not a grade.
    """

    measure: str
    scale: str | None
    patients: int
    share: float
    centres: tuple[Centre, ...]
    hidden_centres: int


def tally_centres(patient: CohortPatient, effects: Sequence[Sequence[CycleEffect]], own: OwnSums) -> None:
    """Add one patient, once for each measure."""
    judged: set[tuple[str, str | None]] = set()
    for cycle, found in zip(patient.cycles, effects, strict=True):
        if cycle.centre is None:
            continue
        if cycle.days_to_next is not None:
            _once(judged, ("next injection before 12 weeks", None), cycle.centre, cycle.days_to_next < 84, own)
        for effect in found:
            share = effect.improvement_share
            if share is not None:
                _once(judged, ("better by a fifth in weeks 3 to 7", effect.scale), cycle.centre, share >= RESPONSE, own)


def _once(judged: set, measure: tuple[str, str | None], centre: str, holds: bool, own: OwnSums) -> None:
    if measure not in judged:
        judged.add(measure)
        own.add(NAME, *measure, centre, "patients")
        own.add(NAME, *measure, centre, "with it", value=float(holds))


def answer_centres(tally: Tally, smallest: int) -> tuple[tuple[Funnel, ...], int]:
    """Return a funnel for each measure, and how many centres are hidden in all."""
    measures: dict[tuple, list[str]] = {}
    for measure, scale, centre, what in tally.keys(NAME):
        if what == "patients":
            measures.setdefault((measure, scale), []).append(str(centre))
    found = [funnel for key, centres in measures.items() if (funnel := _funnel(tally, key, centres, smallest))]
    return tuple(found), sum(funnel.hidden_centres for funnel in found)


def _funnel(tally: Tally, measure: tuple, centres: list[str], smallest: int) -> Funnel | None:
    sizes = [round(tally.get(NAME, *measure, centre, "patients")[0]) for centre in centres]
    counts = [round(tally.get(NAME, *measure, centre, "with it")[0]) for centre in centres]
    total = sum(sizes)
    if total < smallest:
        return None
    share = sum(counts) / total
    rows = [
        _centre(centre, size, count, share, smallest)
        for centre, size, count in zip(centres, sizes, counts, strict=True)
        if size >= smallest
    ]
    name, scale = measure
    return Funnel(name, scale, total, round(share, 4), tuple(rows), len(centres) - len(rows))


def _centre(name: str, size: int, count: int, share: float, smallest: int) -> Centre:
    wide, widest = (funnel_limits(size, share, level) for level in (0.95, 0.998))
    own = count / size
    place: Place = "inside" if wide[0] <= own <= wide[1] else "outside 95 %"
    if not widest[0] <= own <= widest[1]:
        place = "outside 99.8 %"
    # Few with it, or few without it, can name someone as well.
    seen = all(part == 0 or part >= smallest for part in (count, size - count))
    if not seen:
        return Centre(name, size, None, None, wide, widest, None)
    return Centre(name, size, count, round(own, 4), wide, widest, place)


def funnel_limits(size: int, share: float, level: float) -> tuple[float, float]:
    """Return the shares between which a centre of `size` patients stays with probability `level` or a little more.

    Parameters
    ----------
    size : int
    share : float
        Of all centres together.
    level : float
        For example 0.95.
    """
    below = bdtr(np.arange(size + 1, dtype=float), size, share)
    low, high = (int(np.searchsorted(below, at - 1e-12)) for at in ((1 - level) / 2, (1 + level) / 2))
    return round(low / size, 4), round(min(high, size) / size, 4)
