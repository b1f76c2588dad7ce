"""Overrides of what blocks: a reason always, by the clinic's policy a second person, and a report of them all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date as Date
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from reprieve.app.accounts.accounts import Person
from reprieve.app.clinic import Clinic
from reprieve.app.reviews.events import events_of_clinic
from reprieve.app.reviews.policy import policy_of
from reprieve.app.reviews.texts import written
from reprieve.core.documents import as_json
from reprieve.core.errors import InputError
from reprieve.core.findings import Finding
from reprieve.record.clinic_bodies import OverrideApproved
from reprieve.record.event_bodies import Override
from reprieve.record.event_kinds import EventKind
from reprieve.record.events import Event
from reprieve.store.ledger import Receipt, Request
from reprieve.store.tables import events

# What is physically wrong with a vial is no matter of judgement: no reason alone gets past it (S18).
VIAL_RULES = frozenset({"vial_expired", "vial_over_time", "reconstitution_unknown", "reconstitution_impossible"})
LONGEST_REASON = 1000


@dataclass(frozen=True, slots=True)
class Settled:
    """Overrides that hold, and what still blocks, each with why."""

    used: tuple[Override, ...]
    lacking: tuple[tuple[Finding, str], ...]

    @property
    def message(self) -> str:
        """What to do, in one line."""
        rules = ", ".join(dict.fromkeys(finding.rule for finding, _ in self.lacking))
        ways = "; ".join(dict.fromkeys(why for _, why in self.lacking))
        return f"blocked by {rules}; nothing was recorded. {ways}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """A second person's agreement, not used yet."""

    rule: str
    subject: str
    reason: str
    by: str
    at: datetime


def settle_overrides(
    store: Clinic, person: Person, patient: str, findings: Sequence[Finding], given: Sequence[Override]
) -> Settled:
    """Return which of the blocking `findings` are overridden, by the clinic's policy.

    The second person's name comes from an approval under that person's own account, never from the signer.
    """
    policy = policy_of(store, person.clinic)
    blocking = [finding for finding in findings if str(finding.severity) == "error"]
    if not blocking:
        return Settled((), ())
    reasons = {(entry.rule, entry.subject): entry for entry in given}
    approved = {
        (entry.rule, entry.subject): entry
        for entry in open_approvals(store, person.clinic, patient)
        if entry.by != person.name
    }
    used: list[Override] = []
    lacking: list[tuple[Finding, str]] = []
    for finding in blocking:
        key = (finding.rule, finding.subject)
        override, second = reasons.get(key), approved.get(key)
        about_vial = finding.rule in VIAL_RULES
        if about_vial and not policy.vial_overrides:
            lacking.append((finding, "Choose another vial"))
        elif override is None or len(override.reason.strip()) < policy.shortest_override_reason:
            least = policy.shortest_override_reason
            lacking.append((finding, f"Change the dose, or give a reason of at least {least} characters for each"))
        elif second is None and (about_vial or policy.asks_second_for_override(finding.rule)):
            lacking.append((finding, "By the clinic's policy a second person must approve it under an own account"))
        else:
            told = replace(override, reason=override.reason.strip(), second_person=second.by if second else None)
            if told not in used:
                used.append(told)
    return Settled(tuple(used), tuple(lacking))


@dataclass(frozen=True, slots=True, kw_only=True)
class OverrideToApprove:
    """What a second person agrees to beforehand, and why."""

    rule: str
    subject: str
    reason: str


def approve_override(
    store: Clinic, person: Person, patient: str, wish: OverrideToApprove, *, request: Request | None = None
) -> Receipt:
    """Agree, as the second person, that a rule may be gone over for this patient; it can be used once, for hours."""
    store.view(person.clinic, patient)
    least = policy_of(store, person.clinic).shortest_override_reason
    reason = written(wish.reason, "the reason for an approval", least, LONGEST_REASON)
    if not wish.rule.isidentifier() or not 0 < len(wish.subject) <= 200 or not wish.subject.isprintable():
        raise InputError(f"rule {wish.rule!r} and subject name the finding; take them from the check of the plan")
    body = OverrideApproved(rule=wish.rule, subject=wish.subject, reason=reason)
    event = store.event(person, EventKind.OVERRIDE_APPROVED, body, patient=patient, reason=body.reason)
    return store.append([event], answer={"id": event.id, "by": person.name}, request=request)


def open_approvals(store: Clinic, clinic: str, patient: str) -> list[Approval]:
    """Return the approvals for `patient` that are neither used nor too old."""
    hours = policy_of(store, clinic).approval_hours
    oldest = store.clock() - timedelta(hours=hours)
    found: dict[tuple[str, str, str], Approval] = {}
    for event in store.ledger.events_of(clinic, patient):
        body: Any = event.body
        if event.kind is EventKind.OVERRIDE_APPROVED and body is not None and event.at >= oldest:
            approval = Approval(rule=body.rule, subject=body.subject, reason=body.reason, by=event.by, at=event.at)
            found[body.rule, body.subject, event.by] = approval
        elif event.kind is EventKind.PLAN_SIGNED and body is not None:
            for used in body.overrides:
                found.pop((used.rule, used.subject, used.second_person or ""), None)
    return list(found.values())


def override_report(
    store: Clinic, clinic: str, *, since: Date | None = None, until: Date | None = None
) -> dict[str, Any]:
    """Return every override of the clinic, the newest first, with counts by rule and the number of signed sessions.

    Parameters
    ----------
    since, until : date, optional
        First and last day of the signatures, both included.
    """
    signed = [event for event in _newly(_signed(store, clinic)) if _within(event, since, until)]
    rows = [row for event in reversed(signed) for row in _rows(event)]
    rules: dict[str, int] = {}
    for row in rows:
        rules[row["rule"]] = rules.get(row["rule"], 0) + 1
    return {
        "rows": rows,
        "by_rule": [
            {"rule": rule, "count": count} for rule, count in sorted(rules.items(), key=lambda e: (-e[1], e[0]))
        ],
        "signed": sum(event.replaces is None for event in signed) if since or until else _count(store, clinic),
    }


def _signed(store: Clinic, clinic: str) -> list[Event]:
    return events_of_clinic(store, clinic, (EventKind.PLAN_SIGNED,))


def _count(store: Clinic, clinic: str) -> int:
    query = select(func.count()).where(
        events.c.clinic == clinic,
        events.c.kind == EventKind.PLAN_SIGNED.value,
        # The correction of a session is no further session.
        events.c.replaces.is_(None),
    )
    with store.database.read() as connection:
        return connection.scalar(query) or 0


def _newly(signed: Iterable[Event]) -> Iterable[Event]:
    """Yield signatures without the overrides that a correction carried on: they are the first signer's."""
    seen: set[tuple[str, Override]] = set()
    for event in signed:
        if event.body is None:
            yield event
            continue
        new = tuple(one for one in event.body.overrides if (event.body.session_id, one) not in seen)
        seen.update((event.body.session_id, one) for one in new)
        yield replace(event, body=replace(event.body, overrides=new))


def _within(event: Event, since: Date | None, until: Date | None) -> bool:
    day = event.at.date()
    return (since is None or day >= since) and (until is None or day <= until)


def _rows(event: Event) -> Iterable[dict[str, Any]]:
    if event.body is None:
        return
    for override in event.body.overrides:
        yield as_json(
            {
                "at": event.at,
                "by": event.by,
                "patient_id": event.patient,
                "session_id": event.body.session_id,
                "rule": override.rule,
                "subject": override.subject,
                "reason": override.reason,
                "second_person": override.second_person,
            }
        )
