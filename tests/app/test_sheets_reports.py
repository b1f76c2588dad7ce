"""The payer's packet and the visit report: what is printed is what the record says, and gaps stand at the top."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal as D

import pytest

from reprieve.app.authorisation import authorisation_packet
from reprieve.app.demo.clinic import demo_patients
from reprieve.app.sheets.printing import Letterhead, visit_sheet
from reprieve.app.sheets.reports import packet_data, visit_data
from reprieve.app.sheets.visit import Delivery, _claim, _delivery, checklist_of
from reprieve.deliver.billing import PayerRounding
from reprieve.record.chart import Chart, ChartPatient, GivenInjection, Session, SkippedInjection
from reprieve.record.event_bodies import SignedPlan
from reprieve.record.plan import Injection, Plan, Reconstitution, Vial

DAY = date(2026, 11, 24)
AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
HEAD = Letterhead(clinic="Clinic", audit_head="0" * 64, printed_at=AT)
ABO = "abobotulinumtoxinA"


def visit(*, signed: bool = True, vials: tuple[Vial, ...] | None = None, product: str = ABO) -> Delivery:
    planned = (
        Injection(muscle="splenius_capitis", side="left", units=D(250)),
        Injection(muscle="levator_scapulae", side="left", units=D(100)),
        Injection(muscle="longissimus_capitis", side="left", units=D(50)),
    )
    given = (
        GivenInjection(muscle="splenius_capitis", side="left", units=D("252.5")),
        GivenInjection(muscle="longissimus_capitis", side="left", units=D(50)),
        GivenInjection(muscle="trapezius", side="right", units=D(20)),
    )
    told = (Vial(units=D(500), diluent_ml=D("2.5"), lot="K1", opened_at=AT),) if vials is None else vials
    session = Session(
        id="s",
        date=DAY,
        product=product,
        indication="cervical_dystonia",
        injections=given,
        skipped=(SkippedInjection(muscle="levator_scapulae", side="left", reason="asked to leave it out"),),
        reconstitution=Reconstitution(vials=told) if told else None,
        signed_by="Dr. A" if signed else None,
        signed_at=AT if signed else None,
    )
    plan = Plan(product=product, indication="cervical_dystonia", injections=planned)
    steps = {"identity": AT, "product_and_side": None}
    body = SignedPlan(session_id="s", plan=plan, plan_hash="0", verdict="clear") if signed else None
    return _delivery(session, body, checklist_of(steps, cream=None, now=None), PayerRounding.UP)


def section(data: dict, title: str) -> dict:
    (found,) = [one for one in data["sections"] if one["title"] == title]
    return found


def test_the_report_compares_plan_and_session_row_by_row() -> None:
    data = visit_data(visit())
    assert section(data, "Planned against given")["rows"] == [
        ["Splenius capitis muscle, left", "250", "252.5", "+2.5", "more than planned", ""],
        ["Levator scapulae, left", "100", "0", "−100", "not given", "asked to leave it out"],
        ["Longissimus capitis muscle, left", "50", "50", "0", "as planned", ""],
        ["Trapezius, right", "0", "20", "+20", "added", ""],
    ]
    assert section(data, "Given")["lines"] == [
        "322.5 units of abobotulinumtoxinA for cervical dystonia.",
        "Vials held 500 units; 177.5 were thrown away.",
    ]
    # By hand: 5 units are one billing unit; 322.5 / 5 = 64.5, up to 65; 100 in all, so 35 with JW.
    assert [row[:3] for row in section(data, "Drug units for billing")["rows"]] == [
        ["J0586", "–", "65"],
        ["J0586", "JW", "35"],
    ]
    steps = dict(section(data, "Before the first needle")["rows"])
    assert steps["Name and birth date said by the patient"] == "2026-11-24 09:00"
    assert steps["Time-out: product, dose and side read aloud by two"] == "not noted"
    assert steps["Consent given"] == "not noted"
    assert section(data, "Vials")["rows"] == [["500", "2.5", "K1", "not noted", "2026-11-24 09:00"]]
    assert data["signature"] == "Signed by Dr. A, 2026-11-24 09:00"


def test_what_is_not_on_record_is_said() -> None:
    data = visit_data(visit(signed=False, vials=()))
    assert section(data, "Planned against given")["lines"][0].startswith("The record holds no plan")
    assert section(data, "Vials")["lines"] == ["Nothing is on record."]
    assert "no vial of this session" in section(data, "Drug units for billing")["lines"][0]
    assert data["signature"] == "Signed by NOT SIGNED"
    small = visit(vials=(Vial(units=D(300)),))
    assert (small.wasted, small.claim) == (None, None)
    assert "the vials held 300" in (small.why_no_claim or "")


def test_a_visit_without_a_plan_lists_what_was_given_and_what_was_not() -> None:
    told = section(visit_data(visit(signed=False)), "Planned against given")
    assert told["columns"][:2] == ["muscle", "units given"]
    assert [row[:2] for row in told["rows"]] == [
        ["Splenius capitis muscle, left", "252.5"],
        ["Longissimus capitis muscle, left", "50"],
        ["Trapezius, right", "20"],
        ["Levator scapulae, left", "not given"],
    ]
    assert told["rows"][0][2:] == ["not noted", "not noted", "not noted", ""]
    assert told["rows"][3][-1] == "asked to leave it out"
    assert visit_sheet(Chart(patient=ChartPatient(id="p")), visit(signed=False), HEAD).startswith(b"%PDF")


def test_a_product_without_a_billing_unit_has_no_claim() -> None:
    one = visit(product="letibotulinumtoxinA").session
    claim, why = _claim(one, visit().given, PayerRounding.UP)
    assert claim is None
    assert why


@pytest.mark.parametrize("patient", demo_patients(2026, DAY, 8), ids=lambda patient: patient.story)
def test_the_packet_prints_what_the_record_says(patient) -> None:
    packet = authorisation_packet(patient.chart, on=DAY)
    data = packet_data(packet)
    assert [alert.removeprefix("Missing: ") for alert in data["alerts"]] == list(packet.missing)
    rows = section(data, "Sessions here and what they did").get("rows", [])
    assert [row[2] for row in rows] == [f"{line.units:f}" for line in packet.sessions]
    json.dumps(data)


def test_a_packet_of_nothing_prints_its_gaps() -> None:
    chart = demo_patients(2026, DAY, 1)[0].chart
    bare = replace(chart, conditions=(), goals=(), sessions=(), other_treatments=(), symptoms=(), ratings=())
    data = packet_data(authorisation_packet(bare, on=DAY))
    assert len(data["alerts"]) == 4
    assert all(one["lines"] for one in data["sections"])
