"""Evidence from the EMG figures of one muscle, as the EMG engine reports them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date as Date

from reprieve.assess.evidence import Evidence
from reprieve.core.errors import DocumentError
from reprieve.record.chart import MuscleEmg
from reprieve.reference.assessment_weights import AssessmentWeights


def emg_evidence(figures: MuscleEmg, on: Date, weights: AssessmentWeights) -> Iterator[Evidence]:
    """Yield one piece of evidence per figure that was measured; what was not measured says nothing.

    Raises
    ------
    DocumentError
        If a figure lies outside what it can be (a negative share of the maximum, a fraction above 1).
    """
    _check(figures)
    for part in (_activity, _sustained, _turns, _leads, _paradox, _compensatory):
        evidence = part(figures, on, weights)
        if evidence is not None:
            yield evidence


def _check(figures: MuscleEmg) -> None:
    ranges = {
        "activity_percent_mvc": (figures.activity_percent_mvc, math.inf),
        "sustained_fraction": (figures.sustained_fraction, 1.0),
        "turns_per_s": (figures.turns_per_s, math.inf),
        "paradox": (figures.paradox, math.inf),
    }
    for name, (value, largest) in ranges.items():
        if value is not None and not 0 <= value <= largest:
            allowed = "0 or more" if largest == math.inf else f"from 0 to {largest:g}"
            raise DocumentError(f"emg of {figures.muscle}: {name} must be {allowed}, but got {value:g}; correct it")


def _activity(figures: MuscleEmg, on: Date, weights: AssessmentWeights) -> Evidence | None:
    if figures.activity_percent_mvc is None:
        return None
    reference = weights.emg_activity_reference_percent_mvc.value
    ratio = max(figures.activity_percent_mvc, 1e-3) / reference
    gain = weights.emg_activity_per_ln.value * min(max(math.log(ratio), -2.0), 2.0)
    text = f"EMG in the posture {figures.activity_percent_mvc:.1f} % of the maximal effort (reference {reference:g} %)"
    return Evidence("emg", "emg_activity", gain, text, (weights.emg_activity_per_ln.ref,), on)


def _sustained(figures: MuscleEmg, on: Date, weights: AssessmentWeights) -> Evidence | None:
    if figures.sustained_fraction is None:
        return None
    gain = weights.emg_sustained.value * (2 * figures.sustained_fraction - 1)
    text = f"sustained contraction for {figures.sustained_fraction:.0%} of the time"
    return Evidence("emg", "emg_sustained", gain, text, (weights.emg_sustained.ref,), on)


def _turns(figures: MuscleEmg, on: Date, weights: AssessmentWeights) -> Evidence | None:
    if figures.turns_per_s is None:
        return None
    first, second = weights.emg_turns_first_per_s, weights.emg_turns_second_per_s
    steps = int(figures.turns_per_s > first.value) + int(figures.turns_per_s > second.value)
    text = f"{figures.turns_per_s:.0f} turns/s at rest (published limits {first.value:g} and {second.value:g})"
    return Evidence("emg", "emg_turns", weights.emg_turns_step.value * steps, text, (first.ref, second.ref), on)


def _leads(figures: MuscleEmg, on: Date, weights: AssessmentWeights) -> Evidence | None:
    if figures.leads is None:
        return None
    gain = weights.emg_leads.value if figures.leads else 0.0
    text = "starts before the movement" if figures.leads else "does not start before the movement"
    return Evidence("emg", "emg_leads", gain, text, (weights.emg_leads.ref,), on)


def _paradox(figures: MuscleEmg, on: Date, weights: AssessmentWeights) -> Evidence | None:
    if figures.paradox is None:
        return None
    gain = 0.0
    if figures.paradox < weights.emg_paradox_low.value:
        gain = -weights.emg_paradox.value
    elif weights.emg_paradox_high.value < figures.paradox <= 1:
        gain = weights.emg_paradox.value
    text = f"keeps {figures.paradox:.0%} of its activity when the patient moves the other way"
    return Evidence("emg", "emg_paradox", gain, text, (weights.emg_paradox.ref,), on)


def _compensatory(figures: MuscleEmg, on: Date, weights: AssessmentWeights) -> Evidence | None:
    if figures.compensatory is None:
        return None
    gain = weights.emg_compensatory.value if figures.compensatory else 0.0
    text = "works against the posture (compensation)" if figures.compensatory else "no sign of compensation"
    return Evidence("emg", "emg_compensatory", gain, text, (weights.emg_compensatory.ref,), on)
