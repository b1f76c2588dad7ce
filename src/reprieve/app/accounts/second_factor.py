"""Set up and take away the codes of a second factor; a secret counts only after a code proved that it was read."""

from __future__ import annotations

from sqlalchemy import Connection, delete, update

from reprieve.app.accounts.accounts import Accounts
from reprieve.app.accounts.challenges import keep_challenge, take_challenge
from reprieve.app.accounts.codes import address, matching_counter, new_secret
from reprieve.app.accounts.phone_page import drawing_of
from reprieve.app.accounts.policy import Person
from reprieve.core.errors import AccessError
from reprieve.record.event_bodies import AccountChange
from reprieve.record.event_kinds import EventKind
from reprieve.store.ledger import Request
from reprieve.store.tables import accounts as table
from reprieve.store.tables import challenges

PURPOSE = "codes"


def begin_codes(accounts: Accounts, person: Person) -> dict[str, str]:
    """Return a new secret with its address and drawing; nothing changes until `confirm_codes`."""
    secret = new_secret()
    told = address(secret, f"{person.name}@{person.clinic}")
    key = keep_challenge(accounts.ledger.database, PURPOSE, _sealed(accounts, person, secret), accounts.clock(), person)
    drawing = drawing_of(told)
    return {"challenge": key, "secret": secret, "address": told, "drawing": drawing}


def confirm_codes(accounts: Accounts, person: Person, challenge: str, code: str, request: Request | None) -> None:
    """Take the new secret into use; other sign-ins of the account end.

    Raises
    ------
    AccessError
        The code does not belong to the secret; the step has to begin again.
    """
    now = accounts.clock()
    with accounts.ledger.database.write() as connection:
        kept = take_challenge(connection, PURPOSE, challenge, now, person)
    secret = accounts.vault.opened(kept, f"{person.clinic}/{person.name}")
    counter = matching_counter(secret, code, now, None)
    if counter is None:
        raise AccessError("the code does not belong to the new secret; begin again")
    _store(
        accounts,
        person,
        "second factor",
        {"totp_secret": _sealed(accounts, person, secret), "totp_last": counter},
        request,
    )


def remove_codes(accounts: Accounts, person: Person, password: str, request: Request | None) -> None:
    """Take the codes away; the password is asked again, so that an open screen alone is not enough."""
    accounts.confirm_password(person, password)
    _store(accounts, person, "second factor taken away", {"totp_secret": None, "totp_last": None}, request)


def _sealed(accounts: Accounts, person: Person, secret: str) -> str:
    return accounts.vault.sealed(secret, f"{person.clinic}/{person.name}")


def _store(
    accounts: Accounts, person: Person, what: str, values: dict[str, str | int | None], request: Request | None
) -> None:
    def change_row(connection: Connection) -> None:
        where = (table.c.clinic == person.clinic) & (table.c.name == person.name)
        connection.execute(update(table).where(where).values(**values))
        connection.execute(delete(challenges).where(challenges.c.account == person.name))

    change = AccountChange(account=person.name, change=what)
    event = accounts.told(person.clinic, EventKind.ACCOUNT_CHANGED, person.name, change)
    accounts.ledger.append([event], first=change_row, request=request)
