"""Evidence from the hands and eyes of the examiner."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date as Date

from reprieve.assess.evidence import Evidence
from reprieve.record.chart import MuscleExamination
from reprieve.reference.assessment_weights import AssessmentWeights


def examination_evidence(found: MuscleExamination, on: Date, weights: AssessmentWeights) -> Iterator[Evidence]:
    """Yield the evidence of hypertrophy, pain and contracture; what was not looked for says nothing."""
    if found.hypertrophy is not None:
        weight = weights.hypertrophy_present if found.hypertrophy else weights.hypertrophy_absent
        text = "enlarged on examination" if found.hypertrophy else "not enlarged on examination"
        yield Evidence("examination", "hypertrophy", weight.value, text, (weight.ref,), on)
    if found.pain is not None:
        weight = weights.pain_present if found.pain else weights.pain_absent
        text = "painful or tender" if found.pain else "not painful"
        yield Evidence("examination", "pain", weight.value, text, (weight.ref,), on)
    if found.contracture is not None:
        # A contracture says that the muscle is short, not that it is active: toxin does not lengthen it.
        text = "fixed contracture: toxin alone will not lengthen it" if found.contracture else "no contracture"
        yield Evidence("examination", "contracture", 0.0, text, (), on)
