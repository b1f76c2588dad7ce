"""Accounts and sign-ins beside what the events say of them: who was made, who is locked, what lets each one in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, select

from reprieve.record.event_bodies import AccountChange
from reprieve.record.event_kinds import EventKind
from reprieve.store.access_proof import ACCOUNT_KINDS, Digests, Whose, digest_of_sign_in, digests_of
from reprieve.store.codec import body_of
from reprieve.store.problem import Problem
from reprieve.store.tables import accounts, sign_ins

_KINDS = frozenset(kind.value for kind in ACCOUNT_KINDS)
_CREATED, _CHANGED = EventKind.ACCOUNT_CREATED.value, EventKind.ACCOUNT_CHANGED.value
_ERASED = EventKind.PATIENT_ERASED.value


@dataclass(slots=True)
class _Known:
    """What the events say of one account; `left` is None while only earlier versions wrote of it."""

    number: int
    role: str | None
    patient: str | None
    disabled: bool = False
    left: Digests | None = None
    altered: list[Problem] = field(default_factory=list)


class AccountFold:
    """The accounts after the events that were taken, in their order.

    Parameters
    ----------
    connection : Connection
        The sign-ins that stand are read at once, so that of a long record only theirs are kept.
    """

    def __init__(self, connection: Connection) -> None:
        self._known: dict[Whose, _Known] = {}
        self._of_patient: dict[tuple[str, str], list[Whose]] = defaultdict(list)
        self._healed: list[str] = []
        self._untold = {
            (row.clinic, digest_of_sign_in(row.token_hash, row.account, row.created_at, row.expires_at)): row.account
            for row in connection.execute(select(sign_ins))
        }

    def take(self, told: Mapping[Any, Any]) -> None:
        """Take the next row of the table `events`."""
        kind = told["kind"]
        if kind == _ERASED:
            for gone in self._of_patient.pop((told["clinic"], told["patient"]), ()):
                self._known.pop(gone, None)
        elif kind in _KINDS and told["body"] is not None:
            body: AccountChange = body_of(EventKind(kind), told["body"])
            if body.account:
                self._take_change(told, body)

    def _take_change(self, told: Mapping[Any, Any], body: AccountChange) -> None:
        whose, number = (told["clinic"], body.account), told["seq"]
        if told["kind"] == _CREATED:
            self._known[whose] = _Known(number, body.role, body.patient)
            if body.patient is not None:
                self._of_patient[told["clinic"], body.patient].append(whose)
        known = self._known.get(whose)
        if known is None:
            return
        if told["kind"] == _CHANGED:
            words = body.change.split(", ")
            known.disabled = (known.disabled or "disabled" in words) and "enabled" not in words
        if body.sign_in is not None:
            self._untold.pop((told["clinic"], body.sign_in), None)
        if body.left is None or body.found is None:
            return
        if known.left is not None and known.left != body.found:
            table = _first_other(known.left, body.found)
            what = f"what lets {body.account!r} in was changed by something else, after event {known.number}"
            known.altered.append(Problem(number, what, table))
        for problem in [one for one in known.altered if _is_made_anew(told, body, one)]:
            self._healed.append(f"event {number} gave {body.account!r} a new password after {problem}")
            known.altered.remove(problem)
        known.number, known.left = number, body.left

    def remarks(self) -> Iterator[str]:
        """Yield what is no break but worth knowing."""
        yield from self._healed
        old = sum(known.left is None for known in self._known.values())
        if old:
            yield (
                f"{old} account(s) were last changed by an earlier version, which proved no passwords; the next "
                "sign-in of each proves its own"
            )

    def differences(self, connection: Connection) -> Iterator[Problem]:
        """Yield where the tables do not hold what the events say."""
        found = digests_of(connection)
        left = dict(self._known)
        for row in connection.execute(select(accounts)):
            whose = (row.clinic, row.name)
            known = left.pop(whose, None)
            if known is None:
                yield Problem(0, f"account {row.name!r} was made by no event", accounts.name)
            else:
                yield from _differences(row, known, found[whose])
        for (_, name), known in left.items():
            yield Problem(known.number, f"account {name!r} is missing", accounts.name)
        for whose in found.keys() - self._known.keys():
            if accounts.name not in found[whose]:
                table = min(found[whose])
                yield Problem(0, f"a row is of account {whose[1]!r}, which no event made", table)
        for account in self._untold.values():
            yield Problem(0, f"a sign-in of {account!r} was made by no event", sign_ins.name)


def _differences(row: Any, known: _Known, found: Digests) -> Iterator[Problem]:
    said = {"role": known.role, "patient": known.patient, "disabled": int(known.disabled)}
    other = [name for name, value in said.items() if getattr(row, name) != value]
    if other:
        what = f"account {row.name!r}: {', '.join(other)} is not what the events say"
        yield Problem(known.number, what, accounts.name)
    elif known.left is not None and found != known.left:
        what = f"what lets {row.name!r} in is not as event {known.number} left it"
        yield Problem(known.number, what, _first_other(known.left, found))
    yield from known.altered


def _first_other(left: Digests, found: Digests) -> str:
    """Return the table that differs; every digest goes over the account's row, which is looked at first."""
    names = sorted(left.keys() | found.keys(), key=lambda name: (name != accounts.name, name))
    return next(name for name in names if left.get(name) != found.get(name))


def _is_made_anew(told: Mapping[Any, Any], body: AccountChange, altered: Problem) -> bool:
    """Return whether somebody else gave a new password, and nothing is left of the table that was changed."""
    by_another = told["kind"] == _CHANGED and told["by"] != body.account and "password" in body.change.split(", ")
    return by_another and (altered.table == accounts.name or altered.table not in (body.left or {}))
