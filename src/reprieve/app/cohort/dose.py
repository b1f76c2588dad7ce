"""Dose and response, within one product and one scale: means by band of dose, and the slope within patients.

Doses are given for reasons: who needs more gets more. So the slope within patients (the same patient, another dose)
stands beside the slope over all cycles; neither proves that the dose was the cause.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import fmean

import numpy as np

from reprieve.app.cohort.bands import Run, choose_bands, dose_cell, runs_of
from reprieve.app.cohort.cycles import PLACEBO, CohortPatient
from reprieve.app.cohort.effect import CycleEffect
from reprieve.app.cohort.tally import Array, Figure, OwnSums, Tally, figure, ratio

NAME = "dose-response"
MOST_BANDS = 5


@dataclass(frozen=True, slots=True)
class DoseBand:
    """Cycles with `from_units` (included) to `to_units` (not included) of the product."""

    from_units: Decimal
    to_units: Decimal
    patients_at_least: int
    cycles: int
    improvement: Figure
    improvement_share: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseResponse:
    """Points gained in weeks 3 to 7 against the two weeks before, by units of one product.

    `slope` is points for a doubled dose over all cycles; `slope_within` the same inside patients who had two doses or
    more, as many as `patients_within`.
    """

    product: str | None
    scale: str
    patients: int
    cycles: int
    bands: tuple[DoseBand, ...]
    slope: Figure
    slope_within: Figure
    patients_within: int | None


def tally_dose(patient: CohortPatient, effects: Sequence[Sequence[CycleEffect]], own: OwnSums) -> None:
    """Add one patient's cycles."""
    points: dict[tuple[str | None, str], list[tuple[float, float]]] = {}
    for cycle, found in zip(patient.cycles, effects, strict=True):
        if cycle.units is None:
            continue
        for effect in found:
            if effect.improvement is None:
                continue
            group = (NAME, cycle.product, effect.scale)
            cell = dose_cell(cycle.units)
            for run in runs_of(cell):
                own.touch(*group, "run", *run)
            own.add(*group, "cell", cell, "cycles")
            own.add(*group, "cell", cell, "gain", value=effect.improvement)
            if effect.improvement_share is not None:
                own.add(*group, "cell", cell, "share", value=effect.improvement_share)
                own.add(*group, "cell", cell, "shares")
            own.add(*group, "cycles")
            if cycle.units > 0:
                x = math.log2(float(cycle.units))
                points.setdefault((cycle.product, effect.scale), []).append((x, effect.improvement))
    for (product, scale), told in points.items():
        _tally_slopes((NAME, product, scale), told, own)


def _tally_slopes(group: tuple, points: list[tuple[float, float]], own: OwnSums) -> None:
    for x, y in points:
        for name, value in (("n", 1.0), ("x", x), ("y", y), ("xx", x * x), ("xy", x * y)):
            own.add(*group, "all", name, value=value)
    mean_x, mean_y = fmean(x for x, _ in points), fmean(y for _, y in points)
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    if spread > 1e-9:
        own.add(*group, "within", "xx", value=spread)
        own.add(*group, "within", "xy", value=sum((x - mean_x) * (y - mean_y) for x, y in points))


def answer_dose(tally: Tally, smallest: int) -> tuple[tuple[DoseResponse, ...], int]:
    """Return the answer of each product and scale that is large enough, and how many are not."""
    groups = [key[:2] for key in tally.keys(NAME) if key[2:] == ("cycles",)]
    large = [group for group in groups if tally.patients[(NAME, *group, "cycles")] >= smallest]
    return tuple(_dose_response(tally, group, smallest) for group in large), len(groups) - len(large)


def _dose_response(tally: Tally, group: tuple, smallest: int) -> DoseResponse:
    product, scale = group
    within = tally.patients[(NAME, *group, "within", "xx")]
    slope = Figure(None) if product == PLACEBO else figure(_slope(tally, group), 3)
    return DoseResponse(
        product=product,
        scale=scale,
        patients=tally.patients[(NAME, *group, "cycles")],
        cycles=round(tally.get(NAME, *group, "cycles")[0]),
        bands=_bands(tally, group, smallest),
        # Two or three doses in few hands have a slope, but nobody can say how sure it is.
        slope=Figure(None) if slope.low is None else slope,
        slope_within=figure(_slope_within(tally, group), 3) if within >= smallest else Figure(None),
        patients_within=within if within == 0 or within >= smallest else None,
    )


def _bands(tally: Tally, group: tuple, smallest: int) -> tuple[DoseBand, ...]:
    def patients(run: Run) -> int:
        return tally.patients[(NAME, *group, "run", *run)]

    cells = [int(key[0]) for key in tally.keys(NAME, *group, "cell") if key[1] == "cycles"]  # type: ignore[call-overload]
    weights = {cell: tally.get(NAME, *group, "cell", cell, "cycles")[0] for cell in cells}
    found = []
    for band in choose_bands(weights, patients, most=MOST_BANDS, smallest=smallest):
        cycles, gain, share, shares = (
            np.sum([tally.get(NAME, *group, "cell", cell, what) for cell in cells if cell in band], axis=0)
            for what in ("cycles", "gain", "share", "shares")
        )
        gained, gained_share = figure(ratio(gain, cycles), 3), figure(ratio(share, shares))
        found.append(DoseBand(*band.units, band.patients_at_least, round(cycles[0]), gained, gained_share))
    return tuple(found)


def _slope(tally: Tally, group: tuple) -> Array:
    n, x, y, xx, xy = (tally.get(NAME, *group, "all", name) for name in ("n", "x", "y", "xx", "xy"))
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = xx - x * x / n
        # Fixed arms give a spread of rounding errors only when all doses are the same.
        return np.where(spread > 1e-6 * np.maximum(xx, 1.0), (xy - x * y / n) / spread, np.nan)


def _slope_within(tally: Tally, group: tuple) -> Array:
    return ratio(tally.get(NAME, *group, "within", "xy"), tally.get(NAME, *group, "within", "xx"))
