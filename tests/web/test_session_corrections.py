"""A signed session corrected, an unsigned one signed, one of the wrong patient taken back: over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

ONA = "onabotulinumtoxinA"
BASE = "/api/patients/p-1"


def session(day: str, units: str = "60", **more: Any) -> dict[str, Any]:
    rows = [
        {"muscle": "splenius_capitis", "side": "left", "units": units, "sites": 2},
        {"muscle": "levator_scapulae", "side": "left", "units": "20", "sites": 1},
    ]
    vials = [{"units": "100", "diluent_ml": "2", "lot": "C1", "expires": "2035-01-01"}]
    plan = {"product": ONA, "indication": "cervical_dystonia", "jurisdiction": "US", "date": day, "injections": rows}
    given = {"injections": [{**row, "lot": "C1"} for row in rows], "reconstitution": {"vials": vials}}
    steps = [{"step": step} for step in ("identity", "product_and_side")]
    return {"plan": {**plan, "reconstitution": given["reconstitution"]}, "given": given, "checklist": steps, **more}


@pytest.fixture
def day(clock) -> str:
    return clock().date().isoformat()


def sign(injector: Any, day: str, patient: str = "p-1", units: str = "60", **more: Any) -> str:
    answer = injector.post(f"/api/patients/{patient}/sessions", session(day, units, **more))
    assert answer.status_code == 201, answer.text
    return answer.json()["session_id"]


def receive(pharmacist: Any, count: int = 1) -> None:
    body = {"product": ONA, "units": "100", "lot": "C1", "expires": "2035-01-01", "count": count}
    assert pharmacist.post("/api/stock/vials", body).status_code == 201


def sums(pharmacist: Any) -> list[str]:
    (row,) = pharmacist.get("/api/stock").json()["balances"]
    assert row["difference"] == "0"
    return [row[name] for name in ("received", "used", "wasted", "on_hand")]


def shown(injector: Any, key: str, patient: str = "p-1") -> dict[str, Any] | None:
    chart = injector.get(f"/api/patients/{patient}/chart").json()
    return next((one for one in chart["sessions"] if one["id"] == key), None)


def corrected(day: str, **more: Any) -> dict[str, Any]:
    """50 instead of 60 units; the levator was not injected at all."""
    given = session(day, "50")["given"]
    left_out = given["injections"].pop()
    given["skipped"] = [{"muscle": left_out["muscle"], "side": left_out["side"], "reason": "bruise at the site"}]
    return {"date": day, "given": given, "reason": "typed the plan, not what was given", **more}


def test_a_correction_is_signed_anew_and_stock_and_history_follow(signed_in, day) -> None:
    """By hand: 80 used and 20 thrown away become 50 and 50; the old figures stay in the history with the reason."""
    injector, pharmacist = signed_in("injector"), signed_in("pharmacist")
    receive(pharmacist)
    key = sign(injector, day)
    assert sums(pharmacist) == ["100", "80", "20", "0"]
    answer = injector.post(f"{BASE}/sessions/{key}/correction", corrected(day))
    assert answer.status_code == 200, answer.text
    now = shown(injector, key)
    assert now is not None
    assert [(row["muscle"], row["units"]) for row in now["injections"]] == [("splenius_capitis", "50")]
    assert [row["muscle"] for row in now["skipped"]] == ["levator_scapulae"]
    assert now["signed_by"] == "injector"
    assert sums(pharmacist) == ["100", "50", "50", "0"]
    visit = injector.get(f"{BASE}/sessions/{key}/delivery").json()
    assert visit["plan_known"]
    assert visit["checklist"]["may_sign"]  # the steps that were done stay done
    changes = {row["muscle"]: row["difference_units"] for row in visit["differences"]}
    assert changes["splenius_capitis"] == "-10"
    history = injector.get(f"{BASE}/history").json()["rows"]
    given = [row for row in history if row["kind"] == "injection_given" and len(row["versions"]) == 2]
    dose = next(row for row in given if row["versions"][0]["body"]["injection"]["muscle"] == "splenius_capitis")
    first, second = (one["body"]["injection"]["units"] for one in dose["versions"])
    assert (first, second) == ("60", "50")
    assert dose["versions"][1]["reason"] == "typed the plan, not what was given"
    assert signed_in("administrator").get("/api/audit/verify").json()["ok"]
    report = pharmacist.get("/api/overrides").json()
    assert report["signed"] == 1


def test_the_units_of_a_corrected_session_count_once_in_the_next_check(signed_in, day) -> None:
    injector = signed_in("injector")
    key = sign(injector, day)
    assert injector.post(f"{BASE}/sessions/{key}/correction", corrected(day)).status_code == 200
    told = injector.get(f"{BASE}/proposals").json()
    today = [one for one in told["repeat_last"]["patient"]["exposures"] if one["date"] == day]
    assert [one["units"] for one in today] == ["50"]


def test_a_session_of_the_wrong_patient_is_taken_back_and_signed_in_the_right_chart(signed_in, day) -> None:
    """The vial goes to the right patient; the wrong chart shows no dose and keeps what stood there, and why."""
    injector, pharmacist = signed_in("injector"), signed_in("pharmacist")
    receive(pharmacist)
    key = sign(injector, day)
    answer = injector.post(f"{BASE}/sessions/{key}/take-back", {"reason": "written into the wrong chart"})
    assert answer.status_code == 200, answer.text
    assert shown(injector, key) is None
    assert sums(pharmacist) == ["100", "0", "0", "100"]
    assert pharmacist.get("/api/recall?lot=C1").json()["patients"] == []
    right = sign(injector, day, "p-2")
    assert sums(pharmacist) == ["100", "80", "20", "0"]
    assert shown(injector, right, "p-2") is not None
    assert pharmacist.get("/api/recall?lot=C1").json()["patients"] == ["p-2"]
    voided = [row for row in injector.get(f"{BASE}/history").json()["rows"] if row["standing"] is None]
    assert {row["kind"] for row in voided} >= {"session_opened", "injection_given", "session_signed", "plan_signed"}
    assert all(row["versions"][-1]["reason"] == "written into the wrong chart" for row in voided)
    again = injector.post(f"{BASE}/sessions/{key}/take-back", {"reason": "twice"})
    assert again.status_code == 422
    assert "no session of that id" in again.json()["error"]["message"]
    assert signed_in("administrator").get("/api/audit/verify").json()["ok"]


def test_a_session_that_nobody_signed_is_signed_as_it_stands(signed_in, store, clock) -> None:
    """An imported session without a signature; once it is signed, there is nothing to do."""
    from dataclasses import replace

    from tests.web.conftest import small_chart

    chart = small_chart("p-7", clock().date())
    (given,) = chart.sessions
    store.import_charts(
        [replace(chart, sessions=(replace(given, signed_by=None, signed_at=None),))], clinic="clinic", by="test"
    )
    injector = signed_in("injector")
    before = shown(injector, "session-p-7", "p-7")
    assert before is not None
    assert before["signed_by"] is None
    wish = {
        "date": before["date"],
        "given": {"injections": before["injections"]},
        "reason": "the paper record says the same",
        "signature": {"meaning": "I gave these injections as recorded"},
    }
    path = "/api/patients/p-7/sessions/session-p-7/correction"
    assert injector.post(path, wish).status_code == 200
    after = shown(injector, "session-p-7", "p-7")
    assert after is not None
    assert after["signed_by"] == "injector"
    assert after["muscle_effects"] == before["muscle_effects"]  # judged later; a signature does not touch it
    assert (after["injections"], after["date"]) == (before["injections"], before["date"])
    visit = injector.get("/api/patients/p-7/sessions/session-p-7/delivery").json()
    assert not visit["plan_known"]  # nobody planned it here, and a signature invents no plan
    refused = injector.post(path, wish)
    assert refused.status_code == 422
    assert "nothing differs" in refused.json()["error"]["message"]


def test_a_session_without_a_plan_in_which_nothing_was_given(signed_in) -> None:
    """An imported session: all its muscles were skipped. There is nothing to check, and it is signed."""
    injector = signed_in("injector")
    before = shown(injector, "session-p-1")
    assert before is not None
    skipped = [
        {"muscle": row["muscle"], "side": row["side"], "reason": "the patient left"} for row in before["injections"]
    ]
    wish = {"date": before["date"], "given": {"injections": [], "skipped": skipped}, "reason": "nothing was given"}
    assert injector.post(f"{BASE}/sessions/session-p-1/correction", wish).status_code == 200
    after = shown(injector, "session-p-1")
    assert after is not None
    assert (after["injections"], len(after["skipped"]), after["signed_by"]) == ([], 2, "injector")


def test_a_correction_is_checked_like_a_signature(signed_in, day) -> None:
    """500 of at most 400 units: blocked without a reason; the reason holds on for a later, smaller correction."""
    injector, pharmacist = signed_in("injector"), signed_in("pharmacist")
    key = sign(injector, day)
    path = f"{BASE}/sessions/{key}/correction"
    wish = corrected(day)
    wish["given"]["injections"][0]["units"] = "500"
    wish["given"]["reconstitution"]["vials"] *= 5
    refused = injector.post(path, wish)
    assert refused.status_code == 409, refused.text
    found = refused.json()["error"]["findings"]
    assert found
    wish["overrides"] = [
        {"rule": one["rule"], "subject": one["subject"], "reason": "it was given so, and is recorded"} for one in found
    ]
    assert injector.post(path, wish).status_code == 200
    wish["given"]["injections"][0] |= {"units": "450"}
    wish["overrides"] = []
    assert injector.post(path, wish).status_code == 200
    report = pharmacist.get("/api/overrides").json()
    assert len(report["rows"]) == len(found)  # each reason once
    assert report["signed"] == 1


def test_what_cannot_be_is_refused_in_one_line_and_nothing_is_written(signed_in, day, store) -> None:
    injector = signed_in("injector")
    key = sign(injector, day)
    path = f"{BASE}/sessions/{key}/correction"
    same = {"date": day, "given": session(day)["given"], "reason": "no change at all"}
    ahead = corrected("2199-01-01")
    wordless = corrected(day) | {"reason": " "}
    nothing = corrected(day) | {"given": {"injections": []}}
    negative = corrected(day)
    negative["given"]["injections"][0]["units"] = "-5"
    lazy = corrected(day)
    lazy["given"]["skipped"][0]["reason"] = ""
    other = sign(injector, injector.get(f"{BASE}/chart").json()["sessions"][0]["date"], "p-2", second_today="a test")
    before = store.ledger.head()
    for body, status, words in (
        (same, 422, "nothing differs"),
        (ahead, 422, "ahead"),
        (wordless, 422, "reason"),
        (nothing, 422, "given or why nothing was"),
        (negative, 422, "positive"),
        (lazy, 422, "skipped without a reason"),
    ):
        answer = injector.post(path, body)
        assert answer.status_code == status, answer.text
        assert words in answer.json()["error"]["message"]
    unknown = injector.post(f"{BASE}/sessions/{other}/correction", corrected(day))
    assert unknown.status_code == 422
    assert "no session of that id" in unknown.json()["error"]["message"]
    assert store.ledger.head() == before
    # Two devices: the second one saw an older chart.
    stale = injector.get(f"{BASE}/chart").headers["ETag"]
    assert injector.post(path, corrected(day), If_Match=stale).status_code == 200
    late = injector.post(path, corrected(day) | {"note": "of the second device"}, If_Match=stale)
    assert late.status_code == 409
    assert "changed by injector" in late.json()["error"]["message"]
    assert signed_in("nurse").post(path, corrected(day)).status_code == 403


def test_moved_to_a_day_that_has_a_session_it_is_refused(signed_in, day) -> None:
    injector = signed_in("injector")
    key = sign(injector, day)
    earlier = injector.get(f"{BASE}/chart").json()["sessions"][0]["date"]
    refused = injector.post(f"{BASE}/sessions/{key}/correction", corrected(earlier))
    assert refused.status_code == 409
    assert "another session" in refused.json()["error"]["message"]
