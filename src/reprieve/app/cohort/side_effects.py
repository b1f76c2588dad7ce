"""Side effects by muscle and dose, within one product: what was told within eight weeks of a session.

Said beside a muscle is what happened after sessions in which it was injected, whatever else was injected that day. It
is a place to look, not a cause.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from scipy.special import betaincinv

from reprieve.app.cohort.bands import Band, Run, choose_bands, dose_cell, runs_of
from reprieve.app.cohort.cycles import CohortPatient
from reprieve.app.cohort.tally import Figure, OwnSums, Tally

NAME = "side-effects"
MOST_BANDS = 3
ANY, SESSION = "any", "whole session"


@dataclass(frozen=True, slots=True)
class SideEffectRow:
    """Sessions with one muscle in one band of dose, and after how many of them a symptom was told.

    `from_units` is included, `to_units` is not. `muscle` is ``whole session`` for the total dose; `symptom` is ``any``
    for any symptom at all. `share` has the exact binomial 95 % interval, as if sessions were independent. A named
    symptom of fewer patients than the smallest cell has no row; where ``any`` has so few, its count is hidden.
    """

    product: str | None
    muscle: str
    from_units: Decimal
    to_units: Decimal
    symptom: str
    sessions: int
    with_symptom: int | None
    share: Figure


def tally_side_effects(patient: CohortPatient, own: OwnSums) -> None:
    """Add one patient's sessions."""
    for cycle in patient.cycles:
        if cycle.symptoms is None or cycle.units is None:
            continue
        doses = {**(cycle.muscles or {}), SESSION: cycle.units}
        told = (*cycle.symptoms, ANY) if cycle.symptoms else ()
        for muscle, units in doses.items():
            place, cell = (NAME, cycle.product, muscle), dose_cell(units)
            own.add(*place, "cell", cell)
            for run in runs_of(cell):
                own.touch(*place, "run", *run)
                for symptom in told:
                    own.touch(*place, "told", symptom, *run)
            for symptom in told:
                own.add(*place, "told", symptom, cell)


def answer_side_effects(tally: Tally, smallest: int) -> tuple[tuple[SideEffectRow, ...], int]:
    """Return the rows of every muscle with enough patients, and how many muscles and rows have too few."""
    places: dict[tuple, _Place] = {}
    for product, muscle, what, *rest in tally.keys(NAME):
        place = places.setdefault((product, muscle), _Place(product, str(muscle), {}, {}))  # type: ignore[arg-type]
        counts = place.sessions if what == "cell" else place.told.setdefault(str(rest[0]), {})
        counts[int(rest[-1])] = tally.get(NAME, product, muscle, what, *rest)[0]  # type: ignore[call-overload]
    rows: list[SideEffectRow] = []
    hidden = 0
    for place in places.values():
        found, few = place.rows(tally, smallest)
        rows += found
        hidden += few
    return tuple(rows), hidden


@dataclass(frozen=True, slots=True)
class _Place:
    """One muscle: sessions, and sessions with each symptom, by cell of dose."""

    product: str | None
    muscle: str
    sessions: dict[int, float]
    told: dict[str, dict[int, float]]

    def rows(self, tally: Tally, smallest: int) -> tuple[list[SideEffectRow], int]:
        """Return the rows to be shown, and how many are not."""

        def patients(run: Run) -> int:
            return tally.patients[(NAME, self.product, self.muscle, "run", *run)]

        bands = choose_bands(self.sessions, patients, most=MOST_BANDS, smallest=smallest)
        rows, hidden = [], int(not bands)
        for band in bands:
            for symptom in (ANY, *sorted(set(self.told) - {ANY})):
                count, by = _inside(self.told.get(symptom, {}), band), self._told_by(tally, band, symptom)
                if symptom == ANY or by >= smallest:
                    rows.append(self._row(band, symptom, seen=count == 0 or by >= smallest))
                else:
                    hidden += count > 0
        return rows, hidden

    def _told_by(self, tally: Tally, band: Band, symptom: str) -> int:
        """Return how many patients at least told `symptom`: those of the largest run of cells inside the band."""
        runs = {run for cell in self.told.get(symptom, {}) if cell in band for run in runs_of(cell)}
        inside = [(level, n) for level, n in runs if n << level in band and ((n + 1) << level) - 1 in band]
        keys = [(NAME, self.product, self.muscle, "told", symptom, *run) for run in inside]
        return max((tally.patients[key] for key in keys), default=0)

    def _row(self, band: Band, symptom: str, *, seen: bool) -> SideEffectRow:
        sessions, count = _inside(self.sessions, band), _inside(self.told.get(symptom, {}), band)
        return SideEffectRow(
            self.product,
            self.muscle,
            *band.units,
            symptom=symptom,
            sessions=sessions,
            with_symptom=count if seen else None,
            share=_share(count, sessions) if seen else Figure(None),
        )


def _inside(counts: dict[int, float], band: Band) -> int:
    return round(sum(count for cell, count in counts.items() if cell in band))


def _share(count: int, sessions: int) -> Figure:
    """Return the share with the exact binomial (Clopper-Pearson) 95 % interval."""
    low = 0.0 if count == 0 else float(betaincinv(count, sessions - count + 1, 0.025))
    high = 1.0 if count == sessions else float(betaincinv(count + 1, sessions - count, 0.975))
    return Figure(round(count / sessions, 4), round(low, 4), round(high, 4))
