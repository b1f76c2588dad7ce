"""S16: closed charts; breaking the glass with a reason, for an hour, with an alert that somebody else looks into."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from reprieve.app.clinic import Clinic
from reprieve.store.fold_views import rebuild

REASON = {"reason": "unconscious in the emergency room, toxin history needed"}
EACH = pytest.mark.parametrize(
    "record", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)


@EACH
def test_s16_an_administrator_reads_a_chart_only_through_the_broken_glass_and_only_for_an_hour(
    signed_in: Callable[..., Any], clock: Any
) -> None:
    administrator = signed_in("administrator")
    assert administrator.get("/api/patients/p-1/chart").status_code == 403
    assert administrator.post("/api/glass/p-1", REASON).status_code == 200
    assert administrator.get("/api/patients/p-1/chart").status_code == 200
    assert administrator.get("/api/patients/p-2/chart").status_code == 403, "one chart, not all"
    assert administrator.get("/api/patients/p-1/export").status_code == 403, "reading, not exporting"
    assert administrator.post("/api/patients/p-1/risks", {"risk": "pregnancy"}).status_code == 403, "and not writing"
    clock.ahead += timedelta(minutes=59)
    assert administrator.get("/api/patients/p-1/chart").status_code == 200
    clock.ahead += timedelta(minutes=2)
    assert administrator.get("/api/patients/p-1/chart").status_code == 403


def test_s16_the_broken_glass_is_an_alert_that_somebody_else_looks_into(signed_in: Callable[..., Any]) -> None:
    administrator, injector, patient = signed_in("administrator"), signed_in("injector"), signed_in("patient")
    alert = administrator.post("/api/glass/p-1", REASON).json()["alert"]
    row = injector.get("/api/alerts").json()["rows"][0]
    assert (row["by"], row["patient_id"], row["reason"], row["seen_by"]) == (
        "administrator", "p-1", REASON["reason"], None,
    )  # fmt: skip
    own = administrator.post(f"/api/alerts/{alert}/seen", {"note": "fine"})
    assert own.status_code == 422, "not by whoever broke it"
    assert injector.post(f"/api/alerts/{alert}/seen", {"note": "asked the ward"}).status_code == 200
    assert injector.get("/api/alerts").json()["rows"][0]["seen_by"] == "injector"
    assert "administrator" in {row["by"] for row in patient.get("/api/mine/readings").json()["rows"]}


@pytest.mark.parametrize("reason", ["", "urgent", " " * 20])
def test_s16_the_glass_is_not_broken_without_a_reason(signed_in: Callable[..., Any], reason: str) -> None:
    administrator = signed_in("administrator")
    assert administrator.post("/api/glass/p-1", {"reason": reason}).status_code == 422
    assert administrator.get("/api/patients/p-1/chart").status_code == 403


def test_s16_neither_a_researcher_nor_a_patient_breaks_the_glass(signed_in: Callable[..., Any]) -> None:
    for name in ("researcher", "patient"):
        assert signed_in(name).post("/api/glass/p-2", REASON).status_code == 403


@EACH
def test_s16_a_closed_chart_opens_for_the_named_ones_alone(store: Clinic, signed_in: Callable[..., Any]) -> None:
    injector, nurse, pharmacist = signed_in("injector"), signed_in("nurse"), signed_in("pharmacist")
    told = {"names": ["injector", "nurse"], "reason": "a colleague of ours"}
    assert injector.post("/api/patients/p-1/closed", told).status_code == 200
    for again in (False, True):
        if again:
            rebuild(store.database)
        assert nurse.get("/api/patients/p-1/chart").status_code == 200
        refused = pharmacist.get("/api/patients/p-1/chart")
        assert (refused.status_code, "closed" in refused.text) == (403, True)
        assert pharmacist.get("/api/patients/p-2/chart").status_code == 200
    assert pharmacist.post("/api/glass/p-1", REASON).status_code == 200
    assert pharmacist.get("/api/patients/p-1/chart").status_code == 200
    assert injector.post("/api/patients/p-1/closed", {"names": [], "reason": "left us"}).status_code == 200
    assert signed_in("pharmacist").get("/api/patients/p-1/history").status_code == 200


def test_s16_a_chart_is_not_closed_for_a_name_that_nobody_has(signed_in: Callable[..., Any]) -> None:
    told = {"names": ["injektor"], "reason": "a colleague of ours"}
    answer = signed_in("injector").post("/api/patients/p-1/closed", told)
    assert answer.status_code == 422
    assert "injektor" in answer.json()["error"]["message"]


def test_s16_the_glass_of_another_clinic_cannot_be_broken(signed_in: Callable[..., Any]) -> None:
    south = signed_in("administrator", "south")
    assert south.post("/api/glass/p-2", REASON).status_code == 404
    south.post("/api/glass/p-1", REASON)
    assert signed_in("injector").get("/api/alerts").json()["rows"] == []
    assert signed_in("administrator").get("/api/patients/p-1/chart").status_code == 403
