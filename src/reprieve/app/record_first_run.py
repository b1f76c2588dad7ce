"""The first account of a new record: no default password, one that is made for this record and shown once."""

from __future__ import annotations

import secrets

from reprieve.app.accounts import Person, Role
from reprieve.app.clinic import DEFAULT_CLINIC, Clinic

FIRST_NAME = "administrator"
_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"


def first_account(store: Clinic) -> tuple[str, str] | None:
    """Make the first administrator of a record that has no account, and return its name and password."""
    if store.accounts.list_of(DEFAULT_CLINIC):
        return None
    password = "-".join("".join(secrets.choice(_SIGNS) for _ in range(5)) for _ in range(4))
    store.accounts.create(Person(DEFAULT_CLINIC, FIRST_NAME, Role.ADMINISTRATOR), password, by="first run")
    return FIRST_NAME, password
