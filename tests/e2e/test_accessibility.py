"""axe-core on every page, light and dark, wide and narrow; and no page is wider than its window."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[2]
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
TABLE = runpy.run_path(str(ROOT / "tools" / "pages.py"))
CLINIC = {name: route for name, route in TABLE["PAGES"].items() if name not in TABLE["OTHERS"]}
CLINIC["recall"] += "?lot=K264D"


def _axe() -> str:
    if not AXE.is_file():
        pytest.skip("axe-core is not installed; run `npm ci` in web")
    return AXE.read_text(encoding="utf-8")


def _violations(page) -> list[str]:
    page.evaluate(_axe())
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['id']}: {node['target']} {node['failureSummary'][:200]}"
        for one in found["violations"]
        for node in one["nodes"][:3]
    ]


def _settle(page) -> None:
    page.locator("main h1").first.wait_for(state="attached")
    page.get_by_text("Loading ", exact=False).first.wait_for(state="detached")
    page.wait_for_timeout(150)


def _too_wide(page) -> int:
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")], ids=["wide-light", "narrow-dark"])
def test_every_clinic_page(watched, cervical: str, width: int, scheme: str) -> None:
    """Two passes cover both themes and both layouts of each page."""
    visit = watched(viewport={"width": width, "height": 900}, color_scheme=scheme)
    visit.sign_in("injector")
    told: list[str] = []
    for name, route in CLINIC.items():
        visit.page.goto(route.format(patient=cervical))
        _settle(visit.page)
        if name == "plan":
            visit.page.get_by_role("button", name="Repeat last session").click()
            visit.page.get_by_test_id("total").wait_for()
            visit.page.get_by_role("button", name="Simulate this plan").click()
            visit.page.locator(".slice-lines").wait_for(timeout=60_000)
            visit.page.get_by_role("button", name="Show the neck").click()
            visit.page.locator(".neck-svg").wait_for(timeout=60_000)
            visit.page.get_by_role("button", name="Single sites").click()
            visit.page.locator(".site").first.wait_for()
        told += [f"{name}: {line}" for line in _violations(visit.page)]
        if _too_wide(visit.page) > 0:
            told.append(f"{name}: wider than {width} px")
    assert not told, "\n".join(told)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_signing_in_users_and_the_phone(watched, scheme: str) -> None:
    """The pages of the administrator and of the patient."""
    visit = watched(viewport={"width": 390, "height": 844}, color_scheme=scheme)
    told: list[str] = []
    for route in ("/", "/phone"):
        visit.page.goto(route)
        _settle(visit.page)
        told += [f"sign-in {route}: {line}" for line in _violations(visit.page)]
    visit.sign_in("administrator")
    for route in (TABLE["PAGES"][name] for name, who in TABLE["OTHERS"].items() if who == "administrator"):
        visit.page.goto(route)
        _settle(visit.page)
        told += [f"{route}: {line}" for line in _violations(visit.page)]
        if _too_wide(visit.page) > 0:
            told.append(f"{route}: wider than 390 px")
    visit.sign_in("patient")
    visit.page.goto("/phone")
    _settle(visit.page)
    told += [f"phone: {line}" for line in _violations(visit.page)]
    if _too_wide(visit.page) > 0:
        told.append("phone: wider than 390 px")
    visit.page.get_by_role("button", name="Urgent help").click()
    visit.page.get_by_role("dialog").wait_for()
    told += [f"urgent: {line}" for line in _violations(visit.page)]
    assert not told, "\n".join(told)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_forms_that_are_opened_on_a_page(watched, cervical: str, scheme: str) -> None:
    """A new patient, the particulars, the correction of a session; and the phone's camera, where there is none."""
    visit = watched(viewport={"width": 390, "height": 844}, color_scheme=scheme)
    page, told = visit.page, []

    def look(name: str) -> None:
        told.extend(f"{name}: {line}" for line in _violations(page))
        if _too_wide(page) > 0:
            told.append(f"{name}: wider than 390 px")

    visit.sign_in("injector")
    page.goto("/patients")
    page.get_by_role("button", name="New patient").click()
    page.get_by_label("What is treated").wait_for()
    look("new patient")
    page.goto(f"/patients/{cervical}/chart")
    page.get_by_role("button", name="Correct the particulars").click()
    page.get_by_label("Died on").wait_for()
    look("particulars")
    page.goto(f"/patients/{cervical}/visit")
    page.get_by_role("button", name="Correct what was given").click()
    page.get_by_role("button", name="Correct and sign").wait_for()
    look("correction")
    _camera_at_home(visit)
    visit.sign_in("patient")
    page.goto("/phone")
    page.get_by_role("button", name="Open the camera").click()
    page.get_by_role("alert").get_by_text("The camera cannot be used", exact=False).wait_for()
    look("camera")
    assert not told, "\n".join(told)


def _camera_at_home(visit) -> None:
    visit.sign_in("administrator")
    body = {"policy": {**visit.get("/api/policy"), "camera_at_home": True}, "reason": "a study of postures"}
    headers = {"X-Reprieve": "1", "Idempotency-Key": "camera-at-home-for-axe"}
    assert visit.context.request.post("/api/policy", data=body, headers=headers).ok


# Of an element with the focus: how many of a hundred parts of its height stand between the bars that cover the page.
SEEN = """() => {
  const element = document.activeElement;
  if (!element || element === document.body || element.closest(".totals, .banner, .shell, .skip")) return null;
  const box = element.getBoundingClientRect();
  const top = document.querySelector(".banner").getBoundingClientRect().bottom;
  const bottom = document.querySelector(".totals").getBoundingClientRect().top;
  const seen = Math.min(box.bottom, bottom) - Math.max(box.top, top, 0);
  const name = element.getAttribute("aria-label") ?? element.name ?? element.textContent;
  return [name, Math.round((100 * seen) / box.height)];
}"""


@pytest.mark.parametrize(("width", "height"), [(390, 844), (640, 450), (1280, 900)])
def test_no_field_that_has_the_focus_is_hidden_by_the_bars_of_the_plan(
    watched, cervical: str, width: int, height: int
) -> None:
    """A dose that is typed by keyboard is seen, also at 200 % zoom (640 by 450)."""
    visit = watched(viewport={"width": width, "height": height})
    visit.sign_in("injector")
    page = visit.page
    page.goto(f"/patients/{cervical}/plan")
    page.get_by_role("button", name="Repeat last session").click()
    page.locator("[data-testid=verdict]:is(.verdict--warned, .verdict--clear, .verdict--blocked)").wait_for()
    page.evaluate("document.activeElement.blur()")
    reached = []
    for _ in range(60):
        page.keyboard.press("Tab")
        told = page.evaluate(SEEN)
        if told is not None:
            reached.append(told)
    assert any(name == "units" for name, _ in reached)
    assert [one for one in reached if one[1] < 95] == []
