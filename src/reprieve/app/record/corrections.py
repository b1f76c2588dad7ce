"""Correct a session that is in the record, sign one that is not signed, or take one back that was never given here.

What stood before stays readable in the history. A correction voids the signature and is signed in the same write.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date as Date
from typing import Any

from sqlalchemy import Connection

from reprieve.app.accounts.accounts import Person
from reprieve.app.clinic import ChartView, Clinic
from reprieve.app.record.entries import check_date, check_reason, write_built
from reprieve.app.record.signing import Check, Given, Meaning, check_given, overrides_of, signed_plan
from reprieve.app.stock.book import STOCK_KINDS, after, balances_still, stock_ledger
from reprieve.app.stock.signing import debit_of
from reprieve.core.errors import ConflictError, InputError, UnknownNameError
from reprieve.deliver.ledger import Ledger
from reprieve.record.chart import Chart, Session
from reprieve.record.clinic_bodies import StockTakenBack
from reprieve.record.event_bodies import Nothing, Override, Signature
from reprieve.record.event_kinds import EventKind
from reprieve.record.events import Event
from reprieve.record.events_of_chart import session_bodies
from reprieve.record.fold import fold_chart, standing
from reprieve.record.fold_session import content_hash
from reprieve.record.plan import Plan
from reprieve.record.plan_patient import last_given, plan_patient
from reprieve.store.ledger import Receipt, Request

NewEvent = Callable[..., Event]
CORRECTED = Meaning(meaning="I corrected this record to what was given")

# What a correction writes anew; steps of the checklist and what the muscles did later stay as they are.
_REWRITTEN = (
    EventKind.SESSION_OPENED,
    EventKind.VIAL_OPENED,
    EventKind.INJECTION_GIVEN,
    EventKind.INJECTION_SKIPPED,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionAsItWas:
    """A session as it really was, whole, and why the record said something else.

    Product and indication cannot be corrected: another product is another session. Take the wrong one back.
    """

    date: Date
    given: Given
    reason: str
    place: str | None = None
    note: str | None = None
    signature: Meaning = CORRECTED
    overrides: tuple[Override, ...] = ()


def correct_session(
    store: Clinic,
    person: Person,
    patient: str,
    session_id: str,
    wish: SessionAsItWas,
    *,
    check: Check,
    request: Request | None = None,
    seen: int | None = None,
) -> Receipt:
    """Put `wish` in the place of a session and sign it; an unsigned session may be signed as it stands.

    Parameters
    ----------
    check : callable
        Takes a `Plan`, returns a check report with `verdict` and `findings`.

    Raises
    ------
    BlockedError
        A rule blocks what is now said to have been given, and no reason names it.
    ConflictError
        Another session of that product and day is in the record, or the chart or the stock changed meanwhile.
    InputError
        Nothing differs, or a figure, a date or a reason does not fit.
    UnknownNameError
        The chart has no such session.
    """
    told = check_reason(wish.reason)
    check_given(wish.given, note=wish.note, place=wish.place, signature=wish.signature, overrides=wish.overrides)

    def build(view: ChartView) -> list[Event]:
        before = _session_of(view.chart, session_id)
        session = _corrected(store, view, before, wish)
        rest = replace(view.chart, sessions=tuple(one for one in view.chart.sessions if one.id != session_id))
        given = _plan_of(rest, session)
        prior = _signed_plan(store, person.clinic, patient, session_id)
        planned = prior.body.plan if prior else given
        # Where nothing was given there is nothing to block; the report is then about what was planned, if anything was.
        checked = given if given.injections else planned
        report = check(checked) if checked.injections else None
        stock, findings = _stock_again(store, person, patient, before, session)
        blocking = [*report.findings, *findings] if report and session.injections else []
        carried = _carried(prior, before, session)
        overrides = (*carried, *overrides_of(store, person, patient, _open(blocking, carried), wish.overrides))

        def event(kind: EventKind, body: Any, replaces: str | None = None) -> Event:
            whose = None if kind in STOCK_KINDS else patient
            return store.event(person, kind, body, patient=whose, replaces=replaces, reason=told)

        events: list[Event] = []
        # A session without a plan gets none by being corrected, but a reason for what blocks is kept where they are.
        if report and (prior or overrides):
            # What was planned stays what was planned; only what was given is corrected.
            draft = prior.body.draft_id if prior else None
            signed = signed_plan(session_id, planned, report, overrides, draft)
            events.append(event(EventKind.PLAN_SIGNED, signed, prior.id if prior else None))
        events += _rewritten(store, person, patient, session, event)
        events += [event(kind, body) for kind, body in stock]
        return [*events, _signature(store, person, patient, session_id, wish, events, event)]

    return _write(store, person, patient, session_id, build, request=request, seen=seen)


def take_session_back(
    store: Clinic,
    person: Person,
    patient: str,
    session_id: str,
    *,
    reason: str,
    request: Request | None = None,
    seen: int | None = None,
) -> Receipt:
    """Take a session back that this patient was never given, for example one written into the wrong chart.

    Its units no longer count anywhere and its vials are in the stock again; the history keeps what stood, and why not.

    Raises
    ------
    InputError, UnknownNameError, ConflictError
    """
    told = check_reason(reason)

    def build(view: ChartView) -> list[Event]:
        session = _session_of(view.chart, session_id)
        events = [
            store.event(person, EventKind.ENTRY_VOIDED, Nothing(), patient=patient, replaces=one.id, reason=told)
            for one in _standing(store, person.clinic, patient, session_id)
        ]
        back = _taken_back(stock_ledger(store, person.clinic), session)
        return events + [store.event(person, EventKind.STOCK_TAKEN_BACK, body, reason=told) for body in back]

    return _write(store, person, patient, session_id, build, request=request, seen=seen)


def _write(
    store: Clinic,
    person: Person,
    patient: str,
    session_id: str,
    build: Callable[[ChartView], list[Event]],
    *,
    request: Request | None,
    seen: int | None,
) -> Receipt:
    def answer(events: list[Event], first: int, head: str) -> dict[str, Any]:
        return {"session_id": session_id, "patient_id": patient, "version": first + len(events) - 1, "hash": head}

    def in_stock(connection: Connection) -> None:
        balances_still(store, person.clinic, connection)

    return write_built(store, person, patient, build, request=request, seen=seen, answer=answer, also=in_stock)


def _session_of(chart: Chart, session_id: str) -> Session:
    found = next((one for one in chart.sessions if one.id == session_id), None)
    if found is None:
        raise UnknownNameError("this chart has no session of that id (any more); take the id from the chart")
    return found


def _corrected(store: Clinic, view: ChartView, before: Session, wish: SessionAsItWas) -> Session:
    check_date(store, view, wish.date)
    if wish.date > store.today():
        raise InputError(f"date {wish.date} lies ahead of today ({store.today()}); give the day on which it was given")
    session = replace(
        before,
        date=wish.date,
        injections=wish.given.injections,
        skipped=wish.given.skipped,
        reconstitution=wish.given.reconstitution,
        place=wish.place,
        note=wish.note,
        signed_by=None,
        signed_at=None,
    )
    if before.signed_by is not None and session == replace(before, signed_by=None, signed_at=None):
        raise InputError("nothing differs from what is signed; nothing was written")
    for other in view.chart.sessions:
        same = other.id != before.id and (other.date, other.product) == (session.date, session.product)
        if same and session.date != before.date:
            raise ConflictError(
                f"another session with {session.product} on {session.date} is in the record; nothing was written. "
                "If one of the two was never given, take it back"
            )
    return session


def _plan_of(rest: Chart, session: Session) -> Plan:
    """Return what was given as a plan to be checked; the session itself is not among what was given before."""
    return Plan(
        product=session.product,
        indication=session.indication,
        jurisdiction=session.jurisdiction or rest.jurisdiction,
        date=session.date,
        patient=plan_patient(rest, session.date),
        injections=tuple(row.planned() for row in session.injections),
        reconstitution=session.reconstitution,
        last_session=last_given(rest, session.date),
    )


def _stock_again(
    store: Clinic, person: Person, patient: str, before: Session, session: Session
) -> tuple[list[tuple[EventKind, Any]], Sequence[Any]]:
    """Return the entries of the stock that follow from a correction, and what is wrong with the vials."""
    drawn = (before.injections, before.reconstitution) != (session.injections, session.reconstitution)
    ledger = stock_ledger(store, person.clinic)
    back = _taken_back(ledger, before)
    if not drawn or not back:
        # A session that drew nothing from the stock (imported, or older than the stock) does not begin to now.
        return [], ()
    told: list[tuple[EventKind, Any]] = [(EventKind.STOCK_TAKEN_BACK, body) for body in back]
    free = after(ledger, [store.event(person, kind, body) for kind, body in told])
    debit = debit_of(store, person, patient, session, session.id or "", ledger=free)
    return [*told, *debit.bodies], debit.findings


def _taken_back(ledger: Ledger, session: Session) -> list[StockTakenBack]:
    return [
        StockTakenBack(vial=one.vial, session_id=session.id or "")
        for one in ledger.accounts.values()
        if one.session == session.id or any(draw.session == session.id for draw in one.draws)
    ]


def _standing(store: Clinic, clinic: str, patient: str, session_id: str) -> list[Event]:
    return [
        entry.latest
        for entry in standing(store.chart_events(clinic, patient))
        if getattr(entry.latest.body, "session_id", None) == session_id
    ]


def _signed_plan(store: Clinic, clinic: str, patient: str, session_id: str) -> Event | None:
    found = [one for one in _standing(store, clinic, patient, session_id) if one.kind is EventKind.PLAN_SIGNED]
    return found[-1] if found else None


def _carried(prior: Event | None, before: Session, session: Session) -> tuple[Override, ...]:
    """Return the reasons given at the signature; they hold on for as long as not more was given, and on that day."""
    if prior is None or session.units > before.units or session.date != before.date:
        return ()
    return tuple(prior.body.overrides)


def _open(findings: Iterable[Any], carried: tuple[Override, ...]) -> list[Any]:
    """Return the findings that no reason of the first signature answers."""
    answered = {(one.rule, one.subject) for one in carried}
    return [one for one in findings if (one.rule, one.subject) not in answered]


def _rewritten(store: Clinic, person: Person, patient: str, session: Session, event: NewEvent) -> list[Event]:
    """Return the events that put the corrected parts in the place of the old ones; a muscle in that of the muscle."""
    old: dict[Any, list[Event]] = defaultdict(list)
    for one in _standing(store, person.clinic, patient, session.id or ""):
        if one.kind in _REWRITTEN:
            old[_place(one.kind, one.body)].append(one)
    events: list[Event] = []
    for kind, body in session_bodies(replace(session, muscle_effects=())):
        rows = old[_place(kind, body)]
        if not rows:
            events.append(event(kind, body))
        elif (row := rows.pop(0)).body != body:
            events.append(event(kind, body, row.id))
    left = [row for rows in old.values() for row in rows]
    return events + [event(EventKind.ENTRY_VOIDED, Nothing(), row.id) for row in left]


def _place(kind: EventKind, body: Any) -> tuple[Any, ...]:
    row = getattr(body, "injection", None) or getattr(body, "skipped", None)
    return (kind, row.muscle, row.side) if row is not None else (kind,)


def _signature(
    store: Clinic,
    person: Person,
    patient: str,
    session_id: str,
    wish: SessionAsItWas,
    events: Sequence[Event],
    event: NewEvent,
) -> Event:
    chart = fold_chart([*store.chart_events(person.clinic, patient), *events])
    signed = [
        one for one in _standing(store, person.clinic, patient, session_id) if one.kind is EventKind.SESSION_SIGNED
    ]
    signature = Signature(
        session_id=session_id,
        name=person.name,
        at=store.clock(),
        meaning=wish.signature.meaning.strip(),
        content_hash=content_hash(_session_of(chart, session_id)),
    )
    return event(EventKind.SESSION_SIGNED, signature, signed[-1].id if signed else None)
