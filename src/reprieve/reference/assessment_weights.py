"""The weights that turn findings into evidence: one versioned file, each number with its source."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import cache
from typing import Any

from reprieve.core.errors import ReferenceDataError
from reprieve.core.findings import SourceRef
from reprieve.reference._files import read_json
from reprieve.reference.source_list import source_ref


@dataclass(frozen=True, slots=True)
class Weight:
    """One number: log-odds, probability, fraction or cut-off, as its name says."""

    value: float
    source: str
    checked: bool
    note: str | None = None

    @property
    def ref(self) -> SourceRef:
        """The source as a reference."""
        return source_ref(self.source, self.checked)


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessmentWeights:
    """All weights of the muscle ranking; the file tells what each means."""

    version: str
    status: str
    base_probability: Weight
    posture_probability_at_weight_0: Weight
    posture_probability_at_weight_1: Weight
    certainty_clear: Weight
    certainty_slight: Weight
    certainty_doubtful: Weight
    further_posture_discount: Weight
    frequency_splenius_capitis: Weight
    frequency_sternocleidomastoid: Weight
    frequency_trapezius_descending: Weight
    frequency_reference: Weight
    frequency_share: Weight
    emg_activity_reference_percent_mvc: Weight
    emg_activity_per_ln: Weight
    emg_sustained: Weight
    emg_leads: Weight
    emg_paradox: Weight
    emg_paradox_low: Weight
    emg_paradox_high: Weight
    emg_compensatory: Weight
    emg_turns_step: Weight
    emg_turns_first_per_s: Weight
    emg_turns_second_per_s: Weight
    emg_low_frequency: Weight
    emg_low_frequency_centre: Weight
    emg_low_frequency_spread: Weight
    emg_coherence: Weight
    hypertrophy_present: Weight
    hypertrophy_absent: Weight
    pain_present: Weight
    pain_absent: Weight
    effect_better: Weight
    effect_same: Weight
    effect_worse: Weight
    effect_weak: Weight
    earlier_session_discount: Weight
    base_sd: Weight
    relative_sd: Weight
    interval_level: Weight


@cache
def assessment_weights() -> AssessmentWeights:
    """Return the shipped weights."""
    rows = read_json("assess/weights.json")
    wanted = {field.name for field in dataclasses.fields(AssessmentWeights)}
    if set(rows) != wanted:
        raise ReferenceDataError(
            f"assess/weights.yaml: {sorted(set(rows) ^ wanted)} missing or unknown; correct the file"
        )
    version, status = str(rows.pop("version")), str(rows.pop("status"))
    weights: dict[str, Any] = {name: Weight(**row) for name, row in rows.items()}
    return AssessmentWeights(version=version, status=status, **weights)
