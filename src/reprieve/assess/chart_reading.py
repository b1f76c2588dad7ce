"""What the latest assessments of a chart say: per posture, per muscle examined, per muscle recorded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date as Date
from typing import TypeVar

from reprieve.assess.evidence import PostureUsed, Question, Target
from reprieve.assess.sides import OTHER, sides_of
from reprieve.record.chart import Assessment, Chart, MuscleEmg, MuscleExamination, PostureFinding
from reprieve.reference.muscle_catalogue import target_members
from reprieve.reference.posture_table import posture

Measured = TypeVar("Measured", MuscleEmg, MuscleExamination)


def check_names(chart: Chart) -> None:
    """Raise `UnknownNameError` for the first muscle or posture of `chart` that the reference data do not hold."""
    for assessment in chart.assessments:
        for finding in assessment.postures:
            posture(finding.posture)
        for one in (*assessment.examination, *assessment.emg):
            target_members(one.muscle)
    for session in chart.sessions:
        for part in (*session.injections, *session.skipped, *session.muscle_effects):
            target_members(part.muscle)


def newest_first(assessments: Iterable[Assessment]) -> list[Assessment]:
    """Return the assessments, the newest first; of two on one day the later entry first."""
    order = sorted(enumerate(assessments), key=lambda pair: (pair[1].date, pair[0]), reverse=True)
    return [assessment for _, assessment in order]


def latest_postures(chart: Chart) -> list[tuple[PostureFinding, PostureUsed]]:
    """Return the postures of the newest assessment that names any; older ones are the past, not evidence."""
    for assessment in newest_first(chart.assessments):
        if assessment.postures:
            return [(finding, _used(finding, assessment.date)) for finding in dict.fromkeys(assessment.postures)]
    return []


def _used(finding: PostureFinding, on: Date) -> PostureUsed:
    row = posture(finding.posture)
    known = finding.side in OTHER or finding.side == "both"
    side = finding.side if row.needs_side else None
    return PostureUsed(row.id, row.name, side, row.direction, finding.certainty, on, known or not row.needs_side)


def latest_measured(
    assessments: Iterable[Assessment], field: str, kind: type[Measured]
) -> Iterator[tuple[Target, Measured, Date]]:
    """Yield the newest entry of `field` (``emg``, ``examination``) for each muscle and side."""
    seen: set[Target] = set()
    for assessment in newest_first(assessments):
        for entry in getattr(assessment, field):
            assert isinstance(entry, kind)
            for target in _targets(entry):
                if target not in seen:
                    seen.add(target)
                    yield target, entry, assessment.date


def _targets(entry: MuscleEmg | MuscleExamination) -> Iterator[Target]:
    for name in target_members(entry.muscle):
        for side in sides_of(name, entry.side):
            yield Target(name, side)


def questions(chart: Chart, used: Iterable[PostureUsed]) -> list[Question]:
    """Return what to ask or examine before the ranking can be trusted, most important first."""
    seen = list(used)
    asked: list[Question] = []
    if not seen:
        asked.append(
            Question(
                "assessments.postures",
                "Which postures, and to which side?",
                "Without a posture no muscle is a candidate by the posture table.",
            )
        )
    for one in seen:
        if not one.used:
            what = one.direction or "the affected side"
            asked.append(
                Question(
                    "assessments.postures.side",
                    f"{one.name}: which side ({what})?",
                    "Its muscles depend on the side; none is ranked from it until the side is known.",
                )
            )
    asked += _sideless(chart)
    if not any(assessment.emg for assessment in chart.assessments):
        asked.append(
            Question(
                "assessments.emg",
                "EMG of the candidate muscles in the posture?",
                "EMG tells pulling from compensating muscles.",
            )
        )
    if chart.sessions and not any(session.muscle_effects for session in chart.sessions):
        asked.append(
            Question(
                "sessions.muscle_effects",
                "What did each injected muscle do last time?",
                "The patient's own history says what helped.",
            )
        )
    return asked


def _sideless(chart: Chart) -> Iterator[Question]:
    for assessment in newest_first(chart.assessments):
        for field in ("emg", "examination"):
            for entry in getattr(assessment, field):
                if target_members(entry.muscle) and not list(_targets(entry)):
                    yield Question(
                        f"assessments.{field}.side",
                        f"{entry.muscle} ({field}, {assessment.date.isoformat()}): which side?",
                        "The finding is not used until its side is known.",
                    )
