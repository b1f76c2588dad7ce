"""Other treatments: nothing where none is told, and a shift of the level is not taken for the toxin's doing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from reprieve.app.demo.clinic import demo_charts
from reprieve.app.forecast import default_population, forecast_chart, scores_of_chart
from reprieve.app.response.kernel import kernel
from reprieve.learn.dates import milestones
from reprieve.learn.observations import Other, PatientScores
from reprieve.learn.others import TAKES_WEEKS, other_courses, prior_of, told_apart
from reprieve.learn.posterior import predict, update_response
from reprieve.learn.rows import rows_of
from reprieve.learn.simulated import Registry, simulate_registry
from reprieve.learn.tidy import patients_of, tidy_row
from reprieve.record.chart import OtherTreatment

SHARE = 0.35  # of the reference score, by stimulation from the second injection on
NAME = "deep brain stimulation"


def with_stimulation(count: int) -> list[tuple[PatientScores, np.ndarray, np.ndarray]]:
    """Return patients of three cycles, stimulated from week 10; the untouched rest of the third; its fading days.

    The scores come from the simulated registry, which is another model than the fitted one; stimulation takes off an
    amount that it does not know either: a straight rise within six weeks, not the exponential of ours.
    """
    made = []
    for one in simulate_registry(Registry(cycles=3, non_response=0.0), count, np.random.default_rng(12)):
        scores = one.scores
        reference = np.array([{"TWSTRS": 46.0, "diary": 5.4}[scale] for scale in scores.scales])[scores.channels]
        shift = SHARE * np.clip((scores.weeks - 10.0) / 6.0, 0.0, 1.0)
        shifted = np.maximum(scores.scores - np.round(reference * shift), 0.0)
        made.append((replace(scores, scores=shifted, others=(Other(NAME, 10.0),)), scores.scores, one.wear_off_days))
    return made


def known_until(scores: PatientScores, weeks: float) -> PatientScores:
    seen = scores.weeks <= weeks
    return replace(scores, weeks=scores.weeks[seen], scores=scores.scores[seen], channels=scores.channels[seen])


def test_without_another_treatment_nothing_is_there() -> None:
    patient = with_stimulation(1)[0][0]
    alone, beside = rows_of(replace(patient, others=()), default_population()), rows_of(patient, default_population())
    assert alone.other.shape == (len(patient.weeks), 0)
    assert beside.effects == alone.effects + 1
    # One that was always there is the patient's level; one of which no score can tell has no column either.
    before = replace(patient, others=(Other(NAME, -60.0),))
    assert told_apart(before) == ()
    ended = replace(patient, others=(Other(NAME, -60.0, 5.0),))
    assert len(told_apart(ended)) == 1


def test_the_course_of_a_treatment() -> None:
    weeks = np.array([0.0, 4.0, 8.0, 12.0])
    told = other_courses((Other("a", 4.0), Other("b", 0.0, 8.0)), weeks)
    assert told[:, 0] == pytest.approx([0.0, 0.0, 1 - np.exp(-1), 1 - np.exp(-2)])
    reached = 1 - np.exp(-8 / TAKES_WEEKS)
    assert told[:, 1] == pytest.approx([0.0, 1 - np.exp(-1), reached, reached * np.exp(-1)])


def test_a_shift_by_stimulation_is_found_and_not_taken_for_the_toxins() -> None:
    # Simulated truth: forecasts and fading days with the treatment told, and the same patients with nothing told.
    squares: dict[bool, list[float]] = {True: [], False: []}
    apart: dict[bool, list[float]] = {True: [], False: []}
    found = []
    population, prior = default_population(), prior_of(NAME)
    for scores, _, fading in with_stimulation(20):
        cut = scores.cycles[-1].start_weeks + 1.7
        later = (scores.weeks > cut) & (scores.channels == scores.scales.index("TWSTRS"))
        for told in (True, False):
            patient = known_until(scores if told else replace(scores, others=()), cut)
            posterior = update_response(patient, population, kernel())
            expected = predict(posterior, scores.weeks[later], "TWSTRS").score
            squares[told] += list((expected.mean @ expected.weight - scores.scores[later]) ** 2)
            dates = milestones(posterior, len(scores.cycles) - 1)
            apart[told].append(abs(np.log(7.0 * float(dates.weight @ dates.fading) / fading[-1])))
            if told:
                at = posterior.rows.first_cycle - 1
                effect = prior.mean + prior.sd * posterior.told.mean[:, at]
                mean = float(posterior.weight @ effect)
                within = float(posterior.weight @ posterior.told.covariance[:, at, at]) * prior.sd**2
                found.append((mean, np.sqrt(within + posterior.weight @ (effect - mean) ** 2)))
    mean, sd = np.array(found).T
    assert np.sqrt(np.mean(squares[True])) < 0.95 * np.sqrt(np.mean(squares[False]))
    assert np.mean(apart[True]) < np.mean(apart[False])
    assert abs(mean.mean() - SHARE) < 0.08  # the prior's is 0.20
    assert sd.mean() < 0.65 * prior.sd  # a third narrower than before any score
    assert np.mean(np.abs(mean - SHARE) < 1.645 * sd) > 0.7


def test_a_table_says_what_else_is_under_way() -> None:
    told = [(0, ""), (4, "Physiotherapy"), (8, "physiotherapy; DBS"), (12, "DBS")]
    rows = [
        tidy_row({"patient": "a", "cycle": 1, "week": week, "score": 40, "other": other}, line, "scores.csv")
        for line, (week, other) in enumerate(told, start=2)
    ]
    patient = patients_of(rows, "scores.csv", default_scale="TWSTRS")[0]
    assert set(patient.others) == {Other("physiotherapy", 4.0, 12.0), Other("dbs", 8.0)}
    # What began after the cut is not known there, and what ended after it goes on.
    assert patient.until(8.0).others == (Other("physiotherapy", 4.0), Other("dbs", 8.0))
    assert patient.until(5.0).others == (Other("physiotherapy", 4.0),)


def test_the_chart_tells_of_other_treatments_up_to_the_day() -> None:
    today = date(2026, 11, 26)
    charts = (chart for chart in demo_charts(3, today, 20) if not forecast_chart(chart, on=today).abstains)
    chart = next(chart for chart in charts if len(chart.sessions) > 2)
    sessions = sorted(chart.sessions, key=lambda session: session.date)
    began = sessions[-1].date - timedelta(days=30)
    rows = (
        OtherTreatment(date=began, treatment="physiotherapy"),
        OtherTreatment(date=began, treatment="trihexyphenidyl", until=today - timedelta(days=3)),
        OtherTreatment(date=today + timedelta(days=1), treatment="surgery"),
    )
    beside = replace(chart, other_treatments=rows)
    others = scores_of_chart(beside, sessions, default_population(), today).others
    weeks = (began - sessions[0].date).days / 7.0
    assert others[0] == Other("physiotherapy", weeks)
    assert others[1] == Other("trihexyphenidyl", weeks, (today - sessions[0].date).days / 7.0 - 3 / 7.0)
    assert len(others) == 2
    with_them, without = (forecast_chart(one, on=today) for one in (beside, replace(chart, other_treatments=())))
    assert with_them.q50 != without.q50
