"""Accounts and sign-ins: passwords, second factors, tokens that can be ended at once."""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, delete, insert, select, update

from reprieve.app.accounts.codes import matching_counter
from reprieve.app.accounts.policy import ALLOWED, Action, Person, Role
from reprieve.app.accounts.throttle import note_failure, refuse_if_throttled, utc_text
from reprieve.app.accounts.vault import Vault, is_sealed, vault_of
from reprieve.app.ids import new_id
from reprieve.core.errors import AccessError, ConflictError, InputError
from reprieve.record.event_bodies import AccountChange
from reprieve.record.event_kinds import EventKind
from reprieve.record.events import Event
from reprieve.store.access_proof import digest_of_sign_in
from reprieve.store.ledger import Ledger, Request
from reprieve.store.tables import accounts, identities, passkeys, sign_ins, throttle

# The policy's words are known by this module's name everywhere.
__all__ = ["ALLOWED", "Accounts", "Action", "Person", "Role", "SecondFactorError"]

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 256
SEEN_EVERY_S = 60
CLOCK_SLACK_MINUTES = 5


@dataclass(frozen=True, slots=True)
class Lasting:
    """How long a sign-in lasts at most, and without use."""

    most: timedelta
    idle: timedelta


_IN_THE_CLINIC = Lasting(timedelta(hours=12), timedelta(minutes=60))
# On the own phone: an entry of ten seconds, with a hand that shakes, must not begin with a password (ADR 202).
_AT_HOME = Lasting(timedelta(days=30), timedelta(days=30))


def lasting(role: Role) -> Lasting:
    """Return how long a sign-in of `role` lasts."""
    return _AT_HOME if role is Role.PATIENT else _IN_THE_CLINIC


class SecondFactorError(AccessError):
    """Name and password are right; the account also asks for a code."""


class Accounts:
    """Accounts and sign-ins of a record.

    Parameters
    ----------
    ledger : Ledger
    clock : callable
        The server's time, with zone.
    hasher : PasswordHasher, optional
        argon2id with the library's current recommendation by default.
    vault : Vault, optional
        What seals the secrets of second factors; the key of this server by default.
    """

    def __init__(
        self,
        ledger: Ledger,
        clock: Callable[[], datetime],
        hasher: PasswordHasher | None = None,
        vault: Vault | None = None,
    ) -> None:
        self.ledger = ledger
        self.clock = clock
        self.vault = vault or vault_of(ledger.database)
        self.hasher = hasher or PasswordHasher()
        # Verified when a name is unknown, so that the answer takes as long as for a known one.
        # Each argon2 run takes tens of MiB: two at a time, so that a flood of sign-ins cannot take all memory.
        self._hashing = threading.BoundedSemaphore(2)
        self._decoy = self.hasher.hash(secrets.token_hex(16))

    def create(
        self,
        person: Person,
        password: str,
        *,
        by: str,
        password_hash: str | None = None,
        request: Request | None = None,
    ) -> None:
        """Make an account; `password_hash` spares the hashing when many demo accounts share one password.

        Raises
        ------
        InputError
            The name or the password is not usable.
        ConflictError
            There is such an account.
        """
        name = person.name.strip()
        if not name or len(name) > 100 or not name.isprintable() or "/" in name:
            raise InputError(
                f"a name takes 1 to 100 printable characters without a slash, not {len(name)}; choose another"
            )
        if (person.role is Role.PATIENT) != (person.patient_id is not None):
            raise InputError("an account of a patient, and no other, names its patient; correct it")
        if password_hash is None:
            check_password(password, name)
            with self._hashing:
                password_hash = self.hasher.hash(password)
        event = self.told(
            person.clinic,
            EventKind.ACCOUNT_CREATED,
            by,
            AccountChange(account=name, role=person.role.value, patient=person.patient_id),
        )

        def make(connection: Connection) -> None:
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

        answer = {"name": name, "role": person.role.value, "patient_id": person.patient_id}
        self.ledger.append([event], first=make, answer=answer, request=request)

    def sign_in(
        self, clinic: str, name: str, password: str, *, code: str | None = None, old_token: str | None = None
    ) -> tuple[str, Person]:
        """Return a new token and the person, or refuse.

        Parameters
        ----------
        code : str, optional
            The six digits of the second factor, where the account has one.
        old_token : str, optional
            What the browser held before; it is of no use afterwards.

        Raises
        ------
        SecondFactorError
            Name and password are right, and the account also asks for a code.
        AccessError
            The name, the password or the code is wrong, or too many attempts were made; the message does not tell
            which name exists.
        """
        now = self.clock()
        subject = f"{clinic}/{name}"[:200]
        refuse_if_throttled(self.ledger.database, subject, now)
        row = self._row(clinic, name)
        with self._hashing:
            right = self._verify(row.password_hash if row else self._decoy, password)
        if row is None or row.disabled or not right:
            self._refused(clinic, subject, now)
            raise AccessError("name or password is wrong; try again")
        counter: int | None = None
        seal: Callable[[Connection], object] | None = None
        if row.totp_secret is not None:
            if not code:
                raise SecondFactorError("this account asks for the six digits of its second factor too; enter them")
            whose = f"{clinic}/{row.name}"
            secret = self.vault.opened(row.totp_secret, whose)
            counter = matching_counter(secret, code, now, row.totp_last)
            if not is_sealed(row.totp_secret):
                seal = self._sealing(clinic, row.name, self.vault.sealed(secret, whose))
            if counter is None:
                self._refused(clinic, subject, now)
                raise AccessError("the code is wrong or was used already; wait for the next one")
        person = Person(clinic, row.name, Role(row.role), row.patient)
        return self.let_in(person, old_token=old_token, subject=subject, totp_counter=counter, also=seal), person

    @staticmethod
    def _sealing(clinic: str, name: str, sealed: str) -> Callable[[Connection], object]:
        """Return the statement that replaces a secret of an earlier version, which lay open."""
        where = (accounts.c.clinic == clinic) & (accounts.c.name == name)
        return lambda connection: connection.execute(update(accounts).where(where).values(totp_secret=sealed))

    def let_in(
        self,
        person: Person,
        *,
        old_token: str | None = None,
        subject: str | None = None,
        totp_counter: int | None = None,
        also: Callable[[Connection], object] | None = None,
        events: Sequence[Event] = (),
    ) -> str:
        """Return a new token for a person who has proved who it is.

        Every sign-in gets a new token, whatever the browser sent before (no session fixation).
        """
        now = self.clock()
        token = secrets.token_urlsafe(32)
        row = {
            "token_hash": digest_of(token),
            "created_at": utc_text(now),
            "expires_at": utc_text(now + lasting(person.role).most),
        }

        def store(connection: Connection) -> None:
            if subject is not None:
                connection.execute(delete(throttle).where(throttle.c.subject == subject))
            if old_token:
                connection.execute(delete(sign_ins).where(sign_ins.c.token_hash == digest_of(old_token)))
            connection.execute(delete(sign_ins).where(sign_ins.c.expires_at < utc_text(now)))
            if totp_counter is not None:
                self._use_code(connection, person, totp_counter)
            if also is not None:
                also(connection)
            own = {"clinic": person.clinic, "account": person.name, "seen_at": row["created_at"]}
            connection.execute(insert(sign_ins).values(**row, **own))

        change = AccountChange(
            account=person.name,
            change="signed in",
            sign_in=digest_of_sign_in(row["token_hash"], person.name, row["created_at"], row["expires_at"]),
        )
        told = self.told(person.clinic, EventKind.SIGNED_IN, person.name, change)
        self.ledger.append([*events, told], first=store)
        return token

    @staticmethod
    def _use_code(connection: Connection, person: Person, counter: int) -> None:
        """Mark a code as used; of two sign-ins with one code at the same moment the second is refused."""
        where = (accounts.c.clinic == person.clinic) & (accounts.c.name == person.name)
        fresh = accounts.c.totp_last.is_(None) | (accounts.c.totp_last < counter)
        if connection.execute(update(accounts).where(where & fresh).values(totp_last=counter)).rowcount == 0:
            raise AccessError("the code was used already; wait for the next one")

    def confirm_password(self, person: Person, password: str) -> None:
        """Refuse unless `password` is the person's; wrong ones are throttled like sign-ins."""
        now = self.clock()
        subject = f"{person.clinic}/{person.name}"[:200]
        refuse_if_throttled(self.ledger.database, subject, now)
        row = self._row(person.clinic, person.name)
        with self._hashing:
            right = row is not None and self._verify(row.password_hash, password)
        if not right:
            self._refused(person.clinic, subject, now)
            raise AccessError("the password is wrong; nothing was changed")

    def person_named(self, clinic: str, name: str) -> Person | None:
        """Return the enabled account `name`, None if there is none."""
        row = self._row(clinic, name)
        return None if row is None or row.disabled else Person(clinic, row.name, Role(row.role), row.patient)

    def person_of(self, token: str | None) -> Person | None:
        """Return who holds `token`, None if it is unknown, out of date or idle for too long."""
        if not token or len(token) > 200:
            return None
        now = self.clock()
        with self.ledger.database.read() as connection:
            row = connection.execute(
                select(sign_ins, accounts.c.role, accounts.c.patient, accounts.c.disabled)
                .join(accounts, (accounts.c.clinic == sign_ins.c.clinic) & (accounts.c.name == sign_ins.c.account))
                .where(sign_ins.c.token_hash == digest_of(token))
            ).one_or_none()
        if row is None or row.disabled or row.expires_at < utc_text(now):
            return None
        idle = now - datetime.fromisoformat(row.seen_at)
        # A clock that was set back must not make a sign-in live longer than it was given.
        if idle > lasting(Role(row.role)).idle or idle < -timedelta(minutes=CLOCK_SLACK_MINUTES):
            return None
        if idle > timedelta(seconds=SEEN_EVERY_S):
            with self.ledger.database.write() as connection:
                connection.execute(
                    update(sign_ins).where(sign_ins.c.token_hash == digest_of(token)).values(seen_at=utc_text(now))
                )
        return Person(row.clinic, row.account, Role(row.role), row.patient)

    def sign_out(self, token: str | None) -> None:
        """End the sign-in of `token`; it is of no use afterwards."""
        person = self.person_of(token)
        if person is None or token is None:
            return
        change = AccountChange(account=person.name, change="signed out")
        self.ledger.append(
            [self.told(person.clinic, EventKind.SIGNED_OUT, person.name, change)],
            also=lambda connection: connection.execute(
                delete(sign_ins).where(sign_ins.c.token_hash == digest_of(token))
            ),
        )

    def change(
        self,
        clinic: str,
        name: str,
        *,
        by: str,
        disabled: bool | None = None,
        password: str | None = None,
        second_factor: bool | None = None,
        request: Request | None = None,
    ) -> None:
        """Disable or enable an account, give it a new password, or take its second factors away; its sign-ins end."""
        values: dict[str, object] = {}
        done: list[str] = []
        if disabled is not None:
            values["disabled"] = int(disabled)
            done.append("disabled" if disabled else "enabled")
        if password is not None:
            check_password(password, name)
            with self._hashing:
                values["password_hash"] = self.hasher.hash(password)
            done.append("password")
        if second_factor is not None:
            if second_factor:
                raise InputError("a second factor is set up by the person alone; give false to take it away")
            values |= {"totp_secret": None, "totp_last": None}
            done.append("second factors taken away")
        if not done:
            raise InputError("nothing to change was given; give disabled, password or second_factor")

        def alter(connection: Connection) -> None:
            where = (accounts.c.clinic == clinic) & (accounts.c.name == name)
            if connection.execute(update(accounts).where(where).values(**values)).rowcount == 0:
                raise InputError(f"there is no account {name!r}; check the name")
            if second_factor is not None:
                for proof in (passkeys, identities):
                    connection.execute(delete(proof).where(proof.c.clinic == clinic, proof.c.account == name))
            if password is not None:
                connection.execute(delete(throttle).where(throttle.c.subject == f"{clinic}/{name}"[:200]))
            connection.execute(delete(sign_ins).where(sign_ins.c.clinic == clinic, sign_ins.c.account == name))

        change = AccountChange(account=name, change=", ".join(done))
        self.ledger.append([self.told(clinic, EventKind.ACCOUNT_CHANGED, by, change)], first=alter, request=request)

    def list_of(self, clinic: str) -> list[dict[str, object]]:
        """Return name, role, patient and state of all accounts of a clinic; never a hash."""
        with self.ledger.database.read() as connection:
            rows = connection.execute(select(accounts).where(accounts.c.clinic == clinic).order_by(accounts.c.name))
            return [
                {
                    "name": row.name,
                    "role": row.role,
                    "patient_id": row.patient,
                    "disabled": bool(row.disabled),
                    "second_factor": row.totp_secret is not None,
                }
                for row in rows
            ]

    def _verify(self, stored: str, password: str) -> bool:
        if len(password) > LONGEST_PASSWORD:
            return False
        try:
            return self.hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False

    def _refused(self, clinic: str, subject: str, now: datetime) -> None:
        # The name typed may be a password in the wrong field, so the event does not hold it.
        change = AccountChange(account="", change="refused")
        self.ledger.append(
            [self.told(clinic, EventKind.SIGN_IN_REFUSED, "unknown", change)],
            also=lambda connection: note_failure(connection, subject, now),
        )

    def _row(self, clinic: str, name: str) -> Any:
        with self.ledger.database.read() as connection:
            return connection.execute(
                select(accounts).where(accounts.c.clinic == clinic, accounts.c.name == name)
            ).one_or_none()

    def told(self, clinic: str, kind: EventKind, by: str, body: AccountChange) -> Event:
        """Return an event about an account, now."""
        return Event(id=new_id(), kind=kind, clinic=clinic, by=by, at=self.clock(), body=body)


def check_password(password: str, name: str) -> None:
    """Refuse a password that is short, or made of the name or of few characters."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise InputError(f"a password takes {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters; choose another")
    if name.casefold() in password.casefold() or len(set(password)) < 5:
        raise InputError("the password must not hold the name or repeat few characters; choose another")


def digest_of(token: str) -> str:
    """Return what the store keeps of a token: its SHA-256; the token itself is with its holder only."""
    return hashlib.sha256(token.encode()).hexdigest()
