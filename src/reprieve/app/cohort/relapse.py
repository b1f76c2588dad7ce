"""Who had relapsed before the visit: how much of the best effect was gone when the next injection came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reprieve.app.cohort.cells import shown
from reprieve.app.cohort.cycles import CohortPatient
from reprieve.app.cohort.effect import CycleEffect
from reprieve.app.cohort.groups import Grouping, group_of
from reprieve.app.cohort.tally import Figure, OwnSums, Tally, figure, ratio

NAME = "relapse"
HALF_LOST, RELAPSED = 0.5, 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Relapse:
    """Cycles with a score before the injection, during the effect and at the next visit, on one scale.

    `half_lost` and `relapsed` are shares of the `responded` cycles in which half, and four fifths, of the best effect
    were gone at the next visit. Cycles without a response are counted apart: there was nothing to lose.
    """

    product: str | None
    group: str | None
    scale: str
    patients: int
    cycles: int
    responded: int | None
    no_response: int | None
    half_lost: Figure
    relapsed: Figure


def tally_relapse(patient: CohortPatient, effects: Sequence[Sequence[CycleEffect]], by: Grouping, own: OwnSums) -> None:
    """Add one patient's cycles."""
    for cycle, found in zip(patient.cycles, effects, strict=True):
        for effect in found:
            if effect.at_visit is None or effect.best is None:
                continue
            group = (NAME, cycle.product, group_of(cycle, by), effect.scale)
            own.add(*group, "cycles")
            lost = effect.lost_share
            if lost is None:
                own.add(*group, "no response")
                continue
            own.add(*group, "responded")
            for name, least in (("half", HALF_LOST), ("relapsed", RELAPSED)):
                own.add(*group, name, value=float(lost >= least))


def answer_relapse(tally: Tally, smallest: int) -> tuple[tuple[Relapse, ...], int]:
    """Return the answer of each group that is large enough, and how many groups are not."""
    groups = [key[:3] for key in tally.keys(NAME) if key[3] == "cycles"]
    large = [group for group in groups if tally.patients[(NAME, *group, "cycles")] >= smallest]
    return tuple(_relapse(tally, group, smallest) for group in large), len(groups) - len(large)


def _relapse(tally: Tally, group: tuple, smallest: int) -> Relapse:
    product, by, scale = group
    keys = [(NAME, *group, what) for what in ("responded", "no response")]
    responded, none = (
        round(tally.get(*key)[0]) if seen else None
        for key, seen in zip(keys, shown([tally.patients[key] for key in keys], smallest), strict=True)
    )
    below = tally.get(*keys[0])
    half, relapsed = (
        figure(ratio(tally.get(NAME, *group, what), below)) if tally.patients[keys[0]] >= smallest else Figure(None)
        for what in ("half", "relapsed")
    )
    return Relapse(
        product=product,
        group=by,
        scale=scale,
        patients=tally.patients[(NAME, *group, "cycles")],
        cycles=round(tally.get(NAME, *group, "cycles")[0]),
        responded=responded,
        no_response=none,
        half_lost=half,
        relapsed=relapsed,
    )
