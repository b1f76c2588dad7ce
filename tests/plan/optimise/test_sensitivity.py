"""Learning from what a dose did: against numerical integration, and the laws a clinician expects."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from reprieve.plan.optimise.sensitivity import Judged, chance_of_weakness, learn_sensitivity
from reprieve.reference.plan_parameters import plan_parameters

P = plan_parameters()
SCALE = 30.0


def judged(units: str, effect: Any) -> Judged:
    return Judged(date="2026-08-01", units=Decimal(units), effect=effect)


def mean_by_integration(units: float, effect: str) -> float:
    """Posterior mean of theta by quadrature of prior times likelihood, written from the formula of the model."""

    def likelihood(theta: float) -> float:
        x = np.log(units / SCALE) + theta
        same = norm.cdf((np.log(P.better_from.value) - x) / P.answer_sd.value)
        weak = norm.cdf((x - np.log(P.weak_from.value)) / P.answer_sd.value)
        return {"same": same, "weak": weak, "better": 1 - same - weak}[effect]

    def weighed(theta: float) -> float:
        return float(norm.pdf(theta, 0, P.sensitivity_sd.value) * likelihood(theta))

    whole = quad(weighed, -6, 6)[0]
    return float(quad(lambda theta: theta * weighed(theta), -6, 6)[0] / whole)


@pytest.mark.parametrize("effect", ["same", "better", "weak"])
@pytest.mark.parametrize("units", ["10", "45", "120"])
def test_one_judgement_is_the_posterior_of_the_model(units: str, effect: Any) -> None:
    learned = learn_sensitivity([judged(units, effect)], SCALE, P)
    assert learned.mean == pytest.approx(mean_by_integration(float(units), effect), abs=2e-3)


def test_no_judgement_leaves_the_population() -> None:
    learned = learn_sensitivity([judged("50", None), judged("50", "worse")], SCALE, P)
    assert learned.judgements == 0
    assert learned.mean == pytest.approx(0, abs=1e-9)
    quantiles = learned.at(norm.cdf([-1.0, 0.0, 1.0]))
    assert quantiles == pytest.approx(P.sensitivity_sd.value * np.array([-1, 0, 1]), abs=0.03)


def test_weak_says_more_sensitive_and_same_says_less_and_shrinkage_holds_both() -> None:
    weak = learn_sensitivity([judged("60", "weak")], SCALE, P).mean
    same = learn_sensitivity([judged("60", "same")], SCALE, P).mean
    assert same < 0 < weak
    # One answer moves the belief by less than the dose would if it were taken at its word.
    assert weak < np.log(P.weak_from.value * SCALE / 60)


def test_an_older_judgement_counts_less() -> None:
    newest_weak = learn_sensitivity([judged("60", "weak"), judged("60", "same")], SCALE, P).mean
    newest_same = learn_sensitivity([judged("60", "same"), judged("60", "weak")], SCALE, P).mean
    assert newest_weak > newest_same


def test_more_dose_is_never_less_likely_too_much() -> None:
    chances = chance_of_weakness(np.log(np.arange(1.0, 20.0)), P)
    assert (np.diff(chances) > 0).all()
