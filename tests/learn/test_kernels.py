"""The two kernels agree with each other and with a dense normal distribution; the gradient is the difference."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from reprieve.app.forecast import default_population
from reprieve.app.response.kernel import LIBRARY, CompiledKernel
from reprieve.app.response.kernel import kernel as kernel_in_use
from reprieve.learn.kernel import FAMILIES, Compiled, Kernel, Points, Rows
from reprieve.learn.mixture import mean_sd, quantiles
from reprieve.learn.numpy_kernel import numpy_kernel
from reprieve.learn.observations import Cycle, PatientScores, patient_scores
from reprieve.learn.odd_scores import turns
from reprieve.learn.parameters import BY_SCALE, COMMON
from reprieve.learn.population import Population
from reprieve.learn.posterior import Mixture, foretell, predict, update_response
from reprieve.learn.rows import rows_of
from reprieve.learn.search import frame_of, settle
from reprieve.learn.simulated import Registry, simulate_registry
from reprieve.learn.summary import summarise

PRODUCTS, CHANNELS = 2, 2
needs_compiled = pytest.mark.skipif(not LIBRARY.is_file(), reason="the compiled kernel is not built here")


def a_patient(family: int, *, cycles: int = 3, n: int = 30, seed: int = 3) -> Rows:
    rng = np.random.default_rng(seed)
    week = np.sort(rng.uniform(-3.0, 14.0 * cycles, n))
    weight = rng.choice([0.0, 0.4, 1.0, 1.3], n)
    score = 40.0 + 5.0 * rng.standard_normal(n)
    return Rows(
        week,
        np.clip(score, 0.0, 87.0),
        score,
        rng.uniform(0.6, 1.0, n),
        weight,
        rng.choice([1e-6, 0.02, 0.5], n),
        turns(n),
        rng.integers(0, CHANNELS, n).astype(np.int32),
        14.0 * np.arange(cycles, dtype=np.float64),
        rng.uniform(0.5, 2.0, cycles) * (np.arange(cycles) != 1),
        (np.arange(cycles) == 0).astype(float),
        rng.integers(0, PRODUCTS, cycles).astype(np.int32),
        0.1 * rng.standard_normal(cycles),
        rng.uniform(0.1, 0.3, (CHANNELS, cycles)),
        0.15 * (np.arange(cycles) != 2),
        rng.uniform(0.0, 0.5, CHANNELS),
        np.array([45.0, 6.0]),
        np.array([0.0, -np.inf]),
        np.array([87.0, np.inf]),
        rng.uniform(0.0, 1.0, (n, 2)),
        np.array([0.0, 0.2]),
        np.array([0.1, 0.25]),
        PRODUCTS,
        family,
    )


def some_nodes(rows: Rows, count: int = 6, seed: int = 5) -> Points:
    rng = np.random.default_rng(seed)
    usual = [prior.mean for prior in COMMON.values()]
    usual += [prior.mean for prior in BY_SCALE.values()] * len(rows.reference)
    usual += [0.2, np.log(11.0)] * PRODUCTS
    slots = np.array(usual) + 0.1 * rng.standard_normal((count, len(usual)))
    responds = (np.arange(count) != 1).astype(np.int32)
    return Points(slots, rng.standard_normal(count), rng.standard_normal(count), responds)


@needs_compiled
@pytest.mark.parametrize("family", range(len(FAMILIES)))
@pytest.mark.parametrize("cycles", [1, 4])
@pytest.mark.parametrize("drawn", [False, True])
def test_both_kernels_agree(family: int, cycles: int, drawn: bool) -> None:
    rows = a_patient(family, cycles=cycles)
    points = some_nodes(rows)
    if drawn:
        own_time = 0.2 * np.random.default_rng(1).standard_normal((6, cycles))
        points = replace(points, draw=np.arange(6.0), own_time=own_time)
    fast = CompiledKernel(LIBRARY)(rows, points, targets=True, gradient=True, errors=True)
    slow = numpy_kernel(rows, points, targets=True, gradient=True, errors=True)
    for name in ("log_likelihood", "mean", "covariance", "targets"):
        assert_allclose(getattr(fast, name), getattr(slow, name), rtol=1e-7, atol=1e-9, err_msg=name)
    for name in ("weight", "odd", "fitted", "owed", "misfit"):
        assert_allclose(getattr(fast.errors, name), getattr(slow.errors, name), rtol=1e-7, atol=1e-9, err_msg=name)
    assert fast.gradient is not None
    assert slow.gradient is not None
    # The kernel in C has formulas, the one in NumPy differences: the tolerance is that of the differences.
    assert_allclose(fast.gradient, slow.gradient, rtol=2e-5, atol=2e-4)


@pytest.fixture(params=["numpy", pytest.param("compiled", marks=needs_compiled)])
def kernel(request: pytest.FixtureRequest) -> Kernel:
    return numpy_kernel if request.param == "numpy" else CompiledKernel(LIBRARY)


def test_likelihood_is_that_of_one_dense_normal_distribution(kernel: Kernel) -> None:
    # Closed form: scores ~ N(mean, loadings loadings' + spread^2 (drift + noise)), written out as one full matrix. The
    # loadings come out of the kernel itself by what it predicts with one effect moved: here through NumPy's design.
    from reprieve.learn.numpy_kernel import _design, _named  # pyright: ignore[reportPrivateUsage]

    rows = a_patient(0)
    points = some_nodes(rows)
    value = _named(rows, points.slots)
    columns = _design(rows, points, value).columns
    seen = rows.weight > 0
    told = kernel(rows, points)
    for g in range(len(points.half_loss)):
        spread = np.exp(np.exp(points.slots[g, list(COMMON).index("log_scale_spread")]) * points.spread[g])
        loadings, residual = columns[seen, g, :-1], columns[seen, g, -1]
        k, week = rows.channel[seen], rows.week[seen]
        tau = np.exp(value.channel["log_drift_time"][k, g])
        drift = rows.reference[k] * np.exp(value.channel["log_sd_drift"][k, g])
        noise = rows.reference[k] * np.exp(value.channel["log_sigma"][k, g])
        apart = np.abs(week[:, None] - week) / tau
        own = (k[:, None] == k) * np.outer(drift, drift) * np.exp(-apart) + np.diag(noise**2 / rows.weight[seen])
        full = loadings @ loadings.T + spread**2 * own
        expected = -0.5 * (
            residual @ np.linalg.solve(full, residual) + np.linalg.slogdet(full)[1] + len(k) * np.log(2 * np.pi)
        )
        expected += rows.owed @ (value.channel["log_sigma"][:, g] + np.log(spread))
        assert_allclose(told.log_likelihood[g], expected, rtol=1e-9)


def test_the_misfit_is_how_the_likelihood_moves_with_variability(kernel: Kernel) -> None:
    # By the log of a patient's variability: misfit - number of scores + what the errors owe. By difference, no formula.
    rows, step = a_patient(0), 1e-5
    points = some_nodes(rows)
    unit = np.exp(points.slots[:, list(COMMON).index("log_scale_spread")])
    up, down = (kernel(rows, replace(points, spread=points.spread + way * step / unit)) for way in (1, -1))
    told = kernel(rows, points, errors=True).errors
    assert told is not None
    slope = (up.log_likelihood - down.log_likelihood) / (2 * step)
    assert_allclose(told.misfit - (rows.weight > 0).sum() + rows.owed.sum(), slope, rtol=1e-6, atol=1e-5)


def test_a_place_to_predict_changes_nothing_but_is_predicted_as_a_score_would_be(kernel: Kernel) -> None:
    # Predicted density at a held-out score = ratio of two marginal likelihoods (the definition of conditioning).
    rows = a_patient(0, n=25)
    rows = replace(rows, weight=np.ones(25))
    points = some_nodes(rows)
    for held in (3, 12, 24):
        weight = np.ones(25)
        weight[held] = 0.0
        without = kernel(replace(rows, weight=weight), points, targets=True)
        whole = kernel(rows, points)
        assert without.targets is not None
        level, spread, drift, drift_variance, shared, error = without.targets[:, 0, :6].T
        tilt = rows.tilt[held]
        centre = tilt * level + drift
        variance = tilt**2 * spread + drift_variance + 2 * tilt * shared + error
        density = -0.5 * ((rows.score[held] - centre) ** 2 / variance + np.log(2 * np.pi * variance))
        assert_allclose(density, whole.log_likelihood - without.log_likelihood, rtol=1e-7, atol=1e-8)


def test_a_node_out_of_all_bounds_has_no_likelihood_and_spoils_no_other(kernel: Kernel) -> None:
    rows, points = a_patient(0), some_nodes(a_patient(0))
    far = replace(points, half_loss=points.half_loss * (np.arange(6) != 2) + 1e6 * (np.arange(6) == 2))
    slots = far.slots.copy()
    slots[4, list(COMMON).index("log_sd_half_loss")] = 800.0
    told, usual = kernel(rows, replace(far, slots=slots)), kernel(rows, points)
    assert np.all(np.isfinite(told.log_likelihood))
    others = [0, 1, 3, 5]
    assert_allclose(told.log_likelihood[others], usual.log_likelihood[others], rtol=1e-12)


def test_a_silent_patient_gains_nothing_from_toxin(kernel: Kernel) -> None:
    rows = replace(a_patient(0), with_placebo=np.zeros(3))
    points = some_nodes(rows)
    told = kernel(rows, points, targets=True)
    assert told.targets is not None
    assert np.all(told.targets[1, :, 6:] == 0.0)
    assert np.any(told.targets[0, :, 6] != 0.0)


@pytest.fixture(scope="module")
def known() -> tuple[PatientScores, Population]:
    patient = simulate_registry(Registry(cycles=3), 1, np.random.default_rng(8))[0].scores
    return patient, default_population()


def always_alike(count: int) -> PatientScores:
    """Return a patient whose diary has the same answer every time."""
    cycle = Cycle(0.0, "onabotulinumtoxinA", 180.0)
    return patient_scores("a", [cycle], np.linspace(-2.0, 13.0, count), [5.0] * count, ["diary"] * count)


@needs_compiled
@pytest.mark.parametrize("count", [30, 300, 2000])
def test_a_diary_always_answered_alike_leaves_something_open(count: int) -> None:
    # Without a bound on drift and error 30 answers left 0.06 points, 100 left 0.002, 300 no number at all.
    told = summarise(
        always_alike(count), default_population(), CompiledKernel(LIBRARY), np.array([14.0]), np.array([0.5])
    )
    assert 0.05 < told.sd[0] < 0.3
    assert abs(told.mean[0] - 5.0) < 0.1


@needs_compiled
def test_the_slope_of_the_search_is_a_difference_where_errors_are_held_up() -> None:
    population, patient = default_population(), always_alike(40)
    rows = rows_of(patient, population)
    frame, run, step = frame_of(patient, population, rows), CompiledKernel(LIBRARY), 1e-5
    at = settle(frame, rows, frame.origin(), run, responds=True)[0].at
    one = np.array([1], np.int32)
    points = frame.points(at[None], one)
    told = run(rows, points, gradient=True)
    assert told.gradient is not None
    slope = frame.slope(told.gradient[0], points.slots[0], float(at[-1]))
    sigma = frame.places[len(COMMON) + list(BY_SCALE).index("log_sigma")]
    assert (frame.theta(at[None])[0] - frame.mean)[sigma] < -1.0  # beyond where the bend begins
    for i in range(len(at)):
        up, down = (run(rows, frame.points((at + way * step * np.eye(len(at))[i])[None], one)) for way in (1, -1))
        assert_allclose(slope[i], (up.log_likelihood[0] - down.log_likelihood[0]) / (2 * step), rtol=1e-5, atol=1e-5)


@needs_compiled
@pytest.mark.parametrize("responds", [True, False])
@pytest.mark.parametrize("alike", [False, True])
def test_the_compiled_search_takes_the_same_steps(
    known: tuple[PatientScores, Population], responds: bool, alike: bool
) -> None:
    patient, population = known
    patient = always_alike(40) if alike else patient
    rows = rows_of(patient, population)
    frame = frame_of(patient, population, rows)
    fast = CompiledKernel(LIBRARY)

    class Bare:
        """The compiled kernel without its own search."""

        __call__ = staticmethod(fast.__call__)

    assert isinstance(fast, Compiled)
    assert not isinstance(Bare(), Compiled)
    ours, made = settle(frame, rows, frame.origin(), fast, responds=responds, rounds=3)
    theirs, expected = settle(frame, rows, frame.origin(), Bare(), responds=responds, rounds=3)
    assert np.abs(ours.at).max() > 0.3  # it went somewhere
    assert np.abs(made.weight - 1.0).max() > 0.005
    assert_allclose(ours.at, theirs.at, atol=1e-8)
    assert_allclose(ours.covariance, theirs.covariance, atol=1e-8)
    for name in ("weight", "off_time", "lifted", "blur"):
        assert_allclose(getattr(made, name), getattr(expected, name), atol=1e-8, err_msg=name)
        assert getattr(made, name) is not getattr(rows, name)
    assert np.all(rows.weight == 1.0)  # what was given is not written to


@needs_compiled
def test_the_compiled_quantiles_are_those_of_the_mixture() -> None:
    # Closed form: at a quantile the distribution function, by erfc of the standard library, is the level.
    rng = np.random.default_rng(4)
    weight = rng.dirichlet(np.ones(37))
    mixture = Mixture(weight, 40.0 + 9.0 * rng.standard_normal((5, 37)), rng.uniform(1.0, 6.0, (5, 37)))
    levels = np.array([0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975])
    found = quantiles(mixture, levels, CompiledKernel(LIBRARY))
    assert_allclose(found, quantiles(mixture, levels), atol=1e-7)
    z = (found[..., None] - mixture.mean[:, None]) / mixture.sd[:, None]
    below = np.vectorize(lambda x: 0.5 * math.erfc(-x / math.sqrt(2.0)))(z) @ weight
    assert_allclose(below, np.broadcast_to(levels, below.shape), atol=2e-4)


@needs_compiled
@pytest.mark.parametrize("scores", [0, 3, 60])
def test_a_forecast_in_one_call_is_that_of_all_steps(known: tuple[PatientScores, Population], scores: int) -> None:
    whole, population = known
    kept = slice(0, scores)
    patient = replace(whole, weeks=whole.weeks[kept], scores=whole.scores[kept], channels=whole.channels[kept])
    weeks, levels = np.array([44.0, 30.0, 36.0]), np.array([0.1, 0.5, 0.9])
    fast = CompiledKernel(LIBRARY)
    told = summarise(patient, population, fast, weeks, levels)
    score = foretell(patient, population, fast, weeks)[1].score
    mean, sd = mean_sd(score)
    assert_allclose(told.mean, mean, rtol=1e-9)
    assert_allclose(told.sd, sd, rtol=1e-9)
    assert_allclose(told.quantiles, quantiles(score, levels, fast), rtol=1e-9)


@needs_compiled
def test_one_call_and_all_steps_agree_on_who_does_not_respond(known: tuple[PatientScores, Population]) -> None:
    _, population = known
    patient = simulate_registry(Registry(cycles=3, non_response=1.0), 1, np.random.default_rng(3))[0].scores
    weeks, levels = np.array([30.0, 36.0]), np.array([0.1, 0.5, 0.9])
    fast = CompiledKernel(LIBRARY)
    posterior, forecast = foretell(patient, population, fast, weeks)
    silent = posterior.points.responds == 0
    assert posterior.non_response > 0.5
    assert silent.sum() == (~silent).sum()  # the likelier case has as many nodes
    told = summarise(patient, population, fast, weeks, levels)
    assert_allclose(told.mean, mean_sd(forecast.score)[0], rtol=1e-9)
    assert_allclose(told.quantiles, quantiles(forecast.score, levels, fast), rtol=1e-9)


def test_a_posterior_and_forecast_in_one_pass_are_those_in_two(known: tuple[PatientScores, Population]) -> None:
    patient, population = known
    weeks = np.array([20.0, 44.0, 36.0, 52.0])  # in any order, between the scores and after them
    run = kernel_in_use()
    posterior, once = foretell(patient, population, run, weeks, "diary")
    before = update_response(patient, population, run)
    twice = predict(before, weeks, "diary")
    assert_allclose(posterior.weight, before.weight, rtol=1e-7, atol=1e-12)
    for name in ("state", "score", "gain"):
        one, two = getattr(once, name), getattr(twice, name)
        for part in ("weight", "mean", "sd"):
            assert_allclose(getattr(one, part), getattr(two, part), rtol=1e-7, atol=1e-9, err_msg=f"{name} {part}")
