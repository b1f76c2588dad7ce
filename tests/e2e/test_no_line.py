"""The clinic's pages without a line: said in words, tried again by itself; a server on the same machine needs none."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser
WIDE = {"viewport": {"width": 1280, "height": 900}}


def test_a_search_without_a_line_says_so_and_goes_on_by_itself(watched) -> None:
    visit = watched(**WIDE)
    visit.sign_in("injector")
    visit.context.add_init_script("localStorage.setItem('reprieve.language', 'de')")
    page = visit.page
    page.goto("/patients")
    page.locator("a[href*='/patients/demo-']").first.wait_for()
    visit.context.set_offline(True)
    page.get_by_label("Nach Namen suchen").fill("gull")
    page.get_by_text("Der Server ist nicht erreichbar.").wait_for()
    visit.context.set_offline(False)
    page.get_by_text("GULLHAVEN").first.wait_for()
    assert page.get_by_text("Der Server ist nicht erreichbar.").count() == 0


def test_a_browser_that_sees_no_line_still_asks_the_server_of_its_own_machine(watched) -> None:
    """A laptop in a train with the server on it: the browser calls it offline, and everything works."""
    visit = watched(**WIDE)
    visit.sign_in("injector")
    page = visit.page
    page.goto("/patients")
    page.locator("a[href*='/patients/demo-']").first.wait_for()
    page.evaluate("window.dispatchEvent(new Event('offline'))")
    page.get_by_label("Find by name").fill("gull")
    page.locator("a[href*='/patients/demo-']", has_not_text="GULLHAVEN").first.wait_for(state="detached")
    page.get_by_text("GULLHAVEN").first.wait_for()
    assert page.get_by_text("The server cannot be reached.").count() == 0


def test_a_page_that_cannot_be_fetched_is_a_page_with_a_way_on(watched) -> None:
    visit = watched(**WIDE)
    visit.sign_in("injector")
    page = visit.page
    page.goto("/")
    page.get_by_role("heading", name="Today", level=1).wait_for()
    visit.context.set_offline(True)
    page.get_by_role("link", name="Stock", exact=True).click()
    page.locator("main.page").get_by_text("needs a connection").wait_for()
    visit.context.set_offline(False)
    page.locator("main.page").get_by_role("button", name="Try again").click()
    page.get_by_role("heading", name="Stock", level=1).wait_for()
    assert page.get_by_text("needs a connection").count() == 0
    # The browser itself tells of the script that it could not fetch.
    visit.faults[:] = [fault for fault in visit.faults if "dynamically imported module" not in fault]
