"""The page that explains the injection: opens without signing in, moves with the weeks, speaks other languages."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def test_the_weeks_tell_the_chapters_in_words_and_picture(watched) -> None:
    """At the start every door is open, in the best weeks few are; the slider's text and the picture's text agree."""
    page = watched(**PHONE).page
    page.goto("/phone/how")
    page.get_by_role("heading", name="The day of the injection").wait_for()
    assert "8 of 8 doors" in (page.get_by_role("img").get_attribute("aria-label") or "")
    page.get_by_label("Weeks since the injection").fill("4")
    page.get_by_role("heading", name="The best weeks").wait_for()
    assert "4 of 8 doors" in (page.get_by_role("img").get_attribute("aria-label") or "")
    page.get_by_role("button", name="Play").click()
    page.get_by_role("button", name="Pause").wait_for()
    # It plays on: a single week may be over before anybody looks.
    page.wait_for_function("() => Number(document.querySelector('input[type=range]').value) >= 6")
    page.get_by_label("Weeks since the injection").fill("20")
    page.get_by_role("heading", name="It comes back").wait_for()
    assert "unit" not in page.inner_text("main").lower()


def test_it_speaks_german(watched) -> None:
    page = watched(**PHONE).page
    page.goto("/phone/how")
    page.locator("footer select").select_option("de")
    page.get_by_role("heading", name="Warum es Tage dauert").wait_for()
    page.get_by_role("heading", name="Der Tag der Spritze").wait_for()
