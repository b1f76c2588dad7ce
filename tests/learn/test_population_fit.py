"""The pieces of a population's fit: both ways to a score agree, slopes are differences, coordinates go both ways."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from reprieve.app.forecast import default_population
from reprieve.app.response.kernel import LIBRARY, CompiledKernel
from reprieve.learn.numpy_kernel import numpy_kernel
from reprieve.learn.parameters import slots
from reprieve.learn.quadrature import Member, member_of, recentre, score_of
from reprieve.learn.ridge import ridge_of
from reprieve.learn.rows import scales_of
from reprieve.learn.simulated import Registry, simulate_registry

needs_compiled = pytest.mark.skipif(not LIBRARY.is_file(), reason="the compiled kernel is not built here")


def a_member() -> tuple[Member, np.ndarray]:
    population = default_population()
    patient = simulate_registry(Registry(cycles=2), 1, np.random.default_rng(8))[0].scores
    place = slots(population.names, scales_of(patient, population), tuple(population.products))
    member = recentre(member_of(patient, population, place), population.mean, CompiledKernel(LIBRARY), rounds=2)
    return member, population.mean


@needs_compiled
def test_the_compiled_score_is_that_of_its_nodes() -> None:
    member, theta = a_member()
    fast, slow = score_of(member, theta, CompiledKernel(LIBRARY)), score_of(member, theta, numpy_kernel)
    assert_allclose(fast[0], slow[0], rtol=1e-9)
    assert_allclose(fast[1], slow[1], rtol=2e-5, atol=2e-4)  # the one of NumPy is by differences


@needs_compiled
def test_a_score_is_the_slope_of_the_likelihood() -> None:
    # Draws of odd scores and of cycles' own times stay as they are, so that the likelihood is smooth.
    member, theta = a_member()
    slope, step = score_of(member, theta, CompiledKernel(LIBRARY))[1], 1e-5
    for i in range(len(theta)):
        away = np.zeros(len(theta))
        away[i] = step
        up, down = (score_of(member, theta + sign * away, CompiledKernel(LIBRARY))[0] for sign in (1, -1))
        assert_allclose(slope[i], (up - down) / (2 * step), rtol=1e-4, atol=1e-4)


@needs_compiled
def test_each_patient_has_draws_of_the_own_and_the_same_each_time() -> None:
    population, rng = default_population(), np.random.default_rng(8)
    members = []
    for patient in simulate_registry(Registry(cycles=2), 2, rng):
        place = slots(population.names, scales_of(patient.scores, population), tuple(population.products))
        member = member_of(patient.scores, population, place)
        members.append([recentre(member, population.mean, CompiledKernel(LIBRARY), rounds=1) for _ in range(2)])
    first, again = members[0]
    assert first.nodes.own_time is not None
    assert again.nodes.own_time is not None
    assert np.array_equal(first.nodes.own_time, again.nodes.own_time)
    assert first.nodes.draw is not None
    other = members[1][0].nodes.draw
    assert other is not None
    assert first.nodes.draw[0] != other[0]


def test_coordinates_of_error_and_drift_go_there_and_back() -> None:
    names = ("after", "log_sd_drift:a", "log_sigma:a", "log_sigma:b", "log_sd_drift:b")
    ridge, theta = ridge_of(names), np.array([0.3, -1.2, -2.5, -2.0, -4.0])
    at = ridge.along(theta)
    assert_allclose(ridge.back(at), theta, rtol=1e-12)
    assert_allclose(np.exp(2 * at[2]), np.exp(2 * theta[2]) + np.exp(2 * theta[1]))
    weights, step = np.array([1.0, -0.4, 2.0, 0.7, 0.1]), 1e-6  # of a function of the parameters
    told = ridge.slope(weights * theta, theta)
    for i in range(len(at)):
        away = np.zeros(len(at))
        away[i] = step
        up, down = (0.5 * (weights * ridge.back(at + sign * away) ** 2).sum() for sign in (1, -1))
        assert_allclose(told[i], (up - down) / (2 * step), rtol=1e-6, atol=1e-8)
