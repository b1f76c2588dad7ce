"""What follows from a plan, beside it: posture, side effects with their bands, and one change."""

from __future__ import annotations

import re

import pytest

pytestmark = pytest.mark.browser
WIDE = {"viewport": {"width": 1280, "height": 1000}}


def test_posture_side_effects_and_one_change_come_from_the_server(watched, cervical: str) -> None:
    """The tables hold the server's figures; a quarter fewer units block less, as the server says."""
    visit = watched(**WIDE)
    visit.sign_in("injector")
    page = visit.page
    page.goto(f"/patients/{cervical}/plan")
    page.get_by_role("button", name="Repeat last session").click()
    page.locator("[data-testid=preview][data-of]").locator("svg").wait_for(timeout=120_000)
    with page.expect_response(re.compile("/api/simulate[?]?[^/]*$")) as answer:
        page.get_by_role("button", name="Simulate this plan").click()
    told = answer.value.json()
    effects = page.get_by_role("region", name="Chance of side effects")
    effects.wait_for(timeout=60_000)
    assert effects.locator("tbody tr").count() == len(told["side_effects"]) > 0
    for effect in told["side_effects"]:
        assert effect["anchor"] in effects.inner_text()
    posture = page.get_by_role("region", name="What it does to the posture")
    assert posture.locator("tbody tr").count() == len(told["joints"]) > 0
    with page.expect_response(re.compile("/api/simulate/compare")) as compared:
        page.get_by_label("One change of this plan").select_option(label="A quarter fewer units")
    base, fewer = compared.value.json()["cases"]
    assert fewer["muscles"][0]["peak_block"] < base["muscles"][0]["peak_block"]
    table = page.get_by_role("region", name="What if", exact=True).locator("tbody tr")
    table.first.wait_for()
    assert table.count() == len(base["muscles"]) + len(base["risks"])
