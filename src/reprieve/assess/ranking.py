"""One ranking of muscles from posture, EMG, examination and history.

Model: log-odds add. A muscle starts at a low base; each finding adds its weight; what is not known adds nothing. The
interval comes from the uncertainty of the base and of each weight, added as variances. All weights are expert defaults
of one versioned file, not validated in patients.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from reprieve.assess.chart_reading import check_names, latest_measured, latest_postures, questions
from reprieve.assess.emg_evidence import emg_evidence
from reprieve.assess.evidence import (
    Evidence,
    EvidenceFinding,
    PostureUsed,
    Question,
    RankedMuscle,
    Target,
    expit,
    logit,
)
from reprieve.assess.examination_evidence import examination_evidence
from reprieve.assess.history_evidence import history_evidence
from reprieve.assess.information import best_measurement, measurements
from reprieve.assess.joint_angles import JointAngles
from reprieve.assess.mechanics_evidence import MechanicalReading, mechanical_readings
from reprieve.assess.posture_evidence import posture_evidence
from reprieve.record.chart import Chart, MuscleEmg, MuscleExamination
from reprieve.reference.assessment_weights import AssessmentWeights
from reprieve.reference.muscle_catalogue import muscle
from reprieve.reference.posture_table import posture


@dataclass(frozen=True, slots=True)
class Ranking:
    """The muscles of a chart by the probability that they take part; empty when nothing is known.

    Attributes
    ----------
    patient : str
    muscles : tuple of RankedMuscle
        Most probable first; side is the patient's.
    postures : tuple of PostureUsed
    ask : tuple of Question
        What is missing, most important first.
    cautions : tuple of str
    interval_level : float
    weights_version, weights_status : str
    mechanics : tuple of MechanicalReading
        What the measured angles say by mechanics, beside the ranking and not counted in it; empty without angles.
    """

    patient: str
    muscles: tuple[RankedMuscle, ...]
    postures: tuple[PostureUsed, ...]
    ask: tuple[Question, ...]
    cautions: tuple[str, ...]
    interval_level: float
    weights_version: str
    weights_status: str
    mechanics: tuple[MechanicalReading, ...] = ()


def rank_muscles(
    chart: Chart,
    weights: AssessmentWeights,
    rng: np.random.Generator | None = None,
    angles: JointAngles | None = None,
) -> Ranking:
    """Return the ranking of the muscles of `chart`.

    Parameters
    ----------
    chart : Chart
    weights : AssessmentWeights
    rng : numpy Generator, optional
        For the sampler of the mechanics; without one, measured angles are not read mechanically.
    angles : JointAngles, optional
        Angles as measured; the postures named from them must stand in the chart already.

    Raises
    ------
    UnknownNameError
        If the chart names a muscle or posture that the reference data do not hold.
    DocumentError
        If an EMG figure lies outside what it can be.
    """
    check_names(chart)
    findings = latest_postures(chart)
    table = posture_evidence(findings, weights)
    evidence = _gathered(
        table,
        _measured(chart, weights),
        history_evidence(chart.sessions, weights),
    )
    used = tuple(entry for _, entry in findings)
    return Ranking(
        patient=chart.patient.id,
        muscles=_ranked(evidence, weights),
        postures=used,
        ask=tuple(questions(chart, used)),
        cautions=_cautions(used),
        interval_level=weights.interval_level.value,
        weights_version=weights.version,
        weights_status=weights.status,
        mechanics=mechanical_readings(findings, table, rng, angles) if rng is not None else (),
    )


def _measured(chart: Chart, weights: AssessmentWeights) -> dict[Target, list[Evidence]]:
    found: dict[Target, list[Evidence]] = {}
    for target, figures, on in latest_measured(chart.assessments, "emg", MuscleEmg):
        found.setdefault(target, []).extend(emg_evidence(figures, on, weights))
    for target, seen, on in latest_measured(chart.assessments, "examination", MuscleExamination):
        found.setdefault(target, []).extend(examination_evidence(seen, on, weights))
    return found


def _gathered(*parts: Mapping[Target, list[Evidence]]) -> dict[Target, list[Evidence]]:
    gathered: dict[Target, list[Evidence]] = {}
    for part in parts:
        for target, entries in part.items():
            if entries:
                gathered.setdefault(target, []).extend(entries)
    return gathered


def _ranked(evidence: Mapping[Target, list[Evidence]], weights: AssessmentWeights) -> tuple[RankedMuscle, ...]:
    base = weights.base_probability
    start = Evidence(
        "base", "base", logit(base.value), f"start: {base.value:.0%} for a muscle the record names", (base.ref,)
    )
    order = sorted(
        ((target, (start, *entries)) for target, entries in evidence.items()),
        key=lambda pair: (-sum(entry.log_odds for entry in pair[1]), pair[0]),
    )
    return tuple(_one(rank, target, entries, weights) for rank, (target, entries) in enumerate(order, start=1))


def _one(rank: int, target: Target, entries: tuple[Evidence, ...], weights: AssessmentWeights) -> RankedMuscle:
    log_odds = sum(entry.log_odds for entry in entries)
    low, high = interval(log_odds, entries, weights)
    missing = _missing(entries, weights)
    return RankedMuscle(
        rank=rank,
        muscle=target.muscle,
        name=muscle(target.muscle).name,
        side=target.side,
        probability=expit(log_odds),
        interval=(low, high),
        log_odds=log_odds,
        evidence=entries,
        missing=missing,
        next_measurement=best_measurement(expit(log_odds), missing, weights),
    )


def interval(log_odds: float, entries: Iterable[Evidence], weights: AssessmentWeights) -> tuple[float, float]:
    """Return the interval of the probability, at the level of the weights."""
    own = (weights.relative_sd.value * entry.log_odds for entry in entries if entry.kind != "base")
    sd = (weights.base_sd.value**2 + sum(one**2 for one in own)) ** 0.5
    reach = NormalDist().inv_cdf(0.5 + weights.interval_level.value / 2) * sd
    return expit(log_odds - reach), expit(log_odds + reach)


def _missing(entries: Iterable[Evidence], weights: AssessmentWeights) -> tuple[EvidenceFinding, ...]:
    told = {entry.finding for entry in entries}
    return tuple(name for name in measurements(weights) if name not in told)


def _cautions(used: Iterable[PostureUsed]) -> tuple[str, ...]:
    texts = (posture(one.posture).cautions for one in used if one.used)
    return tuple(dict.fromkeys(text for text in texts if text))
