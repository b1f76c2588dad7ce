"""Since last time and next visit: by hand, and on every chart of the demo clinic."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprieve.app.demo.clinic import demo_patients
from reprieve.app.follow import calendar, label_interval, next_visit, outcomes_of, since_last_time
from reprieve.core.findings import SourceRef
from reprieve.follow.last_time import last_time
from reprieve.follow.next_visit import Fading, earliest_by_label, next_visit_window
from reprieve.follow.poor_response import PoorResponse
from reprieve.record.chart import (
    Appointment,
    Chart,
    ChartPatient,
    DiaryEntry,
    GivenInjection,
    Goal,
    MuscleEffect,
    Rating,
    Session,
    Symptom,
)
from reprieve.record.plan import Exposure
from reprieve.reference.preparations import LabelInterval, product_facts

TODAY = date(2026, 11, 24)
DAY = date(2026, 8, 31)
PATIENTS = {patient.story: patient for patient in demo_patients(7, TODAY, 16)}
NONE = PoorResponse(kind="none", why="")
SEEN, UNSEEN = SourceRef("a", "label", True), SourceRef("b", "label", False)


def session(**more) -> Session:
    values = {
        "date": DAY,
        "product": "onabotulinumtoxinA",
        "indication": "cervical_dystonia",
        "injections": (GivenInjection(muscle="trapezius", side="left", units=D(50), lot="C1"),),
        "signed_by": "Dr",
        "id": "s1",
    }
    return Session(**(values | more))


def chart(**more) -> Chart:
    return Chart(**({"patient": ChartPatient(id="p", exposure_history="known"), "sessions": (session(),)} | more))


def page(made: Chart, on: date = TODAY):
    return last_time(made, None, NONE, on)


def test_the_page_of_a_visit_by_hand() -> None:
    made = chart(
        sessions=(
            session(),
            session(date=DAY - timedelta(days=90)),
            session(date=TODAY + timedelta(days=1)),
            session(date=TODAY, injections=()),
        ),
        symptoms=(
            Symptom(date=DAY - timedelta(days=1), symptom="old"),
            Symptom(
                date=DAY + timedelta(days=3),
                symptom="dry_mouth",
                muscle="trapezius",
                side="left",
                resolved=DAY + timedelta(days=9),
            ),
            Symptom(date=DAY + timedelta(days=4), symptom="neck_weakness"),
        ),
        goals=(Goal(text="drive"), Goal(text="later", date=TODAY + timedelta(days=1))),
        exposures=(Exposure(date=DAY + timedelta(days=20), product="abobotulinumtoxinA"),),
        diary=(DiaryEntry(date=DAY, severity=D(5)), DiaryEntry(date=DAY - timedelta(days=1), severity=D(6))),
        ratings=(Rating(date=TODAY, scale="twstrs", total=D(20)),),
    )
    made = replace(
        made,
        sessions=(
            replace(made.sessions[0], muscle_effects=(MuscleEffect(muscle="trapezius", side="left", effect="better"),)),
            *made.sessions[1:],
        ),
    )
    found = page(made)
    assert found.session is not None
    assert (found.session.date, found.days_since) == (DAY, 85)
    assert (found.muscles[0].effect, found.muscles[0].side_effects) == ("better", ("dry_mouth",))
    assert [(row.symptom.symptom, row.day, row.ongoing) for row in found.side_effects] == [
        ("dry_mouth", 3, False),
        ("neck_weakness", 4, True),
    ]
    assert [goal.text for goal in found.goals] == ["drive"]
    assert (len(found.diary), len(found.ratings), len(found.exposures)) == (1, 1, 1)
    assert found.asks == (
        "Any toxin since then, given by anyone, for anything?",
        "neck weakness: is it over, and since when?",
    )


@pytest.mark.parametrize(
    ("made", "ask"),
    [
        (chart(patient=ChartPatient(id="p")), "The history is unknown."),
        (chart(sessions=()), "No injection is on record here"),
        (chart(sessions=(session(signed_by=None),)), "is not signed"),
        (chart(), "which is not the same as none"),
        (chart(), "1 of 1 were not judged"),
        (chart(), "Nothing was entered."),
        (chart(), "No goal is on record."),
    ],
)
def test_what_the_record_cannot_answer_is_asked(made: Chart, ask: str) -> None:
    assert any(ask in told for told in page(made).asks)


def test_without_a_session_nothing_is_counted_from() -> None:
    found = page(chart(sessions=(), symptoms=(Symptom(date=DAY, symptom="bruise"),)))
    assert (found.session, found.days_since, found.prompts, found.muscles) == (None, None, (), ())
    assert found.side_effects[0].day == 0


def weeks(number: int, source: SourceRef = SEEN) -> LabelInterval:
    return LabelInterval(conditions=("c",), jurisdictions=("US",), source=source, min_weeks=D(number))


def test_the_label_s_interval_by_hand() -> None:
    # 12 weeks after 31 August are 84 days: 23 November. Three months read as 93 days end on 2 December.
    found = earliest_by_label(DAY, [weeks(12)])
    assert found is not None
    assert (found.date, found.words) == (date(2026, 11, 23), "12 weeks")
    months = LabelInterval(conditions=("c",), jurisdictions=("US",), source=UNSEEN, min_months=D(3))
    longest = earliest_by_label(DAY, [weeks(12), months])
    assert longest is not None
    assert (longest.date, longest.words) == (date(2026, 12, 2), "3 months")
    assert earliest_by_label(DAY, []) is None


@given(st.dates(date(2020, 1, 1), date(2032, 1, 1)), st.integers(-400, 400))
def test_shifting_every_date_shifts_the_answer(day: date, shift: int) -> None:
    by = timedelta(days=shift)
    one, other = earliest_by_label(day, [weeks(12)]), earliest_by_label(day + by, [weeks(12)])
    assert one is not None
    assert other is not None
    assert other.date - one.date == by


def fading(low: int, high: int) -> Fading:
    return Fading(
        low=DAY + timedelta(days=low), median=DAY + timedelta(days=(low + high) // 2), high=DAY + timedelta(days=high)
    )


def test_window_and_slots_side_by_side() -> None:
    label = earliest_by_label(DAY, [weeks(12)])
    days = [DAY + timedelta(days=n) for n in (105, 80, 84)]
    found = next_visit_window(DAY, label, fading(70, 100), slots=days, booked=[days[1]])
    assert (found.earliest, found.latest) == (DAY + timedelta(days=84), DAY + timedelta(days=100))
    assert [(s.after_label_interval, s.in_fading_window) for s in found.slots] == [
        (False, True),
        (True, True),
        (True, False),
    ]
    assert found.slots[1].weeks_since == D("12.0")
    assert found.reasons[-1] == f"Booked on {days[1]}, before the label's interval is over."
    assert [(one.kind, one.values) for one in found.remarks] == [
        ("fading", {"session": str(DAY), "low": str(days[0] - timedelta(days=35)), "high": str(found.latest)}),
        ("label_interval", {"words": "12 weeks", "date": str(found.earliest)}),
        ("booked_early", {"date": str(days[1])}),
    ]
    assert len(found.remarks) == len(found.reasons)


def test_what_is_unknown_is_said_and_never_filled_in() -> None:
    found = next_visit_window(None, None, None)
    assert (found.earliest, found.slots, len(found.reasons)) == (None, (), 1)
    found = next_visit_window(DAY, None, None, slots=[TODAY], abstains="no diary")
    assert (found.earliest, found.latest) == (None, None)
    assert (found.slots[0].after_label_interval, found.slots[0].in_fading_window) == (None, None)
    assert found.reasons[0] == "No forecast: no diary."
    assert "that is not none" in found.reasons[1]
    found = next_visit_window(DAY, earliest_by_label(DAY, [weeks(12, UNSEEN)]), None)
    assert (found.earliest, found.latest) == (DAY + timedelta(days=84), None)
    assert found.reasons[0] == "No forecast: nothing supports one."
    assert found.reasons[1].endswith("(figure not verified).")
    assert next_visit_window(DAY, None, fading(70, 100)).earliest == DAY + timedelta(days=70)


def test_fading_before_the_label_s_interval_is_said() -> None:
    found = next_visit_window(DAY, earliest_by_label(DAY, [weeks(16)]), fading(60, 90))
    assert found.earliest == found.latest == DAY + timedelta(days=112)
    assert any("before the label's interval is over" in told for told in found.reasons)


@pytest.mark.parametrize(
    ("product", "condition", "place", "born", "expected"),
    [
        # science/formulary: abo paediatric arm 16 weeks, leg 12; ona neck in the EU 10 weeks, in the US no week number.
        ("abobotulinumtoxinA", "upper_limb_spasticity", "US", date(2020, 1, 1), "16 weeks"),
        ("abobotulinumtoxinA", "lower_limb_spasticity", "US", date(2020, 1, 1), "12 weeks"),
        ("abobotulinumtoxinA", "upper_limb_spasticity", "US", date(1970, 1, 1), "12 weeks"),
        ("abobotulinumtoxinA", "upper_limb_spasticity", "US", None, "16 weeks"),  # unknown age: the longer one
        ("onabotulinumtoxinA", "cervical_dystonia", "EU", date(1970, 1, 1), "10 weeks"),
        ("onabotulinumtoxinA", "cervical_dystonia", "US", date(1970, 1, 1), None),
        ("daxibotulinumtoxinA", "cervical_dystonia", "US", date(1970, 1, 1), "3 months"),
        ("prabotulinumtoxinA", "cervical_dystonia", "US", date(1970, 1, 1), None),
        ("onabotulinumtoxinA", "cervical_dystonia", None, date(1970, 1, 1), None),
    ],
)
def test_which_interval_holds(
    product: str, condition: str, place: str | None, born: date | None, expected: str | None
) -> None:
    one = session(product=product, indication=condition, jurisdiction=place)
    found = label_interval(chart(patient=ChartPatient(id="p", birth_date=born), sessions=(one,)), one, TODAY)
    assert (found.words if found else None) == expected


def test_no_label_says_more_than_its_own_rows() -> None:
    assert product_facts("onabotulinumtoxinA").intervals_for("blepharospasm", "US", False) == ()


@pytest.mark.parametrize("story", list(PATIENTS))
def test_every_story_of_the_demo_clinic_has_both_pages(story: str) -> None:
    made = PATIENTS[story].chart
    told = since_last_time(made, on=TODAY).document()
    assert json.loads(json.dumps(told)) == told
    visit = next_visit(made, on=TODAY, slots=[TODAY + timedelta(days=14)]).document()
    assert json.loads(json.dumps(visit)) == visit
    assert visit["reasons"]
    if visit["earliest"] and visit["latest"]:
        assert visit["earliest"] <= visit["latest"]


def test_the_deliberate_stories_show_what_they_are_for() -> None:
    found = since_last_time(PATIENTS["red_flag"].chart, on=TODAY).page
    assert [flag.symptom.symptom for flag in found.red_flags] == ["dysphagia"]
    assert since_last_time(PATIENTS["losing_response"].chart, on=TODAY).page.work_up.kind == "secondary"
    assert "unknown" in since_last_time(PATIENTS["exposure_unknown"].chart, on=TODAY).page.asks[0]
    assert since_last_time(PATIENTS["never_injected"].chart, on=TODAY).document()["curve"]["abstains"]
    assert len(since_last_time(PATIENTS["showcase"].chart, on=TODAY).document()["curve"]["points"]) == 27


def test_entries_of_tomorrow_change_nothing_today() -> None:
    made, later = PATIENTS["showcase"].chart, TODAY + timedelta(days=1)
    more = replace(
        made,
        symptoms=(*made.symptoms, Symptom(date=later, symptom="diplopia")),
        diary=(*made.diary, DiaryEntry(date=later, severity=D(9))),
        ratings=(*made.ratings, Rating(date=later, scale="twstrs", total=D(60))),
    )
    assert since_last_time(more, on=TODAY).document() == since_last_time(made, on=TODAY).document()
    assert next_visit(more, on=TODAY) == next_visit(made, on=TODAY)


def test_outcomes_are_oldest_first_and_leave_out_empty_sessions() -> None:
    made = chart(sessions=(session(), session(date=DAY - timedelta(days=90)), session(date=TODAY, injections=())))
    assert [row.session.date for row in outcomes_of(made, TODAY)] == [DAY - timedelta(days=90), DAY]


def test_the_calendar_file_tells_no_one_what_the_visit_is_for() -> None:
    made = chart(
        appointments=(
            Appointment(date=TODAY + timedelta(days=20)),
            Appointment(date=TODAY - timedelta(days=1)),
            Appointment(date=TODAY + timedelta(days=30), state="cancelled"),
        )
    )
    text = calendar(made, on=TODAY, stamp=datetime(2026, 11, 24, 9, tzinfo=UTC))
    assert text.count("BEGIN:VEVENT") == 1
    assert "DTSTART;VALUE=DATE:20261214" in text
    assert not any(word in text.lower() for word in ("dystonia", "toxin", "units", "cervical"))


def test_a_scale_that_the_catalogue_does_not_hold_judges_nothing() -> None:
    rows = (
        Rating(date=DAY, scale="own_scale", total=D(40)),
        Rating(date=DAY + timedelta(days=30), scale="own_scale", total=D(1)),
    )
    (found,) = outcomes_of(chart(ratings=rows), TODAY)
    assert (found.verdict, found.changes) == ("unknown", ())
