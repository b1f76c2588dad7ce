"""Write single entries into a chart: rating, diary, symptom, exposure, ..., and correct or void them later."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from reprieve.app.accounts.accounts import Action, Person
from reprieve.app.clinic import ChartView, Clinic
from reprieve.app.numbers import check_numbers
from reprieve.app.record.head_angles import check_head_angles
from reprieve.app.record.namesakes import namesakes
from reprieve.core.errors import ConflictError, InputError, UnknownNameError
from reprieve.record.chart import (
    Appointment,
    Assessment,
    Condition,
    DiaryEntry,
    Goal,
    HeadAngles,
    OtherTreatment,
    Rating,
    Symptom,
)
from reprieve.record.event_bodies import Nothing, Registration, Risk, SessionEffect
from reprieve.record.event_kinds import EventKind
from reprieve.record.events import Event
from reprieve.record.fold import standing
from reprieve.record.plan import Exposure
from reprieve.store.ledger import Receipt, Request

LONGEST_NOTE = 8000
LONGEST_WORD = 200
WORST_DIARY = Decimal(10)
# A slip in the year would hide a dose from every window; nobody treated here lived so early.
EARLIEST = date(1900, 1, 1)
# How often a write is built anew when somebody else wrote to the same chart in between.
ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class EntryKind:
    """One kind of entry: its event, its document, who may write it, whether its date may lie ahead."""

    event: EventKind
    body: type[Any]
    action: Action
    may_lie_ahead: bool = False


ENTRIES: Mapping[str, EntryKind] = {
    "ratings": EntryKind(EventKind.RATING_RECORDED, Rating, Action.WRITE_FOLLOW_UP),
    "diary": EntryKind(EventKind.DIARY_ENTERED, DiaryEntry, Action.WRITE_FOLLOW_UP),
    "head-angles": EntryKind(EventKind.HEAD_ANGLES_MEASURED, HeadAngles, Action.WRITE_FOLLOW_UP),
    "symptoms": EntryKind(EventKind.SYMPTOM_REPORTED, Symptom, Action.WRITE_FOLLOW_UP),
    "exposures": EntryKind(EventKind.EXPOSURE_REPORTED, Exposure, Action.WRITE_FOLLOW_UP),
    "goals": EntryKind(EventKind.GOAL_SET, Goal, Action.WRITE_FOLLOW_UP),
    "conditions": EntryKind(EventKind.CONDITION_RECORDED, Condition, Action.WRITE_ASSESSMENT),
    "risks": EntryKind(EventKind.RISK_RECORDED, Risk, Action.WRITE_FOLLOW_UP),
    "assessments": EntryKind(EventKind.ASSESSMENT_RECORDED, Assessment, Action.WRITE_ASSESSMENT),
    "other-treatments": EntryKind(
        EventKind.OTHER_TREATMENT_RECORDED, OtherTreatment, Action.WRITE_FOLLOW_UP, may_lie_ahead=True
    ),
    "appointments": EntryKind(EventKind.APPOINTMENT_BOOKED, Appointment, Action.WRITE_FOLLOW_UP, may_lie_ahead=True),
    "effects": EntryKind(EventKind.MUSCLE_EFFECT_JUDGED, SessionEffect, Action.WRITE_FOLLOW_UP),
}
BY_EVENT = {kind.event: kind for kind in ENTRIES.values()}


def record_entry(
    store: Clinic,
    person: Person,
    patient: str,
    name: str,
    body: Any,
    *,
    request: Request | None = None,
    seen: int | None = None,
) -> Receipt:
    """Record one new entry.

    Parameters
    ----------
    name : str
        A key of `ENTRIES`.
    body : object
        Of the type that `ENTRIES` gives.
    request : Request, optional
        The idempotent request it belongs to.
    seen : int, optional
        The version of the chart that the writer saw; another one refuses the write.

    Raises
    ------
    InputError, ConflictError, UnknownNameError
    """
    kind = ENTRIES[name]

    def build(view: ChartView) -> list[Event]:
        check_entry(store, view, kind, body)
        replaces = _same_day(store, person, patient, body) if isinstance(body, DiaryEntry) else None
        return [store.event(person, kind.event, body, patient=patient, replaces=replaces)]

    return write_built(store, person, patient, build, request=request, seen=seen)


def amend_entry(
    store: Clinic,
    person: Person,
    patient: str,
    event_id: str,
    body: Any,
    *,
    reason: str,
    request: Request | None = None,
    seen: int | None = None,
) -> Receipt:
    """Put `body` in the place of an entry, or void the entry when `body` is None; the old version stays readable.

    Raises
    ------
    UnknownNameError
        No such entry stands in the chart.
    InputError
        The reason is missing or the new version does not fit.
    """
    told = check_reason(reason)
    old = next(
        (entry.latest for entry in standing(store.chart_events(person.clinic, patient)) if entry.latest.id == event_id),
        None,
    )
    if old is None or old.kind not in BY_EVENT:
        raise UnknownNameError("no such entry stands in this chart (any more); read the history and choose again")

    def build(view: ChartView) -> list[Event]:
        if body is None:
            kind, new = EventKind.ENTRY_VOIDED, Nothing()
        else:
            check_entry(store, view, BY_EVENT[old.kind], body)
            kind, new = old.kind, body
        return [store.event(person, kind, new, patient=patient, replaces=event_id, reason=told)]

    return write_built(store, person, patient, build, request=request, seen=seen)


def register_patient(
    store: Clinic, person: Person, registration: Registration, *, request: Request | None = None
) -> Receipt:
    """Register a new patient; the answer names those of the same name and birth date.

    Raises
    ------
    ConflictError
        The clinic has a patient of that id.
    """
    patient = registration.patient.id
    check_registration(store, registration)
    if store.known_patients(person.clinic, [patient]):
        raise ConflictError(f"there is a patient {patient!r} already; open that chart or choose another id")
    event = store.event(person, EventKind.PATIENT_REGISTERED, registration, patient=patient)
    others = [other for one in namesakes(store, person.clinic, [registration.patient]) for other in one.others]
    answer = answer_of([event]) | {"namesakes": others}
    return store.append([event], answer=answer, request=request, expected={patient: None})


def amend_patient(
    store: Clinic,
    person: Person,
    patient: str,
    registration: Registration,
    *,
    reason: str,
    request: Request | None = None,
    seen: int | None = None,
) -> Receipt:
    """Record the patient's particulars anew, whole."""
    told = check_reason(reason)
    check_registration(store, registration)
    if registration.patient.id != patient:
        raise InputError(f"the particulars are of {registration.patient.id!r}, not of {patient!r}; correct the id")

    def build(_: ChartView) -> list[Event]:
        return [store.event(person, EventKind.PATIENT_AMENDED, registration, patient=patient, reason=told)]

    return write_built(store, person, patient, build, request=request, seen=seen)


def write_built(
    store: Clinic,
    person: Person,
    patient: str,
    build: Callable[[ChartView], list[Event]],
    *,
    request: Request | None,
    seen: int | None,
    answer: Callable[[list[Event], int, str], Any] | None = None,
    also: Callable[[Connection], object] | None = None,
) -> Receipt:
    """Build events on the chart as it is, and store them only if it still is so.

    Without `seen` the events are built anew when somebody wrote in between; with `seen` the writer is told who did.
    `also` runs in the same transaction and may refuse it.
    """
    make = answer or answer_of
    for attempt in range(ATTEMPTS):
        view = store.view(person.clinic, patient)
        if seen is not None and view.version != seen:
            raise ConflictError(changed_by(store, person.clinic, patient, seen))
        events = build(view)

        def given(first: int, head: str, told: list[Event] = events) -> Any:
            return make(told, first, head)

        try:
            return store.append(events, answer=given, request=request, expected={patient: view.version}, also=also)
        except ConflictError:
            if seen is not None and store.ledger.version(person.clinic, patient) != seen:
                raise ConflictError(changed_by(store, person.clinic, patient, seen)) from None
            if store.ledger.version(person.clinic, patient) == view.version or attempt == ATTEMPTS - 1:
                raise
    raise ConflictError("the chart kept changing; nothing was written, send it again")


def answer_of(events: list[Event], first: int | None = None, head: str | None = None) -> dict[str, Any]:
    """Return what a writer is told: the new ids, the chart's new version, the head of the chain."""
    version = None if first is None else first + len(events) - 1
    return {"id": events[-1].id, "patient_id": events[-1].patient, "version": version, "hash": head}


def changed_by(store: Clinic, clinic: str, patient: str, seen: int) -> str:
    """Return who changed the chart after the version `seen`, in words."""
    newest = store.ledger.latest(clinic, patient=patient, limit=50)
    changes = [event for number, _, event in newest if number > seen and event.changes_chart]
    if not changes:
        return "the chart is not the one that was read; nothing was written, read it again"
    last = changes[0]
    more = f" and {len(changes) - 1} more" if len(changes) > 1 else ""
    return (
        f"the chart was changed by {last.by} {ago(last.at, store.clock())} "
        f"({last.kind.value.replace('_', ' ')}{more}); nothing was written, look at the change and send again"
    )


def ago(then: datetime, now: datetime) -> str:
    """Return how long `then` is past, in words."""
    minutes = int((now - then) / timedelta(minutes=1))
    if minutes < 1:
        return "just now"
    if minutes < 60:
        return f"{minutes} minute{'s' if minutes > 1 else ''} ago"
    hours = minutes // 60
    return f"{hours} hour{'s' if hours > 1 else ''} ago" if hours < 48 else f"on {then.date()}"


def check_reason(reason: str | None) -> str:
    """Return the reason of a change, or refuse an empty one."""
    told = (reason or "").strip()
    if not 3 <= len(told) <= LONGEST_NOTE:
        raise InputError("a change needs a reason of at least 3 characters; it stays in the record")
    return told


def check_registration(store: Clinic, registration: Registration) -> None:
    """Refuse particulars that cannot be true."""
    person, today = registration.patient, store.today()
    check_words(registration.patient)
    if not person.id.strip() or len(person.id) > 64 or not person.id.isprintable() or "/" in person.id:
        raise InputError("a patient's id takes 1 to 64 printable characters without a slash; correct it")
    if person.birth_date is not None and not date(1850, 1, 1) <= person.birth_date <= today:
        raise InputError(f"birth_date {person.birth_date} must lie between 1850 and today ({today}); correct it")
    if person.weight_kg is not None and not 0 < person.weight_kg <= 500:
        raise InputError(f"weight_kg must lie above 0 and up to 500 kg, but got {person.weight_kg}; correct it")
    if person.weight_date is not None and person.weight_date > today:
        raise InputError(f"weight_date {person.weight_date} lies ahead of today ({today}); correct it")
    if registration.deceased is not None and registration.deceased > today:
        raise InputError(f"deceased {registration.deceased} lies ahead of today ({today}); correct it")


def check_entry(store: Clinic, view: ChartView, kind: EntryKind, body: Any) -> None:
    """Refuse an entry that cannot be true: a date ahead, before birth, after death, a value off its scale."""
    check_words(body)
    check_numbers(body)
    told = body.effect if isinstance(body, SessionEffect) else body
    when = getattr(told, "date", None)
    if when is not None:
        check_date(store, view, when, may_lie_ahead=kind.may_lie_ahead)
    resolved = getattr(told, "resolved", None)
    if resolved is not None and when is not None and resolved < when:
        raise InputError(f"resolved {resolved} lies before the beginning {when}; check both dates")
    if resolved is not None and resolved > store.today() + timedelta(days=1):
        raise InputError(f"resolved {resolved} lies ahead of today ({store.today()}); correct it")
    if isinstance(told, OtherTreatment) and told.until is not None and told.until < told.date:
        raise InputError(f"until {told.until} lies before the beginning {told.date}; check both dates")
    if isinstance(told, Condition) and told.since is not None:
        check_date(store, view, told.since)
    if isinstance(told, DiaryEntry):
        _check_diary(told)
    if isinstance(told, Rating):
        _check_rating(told)
    if isinstance(told, HeadAngles):
        check_head_angles(told)
    if isinstance(told, Exposure) and told.units is not None and not told.units > 0:
        raise InputError(f"units must be positive, but got {told.units}; leave them out when nobody knows them")
    if isinstance(body, SessionEffect) and body.session_id not in {session.id for session in view.chart.sessions}:
        raise UnknownNameError("this chart has no session of that id; take the id from the chart")


def check_date(store: Clinic, view: ChartView, when: date, *, may_lie_ahead: bool = False) -> None:
    """Refuse a date ahead of the clinic's day, before the patient's birth or after the death."""
    today = store.today()
    # A patient may be a day ahead of the clinic by the time zone.
    if not may_lie_ahead and when > today + timedelta(days=1):
        raise InputError(f"date {when} lies ahead of today ({today}); correct it")
    birth = view.chart.patient.birth_date
    if birth is not None and when < birth:
        raise InputError(f"date {when} lies before the patient's birth; correct the one or the other")
    if when < EARLIEST:
        raise InputError(f"date {when} lies before {EARLIEST.year}; correct the year")
    if view.deceased is not None and when > view.deceased:
        raise ConflictError(f"the record says the patient died on {view.deceased}; nothing was written for {when}")


def check_words(body: Any) -> None:
    """Refuse texts that are too long or hold control characters."""
    for field in dataclasses.fields(body):
        value = getattr(body, field.name)
        for text in value if isinstance(value, tuple) else (value,):
            if isinstance(text, str):
                longest = LONGEST_NOTE if field.name in ("note", "text", "reason") else LONGEST_WORD
                if len(text) > longest:
                    raise InputError(f"{field.name} takes up to {longest} characters, but got {len(text)}; shorten it")
                if any(ord(sign) < 32 and sign not in "\n\r\t" for sign in text):
                    raise InputError(f"{field.name} holds a control character; type it again")
            elif dataclasses.is_dataclass(text):
                check_words(text)


def _check_diary(entry: DiaryEntry) -> None:
    for name in ("severity", "pain", "function", "mood", "sleep"):
        value = getattr(entry, name)
        if value is not None and not 0 <= value <= WORST_DIARY:
            raise InputError(f"{name} must lie between 0 and 10, but got {value}; correct it")


def _check_rating(rating: Rating) -> None:
    from reprieve.reference.scale_catalogue import scale

    instrument = scale(rating.scale)
    if rating.items:
        _check_total(rating)
    low, high = instrument.total_minimum, instrument.total_maximum
    total = None if rating.total is None else float(rating.total)
    if total is not None and low is not None and high is not None and not low <= total <= high:
        raise InputError(
            f"total of {instrument.name} must lie between {low:g} and {high:g}, but got {rating.total}; correct it"
        )


def _same_day(store: Clinic, person: Person, patient: str, body: DiaryEntry) -> str | None:
    """Return the same author's entry of that day: the new one takes its place, the old one stays in the history."""
    for entry in standing(store.chart_events(person.clinic, patient)):
        event = entry.latest
        if event.kind is EventKind.DIARY_ENTERED and event.by == person.name and _is_of(event.body, body.date):
            return event.id
    return None


def _is_of(entry: DiaryEntry | None, day: date) -> bool:
    return entry is not None and entry.date == day


def _check_total(rating: Rating) -> None:
    """Refuse a total that is not the one that the scale's own rule gives for the items (S21)."""
    from reprieve.app.scales import score

    total = score(rating.scale, rating.items or {}).score.total
    told = None if rating.total is None else float(rating.total)
    if total is None and told is not None:
        raise InputError(
            f"the items of {rating.scale} are not complete, so its rule gives no total, but got {rating.total}; "
            "give all items, or the total alone"
        )
    if total is not None and told is None:
        raise InputError(f"the items of {rating.scale} make a total of {total:g}, but no total was given; add it")
    if total is not None and told is not None and abs(total - told) > 1e-9:
        raise InputError(f"the items of {rating.scale} make a total of {total:g}, but got {rating.total}; check both")
