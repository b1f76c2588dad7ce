"""The research set: tidy tables at item level, de-identified.

Left out: names, birth dates, notes, places, raters, lots, goals and other treatments in words. Dates are shifted by
whole weeks into the past, another shift for each patient, so that intervals and days of the week stay true and none
lies ahead. Keys are new in every set unless a key file is given.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Protocol

from reprieve.app.research.tables import (
    TABLES,
    ConditionRecord,
    CycleRecord,
    DiaryRecord,
    EmgRecord,
    ExposureRecord,
    InjectionRecord,
    ItemRecord,
    PatientRecord,
    PostureRecord,
    RatingRecord,
    ScoreRecord,
    SymptomRecord,
)
from reprieve.core.dates import age_years, days_between
from reprieve.record.chart import Chart, Session

LARGEST_SHIFT_WEEKS = 52
# Ages above this are told as this: very old patients are few and can be recognised.
OLDEST_TOLD = 89
OTHER = "other"
# A free text may hold anything; a word outside this list is told as "other".
SYMPTOMS = frozenset(
    {
        *("dysphagia", "breathing_difficulty", "dysphonia", "dysarthria", "generalised_weakness", "diplopia"),
        *("neck_weakness", "muscle_weakness", "chewing_weakness", "facial_weakness", "ptosis", "dry_mouth", "dry_eye"),
        *("flu_like_symptoms", "fatigue", "fever", "nausea", "rash", "headache"),
        *("pain_at_site", "injection_site_pain", "bruise"),
    }
)
# What the tables hold as words: ids of the reference data. Anything with a blank, or longer, is somebody's own text.
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,39}")


class Pseudonyms(Protocol):
    """Another name and a shift of all dates for each patient."""

    def name(self, patient: str) -> str:
        """Return the pseudonym of `patient`."""
        ...

    def shift(self, patient: str) -> timedelta:
        """Return the shift of all dates of `patient`."""
        ...


@dataclass(frozen=True, slots=True)
class Disguise:
    """Pseudonyms and date shifts that follow from one secret key."""

    key: bytes

    def name(self, patient: str) -> str:
        """Return the pseudonym of `patient`."""
        return "p" + self._digest("name", patient).hex()[:12]

    def shift(self, patient: str) -> timedelta:
        """Return the shift of all dates of `patient`: one to 52 whole weeks back."""
        number = int.from_bytes(self._digest("shift", patient)[:8], "big")
        return -timedelta(weeks=1 + number % LARGEST_SHIFT_WEEKS)

    def _digest(self, what: str, patient: str) -> bytes:
        return hmac.new(self.key, f"{what}\n{patient}".encode(), hashlib.sha256).digest()


@dataclass(frozen=True, slots=True)
class _Disguised:
    """One chart with the pseudonym and the shift of its patient."""

    chart: Chart
    name: str
    shift: timedelta
    sessions: list[Session]


def research_tables(charts: Iterable[Chart], disguise: Pseudonyms) -> dict[str, list[Any]]:
    """Return the rows of every table; patients in the order of their pseudonyms, which tells nothing."""
    tables: dict[str, list[Any]] = {name: [] for name in TABLES}
    makers = {
        "patients": _patients,
        "conditions": _conditions,
        "exposures": _exposures,
        "cycles": _cycles,
        "injections": _injections,
        "scores": _scores,
        "ratings": _ratings,
        "items": _items,
        "diary": _diary,
        "symptoms": _symptoms,
        "postures": _postures,
        "emg": _emg,
    }
    for chart in sorted(charts, key=lambda chart: disguise.name(chart.patient.id)):
        given = sorted((session for session in chart.sessions if session.injections), key=lambda session: session.date)
        one = _Disguised(chart, disguise.name(chart.patient.id), disguise.shift(chart.patient.id), given)
        for name, make in makers.items():
            tables[name] += make(one)
    return tables


def word(text: str) -> str:
    """Return `text` where it can only be an id of the reference data, else ``other``."""
    return text if _WORD.fullmatch(text) else OTHER


def _word(text: str | None) -> str | None:
    return None if text is None else word(text)


def _patients(one: _Disguised) -> Iterator[PatientRecord]:
    chart, birth = one.chart, one.chart.patient.birth_date
    first = one.sessions[0].date if one.sessions else None
    age = age_years(birth, first) if birth and first and first >= birth else None
    yield PatientRecord(
        patient=one.name,
        sex=chart.patient.sex,
        age_at_first_session=None if age is None else min(age, OLDEST_TOLD),
        condition=word(chart.conditions[0].condition) if chart.conditions else None,
        exposure_history=chart.patient.exposure_history,
    )


def _conditions(one: _Disguised) -> Iterator[ConditionRecord]:
    for row in one.chart.conditions:
        since = row.since + one.shift if row.since else None
        yield ConditionRecord(patient=one.name, condition=word(row.condition), since=since, side=row.side)


def _exposures(one: _Disguised) -> Iterator[ExposureRecord]:
    for row in one.chart.exposures:
        yield ExposureRecord(
            patient=one.name,
            date=row.date + one.shift,
            product=word(row.product),
            indication=_word(row.indication),
            units=row.units,
        )


def _cycles(one: _Disguised) -> Iterator[CycleRecord]:
    before: date | None = None
    for number, session in enumerate(one.sessions, 1):
        yield CycleRecord(
            patient=one.name,
            cycle=number,
            date=session.date + one.shift,
            product=word(session.product),
            indication=word(session.indication),
            units=session.units,
            muscles=len({(row.muscle, row.side) for row in session.injections}),
            weeks_since_previous=None if before is None else round(days_between(before, session.date) / 7, 3),
        )
        before = session.date


def _injections(one: _Disguised) -> Iterator[InjectionRecord]:
    for number, session in enumerate(one.sessions, 1):
        for row in session.injections:
            yield InjectionRecord(
                patient=one.name,
                cycle=number,
                product=word(session.product),
                muscle=word(row.muscle),
                side=row.side,
                units=row.units,
                sites=row.sites,
                volume_ml=row.volume_ml,
                guidance=row.guidance,
                effect=session.effect_on(row.muscle, row.side),
            )


def _scores(one: _Disguised) -> Iterator[ScoreRecord]:
    chart = one.chart
    told = [(rating.date, rating.total, word(rating.scale)) for rating in chart.ratings if rating.total is not None]
    told += [(entry.date, entry.severity, "diary") for entry in chart.diary if entry.severity is not None]
    for when, score, scale in sorted(told, key=lambda row: (row[0], row[2])):
        cycle = _cycle_of(when, one.sessions)
        if cycle is None:
            continue
        session = one.sessions[cycle]
        yield ScoreRecord(
            patient=one.name,
            cycle=cycle + 1,
            week=round(days_between(session.date, when) / 7, 3),
            score=score,
            scale=scale,
            product=word(session.product),
            units=session.units,
            date=when + one.shift,
        )


def _cycle_of(when: date, sessions: list[Session]) -> int | None:
    """Return the cycle a score belongs to; one on the day of a session was taken before the needle."""
    if not sessions:
        return None
    earlier = [number for number, session in enumerate(sessions) if session.date < when]
    today = [number for number, session in enumerate(sessions) if session.date == when]
    return today[0] if today else (earlier[-1] if earlier else 0)


def _ratings(one: _Disguised) -> Iterator[RatingRecord]:
    for number, row in enumerate(one.chart.ratings, 1):
        day = row.date + one.shift
        yield RatingRecord(patient=one.name, rating=number, date=day, scale=word(row.scale), total=row.total)


def _items(one: _Disguised) -> Iterator[ItemRecord]:
    for number, rating in enumerate(one.chart.ratings, 1):
        for item, value in (rating.items or {}).items():
            yield ItemRecord(
                patient=one.name,
                rating=number,
                date=rating.date + one.shift,
                scale=word(rating.scale),
                item=word(item),
                value=value,
            )


def _diary(one: _Disguised) -> Iterator[DiaryRecord]:
    for entry in one.chart.diary:
        yield DiaryRecord(
            patient=one.name,
            date=entry.date + one.shift,
            severity=entry.severity,
            pain=entry.pain,
            function=entry.function,
            mood=entry.mood,
            sleep=entry.sleep,
        )


def _symptoms(one: _Disguised) -> Iterator[SymptomRecord]:
    for entry in one.chart.symptoms:
        yield SymptomRecord(
            patient=one.name,
            date=entry.date + one.shift,
            symptom=entry.symptom if entry.symptom in SYMPTOMS else OTHER,
            seriousness=entry.seriousness,
            days=days_between(entry.date, entry.resolved) if entry.resolved else None,
            muscle=_word(entry.muscle),
            side=entry.side,
        )


def _postures(one: _Disguised) -> Iterator[PostureRecord]:
    for number, assessment in enumerate(one.chart.assessments, 1):
        for row in assessment.postures:
            yield PostureRecord(
                patient=one.name,
                assessment=number,
                date=assessment.date + one.shift,
                posture=word(row.posture),
                side=row.side,
                angle_deg=row.angle_deg,
                certainty=row.certainty,
            )


def _emg(one: _Disguised) -> Iterator[EmgRecord]:
    for number, assessment in enumerate(one.chart.assessments, 1):
        for row in assessment.emg:
            yield EmgRecord(
                patient=one.name,
                assessment=number,
                date=assessment.date + one.shift,
                muscle=word(row.muscle),
                side=row.side,
                activity_percent_mvc=row.activity_percent_mvc,
                sustained_fraction=row.sustained_fraction,
                turns_per_s=row.turns_per_s,
                leads=row.leads,
                paradox=row.paradox,
                compensatory=row.compensatory,
            )
