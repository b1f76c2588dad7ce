"""Accounts: who may do what. Deny by default: an action that a role is not given here is refused."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, delete, insert, select, update

from reprieve.app.record_ids import new_id
from reprieve.core.errors import AccessError, ConflictError, InputError
from reprieve.record.event_bodies import AccountChange
from reprieve.record.event_kinds import EventKind
from reprieve.record.events import Event
from reprieve.store.ledger import Ledger
from reprieve.store.tables import accounts, sign_ins, throttle

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 256
SIGN_IN_HOURS = 12
IDLE_MINUTES = 60
FREE_FAILURES = 5
LONGEST_WAIT_S = 900
SEEN_EVERY_S = 60


class Role(StrEnum):
    """What a person is in the clinic."""

    INJECTOR = "injector"
    NURSE = "nurse"
    PHARMACIST = "pharmacist"
    RESEARCHER = "researcher"
    ADMINISTRATOR = "administrator"
    PATIENT = "patient"


class Action(StrEnum):
    """What can be done, one word for each right."""

    READ_REFERENCE = "read_reference"
    READ_WORK_LIST = "read_work_list"
    READ_CHART = "read_chart"
    CHECK_PLAN = "check_plan"
    WRITE_FOLLOW_UP = "write_follow_up"
    WRITE_ASSESSMENT = "write_assessment"
    REGISTER_PATIENT = "register_patient"
    AMEND_ENTRY = "amend_entry"
    DRAFT_PLAN = "draft_plan"
    SIGN_SESSION = "sign_session"
    SHARE_CHART = "share_chart"
    EXPORT_CHART = "export_chart"
    EXPORT_RESEARCH = "export_research"
    VERIFY_RECORD = "verify_record"
    READ_AUDIT = "read_audit"
    MANAGE_ACCOUNTS = "manage_accounts"
    BREAK_GLASS = "break_glass"
    ERASE_PATIENT = "erase_patient"
    READ_STOCK = "read_stock"
    KEEP_STOCK = "keep_stock"
    REVIEW_REFERENCE = "review_reference"
    READ_OVERRIDES = "read_overrides"
    APPROVE_OVERRIDE = "approve_override"
    READ_POLICY = "read_policy"
    SET_POLICY = "set_policy"
    READ_OWN = "read_own"
    WRITE_OWN = "write_own"
    OWN_ACCOUNT = "own_account"


_STAFF = frozenset({Role.INJECTOR, Role.NURSE, Role.PHARMACIST})
_EVERYONE = frozenset(Role)
ALLOWED: dict[Action, frozenset[Role]] = {
    Action.READ_REFERENCE: _EVERYONE,
    Action.OWN_ACCOUNT: _EVERYONE,
    Action.READ_WORK_LIST: _STAFF,
    Action.READ_CHART: _STAFF,
    Action.CHECK_PLAN: _STAFF,
    Action.WRITE_FOLLOW_UP: frozenset({Role.INJECTOR, Role.NURSE}),
    Action.WRITE_ASSESSMENT: frozenset({Role.INJECTOR, Role.NURSE}),
    Action.REGISTER_PATIENT: frozenset({Role.INJECTOR, Role.NURSE}),
    Action.AMEND_ENTRY: frozenset({Role.INJECTOR, Role.NURSE}),
    Action.DRAFT_PLAN: frozenset({Role.INJECTOR, Role.NURSE}),
    Action.SIGN_SESSION: frozenset({Role.INJECTOR}),
    Action.SHARE_CHART: frozenset({Role.INJECTOR}),
    Action.EXPORT_CHART: frozenset({Role.INJECTOR}),
    Action.EXPORT_RESEARCH: frozenset({Role.RESEARCHER}),
    Action.VERIFY_RECORD: frozenset({Role.INJECTOR, Role.NURSE, Role.PHARMACIST, Role.ADMINISTRATOR}),
    Action.READ_AUDIT: frozenset({Role.INJECTOR, Role.ADMINISTRATOR}),
    Action.MANAGE_ACCOUNTS: frozenset({Role.ADMINISTRATOR}),
    Action.BREAK_GLASS: frozenset({Role.NURSE, Role.PHARMACIST, Role.ADMINISTRATOR}),
    Action.ERASE_PATIENT: frozenset({Role.ADMINISTRATOR}),
    Action.READ_STOCK: _STAFF,
    Action.KEEP_STOCK: _STAFF,
    Action.REVIEW_REFERENCE: frozenset({Role.INJECTOR, Role.PHARMACIST}),
    Action.READ_OVERRIDES: frozenset({Role.INJECTOR, Role.PHARMACIST, Role.ADMINISTRATOR}),
    Action.APPROVE_OVERRIDE: frozenset({Role.INJECTOR, Role.PHARMACIST}),
    Action.READ_POLICY: _STAFF | {Role.ADMINISTRATOR},
    Action.SET_POLICY: frozenset({Role.ADMINISTRATOR}),
    Action.READ_OWN: frozenset({Role.PATIENT}),
    Action.WRITE_OWN: frozenset({Role.PATIENT}),
}


@dataclass(frozen=True, slots=True)
class Person:
    """Who is signed in."""

    clinic: str
    name: str
    role: Role
    patient_id: str | None = None

    def may(self, action: Action) -> bool:
        """Return whether this person's role is given `action`."""
        return self.role in ALLOWED.get(action, frozenset())


class Accounts:
    """Accounts and sign-ins of a record.

    Parameters
    ----------
    ledger : Ledger
    clock : callable
        The server's time, with zone.
    hasher : PasswordHasher, optional
        argon2id with the library's current recommendation by default.
    """

    def __init__(self, ledger: Ledger, clock: Callable[[], datetime], hasher: PasswordHasher | None = None) -> None:
        self.ledger = ledger
        self.clock = clock
        self.hasher = hasher or PasswordHasher()
        # Verified when a name is unknown, so that the answer takes as long as for a known one.
        self._decoy = self.hasher.hash(secrets.token_hex(16))

    def create(self, person: Person, password: str, *, by: str, password_hash: str | None = None) -> None:
        """Make an account; `password_hash` spares the hashing when many demo accounts share one password.

        Raises
        ------
        InputError
            The name or the password is not usable.
        ConflictError
            There is such an account.
        """
        name = person.name.strip()
        if not name or len(name) > 100 or not name.isprintable():
            raise InputError(f"a name takes 1 to 100 printable characters, but got {len(name)}; choose another")
        if (person.role is Role.PATIENT) != (person.patient_id is not None):
            raise InputError("an account of a patient, and no other, names its patient; correct it")
        if password_hash is None:
            _check_password(password, name)
            password_hash = self.hasher.hash(password)
        event = self._event(
            person.clinic,
            EventKind.ACCOUNT_CREATED,
            by,
            AccountChange(account=name, role=person.role.value, patient=person.patient_id),
        )

        def also(connection: Connection) -> None:
            taken = select(accounts.c.name).where(accounts.c.clinic == person.clinic, accounts.c.name == name)
            if connection.scalar(taken) is not None:
                raise ConflictError(f"there is an account {name!r} already; choose another name")
            connection.execute(
                insert(accounts).values(
                    clinic=person.clinic,
                    name=name,
                    role=person.role.value,
                    patient=person.patient_id,
                    password_hash=password_hash,
                    disabled=0,
                    created_at=event.at.isoformat(),
                )
            )

        self.ledger.append([event], also=also)

    def sign_in(self, clinic: str, name: str, password: str, old_token: str | None = None) -> tuple[str, Person]:
        """Return a new token and the person, or refuse.

        Every sign-in gets a new token, whatever the browser sent before (no session fixation).

        Raises
        ------
        AccessError
            The name or the password is wrong, or too many attempts were made; the message does not tell which
            name exists.
        """
        now = self.clock()
        subject = f"{clinic}/{name}"[:200]
        self._refuse_if_throttled(subject, now)
        with self.ledger.database.read() as connection:
            row = connection.execute(
                select(accounts).where(accounts.c.clinic == clinic, accounts.c.name == name)
            ).one_or_none()
        right = self._verify(row.password_hash if row else self._decoy, password)
        if row is None or row.disabled or not right:
            self._note_failure(clinic, subject, now)
            raise AccessError("name or password is wrong; try again")
        person = Person(clinic, row.name, Role(row.role), row.patient)
        token = secrets.token_urlsafe(32)

        def also(connection: Connection) -> None:
            connection.execute(delete(throttle).where(throttle.c.subject == subject))
            if old_token:
                connection.execute(delete(sign_ins).where(sign_ins.c.token_hash == _digest(old_token)))
            connection.execute(delete(sign_ins).where(sign_ins.c.expires_at < _utc(now)))
            connection.execute(
                insert(sign_ins).values(
                    token_hash=_digest(token),
                    clinic=clinic,
                    account=person.name,
                    created_at=_utc(now),
                    seen_at=_utc(now),
                    expires_at=_utc(now + timedelta(hours=SIGN_IN_HOURS)),
                )
            )

        self.ledger.append(
            [
                self._event(
                    clinic, EventKind.SIGNED_IN, person.name, AccountChange(account=person.name, change="signed in")
                )
            ],
            also=also,
        )
        return token, person

    def person_of(self, token: str | None) -> Person | None:
        """Return who holds `token`, None if it is unknown, out of date or idle for too long."""
        if not token or len(token) > 200:
            return None
        now = self.clock()
        with self.ledger.database.read() as connection:
            row = connection.execute(
                select(sign_ins, accounts.c.role, accounts.c.patient, accounts.c.disabled)
                .join(accounts, (accounts.c.clinic == sign_ins.c.clinic) & (accounts.c.name == sign_ins.c.account))
                .where(sign_ins.c.token_hash == _digest(token))
            ).one_or_none()
        if row is None or row.disabled or row.expires_at < _utc(now):
            return None
        idle = now - datetime.fromisoformat(row.seen_at)
        if idle > timedelta(minutes=IDLE_MINUTES):
            return None
        if idle > timedelta(seconds=SEEN_EVERY_S):
            with self.ledger.database.write() as connection:
                connection.execute(
                    update(sign_ins).where(sign_ins.c.token_hash == _digest(token)).values(seen_at=_utc(now))
                )
        return Person(row.clinic, row.account, Role(row.role), row.patient)

    def sign_out(self, token: str | None) -> None:
        """End the sign-in of `token`; it is of no use afterwards."""
        person = self.person_of(token)
        if person is None or token is None:
            return
        change = AccountChange(account=person.name, change="signed out")
        self.ledger.append(
            [self._event(person.clinic, EventKind.SIGNED_OUT, person.name, change)],
            also=lambda connection: connection.execute(delete(sign_ins).where(sign_ins.c.token_hash == _digest(token))),
        )

    def change(
        self, clinic: str, name: str, *, by: str, disabled: bool | None = None, password: str | None = None
    ) -> None:
        """Disable or enable an account, or give it a new password; its sign-ins end."""
        values: dict[str, object] = {}
        if disabled is not None:
            values["disabled"] = int(disabled)
        if password is not None:
            _check_password(password, name)
            values["password_hash"] = self.hasher.hash(password)
        done = [
            word
            for word, told in (
                ("disabled" if disabled else "enabled", disabled is not None),
                ("password", password is not None),
            )
            if told
        ]
        if not done:
            raise InputError("nothing to change was given; give disabled or password")

        def also(connection: Connection) -> None:
            where = (accounts.c.clinic == clinic) & (accounts.c.name == name)
            if connection.execute(update(accounts).where(where).values(**values)).rowcount == 0:
                raise InputError(f"there is no account {name!r}; check the name")
            connection.execute(delete(sign_ins).where(sign_ins.c.clinic == clinic, sign_ins.c.account == name))

        event = self._event(clinic, EventKind.ACCOUNT_CHANGED, by, AccountChange(account=name, change=", ".join(done)))
        self.ledger.append([event], also=also)

    def list_of(self, clinic: str) -> list[dict[str, object]]:
        """Return name, role, patient and state of all accounts of a clinic; never a hash."""
        with self.ledger.database.read() as connection:
            rows = connection.execute(select(accounts).where(accounts.c.clinic == clinic).order_by(accounts.c.name))
            return [
                {"name": row.name, "role": row.role, "patient_id": row.patient, "disabled": bool(row.disabled)}
                for row in rows
            ]

    def _verify(self, stored: str, password: str) -> bool:
        if len(password) > LONGEST_PASSWORD:
            return False
        try:
            return self.hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False

    def _refuse_if_throttled(self, subject: str, now: datetime) -> None:
        with self.ledger.database.read() as connection:
            row = connection.execute(select(throttle).where(throttle.c.subject == subject)).one_or_none()
        if row is not None and row.until > _utc(now):
            seconds = int((datetime.fromisoformat(row.until) - now).total_seconds()) + 1
            raise AccessError(f"too many attempts; try again in {seconds} s")

    def _note_failure(self, clinic: str, subject: str, now: datetime) -> None:
        def also(connection: Connection) -> None:
            row = connection.execute(select(throttle).where(throttle.c.subject == subject)).one_or_none()
            failures = (row.failures if row else 0) + 1
            over = failures - FREE_FAILURES
            until = now + timedelta(seconds=min(2**over, LONGEST_WAIT_S)) if over >= 0 else now
            connection.execute(delete(throttle).where(throttle.c.subject == subject))
            connection.execute(insert(throttle).values(subject=subject, failures=failures, until=_utc(until)))

        # The name typed may be a password in the wrong field, so the event does not hold it.
        change = AccountChange(account="", change="refused")
        self.ledger.append([self._event(clinic, EventKind.SIGN_IN_REFUSED, "unknown", change)], also=also)

    def _event(self, clinic: str, kind: EventKind, by: str, body: AccountChange) -> Event:
        return Event(id=new_id(), kind=kind, clinic=clinic, by=by, at=self.clock(), body=body)


def _check_password(password: str, name: str) -> None:
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise InputError(f"a password takes {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters; choose another")
    if name.casefold() in password.casefold() or len(set(password)) < 5:
        raise InputError("the password must not hold the name or repeat few characters; choose another")


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _utc(moment: datetime) -> str:
    """Return `moment` as text that sorts by time."""
    from datetime import UTC

    return moment.astimezone(UTC).isoformat(timespec="microseconds")
