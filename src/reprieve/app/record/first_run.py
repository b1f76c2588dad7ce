"""The first account of a record or of a further clinic: no default password, one that is made and shown once."""

from __future__ import annotations

import re
import secrets

from reprieve.app.accounts.accounts import Person, Role
from reprieve.app.clinic import DEFAULT_CLINIC, Clinic
from reprieve.core.errors import InputError
from reprieve.store.engine import Database

FIRST_NAME = "administrator"
_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"


def first_account(store: Clinic, clinic: str = DEFAULT_CLINIC) -> tuple[str, str] | None:
    """Make the first administrator of a clinic that has no account, and return its name and password."""
    if store.accounts.list_of(clinic):
        return None
    password = new_password()
    store.accounts.create(Person(clinic, FIRST_NAME, Role.ADMINISTRATOR), password, by="first run")
    return FIRST_NAME, password


def add_clinic(store: Clinic, clinic: str) -> tuple[str, str]:
    """Make a further clinic in this record: its first administrator.

    Raises
    ------
    InputError
        The name cannot be used, or there is such a clinic.
    """
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,62}", clinic):
        raise InputError(f"a clinic's name takes small letters, digits and hyphens, but got {clinic!r}; choose another")
    made = first_account(store, clinic)
    if made is None:
        raise InputError(f"there is a clinic {clinic!r} already; choose another name")
    return made


def reset_account(store: Clinic, clinic: str, name: str) -> str:
    """Give an account a new password and take its second factors away: the way back for a locked-out administrator."""
    password = new_password()
    store.accounts.change(clinic, name, by="command line", disabled=False, password=password, second_factor=False)
    return password


def on_record(record: str, *, add: str | None, reset: str | None) -> tuple[str, str, str]:
    """Add a clinic or reset an account (``CLINIC/NAME``) of the record at `record`; return clinic, name, password."""
    database = Database(record, create=False)
    try:
        store = Clinic(database)
        if add is not None:
            return (add, *add_clinic(store, add))
        clinic, slash, name = (reset or "").partition("/")
        if not slash:
            raise InputError(f"an account is named CLINIC/NAME, such as {DEFAULT_CLINIC}/administrator; got {reset!r}")
        return clinic, name, reset_account(store, clinic, name)
    finally:
        database.close()


def new_password() -> str:
    """Return a password of about 99 bits that can be read aloud."""
    return "-".join("".join(secrets.choice(_SIGNS) for _ in range(5)) for _ in range(4))
