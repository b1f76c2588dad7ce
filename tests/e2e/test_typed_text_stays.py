"""What somebody types or presses is theirs: late answers, ended sign-ins and another language take nothing away."""

from __future__ import annotations

import re

import pytest

pytestmark = pytest.mark.browser
WIDE = {"viewport": {"width": 1280, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
PASSWORD = "dystonia-2026"


def _sign_in_again(page) -> None:
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


@pytest.mark.parametrize("button", ["Save the goal", "Save the rating"])
def test_an_answer_that_comes_late_moves_no_button_away(watched, cervical: str, button: str) -> None:
    """Pressed while the forecast arrives, the button must still be under the finger when it is lifted."""
    visit = watched(**WIDE)
    visit.sign_in("injector")
    page = visit.page
    held = []
    page.route(re.compile("/(forecast|next-visit|scales)$"), lambda route: held.append(route))
    page.goto(f"/patients/{cervical}/follow-up")
    pressed = page.get_by_role("button", name=button)
    pressed.scroll_into_view_if_needed()
    before = pressed.bounding_box()
    assert len(held) == 3
    for route in held:
        route.continue_()
    page.get_by_test_id("wear-off").wait_for()
    page.get_by_label("Book for").wait_for()
    page.get_by_text("a higher total is").wait_for()
    assert pressed.bounding_box() == before


def test_another_language_keeps_what_is_half_typed(watched, cervical: str) -> None:
    visit = watched(**WIDE)
    visit.sign_in("injector")
    page = visit.page
    page.goto(f"/patients/{cervical}/follow-up")
    field = page.locator("#goal-text")
    field.fill("to read a book in bed")
    page.get_by_label("Language").select_option("de")
    page.get_by_role("heading", name="Ziel").wait_for()
    assert field.input_value() == "to read a book in bed"
    assert page.title() == "Nachkontrolle · Reprieve"


def test_the_next_entry_is_not_wiped_while_the_page_asks_anew(watched, cervical: str) -> None:
    """The form is free again with the answer to the write, not with the last of the answers that follow it."""
    visit = watched(**WIDE)
    visit.sign_in("injector")
    page = visit.page
    page.goto(f"/patients/{cervical}/follow-up")
    page.get_by_test_id("wear-off").wait_for()
    held = []
    page.route(re.compile("/forecast$"), lambda route: held.append(route))
    field = page.locator("#goal-text")
    field.fill("to turn the head in the car")
    page.get_by_role("button", name="Save the goal").click()
    page.locator("#goal-text[value='']").wait_for()
    field.fill("to sleep on the left side")
    page.wait_for_timeout(300)
    for route in held:
        route.continue_()
    page.get_by_text("Saved.").wait_for()
    assert field.input_value() == "to sleep on the left side"


def test_a_refusal_from_before_the_sign_in_does_not_ask_again(watched, cervical: str) -> None:
    """Of two writes without a sign-in the answer to one comes after the next sign-in: that one holds."""
    visit = watched(**WIDE)
    visit.sign_in("injector")
    page = visit.page
    page.goto(f"/patients/{cervical}/follow-up")
    held = []
    page.route(re.compile("/goals$"), lambda route: held.append(route))
    page.locator("#goal-text").fill("to carry a tray")
    page.get_by_role("button", name="Save the goal").click()
    visit.context.clear_cookies()
    page.get_by_label("What", exact=True).select_option("fatigue")
    page.get_by_role("button", name="Save the side effect").click()
    page.get_by_text("The sign-in of injector has ended").wait_for()
    _sign_in_again(page)
    page.get_by_role("heading", name="Goal").wait_for()
    told = {"error": {"code": "not_signed_in", "message": "nobody is signed in here (any more); sign in"}}
    held[0].fulfill(status=401, json=told)
    page.get_by_role("form", name="Goal").get_by_text("nobody is signed in here").wait_for()
    assert page.locator("#goal-text").input_value() == "to carry a tray"
    assert page.get_by_text("The sign-in of injector has ended").count() == 0


def test_a_note_on_the_phone_waits_behind_the_sign_in(watched) -> None:
    """Twelve hours end in the middle of a sentence; urgent help stays in reach, and the same patient goes on."""
    visit = watched(**PHONE)
    visit.sign_in("patient")
    page = visit.page
    page.goto("/phone")
    page.get_by_text("Hello ").wait_for()
    again = page.get_by_role("button", name="Change it")
    if again.count():
        again.tap()
    page.get_by_role("radio", name="4", exact=True).tap()
    page.get_by_role("button", name="Save 4").tap()
    page.get_by_role("button", name="Say more").tap()
    page.get_by_label("Note for your doctor").fill("Better in the morning")
    visit.context.clear_cookies()
    page.get_by_role("button", name="Dry mouth").tap()
    page.locator(".side-save").get_by_role("button", name="Save").tap()
    page.get_by_label("Password", exact=True).wait_for()
    assert not page.get_by_label("Note for your doctor").is_visible()
    page.get_by_role("button", name="Urgent help").tap()
    page.get_by_role("link", name="Call 112").wait_for()
    page.get_by_role("button", name="Close").tap()
    page.get_by_label("Name", exact=True).fill("patient")
    _sign_in_again(page)
    page.get_by_label("Note for your doctor").wait_for()
    assert page.get_by_label("Note for your doctor").input_value() == "Better in the morning"


@pytest.mark.parametrize("who", ["injector", "patient"])
def test_signing_out_without_a_connection_says_that_it_did_not_happen(watched, who: str) -> None:
    visit = watched(**PHONE)
    visit.sign_in(who)
    page = visit.page
    page.goto("/phone" if who == "patient" else "/settings")
    page.get_by_role("button", name="Sign out", exact=True).wait_for()
    visit.context.set_offline(True)
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.get_by_text("You are still signed in").wait_for()
    visit.context.set_offline(False)
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.get_by_label("Password", exact=True).wait_for()
    assert not visit.context.request.get("/api/me").ok


def test_a_half_entered_examination_outlives_other_pages_and_a_reload(watched, cervical: str) -> None:
    """It says that it is not saved, can be taken back, and is gone once it is saved."""
    visit = watched(**WIDE)
    visit.sign_in("injector")
    page = visit.page
    known = len(visit.get(f"/api/patients/{cervical}/chart")["assessments"])
    page.goto(f"/patients/{cervical}/assess")
    page.get_by_label("Note").fill("worse when tired")
    page.get_by_label("Add a posture").select_option("cervical.lateral_shift")
    page.get_by_text("not saved yet").wait_for()
    page.get_by_role("link", name="Chart", exact=True).click()
    page.get_by_role("heading", name="Course").wait_for()
    page.go_back()
    page.get_by_text("not saved yet").wait_for()
    page.reload()
    page.get_by_role("group", name="Lateral shift", exact=True).wait_for()
    assert page.get_by_label("Note").input_value() == "worse when tired"
    page.get_by_role("button", name="Take the changes back").click()
    page.get_by_role("group", name="Lateral shift", exact=True).wait_for(state="detached")
    assert page.get_by_label("Note").input_value() == ""

    page.get_by_label("Note").fill("worse when tired")
    page.get_by_role("button", name="Save the assessment").click()
    page.get_by_text("Saved. The ranking beside is new.").wait_for()
    assert page.get_by_text("not saved yet").count() == 0
    assert page.evaluate("Object.keys(sessionStorage).filter((name) => name.includes('assess'))") == []
    assert len(visit.get(f"/api/patients/{cervical}/chart")["assessments"]) == known + 1


def test_an_entry_that_is_put_right_after_a_lost_answer_is_taken(watched, cervical: str) -> None:
    """The first one arrived, its answer did not; the second is another entry and not a repetition with another text."""
    visit = watched(**WIDE)
    visit.sign_in("injector")
    page = visit.page
    page.goto(f"/patients/{cervical}/follow-up")
    arrived = []

    def lose_the_answer(route) -> None:
        arrived.append(route.fetch().status)
        route.abort()

    page.route(re.compile("/goals$"), lose_the_answer)
    field = page.locator("#goal-text")
    field.fill("to drink from a cup")
    page.get_by_role("button", name="Save the goal").click()
    page.get_by_text("cannot be reached").wait_for()
    assert arrived == [201]
    page.unroute_all()
    field.fill("to drink from a glass")
    page.get_by_role("button", name="Save the goal").click()
    page.get_by_text("Saved.").wait_for()
    goals = [one["text"] for one in visit.get(f"/api/patients/{cervical}/chart")["goals"]]
    assert goals[-2:] == ["to drink from a cup", "to drink from a glass"]
