"""One row of a registry: a cycle with what came before, during and after it. Units of two products never meet here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from reprieve.record.chart import Chart, Session

PLACEBO = "placebo"
# How long before the needle a score still tells how the patient was without the new dose.
BEFORE_DAYS = 14
# How long after an injection a side effect is held against it; the labels speak of hours to weeks.
EFFECT_DAYS = 56


@dataclass(frozen=True, slots=True)
class CycleScore:
    """A score on the day counted from the injection; higher is worse."""

    day: float
    score: float
    scale: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortCycle:
    """From one session to the next.

    Attributes
    ----------
    days_to_next : int or None
        Days to the next session; None when there was none yet.
    days_followed : int or None
        Where there is no next session: the last day on which anything was heard of the patient; None when nothing was.
    scores : tuple of CycleScore
        From two weeks before the injection to the day of the next one.
    muscles : mapping
        Units of `product` of each muscle, both sides together.
    symptoms : tuple of str or None
        Side effects within eight weeks, each once; None where the source has no such table.
    opened_units : Decimal or None
        Units of `product` in the vials opened; None when not told.
    """

    number: int
    product: str | None
    units: Decimal | None = None
    indication: str | None = None
    centre: str | None = None
    days_to_next: int | None = None
    days_followed: int | None = None
    scores: tuple[CycleScore, ...] = ()
    muscles: Mapping[str, Decimal] | None = None
    symptoms: tuple[str, ...] | None = None
    opened_units: Decimal | None = None


@dataclass(frozen=True, slots=True)
class CohortPatient:
    """One patient's cycles in order of time."""

    patient: str
    cycles: tuple[CohortCycle, ...]


@dataclass(frozen=True, slots=True)
class DatedScore:
    """A score on a date."""

    on: date
    score: float
    scale: str


@dataclass(frozen=True, slots=True)
class DatedSymptom:
    """A side effect on a date."""

    on: date
    symptom: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedSession:
    """A session on a date, before the cycles are cut."""

    on: date
    product: str | None
    units: Decimal | None
    indication: str | None = None
    centre: str | None = None
    muscles: Mapping[str, Decimal] | None = None
    opened_units: Decimal | None = None


def cut_cycles(
    sessions: Sequence[DatedSession],
    scores: Sequence[DatedScore],
    symptoms: Sequence[DatedSymptom] | None,
    other_contacts: Iterable[date] = (),
) -> tuple[CohortCycle, ...]:
    """Return the cycles between `sessions`, each with its scores and side effects.

    Parameters
    ----------
    sessions : sequence of DatedSession
        In any order. Two of one day are two rows of doses but one visit: both last to the next later day.
    scores, symptoms : sequences
        `symptoms` is None where the source does not tell side effects at all.
    other_contacts : iterable of date
        Further dates on which something was heard of the patient.
    """
    ordered = sorted(sessions, key=lambda session: session.on)
    heard = [score.on for score in scores] + [one.on for one in symptoms or ()] + list(other_contacts)
    last = max(heard, default=None)
    cycles: list[CohortCycle] = []
    for number, session in enumerate(ordered, 1):
        later = [other.on for other in ordered if other.on > session.on]
        days_to_next = (later[0] - session.on).days if later else None
        followed = (last - session.on).days if days_to_next is None and last is not None else None
        cycles.append(
            CohortCycle(
                number=number,
                product=session.product,
                units=session.units,
                indication=session.indication,
                centre=session.centre,
                days_to_next=days_to_next,
                days_followed=followed if followed is not None and followed > 0 else None,
                scores=_scores_of(session.on, days_to_next, scores),
                muscles=session.muscles,
                symptoms=None if symptoms is None else _symptoms_of(session.on, days_to_next, symptoms),
                opened_units=session.opened_units,
            )
        )
    return tuple(cycles)


def _scores_of(start: date, days_to_next: int | None, scores: Sequence[DatedScore]) -> tuple[CycleScore, ...]:
    found = []
    for score in scores:
        day = (score.on - start).days
        if day >= -BEFORE_DAYS and (days_to_next is None or day <= days_to_next):
            found.append(CycleScore(day, score.score, score.scale))
    return tuple(sorted(found, key=lambda one: one.day))


def _symptoms_of(start: date, days_to_next: int | None, symptoms: Sequence[DatedSymptom]) -> tuple[str, ...]:
    end = EFFECT_DAYS if days_to_next is None else min(EFFECT_DAYS, days_to_next - 1)
    return tuple(sorted({one.symptom for one in symptoms if 0 <= (one.on - start).days <= end}))


def cycles_of_charts(charts: Iterable[Chart]) -> Iterator[CohortPatient]:
    """Yield the patients of `charts`."""
    for chart in charts:
        scores = [DatedScore(r.date, float(r.total), r.scale) for r in chart.ratings if r.total is not None]
        scores += [DatedScore(e.date, float(e.severity), "diary") for e in chart.diary if e.severity is not None]
        symptoms = [DatedSymptom(one.date, one.symptom) for one in chart.symptoms]
        contacts = [entry.date for entry in chart.diary] + [one.date for one in chart.assessments]
        sessions = [_session(session) for session in chart.sessions if session.injections]
        yield CohortPatient(chart.patient.id, cut_cycles(sessions, scores, symptoms, contacts))


def _session(session: Session) -> DatedSession:
    muscles: dict[str, Decimal] = {}
    for row in session.injections:
        muscles[row.muscle] = muscles.get(row.muscle, Decimal(0)) + row.units
    vials = session.reconstitution.vials if session.reconstitution else ()
    return DatedSession(
        on=session.date,
        product=session.product,
        units=session.units,
        indication=session.indication,
        centre=session.place,
        muscles=muscles,
        opened_units=sum((vial.units for vial in vials), Decimal(0)) if vials else None,
    )
