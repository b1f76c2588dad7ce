"""A forecast with the population as known: both kernels alike, near the exact one, calibrated, the same in columns."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from reprieve.app.forecast import default_population
from reprieve.app.response.kernel import LIBRARY, CompiledKernel
from reprieve.app.response.kernel import kernel as kernel_in_use
from reprieve.learn.laplace import laplace, laplace_each, laplace_registry
from reprieve.learn.mixture import mean_sd, quantiles
from reprieve.learn.numpy_kernel import numpy_kernel
from reprieve.learn.observations import Cycle, Other, PatientScores, patient_scores
from reprieve.learn.population import Population
from reprieve.learn.posterior import predict, update_response
from reprieve.learn.ragged import ragged_of
from reprieve.learn.simulated import Registry, simulate_registry

needs_compiled = pytest.mark.skipif(not LIBRARY.is_file(), reason="the compiled kernel is not built here")
LEVELS, AT = np.array([0.025, 0.1, 0.5, 0.9, 0.975]), np.array([12.0, 4.0, 8.0])
ONA, ABO = "onabotulinumtoxinA", "abobotulinumtoxinA"


def some_patients() -> list[PatientScores]:
    """Return patients of many kinds: diaries, visits, placebo, no score, one score, scores that never change."""
    simulated = [one.scores for one in simulate_registry(Registry(cycles=3), 6, np.random.default_rng(4))]
    two = (Cycle(0.0, ONA, 180.0), Cycle(13.0, ABO, None, "2"))
    return [
        *simulated,
        replace(simulated[0], cycles=simulated[0].cycles[:1]),  # scores after the places that are foretold
        patient_scores("visits", two, [0.0, 4.0, 12.0, 17.0], [44.0, 30.0, 40.0, 33.0], ["TWSTRS"] * 4),
        patient_scores("placebo", [Cycle(0.0, "placebo", 0.0)], [0.0, 4.0], [44.0, 40.0], ["TWSTRS"] * 2),
        patient_scores("no units", [Cycle(0.0)], [0.0], [44.0], ["TWSTRS"]),
        patient_scores("no score", [Cycle(0.0, ONA, 180.0)], [], [], []),
        patient_scores("never moves", [Cycle(0.0, ONA, 180.0)], range(40), [5.0] * 40, ["diary"] * 40),
        patient_scores("ends", two, [0.0, 4.0, 14.0], [87.0, 0.0, 87.0], ["TWSTRS"] * 3),
    ]


@pytest.fixture(scope="module")
def population() -> Population:
    return default_population()


@needs_compiled
def test_many_at_once_are_one_after_the_other(population: Population) -> None:
    run, patients = CompiledKernel(LIBRARY), some_patients()
    told = laplace_registry(ragged_of(patients), population, run, AT, LEVELS)
    for i, patient in enumerate(patients):
        own = laplace(patient, population, run, patient.cycles[-1].start_weeks + AT, LEVELS)
        for name in ("mean", "sd", "quantiles"):
            assert_allclose(getattr(told, name)[i], getattr(own, name), rtol=1e-9, err_msg=f"{patient.patient} {name}")


@needs_compiled
def test_both_kernels_foretell_alike(population: Population) -> None:
    patients = some_patients()[5:]
    fast, slow = (
        laplace_registry(ragged_of(patients), population, run, AT, LEVELS)
        for run in (CompiledKernel(LIBRARY), numpy_kernel)
    )
    assert_allclose(fast.mean, slow.mean, rtol=1e-6)
    assert_allclose(fast.sd, slow.sd, rtol=1e-6)
    assert_allclose(fast.quantiles, slow.quantiles, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("until", [4.5, 18.0, 200.0])
def test_it_is_near_the_exact_forecast_with_a_known_population(population: Population, until: float) -> None:
    # The exact one: 1,500 weighted nodes that draw which scores are odd. Off by 0.02 to 0.04 of its standard deviation.
    run = kernel_in_use()
    known = replace(population, covariance=1e-12 * np.eye(len(population.mean)))
    away, ratio = [], []
    for simulated in simulate_registry(Registry(cycles=4), 12, np.random.default_rng(9)):
        patient = simulated.scores.until(until)
        weeks = patient.cycles[-1].start_weeks + AT
        exact = predict(update_response(patient, known, run, nodes=1500, rounds=4), weeks).score
        told = laplace(patient, known, run, weeks, LEVELS)
        sd = mean_sd(exact)[1]
        away.append(np.abs(told.quantiles - quantiles(exact, LEVELS, run)) / sd[:, None])
        ratio.append(told.sd / sd)
    assert np.mean(away) < 0.06
    assert 0.95 < np.mean(ratio) < 1.03


def test_weeks_may_come_in_any_order(population: Population) -> None:
    run, patient = kernel_in_use(), some_patients()[0]
    forward = laplace(patient, population, run, np.sort(AT), LEVELS)
    assert_allclose(laplace(patient, population, run, AT, LEVELS).mean, forward.mean[[2, 0, 1]], rtol=1e-12)


@needs_compiled
def test_patients_with_other_treatments_are_foretold_in_their_places(population: Population) -> None:
    run, patients = CompiledKernel(LIBRARY), some_patients()[:4]
    patients[1] = replace(patients[1], others=(Other("physiotherapy", 3.0),))
    told = laplace_each(patients, population, run, AT, LEVELS)
    for i, patient in enumerate(patients):
        own = laplace(patient, population, run, patient.cycles[-1].start_weeks + AT, LEVELS)
        assert_allclose(told.quantiles[i], own.quantiles, rtol=1e-9)
    without = laplace_each([replace(patients[1], others=())], population, run, AT, LEVELS)
    assert np.abs(told.mean[1] - without.mean[0]).max() > 1e-3


def test_patients_come_out_as_they_went_in() -> None:
    patients = some_patients()
    ragged = ragged_of(patients)
    chosen = np.array([7, 2, 10])
    for found, expected in (
        (ragged.patients(), patients),
        (ragged.of(chosen).patients(), [patients[i] for i in chosen]),
    ):
        assert len(found) == len(expected)
        for one, other in zip(found, expected, strict=True):
            assert (one.patient, one.cycles, one.scales) == (other.patient, other.cycles, other.scales)
            for name in ("weeks", "scores", "channels"):
                assert np.array_equal(getattr(one, name), getattr(other, name)), name
    assert ragged_of([]).patients() == []
