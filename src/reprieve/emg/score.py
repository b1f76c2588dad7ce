"""How much the EMG speaks for a muscle being dystonic: a weighted sum on the logit scale, never a decision.

The weights are those of the ranking of muscles (`reference.assessment_weights`): expert defaults, not validated.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from reprieve.emg.bootstrap import Estimate
from reprieve.reference.assessment_weights import AssessmentWeights

MuscleClass = Literal["dystonic", "possible", "compensatory", "silent", "unusable"]


# Below this, with the whole interval, a muscle is silent; an expert default.
SILENT_PERCENT = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MuscleFindings:
    """What was measured of one muscle; whatever is None adds nothing.

    `intervals` holds the 95 % interval of `sustained_fraction`, `turns_per_s` and `low_frequency_fraction` by name.
    """

    activity_percent: Estimate | None = None
    sustained_fraction: float | None = None
    lead: Estimate | None = None
    paradox: Estimate | None = None
    turns_per_s: float | None = None
    low_frequency_fraction: float | None = None
    coherent_4_7_hz: bool | None = None
    usable: bool = True
    intervals: Mapping[str, tuple[float, float]] = field(default_factory=dict)


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
    The interval carries those of activity, sustained share, turns and CDF10. Each adds what it would add at either end
    of its interval; the distances from the score are added as squares [1]_, which takes the findings for independent:
    those of the same seconds are only roughly so. Paradox and lead are steps that ask for their own estimate or
    interval, and add none. Muscles are to be ranked by `low`; without an interval of the activity, the largest term,
    none is called dystonic.

    References
    ----------
    .. [1] Zou and Donner 2008, Stat Med 27:1693 (from memory): limits of a sum from the limits of its terms.
    """
    if not 0 < prior < 1:
        raise ValueError(f"prior must lie between 0 and 1, but got {prior!r}; give the posture's probability")
    if not findings.usable:
        return MuscleScore(score=None, low=None, high=None, muscle_class="unusable", parts={})
    parts = _parts(findings, weights)
    middle = float(np.log(prior / (1 - prior))) + sum(parts.values())
    activity = findings.activity_percent
    low = high = None
    if activity is not None and activity.low is not None and activity.high is not None:
        ends = [sum(_parts(one, weights).values()) - sum(parts.values()) for one in _at_the_ends(findings)]
        low = _logistic(middle - float(np.sqrt(sum(min(end) ** 2 for end in _by_two(ends)))))
        high = _logistic(middle + float(np.sqrt(sum(max(end) ** 2 for end in _by_two(ends)))))
    return MuscleScore(score=_logistic(middle), low=low, high=high, muscle_class=_class(findings, low), parts=parts)


def _at_the_ends(findings: MuscleFindings) -> Iterator[MuscleFindings]:
    """Yield the findings with one figure at the lower, then at the upper end of its interval, figure by figure."""
    for name, (low, high) in findings.intervals.items():
        for end in (low, high):
            yield replace(findings, **{name: end})
    activity = findings.activity_percent
    if activity is not None and activity.low is not None and activity.high is not None:
        for end in (activity.low, activity.high):
            yield replace(findings, activity_percent=replace(activity, value=end))


def _by_two(ends: Sequence[float]) -> list[tuple[float, float, float]]:
    """Return the distances of a figure's two ends, and 0: a figure moves the score both ways or not at all."""
    return [(first, second, 0.0) for first, second in zip(ends[::2], ends[1::2], strict=True)]


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
