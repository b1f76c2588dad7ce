"""Fill an empty record with the synthetic clinic, and its accounts."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from reprieve.app.accounts.accounts import Person, Role
from reprieve.app.clinic import DEFAULT_CLINIC, Clinic
from reprieve.core.errors import ConflictError
from reprieve.store.tables import meta

SEED = 2026
PATIENTS = 60
# Shown on the sign-in page of a demonstration; such a record holds invented patients only and says so.
PASSWORD = "dystonia-2026"
MARK = "demo"


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """One account of the demonstration."""

    name: str
    role: Role
    patient_id: str | None = None


ACCOUNTS = (
    DemoAccount("injector", Role.INJECTOR),
    DemoAccount("nurse", Role.NURSE),
    DemoAccount("pharmacist", Role.PHARMACIST),
    DemoAccount("researcher", Role.RESEARCHER),
    DemoAccount("administrator", Role.ADMINISTRATOR),
    DemoAccount("patient", Role.PATIENT, "demo-001"),
)


def is_demo(store: Clinic) -> bool:
    """Return whether the record was filled by `fill_demo`."""
    with store.database.read() as connection:
        return connection.scalar(select(meta.c.value).where(meta.c.name == MARK)) is not None


def fill_demo(store: Clinic, *, patients: int = PATIENTS, seed: int = SEED) -> int:
    """Fill an empty record and return the number of events it holds then.

    Raises
    ------
    ConflictError
        The record is not empty and was not filled by this function: real data and invented data are never mixed.
    """
    from sqlalchemy import insert

    from reprieve.app.demo.clinic import demo_charts
    from reprieve.app.demo.stock import fill_stock

    if not is_demo(store) and store.ledger.head()[0] > 0:
        raise ConflictError(
            f"{store.database.shown} holds a record already, and invented patients are never mixed into one; "
            "give another --db for the demonstration"
        )
    # Each step can be repeated: a demonstration that was killed while it filled its record goes on where it stopped.
    if not is_demo(store):
        with store.database.write() as connection:
            connection.execute(insert(meta).values(name=MARK, value=str(seed)))
    if store.ledger.head()[0] == 0:
        charts = demo_charts(seed, store.today(), patients)
        store.import_charts(charts, clinic=DEFAULT_CLINIC, by="demo", reason="synthetic clinic")
        fill_stock(store, charts)
    known = {row["name"] for row in store.accounts.list_of(DEFAULT_CLINIC)}
    missing = [account for account in ACCOUNTS if account.name not in known and (patients or not account.patient_id)]
    password_hash = store.accounts.hasher.hash(PASSWORD) if missing else ""
    for account in missing:
        person = Person(DEFAULT_CLINIC, account.name, account.role, account.patient_id)
        store.accounts.create(person, PASSWORD, by="demo", password_hash=password_hash)
    return store.ledger.head()[0]
