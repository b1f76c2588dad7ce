"""Stock, reviews, overrides and visits over HTTP, as the screens and a pharmacist use them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

ONA = "onabotulinumtoxinA"


def session_of(today: str, units: str = "60", **more: Any) -> dict[str, Any]:
    vial = {"units": "100", "diluent_ml": "2", "lot": "C1", "expires": "2030-01-31"}
    row = {"muscle": "splenius_capitis", "side": "left", "units": units, "sites": 2}
    extra = {"muscle": "levator_scapulae", "side": "left", "units": "20", "sites": 1}
    plan = {
        "product": ONA,
        "indication": "cervical_dystonia",
        "jurisdiction": "US",
        "date": today,
        "injections": [row, extra],
    }
    given = {
        "injections": [{**row, "lot": "C1", "guidance": "emg"}],
        "skipped": [{"muscle": "levator_scapulae", "side": "left", "reason": "bruise at the site"}],
        "reconstitution": {"vials": [vial]},
    }
    steps = [{"step": step, "at": None} for step in ("identity", "product_and_side")]
    return {"plan": plan, "given": given, "checklist": steps, **more}


def test_from_the_carton_to_the_visit_report(signed_in, clock) -> None:
    pharmacist, injector = signed_in("pharmacist"), signed_in("injector")
    body = {"product": ONA, "units": "100", "lot": "C1", "expires": "2030-01-31", "count": 2}
    received = pharmacist.post("/api/stock/vials", body, key="delivery-0001")
    assert (received.status_code, received.json()) == (201, {"vials": ["C1.001", "C1.002"]})
    # The client sends it again: the same answer, no further vial (S15).
    assert pharmacist.post("/api/stock/vials", body, key="delivery-0001").json() == received.json()
    assert len(pharmacist.get("/api/stock").json()["rows"]) == 2
    offer = injector.get(f"/api/stock/offer?product={ONA}&units=60&patient=p-1").json()
    assert (offer["take"], offer["waste"]) == (["C1.001"], "40")

    today = clock().date().isoformat()
    signed = injector.post("/api/patients/p-1/sessions", session_of(today))
    assert signed.status_code == 201, signed.text
    stock = pharmacist.get("/api/stock").json()
    assert [row["vial_id"] for row in stock["rows"]] == ["C1.002"]
    (sums,) = stock["balances"]
    # By hand: 200 in, 60 given, 40 of the opened vial thrown away, 100 on the shelf.
    assert [sums[name] for name in ("received", "used", "wasted", "on_hand", "difference")] == [
        "200",
        "60",
        "40",
        "100",
        "0",
    ]
    recall = pharmacist.get("/api/recall?lot=C1").json()
    assert recall["patients"] == ["p-1"]
    assert [(vial["vial"], vial["state"], vial["left"]) for vial in recall["vials"]] == [("C1.002", "unopened", "100")]
    assert recall["received"] == 2

    path = f"/api/patients/p-1/sessions/{signed.json()['session_id']}/delivery"
    visit = injector.get(path).json()
    assert [(row["muscle"], row["change"], row["difference_units"], row["reason"]) for row in visit["differences"]] == [
        ("splenius_capitis", "as_planned", "0", None),
        ("levator_scapulae", "not_given", "-20", "bruise at the site"),
    ]
    lines = [(line["modifier"], line["billing_units"]) for line in visit["claim"]["lines"]]
    assert lines == [(None, 60), ("JW", 40)]
    for printed in (f"{path}.pdf", "/api/patients/p-1/authorisation.pdf"):
        answer = injector.get(printed)
        assert (answer.status_code, answer.content[:5]) == (200, b"%PDF-")
    packet = injector.get("/api/patients/p-1/authorisation?rounding=down").json()
    assert packet["claim"]["rounding"] == "down"
    assert injector.get("/api/patients/p-1/sessions/none/delivery").status_code == 422


def test_opening_wasting_and_closing_the_day(signed_in) -> None:
    nurse = signed_in("nurse")
    nurse.post("/api/stock/vials", {"product": ONA, "units": "100", "lot": "C1", "expires": "2030-01-31", "count": 3})
    opened = nurse.post("/api/stock/vials/C1.001/open", {"patient_id": "p-1", "diluent_ml": "2"})
    assert opened.status_code == 200, opened.text
    (row,) = [one for one in nurse.get("/api/stock").json()["rows"] if one["vial_id"] == "C1.001"]
    assert (row["state"], row["opened_for"], row["hours_since_opened"]) == ("open", "p-1", "0")
    vials = nurse.get("/api/recall?lot=C1").json()["vials"]
    assert [(one["vial"], one["state"], one["opened_for"]) for one in vials] == [
        ("C1.001", "open", "p-1"),
        ("C1.002", "unopened", None),
        ("C1.003", "unopened", None),
    ]
    assert vials[0]["opened_at"] is not None
    assert nurse.get("/api/recall?lot=C9").json()["received"] == 0
    assert nurse.post("/api/stock/close").json() == {"vials": ["C1.001"]}
    assert nurse.post("/api/stock/vials/C1.002/waste", {"reason": "broken"}).json()["wasted"] == "100"
    (sums,) = nurse.get("/api/stock/balances").json()["rows"]
    assert (sums["lot"], sums["wasted"], sums["on_hand"]) == ("C1", "200", "100")
    refused = nurse.post("/api/stock/vials/C1.002/waste", {"reason": "broken"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "invalid")
    day = {"product": ONA, "doses": [{"patient_id": "p-1", "units": "60", "at": "2026-12-01T09:00:00"}]}
    planned = nurse.post("/api/stock/day", day).json()
    assert (planned["vials"], planned["waste"]["units"]) == (1, "40")


def test_a_review_needs_the_right_role_and_a_second_account(signed_in, clock) -> None:
    administrator, injector, pharmacist = (signed_in(r) for r in ("administrator", "injector", "pharmacist"))
    policy = {"second_person_for_reviews": "always", "second_person_rules": ["*"]}
    assert injector.post("/api/policy", {"policy": policy, "reason": "board"}).status_code == 403
    assert administrator.post("/api/policy", {"policy": policy, "reason": "board of November"}).status_code == 200
    assert injector.get("/api/policy").json()["second_person_rules"] == ["*"]

    row = "ona_us_cervical_dystonia.site_units"
    wish = {"row_id": row, "verdict": "corrected", "value": "25", "source": "label in hand, section 2.4"}
    assert signed_in("nurse").post("/api/reviews", wish).status_code == 403
    review = injector.post("/api/reviews", wish).json()
    assert review["needs_second"]
    plan = session_of(clock().date().isoformat())["plan"]  # a review does not count backwards

    def blocked() -> bool:
        found = injector.post("/api/check", plan).json()["findings"]
        return any(one["rule"] == "site_units_exceeded" for one in found)

    assert not blocked()  # 30 units a site: below the shipped 50, and the review waits
    path = f"/api/reviews/{review['review_id']}"
    assert injector.post(f"{path}/second").status_code == 422
    assert pharmacist.post(f"{path}/second", {"note": "read it too"}).status_code == 200
    assert blocked()
    (told,) = injector.get("/api/reviews/rows?text=ona us cervical site units").json()["rows"]
    assert (told["value"], told["review"]["value"], told["review"]["second"]) == ("50", "25", "pharmacist")
    assert pharmacist.post(f"{path}/take-back", {"reason": "old leaflet"}).status_code == 200
    assert not blocked()
    assert [one["state"] for one in injector.get("/api/reviews").json()["rows"]] == ["taken_back"]


def test_an_override_needs_a_reason_and_by_policy_a_second_account(signed_in, clock) -> None:
    administrator, injector, pharmacist = (signed_in(r) for r in ("administrator", "injector", "pharmacist"))
    administrator.post("/api/policy", {"policy": {"second_person_rules": ["site_units_exceeded"]}, "reason": "board"})
    body = session_of(clock().date().isoformat(), units="150")
    first = injector.post("/api/patients/p-2/sessions", body)
    assert (first.status_code, first.json()["error"]["code"]) == (409, "blocked")
    findings = [one for one in first.json()["error"]["findings"] if one["rule"] != "vial_too_small"]
    body["overrides"] = [
        {"rule": one["rule"], "subject": one["subject"], "reason": "the fourth session at this dose, no side effect"}
        for one in findings
    ]
    body["given"]["reconstitution"]["vials"] *= 2
    second = injector.post("/api/patients/p-2/sessions", body)
    assert second.status_code == 409, second.text
    assert "second person" in second.json()["error"]["message"]
    wish = {"rule": "site_units_exceeded", "subject": findings[0]["subject"], "reason": "seen the chart, I agree"}
    assert signed_in("nurse").post("/api/patients/p-2/approvals", wish).status_code == 403
    assert pharmacist.post("/api/patients/p-2/approvals", wish).status_code == 201
    assert [one["by"] for one in injector.get("/api/patients/p-2/approvals").json()["rows"]] == ["pharmacist"]
    signed = injector.post("/api/patients/p-2/sessions", body)
    assert signed.status_code == 201, signed.text
    report = injector.get("/api/overrides").json()
    assert [(row["rule"], row["second_person"], row["patient_id"]) for row in report["rows"]] == [
        ("site_units_exceeded", "pharmacist", "p-2")
    ]
    assert (report["signed"], report["by_rule"]) == (1, [{"rule": "site_units_exceeded", "count": 1}])
    later = (clock() + timedelta(days=1)).date()
    assert injector.get(f"/api/overrides?since={later}").json() == {"rows": [], "by_rule": [], "signed": 0}
    assert signed_in("nurse").get("/api/overrides").status_code == 403


def test_one_clinic_sees_nothing_of_another(signed_in) -> None:
    signed_in("pharmacist").post(
        "/api/stock/vials", {"product": ONA, "units": "100", "lot": "C1", "expires": "2030-01-31"}
    )
    signed_in("injector").post(
        "/api/reviews",
        {"row_id": "ona_us_cervical_dystonia.site_units", "verdict": "withdrawn", "source": "label in hand"},
    )
    south = signed_in("pharmacist", "south")
    assert south.get("/api/stock").json() == {"rows": [], "balances": []}
    assert south.get("/api/recall?lot=C1").json()["vials"] == []
    assert south.get("/api/reviews").json() == {"rows": []}
    assert south.post("/api/stock/vials/C1.001/waste", {"reason": "lost"}).status_code == 422


def test_the_checklist_says_when_the_cream_works(signed_in, clock) -> None:
    nurse = signed_in("nurse")
    names = [row["id"] for row in nurse.get("/api/reference/numbing").json()["rows"]]
    assert "lidocaine_prilocaine" in names
    on = (clock() - timedelta(minutes=30)).isoformat()
    body = {"steps": {"identity": on, "cream_on": on}, "cream": "lidocaine_prilocaine"}
    told = nurse.post("/api/checklist", body).json()
    assert (told["numbing"]["state"], told["may_sign"]) == ("working", False)
    assert [one["rule"] for one in told["findings"]] == ["numbing_too_short"]
    assert nurse.post("/api/checklist", {"steps": {"cream_on": on}, "cream": "butter"}).status_code == 422
    assert nurse.post("/api/checklist", {"steps": {"identity": "2026-11-26T09:00:00"}}).status_code == 422
