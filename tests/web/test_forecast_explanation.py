"""Over the API: which entries moved the forecast, for staff of the clinic, as the engine says it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from reprieve.app.forecast import explain_chart, forecast_chart
from reprieve.core.documents import as_json


def test_the_strongest_entries_come_first_with_their_dates(signed_in, store) -> None:
    nurse, today = signed_in("nurse"), store.today()
    address = "/api/patients/p-1/forecast/explanation"
    for days, severity in ((21, 3), (14, 3), (7, 6), (0, 7)):
        entry = {"date": (today - timedelta(days=days)).isoformat(), "severity": severity}
        assert nurse.post("/api/patients/p-1/diary", entry).status_code == 201
    chart = store.view("clinic", "p-1").chart
    body = nurse.get(address).json()
    assert body == as_json(explain_chart(chart, on=today))
    assert body["abstains"] == forecast_chart(chart, on=today).abstains
    assert not body["abstains"], body["reason"]
    moved = [abs(entry["moved_fading_days"]) for entry in body["entries"]]
    assert moved == sorted(moved, reverse=True)
    assert {entry["date"] for entry in body["entries"]} >= {today.isoformat()}
    assert body["person_weight"] + body["population_weight"] == pytest.approx(1.0)
    early = nurse.get(address, params={"on": "2001-01-01"}).json()
    assert early["abstains"]
    assert "no injection" in early["reason"]
    assert signed_in("patient").get(address).status_code in (403, 404)
