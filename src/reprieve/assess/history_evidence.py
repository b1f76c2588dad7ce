"""Evidence from what injecting a muscle did in earlier sessions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reprieve.assess.evidence import Evidence, Target
from reprieve.assess.sides import sides_of
from reprieve.core.dose import plain
from reprieve.record.chart import MuscleEffect, Session
from reprieve.reference.assessment_weights import AssessmentWeights
from reprieve.reference.muscle_catalogue import target_members

_TELLS = {
    "better": "helped",
    "same": "changed nothing",
    "worse": "made it worse",
    "weak": "left the muscle weak: that speaks about the dose, not about whether it takes part",
}


def history_evidence(sessions: Iterable[Session], weights: AssessmentWeights) -> dict[Target, list[Evidence]]:
    """Return what earlier injections say about each muscle and side; each older judgement counts less."""
    found: dict[Target, list[Evidence]] = {}
    for session in sorted(sessions, key=lambda one: one.date, reverse=True):
        for effect in session.judgements:
            for target in _targets(session, effect):
                entries = found.setdefault(target, [])
                entries.append(_evidence(session, effect, len(entries), weights))
    return found


def _targets(session: Session, effect: MuscleEffect) -> Iterator[Target]:
    for name in target_members(effect.muscle):
        given = {one.side for one in session.injections if one.muscle == effect.muscle}
        # An effect without a side belongs to the one side that was injected; two sides share it.
        sides = {effect.side} if effect.side is not None else given
        for recorded in sorted(sides, key=str):
            for side in sides_of(name, recorded):
                yield Target(name, side)


def _evidence(session: Session, effect: MuscleEffect, newer: int, weights: AssessmentWeights) -> Evidence:
    weight = {
        "better": weights.effect_better,
        "same": weights.effect_same,
        "worse": weights.effect_worse,
        "weak": weights.effect_weak,
    }[effect.effect]
    gain = weight.value * weights.earlier_session_discount.value**newer
    doses = [one for one in session.injections if one.muscle == effect.muscle and effect.side in (one.side, None)]
    units = f" with {plain(doses[0].units)} units {session.product}" if len(doses) == 1 else f" with {session.product}"
    text = f"injected on {session.date.isoformat()}{units}: {_TELLS[effect.effect]}"
    return Evidence("history", "earlier_effect", gain, text, (weight.ref,), effect.date or session.date)
