"""Draft of an adverse event report, from the record (S20). The program sends it nowhere; a person does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from reprieve.app.record.muscles import muscle_words
from reprieve.core.dates import age_years, days_between
from reprieve.core.documents import as_json
from reprieve.core.dose import plain
from reprieve.core.errors import UnknownNameError
from reprieve.deliver.recall import session_lots
from reprieve.record.chart import Chart, Session, Symptom
from reprieve.record.plan import Exposure

# Toxin acts for months: what was given by others in that time belongs into the report.
OTHER_TOXIN_DAYS = 180
SENT_NOWHERE = "Draft from the record. The program sends it nowhere: a clinician reads, completes and reports it."


@dataclass(frozen=True, slots=True, kw_only=True)
class AdverseDraft:
    """One side effect with what is suspected; None and `missing` say what nobody noted.

    Attributes
    ----------
    suspected : Session or None
        The session that the entry names; else the last one before the onset, and then `suspected_assumed` is true.
    """

    patient: str
    sex: str
    age_years: int | None
    symptom: Symptom
    suspected: Session | None
    suspected_assumed: bool
    days_after: int | None
    lots: tuple[str, ...]
    other_toxin: tuple[Exposure, ...]
    risks: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def units(self) -> Decimal | None:
        """Units of the suspected session."""
        return None if self.suspected is None else self.suspected.units

    def document(self) -> dict[str, Any]:
        """Return the draft as plain JSON."""
        return {**as_json(self), "units": as_json(self.units), "status": SENT_NOWHERE}


def adverse_drafts(chart: Chart, *, on: date) -> list[AdverseDraft]:
    """Return a draft for every side effect up to the date `on`, the serious ones first, then the latest."""
    told = [row for row in chart.symptoms if row.date <= on]
    order = sorted(told, key=lambda row: (row.seriousness != "serious", -row.date.toordinal(), row.symptom))
    return [_draft(chart, row) for row in order]


def adverse_draft(chart: Chart, *, on: date, place: int) -> AdverseDraft:
    """Return the draft at `place` (counted from 1) of `adverse_drafts`, or raise `UnknownNameError`."""
    drafts = adverse_drafts(chart, on=on)
    if not 1 <= place <= len(drafts):
        raise UnknownNameError(
            f"this chart has {len(drafts)} side effects, but number {place} was asked for; correct it"
        )
    return drafts[place - 1]


def _draft(chart: Chart, row: Symptom) -> AdverseDraft:
    session, assumed = _suspected(chart, row)
    lots = () if session is None else session_lots(session)
    if row.lot is not None:
        lots = tuple(dict.fromkeys((row.lot, *lots)))
    person = chart.patient
    born = person.birth_date
    draft = AdverseDraft(
        patient=person.id,
        sex=person.sex,
        age_years=None if born is None else age_years(born, row.date),
        symptom=row,
        suspected=session,
        suspected_assumed=assumed,
        days_after=None if session is None else days_between(session.date, row.date),
        lots=lots,
        other_toxin=tuple(one for one in chart.exposures if 0 <= days_between(one.date, row.date) <= OTHER_TOXIN_DAYS),
        risks=chart.risks,
        missing=(),
    )
    told = {name: getattr(draft, name) for name in draft.__slots__ if name != "missing"}
    return AdverseDraft(**told, missing=_missing(chart, draft))


def _suspected(chart: Chart, row: Symptom) -> tuple[Session | None, bool]:
    if row.session is not None:
        named = next((one for one in chart.sessions if one.id == row.session), None)
        if named is not None:
            return named, False
    before = [one for one in chart.sessions if one.injections and one.date <= row.date]
    return (max(before, key=lambda one: one.date), True) if before else (None, False)


def _missing(chart: Chart, draft: AdverseDraft) -> tuple[str, ...]:
    checks = (
        (draft.suspected is None, "no session lies before the onset: which toxin is suspected?"),
        (draft.suspected_assumed, "the entry names no session; the last one before the onset is assumed"),
        (draft.suspected is not None and not draft.lots, "no lot is noted for the suspected session"),
        (draft.symptom.resolved is None, "the outcome is not noted: is it over, and since when?"),
        (draft.symptom.note is None, "nobody described what happened"),
        (draft.age_years is None, "the birth date is not on record"),
        (draft.sex == "unknown", "the sex is not on record"),
        (chart.patient.exposure_history == "unknown", "toxin given elsewhere is unknown: ask"),
    )
    return tuple(text for holds, text in checks if holds)


def adverse_data(draft: AdverseDraft) -> dict[str, Any]:
    """Return the texts of the printed draft."""
    row, session = draft.symptom, draft.suspected
    outcome = f"over on {row.resolved}" if row.resolved else "outcome not noted"
    after = "" if draft.days_after is None else f", {draft.days_after} days after the suspected session"
    event = [
        f"{row.symptom.replace('_', ' ')}, {row.seriousness}; began {row.date}{after}; {outcome}.",
        *([row.note] if row.note else []),
        *([f"Muscle named: {muscle_words(row.muscle, row.side)}."] if row.muscle else []),
    ]
    return {
        "title": "Adverse event: draft of a report",
        "date": row.date.isoformat(),
        "alerts": [SENT_NOWHERE, *(f"Missing: {text}" for text in draft.missing)],
        "sections": [
            {"title": "Patient", "lines": [_patient(draft)]},
            {"title": "What happened", "lines": event},
            _given(session, draft.lots),
            {
                "title": "Other toxin in the half year before",
                "lines": [_exposure(one) for one in draft.other_toxin] or ["None is on record."],
            },
            {
                "title": "Risks on record",
                "lines": [", ".join(risk.replace("_", " ") for risk in draft.risks) or "None is on record."],
            },
        ],
        "signature": "Read and completed by",
    }


def _patient(draft: AdverseDraft) -> str:
    age = "age unknown" if draft.age_years is None else f"{draft.age_years} years"
    return f"{age}, sex {draft.sex}"


def _given(session: Session | None, lots: tuple[str, ...]) -> dict[str, Any]:
    if session is None:
        return {"title": "Suspected", "lines": ["No session is on record before the onset."]}
    return {
        "title": "Suspected",
        "lines": [
            f"{plain(session.units)} units of {session.product} on {session.date} for "
            f"{session.indication.replace('_', ' ')}; lot {', '.join(lots) or 'not noted'}."
        ],
        "columns": ["muscle", "units", "needle sites", "guidance", "lot"],
        "rows": [
            [
                muscle_words(one.muscle, one.side),
                plain(one.units),
                "not noted" if one.sites is None else str(one.sites),
                one.guidance or "not noted",
                one.lot or "not noted",
            ]
            for one in session.injections
        ],
    }


def _exposure(one: Exposure) -> str:
    units = "units unknown" if one.units is None else f"{plain(one.units)} units"
    return f"{one.date}: {one.product}, {units}" + (f", {one.place}" if one.place else "")
