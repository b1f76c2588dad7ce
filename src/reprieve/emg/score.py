"""How much the EMG speaks for a muscle being dystonic: a weighted sum on the logit scale, never a decision.

The weights are those of the ranking of muscles (`reference.assessment_weights`): expert defaults, not validated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from reprieve.emg.bootstrap import Estimate
from reprieve.reference.assessment_weights import AssessmentWeights

MuscleClass = Literal["dystonic", "possible", "compensatory", "silent", "unusable"]


# Below this, with the whole interval, a muscle is silent; an expert default.
SILENT_PERCENT = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MuscleFindings:
    """What was measured of one muscle; whatever is None adds nothing."""

    activity_percent: Estimate | None = None
    sustained_fraction: float | None = None
    lead: Estimate | None = None
    paradox: Estimate | None = None
    turns_per_s: float | None = None
    low_frequency_fraction: float | None = None
    coherent_4_7_hz: bool | None = None
    usable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class MuscleScore:
    """The score with its interval, the class, and what each finding added on the logit scale."""

    score: float | None
    low: float | None
    high: float | None
    muscle_class: MuscleClass
    parts: dict[str, float]


def muscle_score(findings: MuscleFindings, prior: float, weights: AssessmentWeights) -> MuscleScore:
    """Return S = 1 / (1 + exp(-z)), z = logit(prior) + sum of b x.

    Parameters
    ----------
    findings : MuscleFindings
    prior : float
        Probability before the EMG, from the posture: between 0 and 1, both excluded.
    weights : AssessmentWeights
        The versioned file of the reference data, shared with the ranking of muscles.

    Notes
    -----
    The interval carries that of the activity only, the largest term with one; muscles are to be ranked by `low`, and
    without an interval none is called dystonic.
    """
    if not 0 < prior < 1:
        raise ValueError(f"prior must lie between 0 and 1, but got {prior!r}; give the posture's probability")
    if not findings.usable:
        return MuscleScore(score=None, low=None, high=None, muscle_class="unusable", parts={})
    parts = _parts(findings, weights)
    base = float(np.log(prior / (1 - prior)))
    middle = base + sum(parts.values())
    activity = findings.activity_percent
    low = high = None
    if activity is not None and activity.low is not None and activity.high is not None:
        low = _logistic(middle + _activity(activity.low, weights) - parts["activity"])
        high = _logistic(middle + _activity(activity.high, weights) - parts["activity"])
    return MuscleScore(score=_logistic(middle), low=low, high=high, muscle_class=_class(findings, low), parts=parts)


def _parts(findings: MuscleFindings, weights: AssessmentWeights) -> dict[str, float]:
    parts: dict[str, float] = {}
    if findings.activity_percent is not None:
        parts["activity"] = _activity(findings.activity_percent.value, weights)
    if findings.sustained_fraction is not None:
        parts["sustained"] = weights.emg_sustained.value * (2 * findings.sustained_fraction - 1)
    if findings.lead is not None and findings.lead.high is not None and findings.lead.high < 0:
        parts["leads"] = weights.emg_leads.value
    parts.update(_paradox(findings, weights))
    if findings.turns_per_s is not None:
        first, second = weights.emg_turns_first_per_s.value, weights.emg_turns_second_per_s.value
        steps = float(findings.turns_per_s > first) + float(findings.turns_per_s > second)
        parts["turns"] = weights.emg_turns_step.value * steps
    if findings.low_frequency_fraction is not None:
        away = findings.low_frequency_fraction - weights.emg_low_frequency_centre.value
        share = float(np.clip(away / weights.emg_low_frequency_spread.value, -1, 1))
        parts["low_frequency"] = weights.emg_low_frequency.value * share
    if findings.coherent_4_7_hz:
        parts["coherence"] = weights.emg_coherence.value
    return parts


def _paradox(findings: MuscleFindings, weights: AssessmentWeights) -> dict[str, float]:
    if findings.paradox is None:
        return {}
    if _compensates(findings):
        return {"compensation": weights.emg_compensatory.value}
    if weights.emg_paradox_high.value < findings.paradox.value <= 1:
        return {"paradox": weights.emg_paradox.value}
    if findings.paradox.value < weights.emg_paradox_low.value:
        return {"paradox": -weights.emg_paradox.value}
    return {}


def _activity(percent: float, weights: AssessmentWeights) -> float:
    reference = weights.emg_activity_reference_percent_mvc.value
    return weights.emg_activity_per_ln.value * float(np.clip(np.log(max(percent, 1e-9) / reference), -2, 2))


def _compensates(findings: MuscleFindings) -> bool:
    return findings.paradox is not None and findings.paradox.low is not None and findings.paradox.low > 1


def _class(findings: MuscleFindings, low: float | None) -> MuscleClass:
    if _compensates(findings):
        return "compensatory"
    activity = findings.activity_percent
    if activity is not None and (activity.high if activity.high is not None else activity.value) < SILENT_PERCENT:
        return "silent"
    return "dystonic" if low is not None and low > 0.5 else "possible"


def _logistic(z: float) -> float:
    return float(1 / (1 + np.exp(-z)))
