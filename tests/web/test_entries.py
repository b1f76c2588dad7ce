"""Writing and reading over HTTP: ETags, who changed it meanwhile, pages, keys, dates that cannot be true."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from reprieve.app.clinic import Clinic

TODAY = date.today()


def test_a_chart_that_did_not_change_is_not_sent_again(signed_in: Callable[..., Any]) -> None:
    nurse = signed_in("nurse")
    for path in ("/api/patients/p-1/chart", "/api/patients/p-1/history"):
        tag = nurse.get(path).headers["etag"]
        again = nurse.get(path, headers={"If-None-Match": f'"other", {tag}'})
        assert (again.status_code, again.content) == (304, b"")
        nurse.post("/api/patients/p-1/risks", {"risk": "pregnancy"})
        changed = nurse.get(path, headers={"If-None-Match": tag})
        assert changed.status_code == 200
        assert changed.headers["etag"] != tag


def test_s12_whoever_writes_on_an_old_chart_is_told_who_changed_it(signed_in: Callable[..., Any]) -> None:
    nurse, injector = signed_in("nurse"), signed_in("injector")
    tag = nurse.get("/api/patients/p-1/chart").headers["etag"]
    injector.post("/api/patients/p-1/goals", {"text": "to drive"})
    answer = nurse.post("/api/patients/p-1/goals", {"text": "to walk"}, If_Match=tag)
    assert answer.status_code == 409
    assert "changed by injector just now (goal set)" in answer.json()["error"]["message"]
    tag = nurse.get("/api/patients/p-1/chart").headers["etag"]
    assert nurse.post("/api/patients/p-1/goals", {"text": "to walk"}, If_Match=tag).status_code == 201


def test_s15_every_write_wants_a_key_and_a_repeat_is_one_write(store: Clinic, signed_in: Callable[..., Any]) -> None:
    nurse = signed_in("nurse")
    told = {"date": TODAY.isoformat(), "symptom": "dysphagia"}
    missing = nurse.client.post("/api/patients/p-1/symptoms", json=told, headers={"X-Reprieve": "1"})
    assert (missing.status_code, missing.json()["error"]["field"]) == (422, "idempotency-key")
    first = nurse.post("/api/patients/p-1/symptoms", told, key="symptom-once")
    before = store.ledger.head()
    again = nurse.post("/api/patients/p-1/symptoms", told, key="symptom-once")
    assert again.json() == first.json()
    assert store.ledger.head() == before
    other = nurse.post("/api/patients/p-1/symptoms", {**told, "symptom": "fatigue"}, key="symptom-once")
    assert other.status_code == 409


def test_who_has_this_name_and_birth_date_is_told_before_anything_is_written(
    store: Clinic, signed_in: Callable[..., Any]
) -> None:
    nurse = signed_in("nurse")
    person = {"id": "n-1", "family_name": "Ångström", "given_name": "Ida", "birth_date": "1960-02-29"}
    assert nurse.post("/api/patients", {"patient": person}).status_code == 201
    before = store.ledger.head()
    again = {**person, "id": "n-2", "family_name": "ida", "given_name": "angstrom"}
    assert nurse.post("/api/patients/namesakes", again).json() == {"rows": ["n-1"]}
    assert nurse.post("/api/patients/namesakes", {**again, "birth_date": None}).json() == {"rows": []}
    assert nurse.post("/api/patients/namesakes", person).json() == {"rows": []}
    assert store.ledger.head() == before


def test_patients_come_page_by_page_each_once(signed_in: Callable[..., Any]) -> None:
    nurse = signed_in("nurse")
    for number in range(7):
        who = {"patient": {"id": f"n-{number}", "family_name": f"Same{number % 2}"}}
        assert nurse.post("/api/patients", who).status_code == 201
    seen, after = [], None
    while True:
        page = nurse.get("/api/patients", params={"limit": 2, **({"after": after} if after else {})}).json()
        seen += [row["patient_id"] for row in page["rows"]]
        after = page["next"]
        if after is None:
            break
    assert len(seen) == len(set(seen)) == 9
    assert nurse.get("/api/patients", params={"limit": 201}).status_code == 422


def test_events_come_page_by_page_each_once(signed_in: Callable[..., Any]) -> None:
    injector = signed_in("injector")
    numbers, before = [], None
    while True:
        page = injector.get("/api/audit/events", params={"limit": 7, **({"before": before} if before else {})}).json()
        numbers += [row["number"] for row in page["events"]]
        before = page["next"]
        if before is None:
            break
    assert numbers == sorted(set(numbers), reverse=True)
    assert numbers[-1] == 1


def test_a_look_at_nobody_leaves_no_trace(store: Clinic, signed_in: Callable[..., Any]) -> None:
    nurse = signed_in("nurse")
    before = store.ledger.head()
    for path in ("chart", "forecast", "history", "since", "next-visit", "drafts", "assessment"):
        assert nurse.get(f"/api/patients/nobody/{path}").status_code == 404
    assert store.ledger.head() == before


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        ("diary", {"date": "1899-01-01"}, "before the patient's birth"),
        ("diary", {"date": (TODAY + timedelta(days=3)).isoformat()}, "ahead of today"),
        ("diary", {"date": TODAY.isoformat(), "severity": "11"}, "between 0 and 10"),
        ("symptoms", {"date": TODAY.isoformat(), "symptom": "x", "resolved": "2001-01-01"}, "before the beginning"),
        ("ratings", {"date": TODAY.isoformat(), "scale": "no such scale"}, "scale"),
        ("exposures", {"date": TODAY.isoformat(), "product": "onabotulinumtoxinA", "units": "-5"}, "positive"),
        ("goals", {"text": "x" * 9000}, "8000"),
        ("diary", {"date": TODAY.isoformat(), "severty": "4"}, "not a field"),
    ],
)
def test_what_cannot_be_true_is_refused_in_words_and_not_written(
    store: Clinic, signed_in: Callable[..., Any], path: str, body: dict[str, Any], words: str
) -> None:
    nurse = signed_in("nurse")
    before = store.ledger.head()
    answer = nurse.post(f"/api/patients/p-1/{path}", body)
    assert answer.status_code == 422
    assert words in answer.json()["error"]["message"]
    assert store.ledger.head() == before


def test_a_diary_entry_for_a_patient_who_died_is_refused_and_nothing_is_lost(signed_in: Callable[..., Any]) -> None:
    nurse, patient = signed_in("nurse"), signed_in("patient")
    chart = nurse.get("/api/patients/p-1/chart").json()
    died = (TODAY - timedelta(days=2)).isoformat()
    told = {"reason": "told by the family", "registration": {"patient": chart["patient"], "deceased": died}}
    assert nurse.post("/api/patients/p-1/particulars", told).status_code == 200
    answer = patient.post("/api/mine/diary", {"date": TODAY.isoformat(), "severity": "3"})
    assert answer.status_code == 409
    assert f"died on {died}" in answer.json()["error"]["message"]
    assert nurse.get("/api/patients/p-1/chart").json()["diary"] == chart["diary"]


def test_patients_are_found_by_words_in_the_body(signed_in: Callable[..., Any]) -> None:
    nurse = signed_in("nurse")
    body = {"search": "zwetsch", "limit": 1}
    found = nurse.post("/api/patients/search", body).json()
    rest = nurse.post("/api/patients/search", {**body, "after": found["next"]}).json()
    assert [row["patient_id"] for row in (*found["rows"], *rest["rows"])] == ["p-1", "p-2"]
    assert rest == nurse.get("/api/patients", params={**body, "after": found["next"]}).json()
    for typed in ("ZWËTSCH", "Zwe\u0308tschgenbaum philippa", "phílippa 1961-04-03"):
        found = nurse.post("/api/patients/search", {"search": typed}).json()
        assert [row["patient_id"] for row in found["rows"]] == ["p-1", "p-2"], typed
    # Numbers of a hospital have capitals: typed small or large, they are found.
    found = nurse.post("/api/patients/search", {"search": "P-2"}).json()
    assert [row["patient_id"] for row in found["rows"]] == ["p-2"]
    assert nurse.post("/api/patients/search", {"limit": 0}).status_code == 422
    assert signed_in("patient").post("/api/patients/search", body).status_code == 403
