"""A recall typed by another hand than the lot."""

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
