"""The neck in three dimensions: needles where the server puts them, left on its side, the same in words."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser
WIDE = {"viewport": {"width": 1280, "height": 900}}
NEEDLES = """() => [...document.querySelectorAll('.neck-needle')].map(n => {
  const box = document.querySelector('.neck-svg').getBoundingClientRect(); const own = n.getBoundingClientRect();
  return [n.dataset.side, own.left + own.width / 2 - box.left - box.width / 2]; })"""


def test_the_neck_turns_and_says_what_lies_next_to_the_needles(watched, cervical: str) -> None:
    """From the front the patient's left is on the viewer's right, from the back on the left; more sites follow."""
    visit = watched(**WIDE)
    visit.sign_in("injector")
    page = visit.page
    page.goto(f"/patients/{cervical}/plan")
    page.get_by_role("button", name="Repeat last session").click()
    page.locator("input[name=units]").first.wait_for()
    with page.expect_response("**/api/simulate/neck") as answer:
        page.get_by_role("button", name="Show the neck").click()
    scene = answer.value.json()
    neck = page.get_by_test_id("neck")
    neck.locator(".neck-needle").first.wait_for(state="attached")
    assert len(scene["needles"]) >= 3
    for view, left_is_right in (("Front", True), ("Back", False)):
        neck.get_by_role("button", name=view, exact=True).click()
        words = neck.locator(".map-edges strong").all_inner_texts()
        assert words == (
            ["Patient's right", "Patient's left"] if left_is_right else ["Patient's left", "Patient's right"]
        )
        found = page.evaluate(NEEDLES)
        assert len(found) == len(scene["needles"])
        assert all((offset > 0) == ((side == "left") == left_is_right) for side, offset in found if abs(offset) > 1)

    stage = neck.get_by_role("slider")
    stage.focus()
    before = neck.locator(".neck-svg").inner_html()
    page.keyboard.press("ArrowRight")
    assert stage.get_attribute("aria-valuenow") == "190"
    assert neck.locator(".neck-svg").inner_html() != before

    rows = neck.locator("tbody tr")
    assert rows.count() == len({(n["muscle"], n["side"]) for n in scene["needles"]})
    assert "mm from the needle" in rows.first.inner_text()
    page.locator("input[name=sites]").first.fill("5")
    page.wait_for_function(
        "n => document.querySelectorAll('.neck-needle').length !== n", arg=len(scene["needles"]), timeout=30_000
    )
