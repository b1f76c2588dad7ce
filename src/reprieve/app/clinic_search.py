"""Find patients by name, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, or_, select, tuple_

from reprieve.app.clinic import Clinic
from reprieve.core.errors import InputError
from reprieve.core.letters import plain_letters
from reprieve.store.tables import patients

LARGEST_PAGE = 200


@dataclass(frozen=True, slots=True)
class PatientRow:
    """One line of the list of patients."""

    patient_id: str
    family_name: str | None
    given_name: str | None
    birth_date: str | None
    condition: str | None


@dataclass(frozen=True, slots=True)
class PatientPage:
    """A page of patients; `next` is the `after` of the next page."""

    rows: list[PatientRow]
    next: str | None


def find_patients(
    store: Clinic, clinic: str, *, search: str = "", limit: int = 50, after: str | None = None
) -> PatientPage:
    """Return patients whose name or id holds every word of `search`, sorted by name."""
    if not 1 <= limit <= LARGEST_PAGE:
        raise InputError(f"limit must lie between 1 and {LARGEST_PAGE}, but got {limit}; correct it")
    query = select(patients).where(patients.c.clinic == clinic)
    for told in search.split()[:8]:
        word = plain_letters(told)
        like = "%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        own = or_(patients.c.birth_date == told, func.lower(patients.c.patient) == told.lower())
        query = query.where(or_(patients.c.search.like(like, escape="\\"), own))
    with store.database.read() as connection:
        if after is not None:
            at = connection.execute(
                select(patients.c.search).where(patients.c.clinic == clinic, patients.c.patient == after)
            ).one_or_none()
            if at is not None:
                query = query.where(tuple_(patients.c.search, patients.c.patient) > tuple_(at.search, after))
        rows = connection.execute(query.order_by(patients.c.search, patients.c.patient).limit(limit + 1)).all()
    page = [
        PatientRow(row.patient, row.family_name, row.given_name, row.birth_date, row.condition) for row in rows[:limit]
    ]
    return PatientPage(page, page[-1].patient_id if len(rows) > limit else None)
