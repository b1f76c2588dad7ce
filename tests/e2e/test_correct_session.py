"""A session that the record has wrong: corrected and signed anew on the visit's page, or taken back."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Any

import pytest

pytestmark = pytest.mark.browser
ROW = {"muscle": "splenius_capitis", "side": "left", "units": "60", "sites": 2}
OTHER = {"muscle": "levator_scapulae", "side": "left", "units": "20", "sites": 1}


def _post(visit: Any, path: str, body: dict[str, Any]) -> dict[str, Any]:
    headers = {"X-Reprieve": "1", "Idempotency-Key": secrets.token_hex(8)}
    answer = visit.context.request.post(path, data=body, headers=headers)
    assert answer.ok, answer.text()
    return answer.json()


def _signed(visit: Any) -> tuple[str, str]:
    """Register a patient of this test's own and sign a session; returns both ids."""
    patient = f"e2e-{secrets.token_hex(4)}"
    person = {"id": patient, "family_name": "Corrigenda", "birth_date": "1970-01-01", "exposure_history": "known"}
    _post(visit, "/api/patients", {"patient": person, "jurisdiction": "US"})
    vials = {"vials": [{"units": "100", "diluent_ml": "2", "lot": "E2E", "expires": "2035-01-01"}]}
    plan = {
        "product": "onabotulinumtoxinA",
        "indication": "cervical_dystonia",
        "date": datetime.now(UTC).date().isoformat(),
        "injections": [ROW, OTHER],
        "reconstitution": vials,
    }
    given = {"injections": [{**row, "lot": "E2E"} for row in (ROW, OTHER)], "reconstitution": vials}
    steps = [{"step": step} for step in ("identity", "product_and_side")]
    body = {"plan": plan, "given": given, "checklist": steps}
    return patient, _post(visit, f"/api/patients/{patient}/sessions", body)["session_id"]


def _sessions(visit: Any, patient: str) -> list[dict[str, Any]]:
    return visit.context.request.get(f"/api/patients/{patient}/chart").json()["sessions"]


def test_what_was_given_is_corrected_and_signed(watched) -> None:
    """50 instead of 60, the second muscle not given; the visit's page then compares with the plan."""
    visit = watched(viewport={"width": 820, "height": 1180})
    visit.sign_in("injector")
    patient, session = _signed(visit)
    page = visit.page
    page.goto(f"/patients/{patient}/visit?session={session}")
    page.get_by_role("button", name="Correct what was given").click()
    page.get_by_role("textbox", name="Splenius capitis, left: Given (units)").fill("50")
    page.get_by_role("listitem").filter(has_text="Levator").get_by_role("button", name="Was not given").click()
    page.get_by_label("Not given, because").fill("bruise at the site")
    sign = page.get_by_role("button", name="Correct and sign")
    assert sign.is_disabled()  # no reason yet
    page.get_by_label("Why the record is changed").fill("typed the plan, not what was given")
    sign.click()
    page.get_by_role("cell", name="less than planned").wait_for()
    (kept,) = _sessions(visit, patient)
    assert [(row["muscle"], row["units"], row["volume_ml"]) for row in kept["injections"]] == [
        ("splenius_capitis", "50", "1")
    ]
    assert kept["skipped"][0]["reason"] == "bruise at the site"
    assert kept["signed_by"] == "injector"


def test_a_session_in_the_wrong_chart_is_taken_back(watched) -> None:
    visit = watched(viewport={"width": 390, "height": 844})
    visit.sign_in("injector")
    patient, session = _signed(visit)
    page = visit.page
    page.goto(f"/patients/{patient}/visit?session={session}")
    page.get_by_role("button", name="Take the session back").click()
    page.get_by_label("Why it is taken back").fill("written into the wrong chart")
    page.get_by_role("button", name="Take it back").click()
    page.wait_for_url(f"**/patients/{patient}/chart")
    assert _sessions(visit, patient) == []
