"""The history of a chart: an entry is corrected or taken back with a reason, and what stood before stays readable."""

from __future__ import annotations

import secrets
from typing import Any

import pytest

pytestmark = pytest.mark.browser


def _post(visit: Any, path: str, body: dict[str, Any]) -> None:
    headers = {"X-Reprieve": "1", "Idempotency-Key": secrets.token_hex(8)}
    answer = visit.context.request.post(path, data=body, headers=headers)
    assert answer.ok, answer.text()


def test_an_entry_is_corrected_and_another_taken_back(watched) -> None:
    """A rating of 41 was 14; a risk that is over no longer stands in the chart."""
    visit = watched(viewport={"width": 390, "height": 844})
    visit.sign_in("injector")
    patient = f"e2e-{secrets.token_hex(4)}"
    person = {"id": patient, "family_name": "Historia", "exposure_history": "unknown"}
    _post(visit, "/api/patients", {"patient": person})
    _post(visit, f"/api/patients/{patient}/ratings", {"date": "2026-09-01", "scale": "twstrs", "total": "41"})
    _post(visit, f"/api/patients/{patient}/risks", {"risk": "pregnancy"})
    page = visit.page
    page.goto(f"/patients/{patient}/history")
    rating = page.get_by_role("article", name="Rating")
    rating.get_by_role("button", name="Correct").click()
    rating.get_by_label("Total").fill("14")
    rating.get_by_label("Why the record is changed").fill("figures turned round")
    rating.get_by_role("button", name="Save the correction").click()
    rating.get_by_text("Total: 41 → 14").wait_for()
    risk = page.get_by_role("article", name="Risk")
    risk.get_by_role("button", name="Take back").click()
    risk.get_by_label("Why it is taken back").fill("the child is born")
    risk.get_by_role("button", name="Take it back").click()
    risk.get_by_text("taken back", exact=True).wait_for()
    chart = visit.context.request.get(f"/api/patients/{patient}/chart").json()
    assert [row["total"] for row in chart["ratings"]] == ["14"]
    assert chart["risks"] == []
