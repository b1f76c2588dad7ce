"""Questions to a registry: over charts, a research set or tidy scores, in this process, in several, or on a cluster.

Each partition is read by one worker and comes back as sums (`Tally`); the answers are made from the sums. No patient
leaves a worker, and the memory does not grow with the registry.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reprieve import __version__
from reprieve.app.cohort.cells import SMALLEST_CELL
from reprieve.app.cohort.centres import Funnel, answer_centres, tally_centres
from reprieve.app.cohort.cycles import EFFECT_DAYS, CohortPatient
from reprieve.app.cohort.dose import DoseResponse, answer_dose, tally_dose
from reprieve.app.cohort.durations import Durations, answer_durations, tally_durations
from reprieve.app.cohort.effect import CycleEffect, effects_of
from reprieve.app.cohort.groups import Grouping, check_grouping
from reprieve.app.cohort.relapse import Relapse, answer_relapse, tally_relapse
from reprieve.app.cohort.side_effects import SideEffectRow, answer_side_effects, tally_side_effects
from reprieve.app.cohort.source import CohortPart, cohort_parts
from reprieve.app.cohort.tally import REPLICATES, OwnSums, Tally, merged
from reprieve.app.cohort.waste import Waste, answer_waste, tally_waste
from reprieve.compute.executor import Executor, Progress, in_order
from reprieve.compute.serial import SerialExecutor
from reprieve.core.errors import InputError

QUESTIONS = ("durations", "dose-response", "relapse", "side-effects", "centres", "waste")
NOTES = (
    "Observed, not randomised: a difference between groups is not the effect of what the group got.",
    "Units of two products are never compared; every table of doses is within one product.",
    f"Intervals: 95 %, bootstrap over patients, {REPLICATES} replicates with Poisson weights.",
    "A cycle without a next session is censored at the last day on which anything was heard of the patient.",
    "Effects are read from scores that fall with relief; scales that rise with it or rate a change are left out.",
    f"Side effects: told within {EFFECT_DAYS} days; what nobody told is not counted.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """The answers; a question that was not asked is None, one that the source cannot answer is empty.

    `patients` counts those with a session. `hidden` counts, for each question, the groups that were left out because
    fewer than `smallest_cell` patients stand behind them.
    """

    source: str
    kind: str
    partitions: int
    patients: int | None
    cycles: int | None
    by: Grouping
    smallest_cell: int
    durations: tuple[Durations, ...] | None = None
    dose_response: tuple[DoseResponse, ...] | None = None
    relapse: tuple[Relapse, ...] | None = None
    side_effects: tuple[SideEffectRow, ...] | None = None
    centres: tuple[Funnel, ...] | None = None
    waste: tuple[Waste, ...] | None = None
    hidden: dict[str, int]
    notes: tuple[str, ...] = NOTES
    version: str = __version__


@dataclass(frozen=True, slots=True)
class TallyPart:
    """Counts one partition; sent to the workers."""

    questions: tuple[str, ...]
    by: Grouping

    def __call__(self, part: CohortPart) -> Tally:
        """Return the sums of `part`."""
        return tally_patients(part.patients(), self.questions, self.by)


def cohort(
    source: str | Path,
    questions: Sequence[str] = QUESTIONS,
    *,
    by: str = "product",
    smallest_cell: int = SMALLEST_CELL,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Cohort:
    """Answer `questions` about the registry at `source`.

    Parameters
    ----------
    source : path
        See `reprieve.app.cohort.source.cohort_parts`.
    questions : sequence of str
        Of ``durations``, ``dose-response``, ``relapse``, ``side-effects``, ``centres``, ``waste``.
    by : {"product", "centre", "indication", "cycle"}
        Splits durations and relapses within each product.
    smallest_cell : int
        Groups of fewer patients are not shown.
    executor : Executor, optional
        Entered already; this process by default.
    progress : callable, optional
        Called with (done, all) after each partition.

    Raises
    ------
    InputError
        If the source, a question or a setting is not usable.
    """
    asked, grouping = _asked(questions, smallest_cell), check_grouping(by)
    parts = cohort_parts(source)
    tallies = in_order(executor or SerialExecutor(), TallyPart(asked, grouping), parts, progress)
    counts = {"source": str(source), "kind": parts[0].kind, "partitions": len(parts)}
    return answer(merged(tallies), asked, grouping, smallest_cell, **counts)


def cohort_of_patients(
    patients: Iterable[CohortPatient],
    questions: Sequence[str] = QUESTIONS,
    *,
    by: str = "product",
    smallest_cell: int = SMALLEST_CELL,
    kind: str = "charts",
) -> Cohort:
    """Answer `questions` about patients that are in memory; see `cohort`."""
    asked, grouping = _asked(questions, smallest_cell), check_grouping(by)
    tally = tally_patients(patients, asked, grouping)
    return answer(tally, asked, grouping, smallest_cell, source="memory", kind=kind, partitions=1)


def _asked(questions: Sequence[str], smallest_cell: int) -> tuple[str, ...]:
    if not smallest_cell >= 1:
        raise InputError(f"smallest_cell must be at least 1, but got {smallest_cell}; give a number of patients")
    unknown = [name for name in questions if name not in QUESTIONS]
    if unknown or not questions:
        raise InputError(f"no question {', '.join(unknown) or 'at all'}; ask {', '.join(QUESTIONS)}")
    return tuple(name for name in QUESTIONS if name in questions)


def tally_patients(patients: Iterable[CohortPatient], questions: Sequence[str], by: Grouping) -> Tally:
    """Return the sums of `patients` for `questions`."""
    tallies: dict[str, Callable[[CohortPatient, list[list[CycleEffect]], OwnSums], None]] = {
        "durations": lambda patient, _, own: tally_durations(patient, by, own),
        "dose-response": tally_dose,
        "relapse": lambda patient, effects, own: tally_relapse(patient, effects, by, own),
        "side-effects": lambda patient, _, own: tally_side_effects(patient, own),
        "centres": tally_centres,
        "waste": lambda patient, _, own: tally_waste(patient, own),
    }
    needs_effects = not {"dose-response", "relapse", "centres"}.isdisjoint(questions)
    whole = Tally()
    for patient in patients:
        if not patient.cycles:
            continue
        own = OwnSums()
        own.add("patients")
        own.add("cycles", value=float(len(patient.cycles)))
        effects = [effects_of(cycle) if needs_effects else [] for cycle in patient.cycles]
        for question in questions:
            tallies[question](patient, effects, own)
        whole.add_patient(patient.patient, own)
    return whole


def answer(tally: Tally, questions: Sequence[str], by: Grouping, smallest_cell: int, **counts: Any) -> Cohort:
    """Return the answers that follow from the sums."""
    answers = {
        "durations": answer_durations,
        "dose-response": answer_dose,
        "relapse": answer_relapse,
        "side-effects": answer_side_effects,
        "centres": answer_centres,
        "waste": answer_waste,
    }
    found = {question: answers[question](tally, smallest_cell) for question in questions}
    patients = round(tally.get("patients")[0])
    enough = patients == 0 or patients >= smallest_cell
    return Cohort(
        patients=patients if enough else None,
        cycles=round(tally.get("cycles")[0]) if enough else None,
        by=by,
        smallest_cell=smallest_cell,
        hidden={question: hidden for question, (_, hidden) in found.items() if hidden},
        **{question.replace("-", "_"): rows for question, (rows, _) in found.items()},
        **counts,
    )
