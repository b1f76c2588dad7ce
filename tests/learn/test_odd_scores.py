"""The normal error that stands for a mixture, against integrals by SciPy."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.integrate import quad
from scipy.stats import norm

from reprieve.learn.odd_scores import ODD_SHARE, ODD_WIDTH, normal_errors


def mixture(error: float, sd: float) -> float:
    usual, odd = norm.pdf(error, scale=sd), norm.pdf(error, scale=ODD_WIDTH * sd)
    return (1.0 - ODD_SHARE) * usual + ODD_SHARE * odd


def evidence(away: float, ahead: float, sd: float, power: int = 0) -> float:
    """Return the integral over what is expected, normal around 0 with variance `ahead`, of power times density."""
    reach = 12.0 * np.sqrt(ahead)
    density = lambda x: x**power * norm.pdf(x, scale=np.sqrt(ahead)) * mixture(away - x, sd)  # noqa: E731
    return quad(density, -reach, reach, points=[0.0, min(away, reach)], limit=200, epsabs=1e-14)[0]


@pytest.mark.parametrize("ahead", [0.05, 1.0, 9.0])
@pytest.mark.parametrize("away", [0.0, 1.5, 3.0, 4.0, 7.0])
def test_the_normal_error_moves_what_is_expected_as_the_mixture_does(away: float, ahead: float) -> None:
    sd = 1.3
    weight, _, _ = normal_errors(np.array(away), np.array(ahead), np.array(sd**2))
    expected = evidence(away, ahead, sd, 1) / evidence(away, ahead, sd)
    assert_allclose(away * ahead / (ahead + sd**2 / weight), expected, rtol=1e-6, atol=1e-9)
    assert ODD_WIDTH**-2 <= weight <= 1.0


@pytest.mark.parametrize("ahead", [0.05, 1.0, 9.0])
@pytest.mark.parametrize("away", [0.0, 2.0, 3.0, 4.0, 7.0])
def test_what_is_owed_is_the_rest_of_the_mixtures_slope(away: float, ahead: float) -> None:
    sd, step = 1.3, 1e-4
    weight, owed, _ = normal_errors(np.array(away), np.array(ahead), np.array(sd**2))
    by = np.array([sd * np.exp(step), sd * np.exp(-step)])
    whole = np.log([evidence(away, ahead, one) for one in by])
    normal = norm.logpdf(away, scale=np.sqrt(ahead + by**2 / weight))
    assert_allclose(owed, (whole[0] - whole[1] - normal[0] + normal[1]) / (2 * step), rtol=1e-4, atol=1e-6)


def test_a_score_that_nothing_else_expects_is_not_called_odd() -> None:
    # Far off, but so is what the others say: the drift may have been there. In its own fit the score would look usual,
    # without it a narrow expectation makes it odd.
    unsure, _, _ = normal_errors(np.array(6.0), np.array(9.0), np.array(1.0))
    sure, _, _ = normal_errors(np.array(6.0), np.array(0.1), np.array(1.0))
    assert unsure > 0.5
    assert sure < 0.08
