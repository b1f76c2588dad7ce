"""The note of a session: as long as any note, kept as it was written."""

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
    """The places of single sites are told in the note: more than a name is long, less than a note may be."""
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
