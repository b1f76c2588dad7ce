"""Single needle sites on the map: dragged by mouse and finger, moved by keys, never off the muscle, kept in words."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
WIDE = {"viewport": {"width": 1280, "height": 1000}}
TABLET = {"viewport": {"width": 820, "height": 1180}, "has_touch": True}
ON_MUSCLE = """key => {
  const svg = document.querySelector('.map-svg');
  const shapes = [...svg.querySelector(`[data-target="${key}"]`).children];
  return [...svg.querySelectorAll('.site')].map(site => {
    const box = site.querySelector('.site-dot').getBoundingClientRect();
    const at = new DOMPoint(box.x + box.width / 2, box.y + box.height / 2);
    return shapes.some(s => s.isPointInFill(at.matrixTransform(s.getScreenCTM().inverse())));
  });
}"""


def _only_one_muscle(page, patient: str) -> str:
    """Plan one muscle with three sites; returns the key of its target on the map."""
    page.goto(f"/patients/{patient}/plan")
    page.get_by_role("button", name="Blank plan").click()
    page.get_by_label("Add a muscle").fill("splenius capitis")
    page.get_by_role("option", name=re.compile("Splenius capitis.*left")).first.click()
    page.locator("input[name=units]").fill("60")
    page.locator("input[name=sites]").fill("3")
    page.get_by_role("button", name="Single sites").click()
    page.locator(".site").nth(2).wait_for()
    return "splenius_capitis left"


def _middle(site) -> tuple[float, float]:
    box = site.locator(".site-dot").bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def _still(page, site) -> tuple[float, float]:
    """Return where the site is once answers that arrive above it no longer move it."""
    at = _middle(site)
    for _ in range(100):
        page.wait_for_timeout(300)
        before, at = at, _middle(site)
        if at == before:
            return at
    raise AssertionError("the page does not come to rest")


def test_a_site_is_dragged_and_stays_on_its_muscle(watched, cervical: str) -> None:
    """Dragged far outside it stops at the edge; a tap on the muscle sets one more and the dose table counts it."""
    visit = watched(**WIDE)
    visit.sign_in("injector")
    page = visit.page
    key = _only_one_muscle(page, cervical)
    assert page.evaluate(ON_MUSCLE, key) == [True] * 3
    site = page.locator(".site").first
    site.scroll_into_view_if_needed()
    x, y = _still(page, site)
    # Along the muscle, towards the second site.
    second = _middle(page.locator(".site").nth(1))
    wish = (x + 0.6 * (second[0] - x), y + 0.6 * (second[1] - y))
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(*wish, steps=4)
    page.mouse.up()
    moved = _still(page, site)
    assert abs(moved[0] - wish[0]) < 3
    assert abs(moved[1] - wish[1]) < 3
    page.mouse.move(*moved)
    page.mouse.down()
    page.mouse.move(moved[0] - 300, moved[1] + 20, steps=6)
    page.mouse.up()
    stopped = _still(page, site)
    assert page.evaluate(ON_MUSCLE, key) == [True] * 3
    assert moved[0] - stopped[0] < 60

    lower = page.locator(".site").nth(2)
    at = _middle(lower)
    page.mouse.click(at[0] - 2, (at[1] + _middle(page.locator(".site").nth(1))[1]) / 2)
    page.locator(".site").nth(3).wait_for()
    expect(page.locator("input[name=sites]")).to_have_value("4")
    page.get_by_role("button", name="Discard this draft").click()


def test_sites_by_keyboard_and_by_finger(watched, cervical: str) -> None:
    """Arrows move, + adds, Delete takes away, and a finger drags without scrolling the page."""
    visit = watched(**TABLET)
    visit.sign_in("injector")
    page = visit.page
    key = _only_one_muscle(page, cervical)
    site = page.locator(".site").first
    site.focus()
    x, y = _middle(site)
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    assert _middle(site)[1] > y
    assert abs(_middle(site)[0] - x) < 2
    page.keyboard.press("+")
    page.locator(".site").nth(3).wait_for()
    page.keyboard.press("Delete")
    page.locator(".site").nth(3).wait_for(state="detached")
    expect(page.locator("input[name=sites]")).to_have_value("3")

    site.scroll_into_view_if_needed()
    x, y = _still(page, site)
    scrolled = page.evaluate("scrollY")
    finger = visit.context.new_cdp_session(page)
    touch = {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]}
    finger.send("Input.dispatchTouchEvent", touch)
    for step in (8, 16, 24):
        finger.send(
            "Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": x + step / 8, "y": y + step}]}
        )
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.wait_for_function("y => document.querySelector('.site .site-dot').getBoundingClientRect().y > y", arg=y)
    assert page.evaluate("scrollY") == scrolled
    assert page.evaluate(ON_MUSCLE, key) == [True] * 3
    # The session says where they are, in words, and the draft has them as places.
    page.get_by_role("button", name="Go to the session").click()
    # The plan, which has such a button too, stays until its draft is kept.
    page.get_by_role("heading", name="Checklist").wait_for()
    page.get_by_role("button", name="Single sites").click()
    label = page.locator(".site").last.get_attribute("aria-label")
    assert re.fullmatch(r"Site 3 of 3, Splenius capitis, left: (upper|middle|lower) third", label)
    kept = json.loads(page.evaluate(f"sessionStorage.getItem('reprieve.draft.{cervical}')"))
    assert [len(sites) for sites in kept["rows"][0]["places"].values()] == [3]
    drafted = visit.get(f"/api/patients/{cervical}/chart")["drafts"][-1]["injections"][0]
    assert [place["view"] for place in drafted["positions"]] == ["neck_back"] * 3
    page.goto(f"/patients/{cervical}/plan")
    page.get_by_role("button", name="Discard this draft").click()


def test_signed_sites_come_back_where_they_lay(watched, cervical: str) -> None:
    """On the page before the visit, on the printed page and on the plan that repeats the session."""
    visit = watched(**WIDE)
    visit.sign_in("injector")
    page = visit.page
    rows = visit.get("/api/today")["rows"]
    patient = next(row["patient_id"] for row in rows if row["last_session"] and row["patient_id"] != cervical)
    dose = {
        "muscle": "splenius_capitis",
        "side": "left",
        "units": "60",
        "sites": 2,
        "positions": [{"view": "neck_left", "x": x, "y": "0.3", "map": "1"} for x in ("0.55", "0.65")],
    }
    day = page.evaluate("new Date().toISOString().slice(0, 10)")
    plan = {"product": "onabotulinumtoxinA", "indication": "cervical_dystonia", "date": day, "injections": [dose]}
    answer = visit.context.request.post(
        f"/api/patients/{patient}/sessions",
        data={
            "plan": plan,
            "given": {"injections": [dose]},
            "checklist": [{"step": "identity"}, {"step": "product_and_side"}],
            "second_today": "a test of single sites",
            "overrides": [],
        },
        headers={"X-Reprieve": "1", "Idempotency-Key": "sites-come-back"},
    )
    assert answer.ok, answer.text()
    for place in ("since", "sheet"):
        page.goto(f"/patients/{patient}/{place}")
        page.locator(".dots .ring").nth(1).wait_for()
        assert page.get_by_label("View of the body map").input_value() == "neck_left"
    page.goto(f"/patients/{patient}/plan")
    page.get_by_role("button", name=re.compile("Repeat last")).first.click()
    page.locator(".dots .ring").nth(1).wait_for()
    page.get_by_role("button", name="Single sites").click()
    first, second = page.locator(".site").nth(0), page.locator(".site").nth(1)
    second.wait_for()
    # Seen from the patient's left the front lies at the left, and 0.55 lies before 0.65.
    assert _middle(first)[0] < _middle(second)[0]
    assert abs(_middle(first)[1] - _middle(second)[1]) < 1
    page.get_by_role("button", name="Discard this draft").click()
