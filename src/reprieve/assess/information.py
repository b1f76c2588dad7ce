"""Which single measurement would tell most about a muscle: expected information of a yes-or-no finding.

A finding that adds ``a`` log-odds when present and ``b`` when absent is a test with likelihood ratios exp(a) and
exp(b); these fix its sensitivity and specificity, and so how many bits it is expected to give at the present
probability.
"""

from __future__ import annotations

import math

from reprieve.assess.evidence import EvidenceFinding, NextMeasurement
from reprieve.reference.assessment_weights import AssessmentWeights


def entropy_bits(probability: float) -> float:
    """Return the entropy, in bits, of a yes-or-no question with `probability`."""
    if not 0 < probability < 1:
        return 0.0
    return -probability * math.log2(probability) - (1 - probability) * math.log2(1 - probability)


def expected_bits(probability: float, present: float, absent: float) -> float:
    """Return the expected information of a finding with log likelihood ratios `present` > 0 > `absent`.

    Examples
    --------
    >>> round(expected_bits(0.5, 20.0, -20.0), 6)  # a perfect test settles an even question: one bit
    1.0
    >>> expected_bits(0.5, 1e-12, -1e-12) < 1e-9  # a test that tells nothing
    True
    """
    ratio_present, ratio_absent = math.exp(present), math.exp(absent)
    specificity = (ratio_present - 1) / (ratio_present - ratio_absent)
    sensitivity = ratio_present * (1 - specificity)
    positive = probability * sensitivity + (1 - probability) * (1 - specificity)
    after_positive = probability * sensitivity / positive
    after_negative = probability * (1 - sensitivity) / (1 - positive)
    left = positive * entropy_bits(after_positive) + (1 - positive) * entropy_bits(after_negative)
    return max(entropy_bits(probability) - left, 0.0)


def measurements(weights: AssessmentWeights) -> dict[EvidenceFinding, tuple[float, float]]:
    """Return the measurements that can be proposed with their log likelihood ratios (present, absent)."""
    # Activity at four times the reference against a quarter of it: the usual spread, expert default as the weights.
    activity = weights.emg_activity_per_ln.value * math.log(4)
    return {
        "emg_activity": (activity, -activity),
        "emg_paradox": (weights.emg_paradox.value, -weights.emg_paradox.value),
        "hypertrophy": (weights.hypertrophy_present.value, weights.hypertrophy_absent.value),
        "pain": (weights.pain_present.value, weights.pain_absent.value),
    }


def best_measurement(
    probability: float, missing: tuple[EvidenceFinding, ...], weights: AssessmentWeights
) -> NextMeasurement | None:
    """Return the missing measurement with the largest expected information, or None if nothing is missing."""
    options = [
        NextMeasurement(name, expected_bits(probability, *ratios))
        for name, ratios in measurements(weights).items()
        if name in missing
    ]
    return max(options, key=lambda one: one.expected_bits, default=None)
