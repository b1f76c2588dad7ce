"""A person's baselines on several scales: correlated as the population has it."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit

from reprieve.app.forecast import default_population
from reprieve.app.response.kernel import kernel
from reprieve.learn.mixture import mean_sd
from reprieve.learn.observations import Cycle, patient_scores
from reprieve.learn.parameters import baseline_parts
from reprieve.learn.posterior import predict, update_response


@pytest.mark.parametrize("channels", [1, 2, 3, 5])
def test_the_root_is_that_of_equal_correlations(channels: int) -> None:
    logits = np.array([-6.0, 0.0, 0.5, 6.0])
    parts = baseline_parts(logits, channels)
    for i, correlation in enumerate(expit(logits)):
        full = correlation + (1.0 - correlation) * np.eye(channels)
        assert np.allclose(parts[..., i], np.linalg.cholesky(full))


def expected_rating(logit: float, severity: float) -> float:
    """Return the TWSTRS foretold before the injection for one whose diary was at `severity` for ten weeks."""
    population = default_population()
    mean = population.mean.copy()
    mean[population.index("logit_shared_baseline")] = logit
    known = replace(population, mean=mean, covariance=1e-12 * np.eye(len(mean)))
    weeks = np.arange(-10.0, 0.0)
    cycle = Cycle(0.0, "onabotulinumtoxinA", 180.0)
    scores = patient_scores("a", [cycle], [*weeks, 0.0], [*[severity] * 10, 46.0], [*["diary"] * 10, "TWSTRS"])
    blind = replace(
        scores, weeks=scores.weeks[:-1], scores=scores.scores[:-1], channels=scores.channels[:-1]
    )  # the rating names the scale, and is not known
    told = predict(update_response(blind, known, kernel()), np.array([-1.0]), "TWSTRS")
    return float(mean_sd(told.score)[0][0])


def test_a_diary_tells_of_the_rating_as_far_as_the_scales_go_together() -> None:
    apart, together = (expected_rating(x, 8.5) - expected_rating(x, 3.0) for x in (-8.0, 3.0))
    assert abs(apart) < 1.0
    assert together > 8.0
