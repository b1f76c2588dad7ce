"""What is still open is closed where it is seen: a side effect that is over, a visit that will not be."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

pytestmark = pytest.mark.browser


def test_a_side_effect_is_said_to_be_over_and_no_longer_asked(watched) -> None:
    visit = watched(viewport={"width": 1280, "height": 900})
    visit.sign_in("injector")
    row = next(one for one in visit.get("/api/today")["rows"] if any(f["kind"] == "red_flag" for f in one["flags"]))
    patient = row["patient_id"]
    fields = [one["field"] for one in visit.get(f"/api/patients/{patient}/proposals")["asks"]]
    assert "symptoms" in fields
    page = visit.page
    page.goto(f"/patients/{patient}/follow-up")
    page.get_by_role("button", name="is over").click()
    page.get_by_role("heading", name="Side effects not over").wait_for(state="detached")
    fields = [one["field"] for one in visit.get(f"/api/patients/{patient}/proposals")["asks"]]
    assert "symptoms" not in fields
    after = next(one for one in visit.get("/api/today")["rows"] if one["patient_id"] == patient)
    assert not [flag for flag in after["flags"] if flag["kind"] == "red_flag"]


def test_a_missed_visit_is_cancelled_with_two_presses(watched) -> None:
    visit = watched(viewport={"width": 390, "height": 844})
    visit.sign_in("injector")
    row = next(one for one in visit.get("/api/today")["rows"] if any(f["kind"] == "overdue" for f in one["flags"]))
    page = visit.page
    page.goto(f"/patients/{row['patient_id']}/follow-up")
    page.get_by_role("button", name="Cancel the visit of").first.click()
    page.get_by_role("button", name="Cancel it").click()
    page.get_by_role("button", name="Cancel it").wait_for(state="detached")
    after = next(one for one in visit.get("/api/today")["rows"] if one["patient_id"] == row["patient_id"])
    assert not [flag for flag in after["flags"] if flag["kind"] == "overdue"]


def test_no_visit_sooner_than_twelve_weeks_is_filled_in(watched) -> None:
    """It may be chosen by hand, and is marked then."""
    visit = watched(viewport={"width": 1280, "height": 900})
    visit.sign_in("injector")
    today = date.fromisoformat(visit.get("/api/today")["today"])
    early = [
        one
        for one in visit.get("/api/today")["rows"]
        if one["last_session"]
        and one["fading"]
        and one["fading"]["low"] < str(date.fromisoformat(one["last_session"]["date"]) + timedelta(weeks=12))
        and one["weeks_since"] < 8
    ]
    assert early
    page = visit.page
    row = early[0]
    page.goto(f"/patients/{row['patient_id']}/follow-up")
    field = page.get_by_label("Book for", exact=False)
    page.get_by_text("Proposed window").wait_for()
    told = field.input_value()
    assert told == "" or told >= str(date.fromisoformat(row["last_session"]["date"]) + timedelta(weeks=12))
    field.fill(str(today + timedelta(days=1)))
    page.get_by_text("sooner than 12 weeks").wait_for()
