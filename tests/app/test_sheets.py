"""Printed sheets: one page, the right words on the right sheet, the same bytes, and no dose for the patient."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree
import zlib
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal as D

import pytest

from reprieve.app.demo.clinic import demo_patients
from reprieve.app.forecast import forecast_chart
from reprieve.app.sheets import printing as sheets
from reprieve.app.sheets.injection import BLANK, injection_data
from reprieve.app.sheets.letter import letter_data
from reprieve.app.sheets.map import DARK, DEEP, PALE, printed_maps
from reprieve.app.sheets.patient import patient_data
from reprieve.core.errors import InputError, SetupError
from reprieve.core.findings import Finding, Severity
from reprieve.record.plan import Injection, Reconstitution, SitePosition, Vial

pytest.importorskip("typst", reason="printing is an extra: reprieve[pdf]")
pytest.importorskip("segno", reason="printing is an extra: reprieve[pdf]")

TODAY = date(2026, 11, 24)
HEAD = sheets.Letterhead(clinic="Clinic", audit_head="ab" * 32, printed_at=datetime(2026, 11, 24, 9, 30, tzinfo=UTC))
PATIENTS = {patient.story: patient for patient in demo_patients(7, TODAY, 20)}
TREATED = [patient for patient in PATIENTS.values() if patient.plans]
SHOWCASE = PATIENTS["showcase"]


def pages(pdf: bytes) -> int:
    """Return the page count, read from the page tree (in the file or in its compressed object streams)."""
    text = pdf
    for found in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            text += zlib.decompress(found.group(1))
        except zlib.error:
            continue
    counts = [int(n) for n in re.findall(rb"/Count (\d+)", text)]
    return max(counts)


@pytest.mark.parametrize("patient", TREATED, ids=lambda patient: patient.story)
def test_every_sheet_of_every_story_is_one_page(patient) -> None:
    chart = patient.chart
    made = [
        sheets.injection_sheet(chart, patient.plans[-1], HEAD),
        sheets.letter(chart, chart.sessions[-1], HEAD, recipient="Dr. Example", on=TODAY),
        sheets.patient_summary(chart, forecast_chart(chart, on=TODAY), HEAD, on=TODAY),
    ]
    for pdf in made:
        assert pdf.startswith(b"%PDF-")
        assert pages(pdf) == 1


def test_the_same_content_gives_the_same_bytes_and_png_works() -> None:
    plan = SHOWCASE.plans[-1]
    assert sheets.injection_sheet(SHOWCASE.chart, plan, HEAD) == sheets.injection_sheet(SHOWCASE.chart, plan, HEAD)
    assert sheets.injection_sheet(SHOWCASE.chart, plan, HEAD, kind="png").startswith(b"\x89PNG")


def contents(monkeypatch: pytest.MonkeyPatch) -> list[dict]:
    seen: list[dict] = []
    real = sheets._compiled
    monkeypatch.setattr(
        sheets, "_compiled", lambda name, content, kind: seen.append(content) or real(name, content, kind)
    )
    return seen


def test_paper_carries_the_record_s_hash_and_its_own_and_another_dose_changes_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen, plan = contents(monkeypatch), SHOWCASE.plans[-1]
    sheets.injection_sheet(SHOWCASE.chart, plan, HEAD)
    first = plan.injections[0]
    other = replace(plan, injections=(replace(first, units=first.units + 5), *plan.injections[1:]))
    sheets.injection_sheet(SHOWCASE.chart, other, HEAD)
    assert seen[0]["audit_head"] == "ab" * 8
    assert seen[0]["sheet_hash"] != seen[1]["sheet_hash"]
    assert seen[0]["qr"].startswith("<?xml")


def test_the_numbers_of_the_sheet_are_those_of_the_plan() -> None:
    plan = SHOWCASE.plans[-1]
    data = injection_data(SHOWCASE.chart, plan, ())
    assert [D(row["units"]) for row in data["injections"]] == [row.units for row in plan.injections]
    assert D(data["total_units"]) == sum(row.units for row in plan.injections)
    assert sum(D(row["units"]) for row in data["draws"]) == sum(row.units for row in plan.injections)
    facts = dict(data["facts"])
    # The session before the plan, not the one that was given by it.
    assert facts["Last session"].startswith(SHOWCASE.chart.sessions[-2].date.isoformat())


def test_what_is_not_known_is_a_blank_line_and_risks_and_findings_are_at_the_top() -> None:
    chart = replace(
        SHOWCASE.chart,
        risks=("anticoagulant",),
        sessions=(),
        patient=replace(SHOWCASE.chart.patient, weight_kg=None, exposure_history="unknown"),
    )
    plan = replace(
        SHOWCASE.plans[-1], reconstitution=None, date=None, injections=(Injection(muscle="masseter", units=D(25)),)
    )
    stop = Finding(rule="r", severity=Severity.ERROR, message="Too much.")
    data = injection_data(chart, plan, [stop, Finding(rule="i", severity=Severity.INFO, message="By the way.")])
    assert data["alerts"] == ["Risk on record: anticoagulant.", "Too much."]
    row = data["injections"][0]
    assert (row["side"], row["sites"], row["volume_ml"], data["needles"]) == (BLANK,) * 4
    assert data["vials"][0]["lot"] == BLANK
    assert data["draws"] == []
    facts = dict(data["facts"])
    assert facts["Other toxin"] == "history unknown: ask"
    assert (facts["Weight"], facts["Last session"]) == ("not on record", "none on record here")


@pytest.mark.parametrize("vial", [Vial(units=D(100)), Vial(units=D(99), diluent_ml=D(2))])
def test_a_vial_that_cannot_be_computed_with_gives_no_volume(vial: Vial) -> None:
    plan = replace(
        SHOWCASE.plans[-1],
        reconstitution=Reconstitution(vials=(vial,)),
        injections=tuple(replace(row, volume_ml=None) for row in SHOWCASE.plans[-1].injections),
    )
    data = injection_data(SHOWCASE.chart, plan, ())
    assert {row["volume_ml"] for row in data["injections"]} == {BLANK}
    assert data["vials"][0]["strength"] == BLANK


def test_volumes_come_from_the_vial_when_the_plan_has_none() -> None:
    plan = replace(
        SHOWCASE.plans[-1],
        reconstitution=Reconstitution(vials=(Vial(units=D(100), diluent_ml=D(2)),)),
        injections=(Injection(muscle="masseter", side="left", units=D(25), sites=2),),
    )
    assert injection_data(SHOWCASE.chart, plan, ())["injections"][0]["volume_ml"] == "0.5"


@pytest.mark.parametrize("patient", TREATED, ids=lambda patient: patient.story)
def test_the_patient_s_page_holds_no_dose(patient) -> None:
    data = patient_data(
        patient.chart, forecast_chart(patient.chart, on=TODAY), TODAY, clinic_phone=None, emergency="112"
    )
    text = json.dumps(data).lower()
    assert "unit" not in text
    assert " ml" not in text
    assert "dose" not in text
    for session in patient.chart.sessions:
        for row in session.injections:
            if row.units >= 10:
                assert not re.search(
                    rf"(?<![\d-]){row.units}(?![\d-])", re.sub(r"\d+ [a-z]+ \d{4}|days [\d, ]+|112", "", text)
                )


def test_the_patient_is_told_whom_to_call_emergencies_first() -> None:
    data = patient_data(
        SHOWCASE.chart, forecast_chart(SHOWCASE.chart, on=TODAY), TODAY, clinic_phone="1234", emergency="112"
    )
    points = data["urgent"]["points"]
    assert "emergency number" in points[0][1]
    assert data["urgent"]["clinic"] == "Clinic: 1234     Emergency: 112"
    never = PATIENTS["never_injected"].chart
    data = patient_data(never, forecast_chart(never, on=TODAY), TODAY, clinic_phone=None, emergency=None)
    assert data["sections"][0]["lines"] == ["No injection is on record here yet."]


def test_the_letter_tells_what_was_given_and_says_what_is_not_known() -> None:
    chart = SHOWCASE.chart
    session = chart.sessions[-1]
    data = letter_data(chart, session, "Dr. Example", TODAY)
    assert [D(row[2]) for row in data["sections"][0]["rows"]] == [row.units for row in session.injections]
    bare = replace(
        session,
        signed_by=None,
        injections=tuple(replace(r, lot=None, guidance=None, side=None) for r in session.injections),
        reconstitution=None,
        muscle_effects=(),
    )
    told = letter_data(replace(chart, ratings=(), symptoms=(), appointments=()), bare, "Dr. Example", TODAY)
    assert told["signature"].startswith("NOT SIGNED")
    lines = {section["title"]: section["lines"] for section in told["sections"]}
    assert lines["Effect"] == ["Nobody has rated or judged the effect yet."]
    assert lines["Side effects since then"] == ["None was entered, which is not the same as none."]
    assert lines["Next visit"] == ["Not booked yet."]
    assert told["sections"][0]["rows"][0][1::2] == ["not noted", "not noted"]
    assert lines[f"Given on {session.date}"][0].endswith("lot not noted.")
    flagged = PATIENTS["red_flag"].chart
    lines = letter_data(flagged, flagged.sessions[-1], "Dr. Example", TODAY)["sections"][2]["lines"]
    assert any(line.startswith("Dysphagia (severe) from") and line.endswith("not noted as over.") for line in lines)
    assert "Too early" in letter_data(chart, session, "Dr. Example", session.date)["sections"][1]["lines"][0]


def filled(svg: str) -> dict[tuple[str, str], set[str]]:
    found: dict[tuple[str, str], set[str]] = {}
    for element in ElementTree.fromstring(svg).iter():
        if element.get("class") == "region":
            name = element.get("data-muscle") or element.get("data-region") or ""
            found.setdefault((name, element.get("data-side") or ""), set()).add(element.get("fill") or "")
    return found


def test_the_map_marks_the_patient_s_side_and_only_it() -> None:
    maps = {one.name: one for one in printed_maps([("splenius_capitis", "left")])}
    marked = filled(maps["neck, back"].svg)
    assert marked["splenius_capitis", "left"] == {DARK}
    assert marked["splenius_capitis", "right"] == {PALE}
    assert (maps["neck, back"].left_word, maps["neck, front"].left_word) == ("left", "right")


def test_a_deep_muscle_is_grey_and_one_that_no_drawing_has_is_named() -> None:
    (front,) = [one for one in printed_maps([("flexor_pollicis_longus", "right")]) if one.name == "front"]
    assert DEEP in filled(front.svg)["forearm_radial_front", "right"]
    (empty,) = printed_maps([("obliquus_superior_of_nowhere", "left")][:0])
    assert empty.shown == frozenset()


def test_both_sides_are_marked_when_no_side_is_told() -> None:
    marked = filled(printed_maps([("orbicularis_oculi", None)])[0].svg)
    sides = {side for (name, side), fills in marked.items() if name == "orbicularis_oculi" and DARK in fills}
    assert sides == {"left", "right"}


def dots(svg: str) -> list[tuple[float, float]]:
    return [
        (float(element.get("cx") or "nan"), float(element.get("cy") or "nan"))
        for element in ElementTree.fromstring(svg).iter()
        if element.get("class") == "site"
    ]


def test_placed_sites_are_dots_on_their_view_and_older_ones_are_said() -> None:
    back = SitePosition(view="neck_back", x=D("0.4"), y=D("0.25"), map="1")
    maps = {one.name: one for one in printed_maps([("splenius_capitis", "left")], [back, replace(back, map="0")])}
    assert dots(maps["neck, back"].svg) == [(round(-127 + 0.4 * 254, 2), round(-665 + 0.25 * 221, 2))]
    assert dots(maps["neck, front"].svg) == []
    injection = Injection(muscle="splenius_capitis", side="left", units=D(60), sites=1, positions=(back,))
    chart, plan = SHOWCASE.chart, SHOWCASE.plans[-1]
    told = injection_data(chart, replace(plan, injections=(injection,)), [])
    assert told["placed"] == "White dots: needle sites as they were placed."
    older = replace(injection, positions=(replace(back, map="0"),))
    assert "older version" in injection_data(chart, replace(plan, injections=(older,)), [])["placed"]
    assert pages(sheets.injection_sheet(chart, replace(plan, injections=(injection,)), HEAD)) == 1


def test_a_left_neck_is_printed_turned_over_with_its_own_side_and_its_dot_where_it_was_seen() -> None:
    place = SitePosition(view="neck_left", x=D("0.2"), y=D("0.5"), map="1")
    maps = {one.name: one for one in printed_maps([("splenius_capitis", "left")], [place])}
    left = maps["neck, left side"]
    assert filled(left.svg)["splenius_capitis", "left"] == {DARK}
    assert ("splenius_capitis", "right") not in filled(left.svg)
    assert (left.left_word, left.right_word) == ("front", "back")
    assert dots(left.svg) == [(round(-103 + 0.2 * 201, 2), round(-663 + 0.5 * 223, 2))]
    (group,) = [part for part in ElementTree.fromstring(left.svg) if part.tag.endswith("}g")]
    assert group.get("transform") == "translate(-5 0) scale(-1 1)"
    assert "neck, right side" not in maps


def test_what_cannot_be_printed_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    chart, plan = SHOWCASE.chart, SHOWCASE.plans[-1]
    with pytest.raises(InputError, match="nothing to print"):
        sheets.injection_sheet(chart, replace(plan, injections=()), HEAD)
    with pytest.raises(InputError, match="recipient"):
        sheets.letter(chart, chart.sessions[-1], HEAD, recipient=" ", on=TODAY)
    with pytest.raises(InputError, match="no zone"):
        sheets.injection_sheet(chart, plan, replace(HEAD, printed_at=datetime(2026, 1, 1)))
    for library in ("typst", "segno"):
        with monkeypatch.context() as patch:
            patch.setitem(__import__("sys").modules, library, None)
            with pytest.raises(SetupError, match=f"needs {library}"):
                sheets.injection_sheet(chart, plan, HEAD)


def test_text_is_set_as_text_and_never_as_markup() -> None:
    chart = replace(SHOWCASE.chart, patient=replace(SHOWCASE.chart.patient, family_name='#panic("x") *b* $y$ <z> @q'))
    assert sheets.injection_sheet(chart, SHOWCASE.plans[-1], HEAD).startswith(b"%PDF-")
