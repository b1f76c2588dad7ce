"""A draft that was closed on another screen while this one still holds it."""

from __future__ import annotations

import pytest

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")


@pytest.mark.browser
def test_a_draft_closed_elsewhere_is_said_and_kept_anew_with_the_next_press(watched) -> None:
    """It was kept under its closed id, where nobody ever saw it again."""
    visit = watched(viewport={"width": 1280, "height": 900})
    visit.sign_in("injector")
    patient = next(
        row["patient_id"]
        for row in reversed(visit.get("/api/today")["rows"])
        if row["condition"] == "cervical_dystonia" and row["product"] == "onabotulinumtoxinA" and not row["flags"]
    )
    drafts = f"/api/patients/{patient}/drafts"
    page = visit.page
    page.goto(f"/patients/{patient}/plan")
    page.get_by_role("button", name="Repeat last session").click()
    page.get_by_role("button", name="Go to the session").click()
    page.get_by_role("heading", name="Checklist").wait_for()
    (kept,) = visit.get(drafts)["rows"]
    closed = visit.context.request.post(
        f"{drafts}/{kept['draft_id']}/void",
        data={"reason": "discarded at the desk"},
        headers={"X-Reprieve": "1", "Idempotency-Key": "closed-at-the-desk"},
    )
    assert closed.ok, closed.text()
    page.get_by_role("link", name="Back to the plan").click()
    page.get_by_role("button", name="Go to the session").click()
    page.get_by_text("this draft was signed or taken back already").wait_for()
    assert visit.get(drafts)["rows"] == []
    page.get_by_role("button", name="Go to the session").click()
    page.get_by_role("heading", name="Checklist").wait_for()
    (anew,) = visit.get(drafts)["rows"]
    assert anew["draft_id"] != kept["draft_id"]
    assert anew["plan"]["injections"] == kept["plan"]["injections"]
