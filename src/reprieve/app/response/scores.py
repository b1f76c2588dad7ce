"""Fit a population, forecast patients: from tables of scores and from charts."""

from __future__ import annotations

import csv
import io
import statistics
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from reprieve.app.response.kernel import kernel
from reprieve.app.text_files import csv_records, read_text
from reprieve.core.errors import ScoresError, SetupError, UnknownNameError
from reprieve.learn.kernel import Told
from reprieve.learn.laplace import laplace_each
from reprieve.learn.observations import PLACEBO, PatientScores
from reprieve.learn.population import (
    DEFAULT_SCALE,
    UNNAMED,
    Population,
    ProductEntry,
    ScaleEntry,
    from_document,
    scale_ends,
)
from reprieve.learn.products import UNNAMED_PRODUCT, entry_of, priors_of
from reprieve.learn.rows import scales_of
from reprieve.learn.scales import entry_of_scale, scale_name
from reprieve.learn.summary import summarise
from reprieve.learn.tidy import TidyRow, check_columns, patients_of, tidy_row
from reprieve.reference.trials import shipped_population

__all__ = [
    "ForecastRow",
    "fit_scores",
    "forecast_csv",
    "forecast_scores",
    "load_population",
    "read_scores",
    "write_text",
]

LEVELS = (0.025, 0.10, 0.25, 0.50, 0.75, 0.90, 0.975)
LEVEL_NAMES = ("q025", "q10", "q25", "q50", "q75", "q90", "q975")
FORECAST_COLUMNS = ("patient", "cycle", "week", "mean", "sd", *LEVEL_NAMES)


@dataclass(frozen=True, slots=True)
class ForecastRow:
    """The predictive distribution of one score: moments and quantiles, in points of its scale."""

    patient: str
    cycle: str
    week: float
    mean: float
    sd: float
    q025: float
    q10: float
    q25: float
    q50: float
    q75: float
    q90: float
    q975: float


def read_scores(path: str) -> list[TidyRow]:
    """Return the rows of the tidy table `path` (CSV or Parquet; ``-`` is CSV on standard input)."""
    where = "standard input" if path == "-" else path
    if path.endswith(".parquet"):
        from reprieve.app.response.partition_files import partition_rows

        if not Path(path).is_file():
            raise ScoresError(f"cannot read {path}: no such file; check the path")
        return partition_rows(Path(path))
    text = read_text(path)
    records = csv_records(io.StringIO(text, newline=""), where, lambda columns: check_columns(columns, where))
    return [tidy_row(row, line, where) for line, row in records]


def trial_rows() -> list[TidyRow]:
    """Return the shipped trial as tidy rows."""
    from reprieve.reference.trials import TRIAL_PRODUCT, trial_scores

    return [
        TidyRow(
            score.patient,
            "1",
            score.week,
            score.score,
            DEFAULT_SCALE,
            TRIAL_PRODUCT if score.units else PLACEBO,
            score.units,
            None,
            score.site,
            line,
        )
        for line, score in enumerate(trial_scores(), start=2)
    ]


def load_population(path: str | None) -> Population:
    """Return the population in the file `path`, or the shipped one."""
    if path is None:
        return from_document(shipped_population(), "the shipped population")
    from reprieve.app.response.population_file import population_of_file  # a forecast needs no validator without it

    return population_of_file(path)


def fit_scores(
    rows: Sequence[TidyRow], where: str = "scores", *, threads: int = 1, progress: Callable[[int], None] | None = None
) -> Population:
    """Return the population fitted to the tidy `rows`.

    Raises
    ------
    ScoresError
        If there is nothing to learn from, or a score lies outside its scale.
    """
    from reprieve.learn.fit import fit_population  # a forecast, whose first answer is waited for, needs none of it

    patients = named_patients(rows, where)
    scales, primary = _scales_of(patients)
    check_range(patients, scales, where)
    units: dict[str, list[float]] = {}
    for patient in patients:
        for cycle in patient.cycles:
            if not cycle.is_placebo:
                units.setdefault(cycle.product or UNNAMED_PRODUCT, []).append(cycle.units or 0.0)
    units = units or {UNNAMED_PRODUCT: []}
    products = {name: _entry_of_given(name, [u for u in given if u > 0]) for name, given in sorted(units.items())}
    return fit_population(
        patients,
        products=products,
        scales=scales,
        primary_scale=primary,
        product_priors={name: priors_of(name) for name in products},
        kernel=kernel(),
        threads=threads,
        progress=progress,
    )


def _entry_of_given(product: str, units: Sequence[float]) -> ProductEntry:
    """Return the entry of `product`; its range takes in the doses that the population learns from."""
    if not units:
        return entry_of(product, 1.0)
    entry = entry_of(product, statistics.median(units))
    return replace(
        entry,
        lowest_units=min(entry.lowest_units, *units),
        highest_units=max(entry.highest_units, *units),
    )


def named_patients(rows: Sequence[TidyRow], where: str) -> list[PatientScores]:
    """Return the patients of `rows` who have a score, with scales and products by the model's names."""
    named = {row.scale for row in rows if row.scale is not None}
    default = next(iter(named)) if len(named) == 1 else UNNAMED
    patients = [_named_scales(patient) for patient in patients_of(rows, where, default_scale=default)]
    patients = [_named_products(patient) for patient in patients if len(patient.weeks)]
    if not patients:
        raise ScoresError(f"{where} has no score; a population needs scores")
    return patients


def _named_scales(patient: PatientScores) -> PatientScores:
    return replace(patient, scales=tuple(scale_name(scale) for scale in patient.scales))


def _named_products(patient: PatientScores) -> PatientScores:
    cycles = tuple(
        cycle if cycle.is_placebo or cycle.product else replace(cycle, product=UNNAMED_PRODUCT)
        for cycle in patient.cycles
    )
    return replace(patient, cycles=cycles)


def _scales_of(patients: Sequence[PatientScores]) -> tuple[dict[str, ScaleEntry], str]:
    before: dict[str, list[float]] = {}
    all_scores: dict[str, list[float]] = {}
    for patient in patients:
        for week, score, k in zip(patient.weeks, patient.scores, patient.channels, strict=True):
            all_scores.setdefault(patient.scales[k], []).append(float(score))
            if week <= patient.cycles[0].start_weeks:
                before.setdefault(patient.scales[k], []).append(float(score))
    primary = max(all_scores, key=lambda name: (name == DEFAULT_SCALE, len(all_scores[name])))
    scales = {name: entry_of_scale(name, before.get(name) or scores) for name, scores in all_scores.items()}
    return dict(sorted(scales.items())), primary


def check_range(patients: Iterable[PatientScores], scales: dict[str, ScaleEntry], where: str) -> None:
    """Raise `ScoresError` if a score lies outside its scale."""
    for patient in patients:
        lowest, highest = scale_ends(scales[scale] for scale in patient.scales)
        low, high = lowest[patient.channels], highest[patient.channels]
        outside = np.flatnonzero((patient.scores < low) | (patient.scores > high))
        if len(outside):
            i = int(outside[0])
            raise ScoresError(
                f"{where}: patient {patient.patient} has a score of {patient.scores[i]:g}, but "
                f"{patient.scales[patient.channels[i]]} runs from {low[i]:g} to {high[i]:g}; correct the score or name "
                "its scale"
            )


def check_doses(patients: Iterable[PatientScores], population: Population, where: str) -> None:
    """Raise `ScoresError` if a dose lies outside what the population knows of its product."""
    for patient in patients:
        for cycle in patient.cycles:
            if cycle.is_placebo or cycle.product is None or cycle.units is None:
                continue
            entry = population.products[cycle.product]
            if not entry.lowest_units <= cycle.units <= entry.highest_units:
                raise ScoresError(
                    f"{where}: patient {patient.patient}, cycle {cycle.name} has {cycle.units:g} units of "
                    f"{cycle.product}, but the population knows {entry.lowest_units:g} to {entry.highest_units:g}; "
                    "correct the units, or fit a population on patients who had such doses"
                )


def forecast_scores(
    rows: Sequence[TidyRow],
    population: Population,
    at: Sequence[float],
    where: str = "scores",
    *,
    laplace: bool = False,
) -> list[ForecastRow]:
    """Return the forecast of each patient of a tidy table at the weeks `at` of the latest cycle.

    With `laplace` the population is taken as known, see `reprieve.learn.laplace`: many times as fast.

    Raises
    ------
    UnknownNameError
        If a product or scale is not in the population.
    ScoresError
        If a score lies outside its scale, or a dose outside what the population knows.
    """
    patients = patients_of(rows, where, default_scale=population.primary_scale)
    columns = forecast_columns(patients, population, at, where, laplace=laplace)
    return [ForecastRow(*values) for values in zip(*columns.values(), strict=True)]


def forecast_columns(
    patients: Sequence[PatientScores], population: Population, at: Sequence[float], where: str, *, laplace: bool = False
) -> dict[str, list[Any]]:
    """Return the columns of `ForecastRow` for each patient at the weeks `at` of the latest cycle.

    Raises
    ------
    ScoresError, UnknownNameError
        If a score or dose lies outside what the population knows, or a product or scale is not in it.
    """
    patients = [known_patient(patient, population, where) for patient in patients]
    check_range(patients, population.scales, where)
    check_doses(patients, population, where)
    weeks, run, levels = np.asarray(at, dtype=float), kernel(), np.array(LEVELS)
    figures = np.empty((len(patients), len(weeks), 2 + len(LEVELS)))
    low, high = scale_ends(population.scales[scales_of(patient, population)[0]] for patient in patients)
    each = laplace_each(patients, population, run, weeks, levels) if laplace else None
    for i, patient in enumerate(patients):
        if each is not None:
            told = Told(each.mean[i], each.sd[i], each.quantiles[i])
        else:
            told = summarise(patient, population, run, patient.cycles[-1].start_weeks + weeks, levels)
        figures[i, :, 0], figures[i, :, 1] = np.clip(told.mean, low[i], high[i]), told.sd
        figures[i, :, 2:] = np.clip(told.quantiles, low[i], high[i])
    columns: dict[str, list[Any]] = {
        "patient": [patient.patient for patient in patients for _ in weeks],
        "cycle": [patient.cycles[-1].name for patient in patients for _ in weeks],
        "week": np.tile(weeks, len(patients)).tolist(),
    }
    rounded = np.round(figures.reshape(-1, figures.shape[2]), 4).T
    return columns | dict(zip(FORECAST_COLUMNS[3:], rounded.tolist(), strict=True))


def known_patient(patient: PatientScores, population: Population, where: str) -> PatientScores:
    """Return `patient` with the population's own names of scales; raise on an unknown scale or product."""
    scales = []
    for scale in patient.scales:
        name = known_scale(scale, population)
        if name is None:
            raise UnknownNameError(
                f"{where}: scale {scale!r} is not in the population; it knows {', '.join(population.scales)}; "
                "fit a population on scores of this scale"
            )
        scales.append(name)
    for cycle in patient.cycles:
        product = cycle.product
        if (
            product is not None
            and product != PLACEBO
            and not cycle.is_placebo
            and not population.knows_product(product)
        ):
            raise UnknownNameError(
                f"{where}: product {product!r} is not in the population; it knows {', '.join(population.products)}; "
                "fit a population on patients who had it"
            )
    return patient if tuple(scales) == patient.scales else replace(patient, scales=tuple(scales))


def known_scale(scale: str, population: Population) -> str | None:
    """Return the population's own name of `scale`, or None when it does not know it."""
    lookup = {name.casefold(): name for name in population.scales}
    return lookup.get(scale.casefold()) or lookup.get(scale_name(scale).casefold())


def forecast_csv(rows: Iterable[ForecastRow]) -> str:
    """Return forecast rows as CSV text."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(FORECAST_COLUMNS)
    for row in rows:
        writer.writerow(
            [f"{v:g}" if name == "week" else v for name in FORECAST_COLUMNS if (v := getattr(row, name)) is not None]
        )
    return out.getvalue()


def write_text(path: str, text: str) -> None:
    """Write `text` to the file `path`, or to standard output for ``-``."""
    if path == "-":
        sys.stdout.write(text)
        return
    try:
        Path(path).write_text(text, encoding="utf-8")
    except OSError as error:
        raise SetupError(f"cannot write {path}: {error.strerror or error}; choose another place") from None
