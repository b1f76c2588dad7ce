"""What the clinic decides for itself: read, set; the latest event counts."""

from __future__ import annotations

from reprieve.app.accounts.accounts import Person
from reprieve.app.clinic import Clinic
from reprieve.app.reviews.events import folded
from reprieve.app.reviews.texts import written
from reprieve.core.errors import InputError
from reprieve.record.clinic_bodies import EVERY_RULE, ClinicPolicy
from reprieve.record.event_kinds import EventKind
from reprieve.record.events import Event
from reprieve.store.ledger import Receipt, Request

LONGEST_REASON = 500
MOST_HOURS = 168


def policy_of(store: Clinic, clinic: str) -> ClinicPolicy:
    """Return the clinic's policy; what it never set is as the program comes."""
    return folded(store, clinic, (EventKind.POLICY_SET,), _latest)


def _latest(told: list[Event]) -> ClinicPolicy:
    return told[-1].body if told else ClinicPolicy()


def set_policy(
    store: Clinic, person: Person, policy: ClinicPolicy, *, reason: str, request: Request | None = None
) -> Receipt:
    """Set the whole policy; the old one stays in the record.

    Raises
    ------
    InputError
        A figure is out of its range, a rule has no name, or the reason is missing.
    """
    why = written(reason, "the reason for a change of the policy", 3, LONGEST_REASON)
    if not 3 <= policy.shortest_override_reason <= LONGEST_REASON:
        raise InputError(
            f"shortest_override_reason must lie between 3 and {LONGEST_REASON} characters, but got "
            f"{policy.shortest_override_reason}; correct it"
        )
    if not 1 <= policy.approval_hours <= MOST_HOURS:
        raise InputError(
            f"approval_hours must lie between 1 and {MOST_HOURS}, but got {policy.approval_hours}; correct it"
        )
    for rule in policy.second_person_rules:
        if rule != EVERY_RULE and not (rule.isidentifier() and rule == rule.lower() and len(rule) <= 60):
            raise InputError(
                f"second_person_rules takes names of rules or {EVERY_RULE!r}, but got {rule!r}; correct it"
            )
    event = store.event(person, EventKind.POLICY_SET, policy, reason=why)
    return store.append([event], answer={"id": event.id}, request=request)
