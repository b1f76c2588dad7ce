"""A recall: typed by another hand than the lot, and the vials that are still in the house."""

from __future__ import annotations

import pytest

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1280])
def test_a_lot_in_another_spelling_is_shown_and_one_press_away(watched, width: int) -> None:
    """Typed small it said that nobody got the lot, and six people had."""
    visit = watched(viewport={"width": width, "height": 900})
    visit.sign_in("pharmacist")
    rows = visit.get("/api/stock")["rows"]
    lot = next(
        row["lot"] for row in rows if visit.get(f"/api/recall?lot={row['lot']}")["patients"] and row["lot"].isalnum()
    )
    page = visit.page
    page.goto(f"/recall?lot={lot.lower()}")
    page.get_by_role("heading", name="Look at these lots too").wait_for()
    assert page.get_by_text("Nobody got lot").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("button", name=f"Lot {lot}:").click()
    page.get_by_role("heading", name=f"Lot {lot}:").wait_for()
    assert page.get_by_role("heading", name="Look at these lots too").count() == 0
    assert page.locator("#lot").input_value() == lot


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1280])
def test_the_vials_of_a_lot_that_are_still_in_the_house_are_shown(watched, width: int) -> None:
    """The page said who got the lot, and nothing of what stood in the refrigerator."""
    visit = watched(viewport={"width": width, "height": 900})
    visit.sign_in("pharmacist")
    first = next(row for row in visit.get("/api/stock")["rows"] if row["state"] == "unopened" and not row["findings"])
    lot, path = first["lot"], f"/api/stock/vials/{first['vial_id']}/open"
    body = {"patient_id": "demo-002", "diluent_ml": "2"}
    headers = {"X-Reprieve": "1", "Idempotency-Key": f"recall-at-{width}"}
    answer = visit.context.request.post(path, data=body, headers=headers)
    assert answer.ok, answer.text()
    vials = visit.get(f"/api/recall?lot={lot}")["vials"]
    assert {vial["state"] for vial in vials} == {"open", "unopened"}
    page = visit.page
    page.goto(f"/recall?lot={lot}")
    here = page.get_by_role("region", name=f"Vials of lot {lot} still here")
    here.last.wait_for()
    for vial in vials:
        row = here.last.get_by_role("row", name=vial["vial"])
        assert ("Unopened" if vial["state"] == "unopened" else f"Open, {vial['left']}") in row.inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert here.last.get_by_role("link", name="demo-002").first.get_attribute("href") == "/patients/demo-002/chart"
    page.goto("/recall?lot=NEVER-HERE-1")
    page.get_by_text("The stock list never had a vial of lot NEVER-HERE-1.").wait_for()
