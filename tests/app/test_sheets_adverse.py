"""S20: a side effect with onset, seriousness, outcome, suspected product, lot and sites; a draft that nobody sends."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal as D

import pytest

from reprieve.app.sheets import printing as sheets
from reprieve.app.sheets.adverse import SENT_NOWHERE, adverse_data, adverse_draft, adverse_drafts
from reprieve.core.errors import UnknownNameError
from reprieve.record.chart import Chart, ChartPatient, GivenInjection, Session, Symptom
from reprieve.record.plan import Exposure

GIVEN = date(2026, 9, 1)
ON = date(2026, 11, 26)
ONA = "onabotulinumtoxinA"
HEAD = sheets.Letterhead(clinic="c", audit_head="0" * 64, printed_at=datetime(2026, 11, 26, tzinfo=UTC))


def chart(*symptoms: Symptom, **more) -> Chart:
    rows = (GivenInjection(muscle="sternocleidomastoid", side="left", units=D(40), sites=2, lot="C1"),)
    sessions = (
        Session(
            id="s1", date=GIVEN - timedelta(days=100), product=ONA, indication="cervical_dystonia", injections=rows
        ),
        Session(id="s2", date=GIVEN, product=ONA, indication="cervical_dystonia", injections=rows),
    )
    patient = ChartPatient(
        id="p-7", family_name="Rareword", birth_date=date(1966, 9, 11), sex="female", exposure_history="known"
    )
    return Chart(**({"patient": patient, "sessions": sessions, "symptoms": symptoms} | more))


def test_a_complete_entry_gives_a_complete_draft() -> None:
    row = Symptom(
        date=GIVEN + timedelta(days=9),
        symptom="dysphagia",
        seriousness="serious",
        resolved=GIVEN + timedelta(days=30),
        session="s2",
        note="choked on water twice",
    )
    (draft,) = adverse_drafts(chart(row), on=ON)
    assert draft.missing == ()
    # By hand: born 11 September 1966, onset 10 September 2026: 59 years; 1 to 10 September are 9 days.
    assert (draft.age_years, draft.days_after, draft.units, draft.lots) == (59, 9, 40, ("C1",))
    told = json.loads(json.dumps(draft.document()))
    assert told["status"] == SENT_NOWHERE
    assert told["suspected"]["injections"][0]["muscle"] == "sternocleidomastoid"
    assert sheets.adverse_sheet(chart(row), draft, HEAD).startswith(b"%PDF-")
    assert "Rareword" not in json.dumps(adverse_data(draft))


def test_what_nobody_noted_is_missing_and_what_is_assumed_is_said() -> None:
    row = Symptom(date=GIVEN + timedelta(days=3), symptom="weakness", lot="C9")
    bare = chart(row, patient=ChartPatient(id="p-7"), exposures=(Exposure(date=GIVEN, product=ONA),))
    (draft,) = adverse_drafts(bare, on=ON)
    assert draft.suspected is not None
    assert (draft.suspected.id, draft.suspected_assumed, draft.lots) == ("s2", True, ("C9", "C1"))
    assert [text.split(":")[0] for text in draft.missing] == [
        "the entry names no session; the last one before the onset is assumed",
        "the outcome is not noted",
        "nobody described what happened",
        "the birth date is not on record",
        "the sex is not on record",
        "toxin given elsewhere is unknown",
    ]
    lines = json.dumps(adverse_data(draft))
    assert "units unknown" in lines
    assert "age unknown" in lines


def test_without_a_session_before_it_nothing_is_suspected() -> None:
    row = Symptom(date=date(2026, 1, 2), symptom="weakness", session="unheard", muscle="masseter", side="left")
    (draft,) = adverse_drafts(chart(row), on=ON)
    assert (draft.suspected, draft.units, draft.days_after) == (None, None, None)
    assert draft.missing[0].startswith("no session lies before")
    assert "No session is on record before the onset." in json.dumps(adverse_data(draft))


def test_only_toxin_of_the_half_year_before_the_onset_is_listed() -> None:
    onset = GIVEN + timedelta(days=1)
    days = (-1, 0, 180, 181)
    told = tuple(Exposure(date=onset - timedelta(days=n), product=ONA, units=D(n + 2), place="elsewhere") for n in days)
    (draft,) = adverse_drafts(chart(Symptom(date=onset, symptom="weakness"), exposures=told), on=ON)
    assert [days_of.units for days_of in draft.other_toxin] == [2, 182]


def test_serious_ones_come_first_then_the_latest_and_nothing_from_later() -> None:
    rows = [
        Symptom(date=GIVEN + timedelta(days=n), symptom=name, seriousness=how)
        for n, name, how in ((1, "a", "mild"), (5, "b", "mild"), (2, "c", "serious"), (400, "d", "serious"))
    ]
    told = chart(*rows)
    assert [draft.symptom.symptom for draft in adverse_drafts(told, on=ON)] == ["c", "b", "a"]
    assert adverse_draft(told, on=ON, place=3).symptom.symptom == "a"
    for place in (0, 4):
        with pytest.raises(UnknownNameError, match="3 side effects"):
            adverse_draft(told, on=ON, place=place)
