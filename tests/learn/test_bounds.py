"""Levels and points: a closed form from SciPy, derivatives by differences, moments by many points."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, logit

from reprieve.learn.bounds import LEAST_SHARE, moments_in_points, tangent, to_points

SCALES = [(46.0, 0.0, 87.0), (5.4, 0.0, 10.0), (20.0, 5.0, 35.0)]


@pytest.mark.parametrize("scale", SCALES)
def test_points_are_the_logistic_curve(scale: tuple[float, float, float]) -> None:
    reference, lowest, highest = scale
    level, width = np.linspace(-3.0 * highest, 4.0 * highest, 201), highest - lowest
    share = (reference - lowest) / width
    expected = lowest + width * expit(logit(share) + (level - reference) / (width * share * (1 - share)))
    assert np.allclose(to_points(level, *map(np.float64, scale)), expected, atol=1e-10)


@pytest.mark.parametrize("scale", SCALES)
def test_at_the_reference_a_level_is_a_score(scale: tuple[float, float, float]) -> None:
    at, points, slope = tangent(np.float64(scale[0]), *map(np.float64, scale))
    assert (at, points, slope) == pytest.approx((scale[0], scale[0], 1.0))


@given(st.sampled_from(SCALES), st.floats(-2.0, 3.0))
def test_the_line_touches_the_curve(scale: tuple[float, float, float], place: float) -> None:
    given_scale = tuple(map(np.float64, scale))
    level = np.float64(scale[1] + place * (scale[2] - scale[1]))
    at, points, slope = tangent(level, *given_scale)
    near = 1e-4 * np.array([-1.0, 0.0, 1.0])
    curve = to_points(at + near, *given_scale)
    assert points == pytest.approx(float(curve[1]))
    assert slope == pytest.approx((curve[2] - curve[0]) / 2e-4, rel=1e-5)
    share = (points - scale[1]) / (scale[2] - scale[1])
    assert LEAST_SHARE - 1e-9 <= share <= 1 - LEAST_SHARE + 1e-9
    if LEAST_SHARE < (to_points(level, *given_scale) - scale[1]) / (scale[2] - scale[1]) < 1 - LEAST_SHARE:
        assert at == pytest.approx(float(level))


@given(st.floats(-1e6, 1e6), st.sampled_from([(5.0, -np.inf, np.inf), (12.0, 0.0, 10.0), (0.0, 0.0, 10.0)]))
def test_without_ends_nothing_is_bent(level: float, scale: tuple[float, float, float]) -> None:
    given_scale = tuple(map(np.float64, scale))
    assert to_points(np.float64(level), *given_scale) == level
    assert tangent(np.float64(level), *given_scale) == (level, level, 1.0)


@pytest.mark.parametrize("centre", [10.0, 40.0, 75.0])
def test_moments_of_a_bent_level(centre: float) -> None:
    scale, sd = tuple(map(np.float64, SCALES[0])), 8.0
    nodes, mass = np.polynomial.hermite_e.hermegauss(60)
    points = to_points(centre + sd * nodes, *scale)
    mass = mass / mass.sum()
    mean, variance, slope = moments_in_points(np.array([centre]), np.array([sd**2]), *scale)
    assert mean[0] == pytest.approx(float(mass @ points), abs=0.02)
    assert slope[0] == pytest.approx(float(mass @ tangent(centre + sd * nodes, *scale)[2]), rel=0.01)
    assert variance[0] == pytest.approx(float(mass @ (points - mass @ points) ** 2), rel=0.01)


@given(st.floats(-1e300, 1e300), st.sampled_from(SCALES))
def test_no_level_leaves_its_scale(level: float, scale: tuple[float, float, float]) -> None:
    assert scale[1] <= to_points(np.float64(level), *map(np.float64, scale)) <= scale[2]
