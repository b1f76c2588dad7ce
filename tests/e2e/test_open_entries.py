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


def test_no_visit_is_filled_in_that_no_label_bounds(watched) -> None:
    """The label's interval comes with its source and sooner is marked; without a label the day is left open."""
    visit = watched(viewport={"width": 1280, "height": 900})
    visit.sign_in("injector")
    page = visit.page
    told: dict[bool, tuple[str, dict]] = {}
    for row in visit.get("/api/today")["rows"]:
        if not row["last_session"] or (row["weeks_since"] or 99) > 8:
            continue
        advice = visit.get(f"/api/patients/{row['patient_id']}/next-visit")
        if advice["earliest"]:
            told.setdefault(advice["label"] is not None, (row["patient_id"], advice))
    assert set(told) == {True, False}

    patient, advice = told[True]
    label = advice["label"]
    page.goto(f"/patients/{patient}/follow-up")
    field = page.get_by_label("Book for", exact=False)
    page.get_by_role("button", name="Cancel the visit of").click()
    page.get_by_role("button", name="Cancel it").click()
    page.get_by_text("nothing", exact=True).wait_for()
    assert field.input_value() == advice["earliest"] >= label["date"]
    page.locator("[aria-labelledby=next-title]").get_by_text(label["source"]["key"]).wait_for()
    field.fill(str(date.fromisoformat(label["date"]) - timedelta(days=1)))
    page.get_by_text(f"sooner than the label's {label['words']}").wait_for()
    field.fill(label["date"])
    page.get_by_text("sooner than the label's").wait_for(state="detached")

    patient, _ = told[False]
    page.goto(f"/patients/{patient}/follow-up")
    page.get_by_role("button", name="Cancel the visit of").click()
    page.get_by_role("button", name="Cancel it").click()
    page.get_by_text("nothing", exact=True).wait_for()
    assert field.input_value() == ""
    page.get_by_text("No shortest interval of a label is on file").wait_for()
