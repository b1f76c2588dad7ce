"""Signatures: only a signed act of a person changes what was given."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from reprieve.app.accounts.accounts import Person
from reprieve.app.clinic import ChartView, Clinic
from reprieve.app.ids import new_id
from reprieve.app.record.drafts import draft_closed_by
from reprieve.app.record.entries import check_date, check_reason, check_words, write_built
from reprieve.app.record.muscles import check_injections
from reprieve.app.reviews.overrides import settle_overrides
from reprieve.app.stock.book import STOCK_KINDS
from reprieve.app.stock.signing import Debit, debit_of
from reprieve.core.dates import days_between
from reprieve.core.documents import as_json, canonical
from reprieve.core.errors import ConflictError, InputError, ReprieveError
from reprieve.record.chart import GivenInjection, Session, SkippedInjection
from reprieve.record.event_bodies import ChecklistStep, Override, SignedPlan
from reprieve.record.event_kinds import EventKind
from reprieve.record.events import Event
from reprieve.record.events_of_chart import session_bodies
from reprieve.record.plan import Plan, Reconstitution
from reprieve.record.plan_patient import last_given, plan_patient
from reprieve.store.ledger import Receipt, Request

# The time-out cannot be left out: right patient, and product, dose and side read aloud.
REQUIRED_STEPS = ("identity", "product_and_side")
# As long as the longest window of a label: a session dated further back counts in none.
UNEXPLAINED_DAYS = 92

Check = Callable[[Plan], Any]


class BlockedError(ReprieveError):
    """A plan that a rule blocks and nobody gave a reason for; `findings` says which."""

    def __init__(self, message: str, findings: Sequence[Any]) -> None:
        super().__init__(message)
        self.findings = list(findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What was done, beside what was planned."""

    injections: tuple[GivenInjection, ...]
    skipped: tuple[SkippedInjection, ...] = ()
    reconstitution: Reconstitution | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DoneStep:
    """One step of the checklist and when it was done."""

    step: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What the signature says; name and time come from the server."""

    meaning: str = "I gave these injections as recorded"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Remarks:
    """The free texts of a session, for the check of their length: a note is longer than a name."""

    note: str | None
    place: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionToSign:
    """A session as the injector wants to sign it.

    `second_today` gives the reason when the same product was already signed for this patient on this day.
    """

    plan: Plan
    given: Given
    checklist: tuple[DoneStep, ...] = ()
    signature: Meaning = Meaning()
    overrides: tuple[Override, ...] = ()
    draft_id: str | None = None
    place: str | None = None
    note: str | None = None
    second_today: str | None = None


def sign_session(
    store: Clinic,
    person: Person,
    patient: str,
    wish: SessionToSign,
    *,
    check: Check,
    request: Request | None = None,
    seen: int | None = None,
) -> Receipt:
    """Record a session as given and sign it, in one write: all of it stands, or nothing.

    Parameters
    ----------
    check : callable
        Takes a `Plan`, returns a check report with `verdict` and `findings`; it looks at what was really given.

    Raises
    ------
    BlockedError
        A rule blocks and no override with a reason names it.
    ConflictError
        The same product was already signed for that day, or the chart changed.
    InputError
        A required step, an injection or a reason is missing.
    """
    _check_wish(wish)
    session_id = new_id()
    debit: Debit | None = None

    def build(view: ChartView) -> list[Event]:
        day = wish.plan.date or store.today()
        check_date(store, view, day)
        if day > store.today():
            today = store.clock().isoformat(" ", "minutes")
            raise InputError(f"date {day} lies ahead of today ({today}); a session is signed when it was given")
        _refuse_unexplained(store, wish, day)
        _refuse_second(view, wish, day)
        session = _session(store, person, wish, day, session_id)
        planned = replace(wish.plan, date=day, patient=plan_patient(view.chart, day, wish.plan.patient))
        given = _as_given(view, planned, wish)
        # Where nothing was given there is nothing to block; the report is then about what was planned.
        report = check(given if given.injections else planned)
        nonlocal debit
        debit = debit_of(store, person, patient, session, session_id)
        found = [*report.findings, *debit.findings] if given.injections else []
        overrides = overrides_of(store, person, patient, found, wish.overrides)
        draft = draft_closed_by(store, person, patient, wish.plan, wish.draft_id)
        signed = signed_plan(session_id, planned, report, overrides, draft)
        bodies: list[tuple[EventKind, Any]] = [(EventKind.PLAN_SIGNED, signed)]
        told = list(session_bodies(session, meaning=wish.signature.meaning.strip()))
        steps = [ChecklistStep(session_id=session_id, step=done.step, at=done.at) for done in wish.checklist]
        bodies += told[:1] + [(EventKind.CHECKLIST_STEP, step) for step in steps] + told[1:] + list(debit.bodies)
        reason = "; ".join(f"{entry.rule}: {entry.reason}" for entry in overrides) or wish.second_today or None
        return [
            store.event(
                person,
                kind,
                body,
                # The stock is the clinic's; its events tell in their body for whom a vial was.
                patient=None if kind in STOCK_KINDS else patient,
                reason=reason if kind in (EventKind.PLAN_SIGNED, EventKind.SESSION_SIGNED) else None,
            )
            for kind, body in bodies
        ]

    def answer(events: list[Event], first: int, head: str) -> dict[str, Any]:
        return {
            "session_id": session_id,
            "patient_id": patient,
            "hash": head,
            "version": first + len(events) - 1,
            "verdict": events[0].body.verdict,
        }

    def in_stock(connection: Connection) -> None:
        if debit is not None:
            debit.holds(connection)

    return write_built(store, person, patient, build, request=request, seen=seen, answer=answer, also=in_stock)


def signed_plan(
    session_id: str, planned: Plan, report: Any, overrides: tuple[Override, ...], draft_id: str | None
) -> SignedPlan:
    """Return what a signature keeps of a plan and of its check; `report` is what a `Check` returned."""
    return SignedPlan(
        session_id=session_id,
        plan=planned,
        plan_hash=hashlib.sha256(canonical(planned)).hexdigest(),
        verdict=str(report.verdict),
        check_hash=hashlib.sha256(canonical(as_json(report.document()))).hexdigest(),
        overrides=overrides,
        draft_id=draft_id,
    )


def check_given(
    given: Given, *, note: str | None, place: str | None, signature: Meaning, overrides: Sequence[Override]
) -> None:
    """Refuse what cannot have been given, texts without end, and a skipped muscle or a signature without words."""
    if not given.injections and not given.skipped:
        raise InputError("a session needs what was given or why nothing was; mark the muscles")
    for row in (*given.injections, *given.skipped, signature, *overrides):
        check_words(row)
    check_words(_Remarks(note=note, place=place))
    check_injections(given.injections)
    if len(signature.meaning.strip()) < 3:
        raise InputError("a signature says what it means; give its meaning in words")
    for skip in given.skipped:
        if len(skip.reason.strip()) < 3:
            raise InputError(f"{skip.muscle} was skipped without a reason; give one")


def _check_wish(wish: SessionToSign) -> None:
    check_given(wish.given, note=wish.note, place=wish.place, signature=wish.signature, overrides=wish.overrides)
    done = {entry.step for entry in wish.checklist}
    missing = [step for step in REQUIRED_STEPS if step not in done]
    if missing:
        raise InputError(
            f"the time-out is not done: {', '.join(missing)} is missing from the checklist; do it, then sign"
        )
    for entry in wish.checklist:
        if entry.at is not None and entry.at.tzinfo is None:
            raise InputError(f"the time of the step {entry.step!r} needs its zone; give it as 2026-11-24T10:00:00Z")
    planned = {(row.muscle, row.side) for row in wish.plan.injections}
    told = {(row.muscle, row.side) for row in (*wish.given.injections, *wish.given.skipped)}
    left = sorted(f"{muscle} {side or ''}".strip() for muscle, side in planned - told)
    if left:
        raise InputError(f"{', '.join(left)} was planned but is neither given nor skipped; mark it")


def _refuse_unexplained(store: Clinic, wish: SessionToSign, day: date) -> None:
    """A slip in the year would take a dose out of every window; so late a record says why it is late."""
    late = days_between(day, store.today())
    if late > UNEXPLAINED_DAYS and len((wish.note or "").strip()) < 3:
        raise InputError(
            f"date {day} lies {late} days back; correct it, or say in the note why the session is written down so late"
        )


def _refuse_second(view: ChartView, wish: SessionToSign, day: date) -> None:
    """Two devices that finalise one session must not give two debits."""
    for session in view.chart.sessions:
        if session.date == day and session.product == wish.plan.product and wish.second_today is None:
            who = f" by {session.signed_by}" if session.signed_by else ""
            raise ConflictError(
                f"a session with {session.product} on {day} is in the record already{who}; nothing was written. "
                "If it really was a second one, give the reason as second_today"
            )
    if wish.second_today is not None:
        check_reason(wish.second_today)


def _session(store: Clinic, person: Person, wish: SessionToSign, day: date, session_id: str) -> Session:
    return Session(
        id=session_id,
        date=day,
        product=wish.plan.product,
        indication=wish.plan.indication,
        jurisdiction=wish.plan.jurisdiction,
        injections=wish.given.injections,
        skipped=wish.given.skipped,
        reconstitution=wish.given.reconstitution,
        place=wish.place,
        note=wish.note,
        signed_by=person.name,
        signed_at=store.clock(),
    )


def _as_given(view: ChartView, planned: Plan, wish: SessionToSign) -> Plan:
    return replace(
        planned,
        injections=tuple(row.planned() for row in wish.given.injections),
        reconstitution=wish.given.reconstitution or planned.reconstitution,
        jurisdiction=planned.jurisdiction or view.chart.jurisdiction,
        last_session=last_given(view.chart, planned.date) if planned.date else planned.last_session,
    )


def overrides_of(
    store: Clinic, person: Person, patient: str, findings: Iterable[Any], given: Sequence[Override]
) -> tuple[Override, ...]:
    """Return the overrides of what blocks, by the clinic's policy; refuse when one is missing."""
    once = {(finding.rule, finding.subject): finding for finding in findings if str(finding.severity) == "error"}
    settled = settle_overrides(store, person, patient, list(once.values()), given)
    if settled.lacking:
        raise BlockedError(settled.message, [finding for finding, _ in settled.lacking])
    return settled.used
