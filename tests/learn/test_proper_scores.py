"""Proper scores against closed forms, and peers against statsmodels."""

from __future__ import annotations

import numpy as np
from numpy.testing import assert_allclose
from scipy.stats import norm

from reprieve.app.response.scores import named_patients, trial_rows
from reprieve.learn.peers import LinearNormal, arm_of, mixed_model
from reprieve.learn.posterior import Mixture
from reprieve.learn.proper_scores import scored, summary


def test_scores_of_a_normal_forecast_are_the_textbooks() -> None:
    # CRPS of a normal distribution: Gneiting & Raftery 2007, J Am Stat Assoc 102:359, equation 21.
    z = np.array([-2.0, -0.3, 0.0, 1.4])
    told = scored(Mixture(np.ones(1), np.full((4, 1), 10.0), np.full((4, 1), 3.0)), 10.0 + 3.0 * z)
    crps = 3.0 * (z * (2 * norm.cdf(z) - 1) + 2 * norm.pdf(z) - 1 / np.sqrt(np.pi))
    assert_allclose(told.crps, crps, rtol=0.03)
    assert_allclose(told.log_score, -norm.logpdf(z) + np.log(3.0), rtol=1e-9)
    assert_allclose(told.rank, norm.cdf(z), rtol=1e-9)


def test_calibrated_forecasts_are_told_so_and_narrow_ones_are_not() -> None:
    scores = np.random.default_rng(4).standard_normal(4000)
    for sd, covers in ((1.0, 0.8), (0.5, 2 * norm.cdf(0.5 * norm.ppf(0.9)) - 1)):
        told = summary(scored(Mixture(np.ones(1), np.zeros((4000, 1)), np.full((4000, 1), sd)), scores))
        assert abs(told.coverage["0.8"] - covers) < 0.03
    assert max(told.reliability) > 0.2


def test_the_mixed_model_is_that_of_statsmodels() -> None:
    import statsmodels.api as sm

    arms = [arm for arm in map(arm_of, named_patients(trial_rows(), "trial")) if len(arm.scores)]
    ours = LinearNormal.fit(arms, mixed_model, np.array([2.2, 1.5, 1.5, 1.5]))
    from reprieve.learn.peers import EFFECT, KNOTS, LATE, _basis  # pyright: ignore[reportPrivateUsage]

    basis = np.concatenate([_basis(arm.arm, arm.weeks, ours.arms) for arm in arms])
    weeks = np.concatenate([arm.weeks for arm in arms])
    scores = np.concatenate([arm.scores for arm in arms])
    groups = np.concatenate([[i] * len(arm.weeks) for i, arm in enumerate(arms)])
    random = np.stack([np.ones_like(weeks), np.interp(weeks, KNOTS, EFFECT), np.interp(weeks, KNOTS, LATE)], axis=1)
    free = sm.regression.mixed_linear_model.MixedLMParams.from_components(np.ones(basis.shape[1]), np.eye(3))
    theirs = sm.MixedLM(scores, basis, groups, exog_re=random).fit(reml=True, free=free, method="lbfgs")
    assert_allclose(np.exp(2 * ours.theta[3]), theirs.scale, rtol=0.02)
    assert_allclose(np.exp(2 * ours.theta[:3]), np.diag(np.asarray(theirs.cov_re)), rtol=0.08, atol=0.5)
    assert_allclose(ours.beta, theirs.fe_params, atol=0.3)
