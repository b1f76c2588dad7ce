"""The patient's page: ten seconds a day, offline too, and never a dose."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime, timedelta

import pytest

pytestmark = pytest.mark.browser
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def _diary(visit) -> list[dict]:
    return visit.get("/api/mine")["diary"]


def test_a_day_takes_two_taps_and_is_seen_in_the_clinic(watched) -> None:
    """One tap on the number, one on save; the clinician's chart has it."""
    visit = watched(**PHONE)
    visit.sign_in("patient")
    patient = visit.get("/api/me")["patient_id"]
    visit.page.goto("/phone")
    page = visit.page
    # With the name comes whether today was answered already, by another test: then the question is asked for again.
    page.get_by_text("Hello ", exact=False).wait_for()
    again = page.get_by_role("button", name="Change it")
    if again.count():
        again.tap()
    page.get_by_role("radio", name="7", exact=True).tap()
    page.get_by_role("button", name="Save 7").tap()
    page.get_by_text("Saved. Thank you.").wait_for()
    clinic = watched()
    clinic.sign_in("injector")
    newest = max(clinic.get(f"/api/patients/{patient}/chart")["diary"], key=lambda entry: entry["date"])
    assert newest["severity"] == "7"


def test_entries_made_without_a_connection_arrive_once(watched) -> None:
    """A side effect told offline waits on the phone, survives a reload, and is sent once by one of two tabs."""
    visit = watched(**PHONE)
    visit.sign_in("patient")
    page = visit.page
    page.goto("/phone")
    page.get_by_role("button", name="Urgent help").wait_for()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()  # through the service worker, so that the page itself is kept
    page.get_by_text("Hello ", exact=False).wait_for()
    before = len([one for one in visit.get("/api/mine")["symptoms"] if one["symptom"] == "dry_mouth"])

    visit.context.set_offline(True)
    page.get_by_role("button", name="Dry mouth").click()
    _confirm(page)
    page.get_by_text("not sent yet", exact=False).wait_for()
    page.reload()
    page.get_by_text("not sent yet", exact=False).wait_for()

    second = visit.open()
    second.goto("/phone")
    second.get_by_text("not sent yet", exact=False).wait_for()
    visit.context.set_offline(False)
    page.get_by_text("not sent yet", exact=False).wait_for(state="detached")
    second.get_by_text("not sent yet", exact=False).wait_for(state="detached")
    after = [one for one in visit.get("/api/mine")["symptoms"] if one["symptom"] == "dry_mouth"]
    assert len(after) == before + 1


def test_a_week_without_a_connection_arrives_once_each_day(watched) -> None:
    """Seven days, each entered after the page was opened anew offline; the clock goes on, the queue goes once."""
    visit = watched(**PHONE)
    visit.sign_in("patient")
    page = visit.page
    page.goto("/phone")
    page.get_by_role("button", name="Urgent help").wait_for()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    page.get_by_text("Hello ", exact=False).wait_for()
    today = datetime.now().replace(hour=9, minute=0, second=0, microsecond=0)
    days = [today - timedelta(days=60 - back) for back in range(7)]
    before = _severities(visit)
    visit.context.set_offline(True)
    for number, day in enumerate(days):
        page.clock.set_fixed_time(day)
        page.reload()
        again = page.get_by_role("button", name="Change it")
        page.get_by_role("radio").first.or_(again).first.wait_for()
        if again.count():
            again.click()
        page.get_by_role("radio", name=str(number + 2), exact=True).click()
        page.get_by_role("button", name=f"Save {number + 2}").click()
        # The count of what waits already stood there for the days before; this says that the day's own entry is kept.
        page.get_by_text("Kept on this phone. It is sent later.", exact=True).wait_for()
    visit.context.set_offline(False)
    page.get_by_text("not sent yet", exact=False).first.wait_for(state="detached")
    after = _severities(visit)
    for number, day in enumerate(days):
        on = day.date().isoformat()
        new = Counter(after.get(on, [])) - Counter(before.get(on, []))
        assert new == Counter([str(number + 2)]), (on, before.get(on), after.get(on))


def _severities(visit) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for entry in _diary(visit):
        found.setdefault(entry["date"], []).append(entry["severity"])
    return found


def _confirm(page) -> None:
    button = page.get_by_role("button", name=re.compile("^(Send|Save|Tell)"))
    if button.count():
        button.last.click()


def test_no_dose_is_ever_shown_to_the_patient(watched) -> None:
    """Neither the page nor what the server sends names units; red flags lead to help at once."""
    visit = watched(**PHONE)
    visit.sign_in("patient")
    body = visit.context.request.get("/api/mine").text()
    assert "units" not in body
    visit.page.goto("/phone")
    # The name comes with the record, which has the muscles too.
    visit.page.get_by_text("Hello ", exact=False).wait_for()
    text = visit.page.locator("body").inner_text()
    assert not re.search(r"\d\s*units?\b", text)
    assert "What was injected" in text
    visit.page.get_by_role("button", name="Urgent help").click()
    assert "breath" in visit.page.get_by_role("dialog").inner_text().lower()


def test_german_and_french(watched) -> None:
    """The language is chosen on the page and kept."""
    visit = watched(**PHONE)
    visit.sign_in("patient")
    visit.page.goto("/phone")
    for code, question in (("de", "Dystonie"), ("fr", "dystonie")):
        visit.page.get_by_role("combobox").select_option(code)
        visit.page.wait_for_function("code => document.documentElement.lang === code", arg=code)
        visit.page.reload()
        visit.page.get_by_text(question, exact=False).first.wait_for()
        assert "How much did" not in visit.page.locator("body").inner_text()


def test_the_page_is_given_at_the_visit_with_one_press(watched, cervical: str) -> None:
    """The nurse opens it from the chart; what the screen shows is all that the patient needs."""
    clinic = watched(viewport={"width": 1280, "height": 900})
    clinic.sign_in("nurse")
    page = clinic.page
    page.goto(f"/patients/{cervical}/chart")
    page.get_by_text("The patient's own page").click()
    page.get_by_role("button", name=re.compile("Open the page|Give a new password")).click()
    page.get_by_role("img", name="Address to scan with the phone").wait_for()
    told = dict(
        zip(
            page.locator(".shares[open] dt").all_inner_texts(),
            page.locator(".shares[open] dd").all_inner_texts(),
            strict=True,
        )
    )
    phone = watched(**PHONE)
    phone.page.goto(told["Address"])
    phone.page.get_by_label("Name").fill(told["Name"])
    phone.page.get_by_label("Password").fill(told["Password"])
    phone.page.get_by_role("button", name="Sign in", exact=True).tap()
    phone.page.get_by_text("Hello ", exact=False).wait_for()
    assert phone.get("/api/me")["patient_id"] == cervical
