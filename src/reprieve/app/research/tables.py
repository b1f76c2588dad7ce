"""The tables of the research set: one type for each, one field for each column, with its meaning.

The data dictionary is made from these types, so a column without a meaning cannot be.
"""

# ruff: noqa: RUF009 - column() gives a dataclasses.field, as meant for each column anew.
from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import date as Date  # a column is called date
from decimal import Decimal
from types import NoneType
from typing import Any, get_args, get_type_hints

VERSION = "2"


def column(meaning: str, unit: str = "") -> Any:
    """Return a field that carries what its column means."""
    return dataclasses.field(metadata={"meaning": meaning, "unit": unit})


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientRecord:
    """One row for each patient."""

    patient: str = column("pseudonym, new in every set unless a key file was given")
    sex: str = column("female, male, other or unknown")
    age_at_first_session: int | None = column("completed years; above 89 told as 89", "a")
    condition: str | None = column("first diagnosis")
    exposure_history: str = column("known: the exposures are complete; unknown: nobody said so")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionRecord:
    """One row for each diagnosis."""

    patient: str = column("pseudonym")
    condition: str = column("diagnosis by its formulary name")
    since: Date | None = column("first day, shifted")
    side: str | None = column("the patient's side")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposureRecord:
    """One row for each toxin given elsewhere."""

    patient: str = column("pseudonym")
    date: Date = column("day, shifted")
    product: str = column("nonproprietary name")
    indication: str | None = column("what it was given for")
    units: Decimal | None = column("empty: nobody knows, never zero", "units of product")


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleRecord:
    """One row for each session with injections; `cycle` counts from 1."""

    patient: str = column("pseudonym")
    cycle: int = column("number of the session, from 1")
    date: Date = column("day, shifted")
    product: str = column("nonproprietary name")
    indication: str = column("what it was given for")
    units: Decimal = column("sum of the session", "units of product")
    muscles: int = column("muscles and sides injected")
    weeks_since_previous: float | None = column("days to the session before, by 7", "wk")


@dataclass(frozen=True, slots=True, kw_only=True)
class InjectionRecord:
    """One row for each muscle and side of a session; units of two products are never comparable."""

    patient: str = column("pseudonym")
    cycle: int = column("number of the session, from 1")
    product: str = column("nonproprietary name")
    muscle: str = column("catalogue id or label group")
    side: str | None = column("the patient's side")
    units: Decimal = column("dose of the muscle, all its sites", "units of product")
    sites: int | None = column("needle positions")
    volume_ml: Decimal | None = column("volume for the muscle", "mL")
    guidance: str | None = column("anatomical, emg, stimulation, ultrasound or endoscopy")
    effect: str | None = column("worse, same, better or weak, judged at follow-up")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreRecord:
    """One row for each total: the tidy scores that `reprieve response` reads. Week <= 0 is before the injection."""

    patient: str = column("pseudonym")
    cycle: int = column("number of the session it is counted from")
    week: float = column("days since that session, by 7", "wk")
    score: Decimal = column("total of the scale, or the diary's severity")
    scale: str = column("rating scale, or diary")
    product: str = column("nonproprietary name")
    units: Decimal = column("sum of the session", "units of product")
    date: Date = column("day, shifted")


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingRecord:
    """One row for each rating; its items are in `items`."""

    patient: str = column("pseudonym")
    rating: int = column("number of the rating, from 1")
    date: Date = column("day, shifted")
    scale: str = column("rating scale")
    total: Decimal | None = column("empty where the scale's rule gives none")


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRecord:
    """One row for each item of a rating."""

    patient: str = column("pseudonym")
    rating: int = column("number of the rating, from 1")
    date: Date = column("day, shifted")
    scale: str = column("rating scale")
    item: str = column("item of the scale")
    value: Decimal = column("score of the item")


@dataclass(frozen=True, slots=True, kw_only=True)
class DiaryRecord:
    """One row for each diary entry; empty is not answered."""

    patient: str = column("pseudonym")
    date: Date = column("day, shifted")
    severity: Decimal | None = column("0 none to 10 worst")
    pain: Decimal | None = column("0 none to 10 worst")
    function: Decimal | None = column("0 none to 10 worst")
    mood: Decimal | None = column("0 none to 10 worst")
    sleep: Decimal | None = column("0 none to 10 worst")


@dataclass(frozen=True, slots=True, kw_only=True)
class SymptomRecord:
    """One row for each side effect."""

    patient: str = column("pseudonym")
    date: Date = column("first day, shifted")
    symptom: str = column("a word of the list, or other")
    seriousness: str = column("mild, moderate, severe or serious")
    days: int | None = column("how long it lasted; empty while it lasts", "d")
    muscle: str | None = column("muscle it is put down to")
    side: str | None = column("the patient's side")


@dataclass(frozen=True, slots=True, kw_only=True)
class PostureRecord:
    """One row for each posture seen at an assessment."""

    patient: str = column("pseudonym")
    assessment: int = column("number of the assessment, from 1")
    date: Date = column("day, shifted")
    posture: str = column("id of the posture table")
    side: str | None = column("side of its direction")
    angle_deg: Decimal | None = column("measured angle", "deg")
    certainty: str = column("clear, slight or doubtful")


@dataclass(frozen=True, slots=True, kw_only=True)
class EmgRecord:
    """One row for each muscle measured at an assessment; empty is not measured."""

    patient: str = column("pseudonym")
    assessment: int = column("number of the assessment, from 1")
    date: Date = column("day, shifted")
    muscle: str = column("catalogue id")
    side: str | None = column("the patient's side")
    activity_percent_mvc: float | None = column("activity", "% of maximal effort")
    sustained_fraction: float | None = column("share of the time with sustained activity")
    turns_per_s: float | None = column("turns", "/s")
    leads: bool | None = column("begins before the others")
    paradox: float | None = column("activity where rest is expected")
    compensatory: bool | None = column("compensates for another muscle")


TABLES: dict[str, type[Any]] = {
    "patients": PatientRecord,
    "conditions": ConditionRecord,
    "exposures": ExposureRecord,
    "cycles": CycleRecord,
    "injections": InjectionRecord,
    "scores": ScoreRecord,
    "ratings": RatingRecord,
    "items": ItemRecord,
    "diary": DiaryRecord,
    "symptoms": SymptomRecord,
    "postures": PostureRecord,
    "emg": EmgRecord,
}


def column_types(kind: type[Any]) -> dict[str, tuple[type, bool]]:
    """Return for each column its type and whether it may be empty."""
    told: dict[str, tuple[type, bool]] = {}
    hints = get_type_hints(kind)
    for field in dataclasses.fields(kind):
        hint = hints[field.name]
        parts = [part for part in get_args(hint) if part is not NoneType]
        told[field.name] = (parts[0] if parts else hint, NoneType in get_args(hint))
    return told


def dictionary() -> list[dict[str, str]]:
    """Return the data dictionary, made from the types."""
    return [
        {
            "table": table,
            "column": field.name,
            "type": column_types(kind)[field.name][0].__name__.lower(),
            "unit": field.metadata["unit"],
            "may_be_empty": "yes" if column_types(kind)[field.name][1] else "no",
            "meaning": field.metadata["meaning"],
            "table_meaning": (kind.__doc__ or "").strip(),
        }
        for table, kind in TABLES.items()
        for field in dataclasses.fields(kind)
    ]
