"""What moved a forecast, what the next visit would cost, and when the model keeps silent."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from reprieve.app.forecast import default_population
from reprieve.app.response.kernel import kernel
from reprieve.learn.dates import Milestones, milestones
from reprieve.learn.explain import contradiction, influences, person_share
from reprieve.learn.observations import Cycle, PatientScores, patient_scores
from reprieve.learn.posterior import predict, reweighted, update_response
from reprieve.learn.visits import visit_options


def a_patient(scores: dict[float, float]) -> PatientScores:
    cycle = Cycle(0.0, "rimabotulinumtoxinB", 5000.0)
    return patient_scores("a", [cycle], list(scores), list(scores.values()), ["TWSTRS"] * len(scores))


EARLY = {0.0: 46.0, 2.0: 36.0, 4.0: 33.0}


def test_an_early_return_of_symptoms_moves_the_fading_forward() -> None:
    posterior = update_response(a_patient({**EARLY, 7.0: 47.0}), default_population(), kernel())
    told = {one.week: one for one in influences(posterior, 0)}
    assert told[7.0].moved_fading_days < -3.0
    assert told[7.0].moved_fading_days == min(one.moved_fading_days for one in told.values())


def test_the_person_counts_for_more_with_each_score() -> None:
    shares = [
        person_share(update_response(a_patient(dict(list(EARLY.items())[:count])), default_population(), kernel()))
        for count in (1, 3)
    ]
    longer = update_response(a_patient({**EARLY, 6.0: 33.0, 8.0: 38.0, 10.0: 44.0}), default_population(), kernel())
    assert shares[0] < shares[1] < person_share(longer)


def test_scores_that_no_course_joins_are_called_contradictory() -> None:
    wild = {float(week): 85.0 if week % 2 else 1.0 for week in range(16)}
    assert contradiction(update_response(a_patient(wild), default_population(), kernel())) is not None
    assert contradiction(update_response(a_patient(EARLY), default_population(), kernel())) is None


def test_symptomatic_days_by_hand() -> None:
    # Onset after 1 week, half lost after 11: of 10 weeks 1 is symptomatic, of 14 weeks 1 + 3.
    one = np.ones(1)
    found = Milestones(one, 4 * one, 11 * one, 15 * one, 0.2 * one, one)
    told = {option.interval_weeks: option for option in visit_options(found)}
    assert told[10].symptomatic_days == 7.0
    assert told[14].symptomatic_days == 28.0
    assert told[14].symptomatic_share == round(4 / 14, 3)
    assert (told[10].faded_probability, told[12].faded_probability) == (0.0, 1.0)


def test_waiting_longer_never_means_fewer_symptomatic_days() -> None:
    posterior = update_response(a_patient(EARLY), default_population(), kernel())
    days = [option.symptomatic_days for option in visit_options(milestones(posterior, 0))]
    assert days == sorted(days)


def test_reweighting_for_one_new_score_agrees_with_a_new_fit() -> None:
    population, later = default_population(), a_patient({**EARLY, 8.0: 38.0})
    old = update_response(a_patient(EARLY), population, kernel())
    fast, slow = reweighted(old, later), update_response(later, population, kernel(), before=old)
    weeks = np.array([10.0, 12.0, 16.0])
    quick, exact = predict(fast, weeks).state, predict(slow, weeks).state
    sd = np.sqrt(exact.sd**2 @ exact.weight)
    assert np.all(np.abs(quick.mean @ quick.weight - exact.mean @ exact.weight) < 0.5 * sd)


def test_more_nodes_change_little() -> None:
    # The importance sample against one of thirty times its size: what remains is Monte Carlo noise.
    population, patient = default_population(), a_patient({**EARLY, 8.0: 40.0})
    weeks = np.array([10.0, 14.0])
    few = predict(update_response(patient, population, kernel()), weeks).score
    many = predict(update_response(patient, population, kernel(), nodes=3000), weeks).score
    spread = np.sqrt(many.sd**2 @ many.weight)
    assert np.all(np.abs(few.mean @ few.weight - many.mean @ many.weight) < 0.25 * spread)
    assert np.sqrt(few.sd**2 @ few.weight) == pytest.approx(spread, rel=0.15)


def test_a_patient_without_scores_gets_the_population() -> None:
    patient = replace(a_patient(EARLY), weeks=np.empty(0), scores=np.empty(0), channels=np.empty(0, dtype=np.int64))
    posterior = update_response(patient, default_population(), kernel())
    assert person_share(posterior) < 0.1  # what is left is the noise of 112 nodes


@pytest.mark.parametrize("cycles", [1, 3, 8, 20])
def test_scores_that_never_change_say_no_response_and_stay_finite(cycles: int) -> None:
    """A diary always answered alike has no noise in it; the density must not run away to it."""
    given = [Cycle(14.0 * i, "rimabotulinumtoxinB", 5000.0) for i in range(cycles)]
    weeks = [14.0 * i + week for i in range(cycles) for week in (0, 2, 4, 6, 8, 10, 12)]
    alike = patient_scores("a", given, weeks, [45.0] * len(weeks), ["TWSTRS"] * len(weeks))
    posterior = update_response(alike, default_population(), kernel())
    found = milestones(posterior, cycles - 1)
    # By the shipped population some 4 of 100 do not respond; one flat cycle says more, eight leave no doubt.
    assert posterior.non_response > (0.1 if cycles == 1 else 0.5)
    assert posterior.non_response > 0.99 or cycles < 8
    assert np.isclose(found.weight.sum(), 1.0)
    # Dates are those of the case that the patient responds after all. While that is likely, they are the population's;
    # once it is not, they may be anything between the first day and the end of the year, in order.
    assert cycles > 1 or 5.0 < found.fading @ found.weight < 20.0
    assert 1.0 / 7.0 <= found.fading.min() <= found.fading.max() <= 52.0
    assert np.all(found.fading <= found.wear_off)
    ahead = predict(posterior, np.array([weeks[-1] + 2.0])).score
    mean = ahead.mean[0] @ ahead.weight
    sd = np.sqrt((ahead.sd[0] ** 2 + (ahead.mean[0] - mean) ** 2) @ ahead.weight)
    assert abs(mean - 45.0) < 3.0
    assert 0.2 < sd < 10.0
