"""One person in two charts: whoever registers a namesake is told."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.app.test_stock import INJECTOR, Hands

from reprieve.app.record.entries import register_patient
from reprieve.record.chart import ChartPatient
from reprieve.record.event_bodies import Registration


@pytest.fixture
def hands(tmp_path: Path):
    made = Hands(tmp_path / "clinic.db")
    yield made
    made.database.close()


def register(hands: Hands, key: str, **told: Any) -> list[str]:
    person = ChartPatient(id=key, **({"birth_date": date(1960, 2, 29), "family_name": "Ng", "given_name": "An"} | told))
    return register_patient(hands.store, INJECTOR, Registration(patient=person)).answer["namesakes"]


def test_a_registration_names_who_has_the_same_name_and_birth_date(hands: Hands) -> None:
    assert register(hands, "one") == []
    assert register(hands, "other-day", birth_date=date(1960, 3, 1)) == []
    assert register(hands, "two", family_name="AN", given_name="ng") == ["one"]
    assert register(hands, "three") == ["one", "two"]
    assert register(hands, "undated", birth_date=None) == []
    assert register(hands, "nameless", family_name=None, given_name=None) == []
