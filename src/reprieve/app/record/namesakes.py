"""Patients of one name and birth date: if they are one person, the doses stand in two charts and no limit adds them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from reprieve.app.clinic import Clinic
from reprieve.core.letters import plain_letters
from reprieve.record.chart import ChartPatient
from reprieve.store.tables import patients

_AT_ONCE = 500
Key = tuple[tuple[str, ...], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Namesakes:
    """A patient, and the others of the same name and birth date."""

    patient: str
    others: tuple[str, ...]

    @property
    def words(self) -> str:
        """What to do about it, in one line."""
        others = ", ".join(repr(other) for other in self.others)
        return (
            f"patient {self.patient!r} has the name and birth date of {others}: if it is one person, doses stand in "
            "two charts and no limit adds them"
        )


def namesakes(store: Clinic, clinic: str, people: Iterable[ChartPatient]) -> tuple[Namesakes, ...]:
    """Return those of `people` whose name and birth date somebody else has, in the record or among them.

    The order of names, case, accents and hyphens make no difference. Who has no birth date here has no namesake: a name
    alone is shared by many.
    """
    told = [(person.id, key) for person in people if (key := _key(person)) is not None]
    days = sorted({key[1] for _, key in told})
    found: dict[Key, dict[str, None]] = {}
    with store.database.read() as connection:
        for start in range(0, len(days), _AT_ONCE):
            query = select(patients.c.patient, patients.c.search, patients.c.birth_date).where(
                patients.c.clinic == clinic, patients.c.birth_date.in_(days[start : start + _AT_ONCE])
            )
            for row in connection.execute(query):
                found.setdefault((_words(row.search), row.birth_date), {})[row.patient] = None
    for name, key in told:
        found.setdefault(key, {})[name] = None
    return tuple(
        Namesakes(patient=name, others=others)
        for name, key in told
        if (others := tuple(sorted(other for other in found[key] if other != name)))
    )


def _key(person: ChartPatient) -> Key | None:
    words = _words(f"{person.family_name or ''} {person.given_name or ''}")
    return (words, person.birth_date.isoformat()) if words and person.birth_date else None


def _words(name: str) -> tuple[str, ...]:
    return tuple(sorted(re.findall(r"\w+", plain_letters(name))))
