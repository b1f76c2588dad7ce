"""Evidence from observed postures by the posture table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from reprieve.assess.evidence import Evidence, PostureUsed, Target, logit
from reprieve.assess.sides import candidate_sides
from reprieve.record.chart import PostureFinding
from reprieve.reference.assessment_weights import AssessmentWeights
from reprieve.reference.posture_table import Posture, PostureCandidate, posture
from reprieve.reference.source_list import source_ref


def posture_evidence(
    findings: Iterable[tuple[PostureFinding, PostureUsed]], weights: AssessmentWeights
) -> dict[Target, list[Evidence]]:
    """Return what each observed posture says about each muscle and side.

    The contribution of one posture grows with the candidate's weight ``w`` in the table,
    ``logit(p0 + (p1 - p0) w) - logit(p0)``, times the examiner's certainty. When several postures name a muscle, the
    strongest counts in full and each further one less, because the forms occur together. Where a cervical posture
    names a muscle that a large series injected often, that frequency adds once.
    """
    found: dict[Target, list[Evidence]] = {}
    for finding, used in findings:
        if used.used:
            for target, evidence in _one_posture(posture(finding.posture), finding, used, weights):
                found.setdefault(target, []).append(evidence)
    return {target: [*_discounted(entries, weights), *_frequency(target, weights)] for target, entries in found.items()}


def table_contribution(weight: float, weights: AssessmentWeights) -> float:
    """Return the log-odds of a candidate of `weight` (0 to 1) in the posture table."""
    low, high = weights.posture_probability_at_weight_0.value, weights.posture_probability_at_weight_1.value
    return logit(low + (high - low) * weight) - logit(low)


def _one_posture(
    seen: Posture, finding: PostureFinding, used: PostureUsed, weights: AssessmentWeights
) -> Iterator[tuple[Target, Evidence]]:
    factor = {
        "clear": weights.certainty_clear,
        "slight": weights.certainty_slight,
        "doubtful": weights.certainty_doubtful,
    }[finding.certainty].value
    direction = finding.side if seen.direction is not None or seen.needs_side else None
    for candidate in seen.candidates:
        contribution = factor * table_contribution(candidate.weight, weights)
        sources = (source_ref(candidate.source, candidate.checked),)
        for side in candidate_sides(candidate, direction):
            statement = _statement(seen, candidate, direction, finding.certainty)
            yield (
                Target(candidate.muscle, side),
                Evidence("posture", "posture_table", contribution, statement, sources, used.date),
            )


def _statement(seen: Posture, candidate: PostureCandidate, direction: str | None, certainty: str) -> str:
    way = f" to the {direction}" if direction in ("left", "right") and candidate.side != "affected" else ""
    way = f", {direction}" if direction and candidate.side == "affected" else way
    doubt = "" if certainty == "clear" else f" ({certainty})"
    unread = "" if candidate.checked else "; from general knowledge, not read in a source"
    return f"{seen.name}{way}{doubt}: {candidate.side} {candidate.role.replace('_', ' ')} muscle of the table{unread}"


def _discounted(entries: list[Evidence], weights: AssessmentWeights) -> Iterator[Evidence]:
    factor = 1.0
    for entry in sorted(entries, key=lambda one: -one.log_odds):
        note = "" if factor == 1.0 else f"; counts {factor:.0%} beside the stronger form"
        yield replace(entry, log_odds=entry.log_odds * factor, statement=entry.statement + note)
        factor *= weights.further_posture_discount.value


def _frequency(target: Target, weights: AssessmentWeights) -> Iterator[Evidence]:
    often = {
        "splenius_capitis": weights.frequency_splenius_capitis,
        "sternocleidomastoid": weights.frequency_sternocleidomastoid,
        "trapezius_descending": weights.frequency_trapezius_descending,
    }.get(target.muscle)
    if often is not None:
        gain = logit(often.value) - logit(weights.frequency_reference.value)
        yield Evidence(
            "posture",
            "often_injected",
            weights.frequency_share.value * gain,
            f"injected in {often.value:.1%} of 306 patients with cervical dystonia",
            (often.ref,),
        )
