"""Retention: how long the clinic keeps who somebody was, who is due, and erasing who is due (S24).

What is erased and what stays under a pseudonym is the rule of `record_erasure`; the chain holds afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from reprieve.app.accounts.accounts import Person
from reprieve.app.clinic import ChartView, Clinic
from reprieve.app.record.entries import check_reason
from reprieve.app.record.erasure import erase_patient
from reprieve.core.dates import years_later
from reprieve.core.errors import ConflictError, InputError
from reprieve.record.clinic_bodies import RetentionHold, RetentionRule
from reprieve.record.event_kinds import EventKind
from reprieve.store.ledger import Receipt, Request
from reprieve.store.tables import patients

FEWEST_YEARS, MOST_YEARS = 1, 100
OLDEST_CHILD = 40
MOST_DAYS_AHEAD = 3660
# Charts that one page of the list looks into: each costs some milliseconds.
CHARTS_A_PAGE = 200
NOT_KNOWN = "birth date unknown: whether the rule for children holds cannot be told"


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A patient whose time is over on the day `due`.

    `remark` says why a person has to look first; such a one is not erased by list. `held` says that somebody keeps it.
    """

    patient_id: str
    last_contact: date
    due: date
    remark: str | None = None
    held: bool = False


@dataclass(frozen=True, slots=True)
class DuePage:
    """A part of the list; `next` is the `after` of the next part, None at the end."""

    rows: list[Due]
    next: str | None


def retention_of(store: Clinic, clinic: str) -> RetentionRule:
    """Return the rule of the clinic; without one everything is kept."""
    told = store.ledger.latest(clinic, kinds=[EventKind.RETENTION_SET], limit=1)
    return told[0][2].body if told else RetentionRule()


def set_retention(
    store: Clinic, person: Person, rule: RetentionRule, *, reason: str, request: Request | None = None
) -> Receipt:
    """Set the rule; the old one stays in the record. Nothing is erased by it.

    Raises
    ------
    InputError
        A figure is out of its range, or the reason is missing.
    """
    why = check_reason(reason)
    if rule.years is not None and not FEWEST_YEARS <= rule.years <= MOST_YEARS:
        raise InputError(f"years must lie between {FEWEST_YEARS} and {MOST_YEARS}, but got {rule.years}; correct it")
    if rule.child_until_age is not None and not 1 <= rule.child_until_age <= OLDEST_CHILD:
        raise InputError(
            f"child_until_age must lie between 1 and {OLDEST_CHILD}, but got {rule.child_until_age}; correct it"
        )
    event = store.event(person, EventKind.RETENTION_SET, rule, reason=why)
    return store.append([event], answer={"id": event.id}, request=request)


def hold(
    store: Clinic, person: Person, patient: str, *, held: bool, reason: str, request: Request | None = None
) -> Receipt:
    """Keep the record of `patient` beyond the rule, or no longer.

    Raises
    ------
    NoSuchPatientError
    ConflictError
        It is so already.
    InputError
        The reason is missing.
    """
    why = check_reason(reason)
    store.view(person.clinic, patient)
    if (_held(store, person.clinic, patient) is not None) is held:
        raise ConflictError("this record is held already" if held else "this record is not held; nothing was released")
    event = store.event(person, EventKind.RETENTION_HELD, RetentionHold(held=held), patient=patient, reason=why)
    return store.append([event], answer={"id": event.id, "patient_id": patient, "held": held}, request=request)


def _held(store: Clinic, clinic: str, patient: str) -> str | None:
    """Return why the record is held, None if it is not."""
    told = store.ledger.latest(clinic, patient=patient, kinds=[EventKind.RETENTION_HELD], limit=1)
    return told[0][2].reason if told and told[0][2].body.held else None


def due_page(store: Clinic, clinic: str, *, after: str | None = None, ahead_days: int = 0) -> DuePage:
    """Return who is due among the next charts, by id; with `ahead_days` also who will be within so many days."""
    rule = retention_of(store, clinic)
    if rule.years is None:
        return DuePage([], None)
    query = select(patients.c.patient).where(patients.c.clinic == clinic).order_by(patients.c.patient)
    if after is not None:
        query = query.where(patients.c.patient > after)
    with store.database.read() as connection:
        ids = list(connection.scalars(query.limit(CHARTS_A_PAGE + 1)))
    until = store.today() + timedelta(days=ahead_days)
    found = (due_of(store, clinic, patient, rule, until=until) for patient in ids[:CHARTS_A_PAGE])
    rows = [one for one in found if one is not None]
    return DuePage(rows, ids[CHARTS_A_PAGE - 1] if len(ids) > CHARTS_A_PAGE else None)


def all_due(store: Clinic, clinic: str, *, ahead_days: int = 0) -> Iterator[Due]:
    """Yield everybody who is due, or will be within `ahead_days`."""
    after: str | None = None
    while True:
        page = due_page(store, clinic, after=after, ahead_days=ahead_days)
        yield from page.rows
        if page.next is None:
            return
        after = page.next


def due_of(store: Clinic, clinic: str, patient: str, rule: RetentionRule, *, until: date | None = None) -> Due | None:
    """Return the patient as due by `until` (today), None while the record is to be kept or once it was erased."""
    if rule.years is None:
        return None
    view = store.view(clinic, patient)
    events = store.chart_events(clinic, patient)
    if any(event.kind is EventKind.PATIENT_ERASED for event in events):
        return None
    last = last_contact(view) or events[0].at.date()
    due, remark = years_later(last, rule.years), None
    if rule.child_until_age is not None:
        birth = view.chart.patient.birth_date
        if birth is None:
            remark = NOT_KNOWN
        else:
            due = max(due, years_later(birth, rule.child_until_age))
    if due > (until or store.today()):
        return None
    held = _held(store, clinic, patient)
    remark = remark if held is None else f"held: {held}"
    return Due(patient_id=patient, last_contact=last, due=due, remark=remark, held=held is not None)


def last_contact(view: ChartView) -> date | None:
    """Return the last day on which anything was given, measured, told or agreed; death counts too."""
    chart = view.chart
    rows: tuple[Any, ...] = (
        *chart.sessions,
        *chart.ratings,
        *chart.diary,
        *chart.head_angles,
        *chart.symptoms,
        *chart.assessments,
        *chart.other_treatments,
        *chart.exposures,
        *(visit for visit in chart.appointments if visit.state in ("booked", "kept")),
        *chart.goals,
    )
    days = [row.date for row in rows if row.date is not None]
    days += [effect.date for session in chart.sessions for effect in session.muscle_effects if effect.date is not None]
    days += [day for day in (view.deceased, chart.patient.weight_date) if day is not None]
    return max(days, default=None)


def erase_due(store: Clinic, person: Person, patient: str, *, reason: str, request: Request | None = None) -> Receipt:
    """Erase a patient who is due.

    Raises
    ------
    ConflictError
        The record is still to be kept, or a person has to look at it first.
    """
    told = due_of(store, person.clinic, patient, retention_of(store, person.clinic))
    if told is None:
        raise ConflictError(f"patient {patient!r} is not due by the clinic's rule; nothing was erased")
    if told.remark is not None:
        raise ConflictError(f"patient {patient!r} is not erased by list ({told.remark}); look first, erase one by one")
    return erase_patient(store, person, patient, reason=reason, request=request)
