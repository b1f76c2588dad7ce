"""The current cycle of a chart: curve with bands, dates of onset, peak, fading and wearing off."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from reprieve.app.response.kernel import kernel
from reprieve.core.dates import age_years
from reprieve.learn.dates import Milestones, milestones, weighted_quantiles
from reprieve.learn.explain import contradiction, influences, person_share
from reprieve.learn.mixture import cumulative, mean_sd, quantiles
from reprieve.learn.observations import Cycle, Other, PatientScores, patient_scores
from reprieve.learn.population import Population, from_document
from reprieve.learn.posterior import Forecast, ResponsePosterior, foretell, update_response
from reprieve.learn.scales import DIARY, scale_name
from reprieve.learn.visits import VisitOption, visit_options
from reprieve.record.chart import Chart, Session
from reprieve.reference.trials import shipped_population

LEVELS = (0.025, 0.10, 0.25, 0.50, 0.75, 0.90, 0.975)
YOUNGEST_YEARS = 18
HORIZON_DAYS = 182
# Days at which the curve is computed, straight between them: dense while it turns, weekly once it only wanes.
KNOTS = np.concatenate([np.arange(0, 42, 3), np.arange(42, HORIZON_DAYS + 1, 7)])
# Diary entries of older cycles say little more than their ratings; the latest cycles count in full.
FULL_CYCLES = 2


@dataclass(frozen=True, slots=True)
class DateRange:
    """A date as a range: 10 %, 50 % and 90 % of what is probable."""

    low: date
    median: date
    high: date


@dataclass(frozen=True, slots=True)
class CycleForecast:
    """The current cycle of one patient, or why there is none.

    Attributes
    ----------
    abstains : bool
        True when nothing supports a forecast; `reason` says why and all figures are empty.
    scale : str or None
        What the curve shows (``TWSTRS``, ``diary``, ...), in points; higher is worse.
    days : tuple of int
        Days since the last session, 0 upwards.
    mean, q025 ... q975 : tuple of float
        The patient's state on each day, without the error of a single rating.
    onset, peak, fading, wear_off : DateRange or None
        Half of the peak reached, peak, half of it lost, four fifths of it lost.
    probability_better : tuple of float
        On each day, that the state is below the untreated level of this patient.
    baseline : float or None
        The level expected today without treatment, in points.
    person_weight : float
        0: all of the half-loss time and effect is the population's; 1: all is this person's.
    non_response : float or None
        Probability that the toxin does nothing for this patient.
    next_visit : tuple of VisitOption
        Symptomatic days to expect if the next injection came after 10, 12, 14 or 16 weeks.
    """

    abstains: bool
    reason: str | None = None
    patient: str | None = None
    session_date: date | None = None
    product: str | None = None
    scale: str | None = None
    days: tuple[int, ...] = ()
    mean: tuple[float, ...] = ()
    q025: tuple[float, ...] = ()
    q10: tuple[float, ...] = ()
    q25: tuple[float, ...] = ()
    q50: tuple[float, ...] = ()
    q75: tuple[float, ...] = ()
    q90: tuple[float, ...] = ()
    q975: tuple[float, ...] = ()
    probability_better: tuple[float, ...] = ()
    baseline: float | None = None
    onset: DateRange | None = None
    peak: DateRange | None = None
    fading: DateRange | None = None
    wear_off: DateRange | None = None
    faded_share: float | None = None
    person_weight: float | None = None
    population_weight: float | None = None
    scores_used: int = 0
    notes: tuple[str, ...] = ()
    model: str | None = None
    non_response: float | None = None
    next_visit: tuple[VisitOption, ...] = ()


@dataclass(frozen=True, slots=True)
class MovingEntry:
    """One score of the chart, and what the forecast would be without it.

    Attributes
    ----------
    moved_fading_days : float
        How much later (positive) the expected fading lies because of this score.
    moved_share : float
        How much larger the expected peak effect is because of it, as share of the scale's reference.
    """

    date: date
    scale: str
    score: float
    moved_fading_days: float
    moved_share: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why the forecast of the current cycle is what it is: the strongest of the latest scores first.

    Attributes
    ----------
    abstains : bool
        True when there is no forecast to explain; `reason` says why.
    person_weight, population_weight : float or None
        How far the patient's own scores narrowed half-loss time and effect; the rest is the population's.
    """

    abstains: bool
    reason: str | None = None
    person_weight: float | None = None
    population_weight: float | None = None
    entries: tuple[MovingEntry, ...] = ()


@lru_cache(maxsize=1)
def default_population() -> Population:
    """Return the shipped population."""
    return from_document(shipped_population(), "the shipped population")


def forecast_chart(chart: Chart, *, on: date, population: Population | None = None) -> CycleForecast:
    """Return the forecast of the cycle that is current on the date `on`.

    Parameters
    ----------
    chart : Chart
    on : date
        Today at the clinic; later entries are not used.
    population : Population, optional
        The shipped one by default.

    Returns
    -------
    CycleForecast
        Abstains with a reason when nothing supports a forecast.
    """
    model = population or default_population()
    sessions = sorted((s for s in chart.sessions if s.date <= on and s.units > 0), key=lambda s: s.date)
    reason = _reason_to_abstain(chart, sessions, model, on)
    if reason is not None:
        return CycleForecast(True, reason, chart.patient.id)
    patient = scores_of_chart(chart, sessions, model, on)
    if not len(patient.weeks):
        return CycleForecast(True, _nothing_known(model), chart.patient.id)
    scale, now = _main_scale(patient), (on - sessions[-1].date).days
    at = patient.cycles[-1].start_weeks + np.append(KNOTS, now) / 7.0
    posterior, told = foretell(patient, model, kernel(), at, scale)
    contradicts = contradiction(posterior)
    if contradicts is not None:
        return CycleForecast(True, contradicts, chart.patient.id)
    return _forecast(chart, sessions, posterior, told, scale, now)


def explain_chart(chart: Chart, *, on: date, population: Population | None = None) -> Explanation:
    """Return what each of the latest scores moved in the forecast of the current cycle, as known on the date `on`."""
    model = population or default_population()
    sessions = sorted((s for s in chart.sessions if s.date <= on and s.units > 0), key=lambda s: s.date)
    reason = _reason_to_abstain(chart, sessions, model, on)
    if reason is not None:
        return Explanation(True, reason)
    patient = scores_of_chart(chart, sessions, model, on)
    if not len(patient.weeks):
        return Explanation(True, _nothing_known(model))
    posterior = update_response(patient, model, kernel())
    contradicts = contradiction(posterior)
    if contradicts is not None:
        return Explanation(True, contradicts)
    person, first = person_share(posterior), sessions[0].date
    entries = tuple(
        MovingEntry(
            first + timedelta(days=round(7 * one.week)), one.scale, one.score, one.moved_fading_days, one.moved_share
        )
        for one in influences(posterior, len(patient.cycles) - 1)
    )
    return Explanation(False, None, person, round(1.0 - person, 3), entries)


def _nothing_known(model: Population) -> str:
    return f"no diary entry and no rating on a known scale ({', '.join(model.scales)})"


def _reason_to_abstain(chart: Chart, sessions: list[Session], model: Population, on: date) -> str | None:
    if not sessions:
        return "no injection is on record"
    last = sessions[-1]
    birth = chart.patient.birth_date
    if birth is not None and birth <= on and age_years(birth, on) < YOUNGEST_YEARS:
        return f"the model knows adults only; this patient is {age_years(birth, on)} years old"
    if not model.knows_product(last.product):
        return f"the model does not know {last.product}"
    entry = model.products[last.product]
    if not entry.lowest_units <= float(last.units) <= entry.highest_units:
        return (
            f"the dose of {float(last.units):g} units of {last.product} lies outside the model's range, "
            f"{entry.lowest_units:g} to {entry.highest_units:g} units"
        )
    if (on - last.date).days > 2 * HORIZON_DAYS:
        return f"the last session was on {last.date}, more than a year ago; nothing of it is left to forecast"
    return None


def scores_of_chart(chart: Chart, sessions: list[Session], model: Population, on: date) -> PatientScores:
    """Return the scores of a chart up to `on`, ratings first, then the diary of the latest cycles."""
    first = sessions[0].date
    cycles = [
        Cycle((s.date - first).days / 7.0, s.product, float(s.units), name=s.date.isoformat())
        for s in sessions
        if model.knows_product(s.product)
    ]
    full_from = sessions[-min(FULL_CYCLES, len(sessions))].date - timedelta(days=28)
    seen: list[tuple[date, float, str]] = [
        (rating.date, float(rating.total), scale_name(rating.scale))
        for rating in chart.ratings
        if rating.date <= on and rating.total is not None and scale_name(rating.scale) in model.scales
    ]
    if DIARY in model.scales:
        seen += [
            (entry.date, float(entry.severity), DIARY)
            for entry in chart.diary
            if full_from <= entry.date <= on and entry.severity is not None
        ]
    seen = [entry for entry in seen if _in_range(entry[1], entry[2], model)]
    return patient_scores(
        chart.patient.id,
        cycles,
        [(when - first).days / 7.0 for when, _, _ in seen],
        [value for _, value, _ in seen],
        [scale for _, _, scale in seen],
        first_known=not any(exposure.date and exposure.date < first for exposure in chart.exposures),
        others=[
            Other(
                row.treatment,
                (row.date - first).days / 7.0,
                None if row.until is None or row.until > on else (row.until - first).days / 7.0,
            )
            for row in chart.other_treatments
            if row.date <= on
        ],
    )


def _in_range(value: float, scale: str, model: Population) -> bool:
    entry = model.scales[scale]
    return (entry.lowest is None or value >= entry.lowest) and (entry.highest is None or value <= entry.highest)


def _main_scale(patient: PatientScores) -> str:
    """Return the clinician's scale with most scores, or the diary when it is all there is."""
    counts = {scale: int((patient.channels == i).sum()) for i, scale in enumerate(patient.scales)}
    clinical = {scale: count for scale, count in counts.items() if scale != DIARY}
    chosen = clinical or counts
    return max(chosen, key=lambda scale: chosen[scale])


def _forecast(
    chart: Chart, sessions: list[Session], posterior: ResponsePosterior, told: Forecast, scale: str, now: int
) -> CycleForecast:
    """Return the forecast from what is `told` of the curve at the knots and, last, on the day `now` of the cycle."""
    last, model = sessions[-1], posterior.population
    knots = KNOTS
    days = np.arange(HORIZON_DAYS + 1)
    mean, gained = mean_sd(told.state)[0], mean_sd(told.gain)[0]
    bands = quantiles(told.state, np.array(LEVELS), posterior.kernel)
    entry = model.scales[scale]
    low = -math.inf if entry.lowest is None else entry.lowest
    high = math.inf if entry.highest is None else entry.highest

    def daily(values: NDArray[np.float64]) -> tuple[float, ...]:
        return tuple(np.round(np.clip(np.interp(days, knots, values[:-1]), low, high), 3).tolist())

    found = milestones(posterior, len(posterior.patient.cycles) - 1)
    better = 1.0 - cumulative(told.gain, np.zeros((len(knots) + 1, 1)))[:, 0]
    person = person_share(posterior)
    notes = [] if any("cervical" in s.indication for s in sessions) else ["learned from cervical dystonia only"]
    if last.product not in ("rimabotulinumtoxinB",):
        notes.append(f"the course of {last.product} rests on published summaries, not on patients' data")
    return CycleForecast(
        False,
        None,
        chart.patient.id,
        last.date,
        last.product,
        scale,
        tuple(int(day) for day in days),
        daily(mean),
        *(daily(bands[:, i]) for i in range(len(LEVELS))),
        probability_better=tuple(np.round(np.interp(days, knots, better[:-1]), 4).tolist()),
        baseline=round(float(mean[-1] + gained[-1]), 2),
        onset=_dates(last.date, found, found.onset),
        peak=_dates(last.date, found, found.peak),
        fading=_dates(last.date, found, found.fading),
        wear_off=_dates(last.date, found, found.wear_off),
        faded_share=round(float(found.weight[found.fading <= now / 7.0].sum()), 3),
        person_weight=person,
        population_weight=round(1.0 - person, 3),
        scores_used=len(posterior.patient.weeks),
        notes=tuple(notes),
        model=f"{model.family} {model.fingerprint[:15]}",
        non_response=round(posterior.non_response, 3),
        next_visit=visit_options(found),
    )


def _dates(start: date, found: Milestones, weeks: NDArray[np.float64]) -> DateRange:
    levels = weighted_quantiles(weeks, found.weight, np.array([0.10, 0.50, 0.90]))
    return DateRange(*(start + timedelta(days=round(float(week) * 7)) for week in levels))
