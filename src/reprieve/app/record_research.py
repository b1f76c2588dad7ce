"""The research set: tidy tables at item level, de-identified, with a dictionary made from the types.

Left out: names, birth dates, notes, places, raters, lots, goals in words. Dates are shifted by whole weeks, another
shift for each patient, so that intervals and days of the week stay true. Keys are new in every set unless a key file
is given.
"""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, get_args, get_type_hints

from reprieve.core.dates import age_years, days_between
from reprieve.record.chart import Chart, Session

VERSION = "1"
LARGEST_SHIFT_WEEKS = 26
# Ages above this are told as this: very old patients are few and can be recognised.
OLDEST_TOLD = 89
# A free text may hold anything; a word outside this list is told as "other".
SYMPTOMS = frozenset(
    [
        "dysphagia",
        "breathing_difficulty",
        "dysphonia",
        "dysarthria",
        "generalised_weakness",
        "diplopia",
        "neck_weakness",
        "muscle_weakness",
        "ptosis",
        "dry_mouth",
        "flu_like_symptoms",
        "fatigue",
        "pain_at_site",
        "injection_site_pain",
        "chewing_weakness",
        "facial_weakness",
        "bruise",
        "headache",
        "dry_eye",
        "nausea",
        "rash",
        "fever",
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientRecord:
    """One row for each patient."""

    patient: str
    sex: str
    age_at_first_session: int | None
    condition: str | None
    exposure_history: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleRecord:
    """One row for each session; `cycle` counts from 1, `date` is shifted."""

    patient: str
    cycle: int
    date: date
    product: str
    indication: str
    units: Decimal
    muscles: int
    weeks_since_previous: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InjectionRecord:
    """One row for each muscle and side of a session; `units` are of `product`, never comparable with another's."""

    patient: str
    cycle: int
    product: str
    muscle: str
    side: str | None
    units: Decimal
    sites: int | None
    volume_ml: Decimal | None
    guidance: str | None
    effect: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreRecord:
    """One row for each total: the tidy scores that `reprieve response` reads. Week <= 0 is before the injection."""

    patient: str
    cycle: int
    week: float
    score: Decimal
    scale: str
    product: str
    units: Decimal
    date: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRecord:
    """One row for each item of a rating."""

    patient: str
    date: date
    scale: str
    item: str
    value: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class DiaryRecord:
    """One row for each diary entry, every answer 0 (none) to 10 (worst); empty is not answered."""

    patient: str
    date: date
    severity: Decimal | None
    pain: Decimal | None
    function: Decimal | None
    mood: Decimal | None
    sleep: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SymptomRecord:
    """One row for each side effect; `days` is how long it lasted, empty while it lasts."""

    patient: str
    date: date
    symptom: str
    seriousness: str
    days: int | None
    muscle: str | None
    side: str | None


TABLES: dict[str, type[Any]] = {
    "patients": PatientRecord,
    "cycles": CycleRecord,
    "injections": InjectionRecord,
    "scores": ScoreRecord,
    "items": ItemRecord,
    "diary": DiaryRecord,
    "symptoms": SymptomRecord,
}


@dataclass(frozen=True, slots=True)
class Disguise:
    """Pseudonyms and date shifts that follow from one secret key."""

    key: bytes

    def name(self, patient: str) -> str:
        """Return the pseudonym of `patient`."""
        return "p" + self._digest("name", patient).hex()[:12]

    def shift(self, patient: str) -> timedelta:
        """Return the shift of all dates of `patient`, in whole weeks."""
        number = int.from_bytes(self._digest("shift", patient)[:8], "big")
        return timedelta(weeks=number % (2 * LARGEST_SHIFT_WEEKS + 1) - LARGEST_SHIFT_WEEKS)

    def _digest(self, what: str, patient: str) -> bytes:
        return hmac.new(self.key, f"{what}\n{patient}".encode(), hashlib.sha256).digest()


def research_tables(charts: Iterable[Chart], disguise: Disguise) -> dict[str, list[Any]]:
    """Return the rows of every table; patients in the order of their pseudonyms, which tells nothing."""
    tables: dict[str, list[Any]] = {name: [] for name in TABLES}
    for chart in sorted(charts, key=lambda chart: disguise.name(chart.patient.id)):
        name, shift = disguise.name(chart.patient.id), disguise.shift(chart.patient.id)
        sessions = sorted((s for s in chart.sessions if s.injections), key=lambda session: session.date)
        tables["patients"].append(_patient(chart, name, sessions))
        tables["cycles"] += _cycles(name, shift, sessions)
        tables["injections"] += _injections(name, sessions)
        tables["scores"] += _scores(chart, name, shift, sessions)
        tables["items"] += _items(chart, name, shift)
        tables["diary"] += _diary(chart, name, shift)
        tables["symptoms"] += _symptoms(chart, name, shift)
    return tables


def dictionary() -> list[dict[str, str]]:
    """Return the data dictionary, made from the types: table, column, kind, whether it may be empty, meaning."""
    rows: list[dict[str, str]] = []
    for table, kind in TABLES.items():
        hints = get_type_hints(kind)
        for field in dataclasses.fields(kind):
            parts = [part for part in get_args(hints[field.name]) if part is not type(None)] or [hints[field.name]]
            rows.append(
                {
                    "table": table,
                    "column": field.name,
                    "type": parts[0].__name__.lower(),
                    "may_be_empty": "yes" if type(None) in get_args(hints[field.name]) else "no",
                    "table_meaning": (kind.__doc__ or "").strip(),
                }
            )
    return rows


def _patient(chart: Chart, name: str, sessions: list[Session]) -> PatientRecord:
    birth = chart.patient.birth_date
    first = sessions[0].date if sessions else None
    age = age_years(birth, first) if birth and first and first >= birth else None
    return PatientRecord(
        patient=name,
        sex=chart.patient.sex,
        age_at_first_session=None if age is None else min(age, OLDEST_TOLD),
        condition=chart.conditions[0].condition if chart.conditions else None,
        exposure_history=chart.patient.exposure_history,
    )


def _cycles(name: str, shift: timedelta, sessions: list[Session]) -> Iterator[CycleRecord]:
    before: date | None = None
    for number, session in enumerate(sessions, 1):
        yield CycleRecord(
            patient=name,
            cycle=number,
            date=session.date + shift,
            product=session.product,
            indication=session.indication,
            units=session.units,
            muscles=len({(row.muscle, row.side) for row in session.injections}),
            weeks_since_previous=None if before is None else round(days_between(before, session.date) / 7, 3),
        )
        before = session.date


def _injections(name: str, sessions: list[Session]) -> Iterator[InjectionRecord]:
    for number, session in enumerate(sessions, 1):
        effects = {(effect.muscle, effect.side): effect.effect for effect in session.muscle_effects}
        for row in session.injections:
            yield InjectionRecord(
                patient=name,
                cycle=number,
                product=session.product,
                muscle=row.muscle,
                side=row.side,
                units=row.units,
                sites=row.sites,
                volume_ml=row.volume_ml,
                guidance=row.guidance,
                effect=effects.get((row.muscle, row.side)),
            )


def _scores(chart: Chart, name: str, shift: timedelta, sessions: list[Session]) -> Iterator[ScoreRecord]:
    told = [(rating.date, rating.total, rating.scale) for rating in chart.ratings if rating.total is not None]
    told += [(entry.date, entry.severity, "diary") for entry in chart.diary if entry.severity is not None]
    for when, score, scale in sorted(told, key=lambda row: (row[0], row[2])):
        cycle = _cycle_of(when, sessions)
        if cycle is None:
            continue
        session = sessions[cycle]
        yield ScoreRecord(
            patient=name,
            cycle=cycle + 1,
            week=round(days_between(session.date, when) / 7, 3),
            score=score,
            scale=scale,
            product=session.product,
            units=session.units,
            date=when + shift,
        )


def _cycle_of(when: date, sessions: list[Session]) -> int | None:
    """Return the cycle a score belongs to; one on the day of a session was taken before the needle."""
    if not sessions:
        return None
    earlier = [number for number, session in enumerate(sessions) if session.date < when]
    today = [number for number, session in enumerate(sessions) if session.date == when]
    return today[0] if today else (earlier[-1] if earlier else 0)


def _items(chart: Chart, name: str, shift: timedelta) -> Iterator[ItemRecord]:
    for rating in chart.ratings:
        for item, value in (rating.items or {}).items():
            yield ItemRecord(patient=name, date=rating.date + shift, scale=rating.scale, item=item, value=value)


def _diary(chart: Chart, name: str, shift: timedelta) -> Iterator[DiaryRecord]:
    for entry in chart.diary:
        yield DiaryRecord(
            patient=name,
            date=entry.date + shift,
            severity=entry.severity,
            pain=entry.pain,
            function=entry.function,
            mood=entry.mood,
            sleep=entry.sleep,
        )


def _symptoms(chart: Chart, name: str, shift: timedelta) -> Iterator[SymptomRecord]:
    for entry in chart.symptoms:
        yield SymptomRecord(
            patient=name,
            date=entry.date + shift,
            symptom=entry.symptom if entry.symptom in SYMPTOMS else "other",
            seriousness=entry.seriousness,
            days=days_between(entry.date, entry.resolved) if entry.resolved else None,
            muscle=entry.muscle,
            side=entry.side,
        )
