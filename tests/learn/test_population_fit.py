"""The pieces of a population's fit: both ways to a score agree, slopes are differences, coordinates go both ways."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from reprieve.app.forecast import default_population
from reprieve.app.response.kernel import LIBRARY, CompiledKernel
from reprieve.learn.fit import Target, fit_population
from reprieve.learn.numpy_kernel import numpy_kernel
from reprieve.learn.parameters import slots
from reprieve.learn.products import priors_of
from reprieve.learn.quadrature import (
    Member,
    _even_deviates,  # pyright: ignore[reportPrivateUsage]
    member_of,
    recentre,
    score_of,
)
from reprieve.learn.ridge import ridge_of
from reprieve.learn.rows import scales_of
from reprieve.learn.simulated import Registry, simulate_registry

PRODUCT = "onabotulinumtoxinA"
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


def test_deviates_of_a_patient_lie_evenly_and_are_not_biased() -> None:
    rng = np.random.default_rng(3)
    found = np.stack([_even_deviates(24, 3, rng) for _ in range(4000)])
    # No bias: normal moments, each of 4,000 draws of 24 by chance within four of its standard errors and less.
    assert_allclose(found.mean((0, 1)), 0.0, atol=0.02)
    assert_allclose((found**2).mean((0, 1)), 1.0, atol=0.02)
    assert_allclose((found[..., 0] * found[..., 1]).mean(), 0.0, atol=0.02)
    # Even: the mean square of 24 hangs on chance less than half as much as that of 24 independent ones.
    assert ((found**2).mean(1).std(0) < np.sqrt(2.0 / 24) / 2).all()


@needs_compiled
def test_chance_in_the_draws_is_small_beside_the_standard_errors() -> None:
    # A quarter was asked. Where two sets of draws would put the mode, by one Newton step from the same place.
    known, rng, run = default_population(), np.random.default_rng(5), CompiledKernel(LIBRARY)
    patients = [one.scores for one in simulate_registry(Registry(cycles=3), 100, rng)]
    population = fit_population(
        patients,
        products={PRODUCT: known.products[PRODUCT]},
        scales={name: known.scales[name] for name in ("TWSTRS", "diary")},
        primary_scale="TWSTRS",
        product_priors={PRODUCT: priors_of(PRODUCT)},
        kernel=run,
    )
    theta, sd = population.mean, np.sqrt(np.diag(population.covariance))
    place = slots(population.names, scales_of(patients[0], population), (PRODUCT,))
    members = tuple(member_of(patient, population, place) for patient in patients)
    target = Target(members, theta, sd, run, 1).recentred(theta, 2)
    one, other = (told.scores(theta)[1].sum(0) for told in (target, target.recentred(theta, 0, other=True)))
    moved = population.covariance @ (one - other) / np.sqrt(2) / sd
    assert np.sqrt((moved**2).mean()) < 0.25


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
