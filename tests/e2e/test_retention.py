"""The administrator's page of retention: a rule that erases nothing, who will be due, and one held back."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser


def test_a_rule_is_set_and_a_record_held_back(watched) -> None:
    """Nobody of the demonstration is due; within a year, by a rule of one year, somebody will be."""
    visit = watched(viewport={"width": 1280, "height": 900})
    visit.sign_in("administrator")
    page = visit.page
    page.goto("/retention")
    page.get_by_text("No rule: everything is kept.").wait_for()
    page.get_by_label("Years after the last contact").fill("1")
    page.get_by_label("Why it is set so (kept in the record)").fill("a test of the page")
    page.get_by_role("button", name="Set the rule").click()
    page.get_by_text("Who a patient was is kept for 1 years after the last contact.").wait_for()
    page.get_by_label("Show").select_option(label="Due within a year")
    page.get_by_role("checkbox", name="Erase").first.wait_for()
    waiting = page.locator("tr", has_text="1 years after the last contact; not due yet").first
    who = waiting.locator("th").inner_text()
    assert waiting.get_by_role("checkbox").is_disabled(), "nobody is erased before the day"
    assert page.get_by_role("button", name=f"Hold {who}", exact=True).is_disabled(), "a reason comes first"
    page.get_by_label("Why it is held, released or erased").fill("a complaint is open")
    page.get_by_role("button", name=f"Hold {who}", exact=True).click()
    page.get_by_role("button", name=f"Release {who}", exact=True).wait_for()
    row = page.locator("tr").filter(has=page.get_by_role("rowheader", name=who, exact=True))
    assert "held: a complaint is open" in row.inner_text()
    page.get_by_role("button", name=f"Release {who}", exact=True).click()
    page.get_by_role("button", name=f"Hold {who}", exact=True).wait_for()
    # The other tests keep the clinic as it was.
    page.get_by_label("Years after the last contact").fill("")
    page.get_by_label("Why it is set so (kept in the record)").fill("the test is over")
    page.get_by_role("button", name="Set the rule").click()
    page.get_by_text("No rule: everything is kept.").wait_for()
