"""What a session tells beside its doses: the note, as long as any note, and where single sites were placed."""

from __future__ import annotations

from datetime import UTC, datetime


def _session(note: str) -> dict:
    day = datetime.now(UTC).date().isoformat()
    dose = {"muscle": "splenius_capitis", "side": "left", "units": "60", "sites": 3}
    plan = {
        "product": "onabotulinumtoxinA",
        "indication": "cervical_dystonia",
        "date": day,
        "injections": [dose],
        "reconstitution": {"vials": [{"units": "100", "diluent_ml": "2", "lot": "N1", "expires": "2035-01-01"}]},
    }
    steps = [{"step": step} for step in ("identity", "product_and_side")]
    given = {"injections": [{**dose, "lot": "N1"}], "reconstitution": plan["reconstitution"]}
    return {"plan": plan, "given": given, "checklist": steps, "note": note, "second_today": "a test of the note"}


def test_where_ten_muscles_were_injected_fits_and_comes_back(signed_in) -> None:
    """More than a name is long, less than a note may be."""
    injector = signed_in("injector")
    note = "Sites: " + "; ".join(f"muscle number {n}, left: upper third, 2 × middle third" for n in range(10))
    assert len(note) > 400
    signed = injector.post("/api/patients/p-1/sessions", _session(note))
    assert signed.status_code == 201, signed.text
    chart = injector.get("/api/patients/p-1/chart").json()
    kept = next(one for one in chart["sessions"] if one["id"] == signed.json()["session_id"])
    assert kept["note"] == note


def test_a_note_without_end_is_refused_in_one_line(signed_in) -> None:
    """What nobody would read is not taken."""
    refused = signed_in("injector").post("/api/patients/p-1/sessions", _session("x" * 8001))
    assert refused.status_code == 422
    assert refused.json()["error"]["message"].startswith("note takes up to 8000 characters")


def test_placed_sites_are_kept_signed_exported_and_offered_again(signed_in) -> None:
    """From the signature to the chart, the next plan and FHIR; a place off the map is refused in one line."""
    injector = signed_in("injector")
    places = [{"view": "neck_back", "x": f"0.4{n + 1}", "y": "0.25", "map": "1"} for n in range(3)]
    body = _session("with places")
    for rows in (body["plan"]["injections"], body["given"]["injections"]):
        rows[0]["positions"] = places
    signed = injector.post("/api/patients/p-1/sessions", body)
    assert signed.status_code == 201, signed.text
    chart = injector.get("/api/patients/p-1/chart").json()
    kept = next(one for one in chart["sessions"] if one["id"] == signed.json()["session_id"])
    assert kept["injections"][0]["positions"] == places
    assert kept["signed_by"]
    older = next(one for one in chart["sessions"] if one["id"] != kept["id"])
    assert all("positions" not in row for row in older["injections"])
    told = injector.get("/api/patients/p-1/proposals").json()
    again = next(row for row in told["repeat_last"]["injections"] if row["muscle"] == "splenius_capitis")
    assert again["positions"] == places

    body["given"]["injections"][0]["positions"] = [{**places[0], "x": "1.2"}]
    refused = injector.post("/api/patients/p-1/sessions", body)
    assert refused.status_code == 422
    assert "x of a site must lie between 0 and 1 of the view, but got 1.2" in refused.json()["error"]["message"]
