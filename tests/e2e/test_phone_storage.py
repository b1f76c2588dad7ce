"""What a phone does to an entry: its storage is emptied, two tabs write, its clock is changed or set wrong."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

pytestmark = pytest.mark.browser
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def _opened(watched, **settings):
    """Open the diary as the patient, with the page kept for a time without a connection."""
    visit = watched(**PHONE, **settings)
    visit.sign_in("patient")
    visit.page.goto("/phone")
    visit.page.get_by_role("button", name="Urgent help").wait_for()
    visit.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    visit.page.reload()
    # The name comes with the record: by then the worker has kept page and scripts.
    visit.page.get_by_text("Hello ", exact=False).wait_for()
    return visit


def _told(visit, symptom: str) -> int:
    return len([one for one in visit.get("/api/mine")["symptoms"] if one["symptom"] == symptom])


def _tell(page, chip: str) -> None:
    page.get_by_role("button", name=chip, exact=True).click()
    page.get_by_role("button", name="Save", exact=True).click()


def _tell_without_line(visit, chip: str) -> None:
    visit.context.set_offline(True)
    _tell(visit.page, chip)
    visit.page.get_by_text("not sent yet", exact=False).wait_for()


def _wipe(visit) -> None:
    """Take away what a browser takes away when a phone runs out of space: everything but the sign-in."""
    session = visit.context.new_cdp_session(visit.page)
    kinds = "indexeddb,cache_storage,service_workers,local_storage"
    session.send("Storage.clearDataForOrigin", {"origin": visit.address, "storageTypes": kinds})


def test_an_entry_outlives_the_storage_it_was_kept_in(watched) -> None:
    """Wiped under the open page, the entry still arrives, once; the page opens again as if it were new."""
    visit = _opened(watched)
    page = visit.page
    before = _told(visit, "headache")
    _tell_without_line(visit, "Headache")
    _wipe(visit)
    visit.context.set_offline(False)
    page.get_by_text("not sent yet", exact=False).wait_for(state="detached")
    assert _told(visit, "headache") == before + 1
    page.reload()
    page.get_by_role("button", name="Urgent help").wait_for()
    page.get_by_text("not sent yet", exact=False).wait_for(state="detached")
    assert _told(visit, "headache") == before + 1


def test_two_tabs_write_without_a_connection_and_each_entry_arrives_once(watched) -> None:
    """Both tabs know of both entries; when the line is back, each is sent once, whichever tab does it."""
    visit = _opened(watched)
    first = visit.page
    second = visit.open()
    second.goto("/phone")
    second.get_by_role("button", name="Urgent help").wait_for()
    before = {symptom: _told(visit, symptom) for symptom in ("bruise", "fatigue")}
    visit.context.set_offline(True)
    _tell(first, "Bruise")
    first.get_by_text("1 not sent yet", exact=False).wait_for()
    _tell(second, "Very tired")
    second.get_by_text("2 not sent yet", exact=False).wait_for()
    visit.context.set_offline(False)
    for page in (first, second):
        page.get_by_text("not sent yet", exact=False).wait_for(state="detached")
    assert {symptom: _told(visit, symptom) for symptom in before} == {s: n + 1 for s, n in before.items()}


def _night_of_two_hours() -> date:
    """Return the last Sunday of October that is over: in Berlin the hour from two to three came twice."""
    year = (datetime.now(UTC) - timedelta(days=310)).year
    last = date(year, 10, 31)
    return last - timedelta(days=(last.weekday() + 1) % 7)


def test_the_night_in_which_the_clock_goes_back_is_one_day(watched) -> None:
    """Half past two comes twice: all entries are of that day and arrive in their order, so the last one holds."""
    night = _night_of_two_hours()
    days = [(night + timedelta(days=n)).isoformat() for n in (-1, 0, 1)]
    visit = _opened(watched, timezone_id="Europe/Berlin")
    page = visit.page

    def severities() -> dict[str, Counter]:
        diary = visit.get("/api/mine")["diary"]
        return {day: Counter(entry["severity"] for entry in diary if entry["date"] == day) for day in days}

    before = severities()
    visit.context.set_offline(True)
    for hour, number in ((0, 3), (0, 4), (0, 5), (1, 6)):
        page.clock.set_fixed_time(f"{night.isoformat()}T0{hour}:30:00Z")
        page.reload()
        again = page.get_by_role("button", name="Change it")
        page.get_by_role("radio").first.or_(again).first.wait_for()
        assert page.evaluate("new Date().getHours()") == 2
        if again.count():
            again.click()
        page.get_by_role("radio", name=str(number), exact=True).click()
        page.get_by_role("button", name=f"Save {number}").click()
        page.get_by_text(f"{number - 2} not sent yet", exact=False).wait_for()
    visit.context.set_offline(False)
    page.get_by_text("not sent yet", exact=False).wait_for(state="detached")
    after = severities()
    assert {day: after[day] - before[day] for day in days} == {
        days[0]: Counter(),
        days[1]: Counter(["6"]),
        days[2]: Counter(),
    }


def test_a_clock_that_is_years_ahead_is_told_and_blocks_nothing(watched) -> None:
    """The server does not take a day to come; the phone says so, and what is right goes through."""
    visit = _opened(watched)
    page = visit.page
    now = datetime.now(UTC)
    before = {symptom: _told(visit, symptom) for symptom in ("headache", "fatigue")}
    visit.context.set_offline(True)
    page.clock.set_fixed_time(now + timedelta(days=1500))
    _tell(page, "Headache")
    page.get_by_text("1 not sent yet", exact=False).wait_for()
    page.clock.set_fixed_time(now)
    _tell(page, "Very tired")
    page.get_by_text("2 not sent yet", exact=False).wait_for()
    visit.context.set_offline(False)
    page.get_by_text("not sent yet", exact=False).wait_for(state="detached")
    page.get_by_text(str((now + timedelta(days=1500)).year), exact=False).first.wait_for()
    assert _told(visit, "headache") == before["headache"]
    assert _told(visit, "fatigue") == before["fatigue"] + 1


def test_what_one_patient_left_unsent_is_never_taken_for_the_next_one(watched, cervical: str) -> None:
    """On a phone or tablet of two, each entry waits for its own writer; so do the videos."""
    nurse = watched()
    nurse.sign_in("nurse")
    page_of = f"/api/patients/{cervical}/phone-page"
    headers = {"X-Reprieve": "1", "Idempotency-Key": "phone-page-of-two"}
    given = nurse.context.request.post(page_of, data={"password": "k7rm-2fwx-9pda"}, headers=headers)
    assert given.ok, given.text()
    other = nurse.get(page_of)["account"]["name"]
    symptoms = nurse.get(f"/api/patients/{cervical}/chart")["symptoms"]
    of_other = len([one for one in symptoms if one["symptom"] == "bruise"])

    visit = _opened(watched)
    page = visit.page
    before = _told(visit, "bruise")
    _tell_without_line(visit, "Bruise")
    visit.context.clear_cookies()
    visit.context.set_offline(False)

    def enter(name: str, password: str) -> None:
        page.get_by_label("Name").fill(name)
        page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.get_by_text("Hello ", exact=False).wait_for()

    enter(other, "k7rm-2fwx-9pda")
    assert visit.get("/api/me")["patient_id"] == cervical
    assert page.get_by_text("not sent yet", exact=False).count() == 0
    assert _told(visit, "bruise") == of_other
    page.get_by_role("button", name="Sign out").click()
    enter("patient", "dystonia-2026")
    page.get_by_text("not sent yet", exact=False).wait_for(state="detached")
    assert _told(visit, "bruise") == before + 1
