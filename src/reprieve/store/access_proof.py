"""What lets somebody in, proved by the chain: digests of an account's rows before and after each change of them.

The rows themselves (a password's hash, a passkey) stay outside the record. Each event about an account carries what the
program found and what it left, so that a row that was changed by anything else no longer fits the next event, nor the
last one. Every digest goes over the hash of the password too, which nobody can guess: a name at an identity provider
cannot be guessed back from its digest.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Column, Connection, Table, select

from reprieve.record.event_kinds import EventKind
from reprieve.record.events import Event
from reprieve.store.tables import accounts, identities, passkeys, push_subscriptions

ACCOUNT_KINDS = frozenset(
    {EventKind.ACCOUNT_CREATED, EventKind.ACCOUNT_CHANGED, EventKind.SIGNED_IN, EventKind.SIGNED_OUT}
)
# Named one by one: a column that a later version adds must not change the digests of today.
_COLUMNS: Mapping[Table, tuple[str, ...]] = {
    accounts: ("role", "patient", "password_hash", "totp_secret", "totp_last", "disabled", "created_at"),
    passkeys: ("credential", "label", "public_key", "sign_count", "site", "created_at"),
    identities: ("issuer", "subject", "created_at"),
    push_subscriptions: ("id", "endpoint", "public_key", "auth", "language", "created_at"),
}
_SALT = _COLUMNS[accounts].index("password_hash")

Whose = tuple[str, str]
Digests = dict[str, str]


def digests_of(connection: Connection, whose: Whose | None = None) -> dict[Whose, Digests]:
    """Return for the account `whose` (clinic, name), or for all, the digest of its rows in each table that has any."""
    rows: dict[Whose, dict[str, list[list[Any]]]] = defaultdict(dict)
    for table, names in _COLUMNS.items():
        clinic, account = _owner(table)
        query = select(clinic, account, *(table.c[name] for name in names)).order_by(*table.primary_key.columns)
        if whose is not None:
            query = query.where(clinic == whose[0], account == whose[1])
        for row in connection.execute(query):
            values = list(row)
            rows[values[0], values[1]].setdefault(table.name, []).append(values[2:])
    return {key: _digested(told) for key, told in rows.items()}


def _owner(table: Table) -> tuple[Column[Any], Column[Any]]:
    return table.c.clinic, table.c.name if table is accounts else table.c.account


def _digested(told: Mapping[str, Sequence[list[Any]]]) -> Digests:
    own = told.get(accounts.name)
    salt = own[0][_SALT] if own else ""
    return {name: _digest([salt, *rows]) for name, rows in told.items()}


def digest_of_sign_in(token_hash: str, account: str, created_at: str, expires_at: str) -> str:
    """Return the digest by which the event of a sign-in knows its row."""
    return _digest([token_hash, account, created_at, expires_at])


def _digest(told: Sequence[Any]) -> str:
    return hashlib.sha256(json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def accounts_in(new: Iterable[Event]) -> set[Whose]:
    """Return the accounts that `new` events are about."""
    return {
        (event.clinic, event.body.account)
        for event in new
        if event.kind in ACCOUNT_KINDS and event.body is not None and event.body.account
    }


def found_in(connection: Connection, new: Iterable[Event]) -> dict[Whose, Digests]:
    """Return what stands of the accounts that `new` events are about."""
    return {whose: digests_of(connection, whose).get(whose, {}) for whose in accounts_in(new)}


def proved(new: Sequence[Event], found: Mapping[Whose, Digests], left: Mapping[Whose, Digests]) -> Sequence[Event]:
    """Return `new` events, those about an account with what was found and what was left."""
    if not found:
        return new
    told: list[Event] = []
    before = dict(found)
    for given in new:
        event = given
        for whose in accounts_in([event]):
            event = replace(event, body=replace(event.body, found=before[whose], left=left[whose]))
            before[whose] = left[whose]
        told.append(event)
    return told
