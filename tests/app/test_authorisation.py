"""The payer's packet: complete where the record is, and says what is missing where it is not."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal as D

import pytest

from reprieve.app.authorisation import authorisation_packet
from reprieve.app.demo.clinic import demo_patients
from reprieve.record.chart import Chart, ChartPatient, Condition, GivenInjection, Goal, OtherTreatment, Rating, Session
from reprieve.record.plan import Reconstitution, Vial

DAY = date(2026, 8, 31)
ON = date(2026, 11, 24)


def session(**more) -> Session:
    row = GivenInjection(muscle="splenius_capitis", side="left", units=D(155), sites=4, guidance="emg")
    values = {
        "date": DAY,
        "product": "onabotulinumtoxinA",
        "indication": "cervical_dystonia",
        "injections": (row,),
        "reconstitution": Reconstitution(vials=(Vial(units=D(100)), Vial(units=D(100)))),
        "signed_by": "Dr",
    }
    return Session(**(values | more))


def chart(**more) -> Chart:
    values = {
        "patient": ChartPatient(id="p"),
        "conditions": (Condition(condition="cervical_dystonia"),),
        "goals": (Goal(text="drive"),),
        "sessions": (session(date=DAY - timedelta(days=101)), session()),
        "ratings": (
            Rating(date=DAY, scale="twstrs", total=D(40)),
            Rating(date=DAY + timedelta(days=30), scale="twstrs", total=D(20)),
        ),
        "other_treatments": (OtherTreatment(date=DAY, treatment="physiotherapy"),),
    }
    return Chart(**(values | more))


def test_a_complete_record_gives_a_complete_packet() -> None:
    packet = authorisation_packet(chart(), on=ON)
    assert packet.missing == ()
    # By hand: 101 days are 14.4 weeks; 200 opened, 155 given, 45 discarded.
    assert [(line.units, line.weeks_since, line.outcome) for line in packet.sessions] == [
        (D(155), None, "unknown"),
        (D(155), D("14.4"), "benefit"),
    ]
    assert packet.claim is not None
    assert [(line.modifier, line.billing_units) for line in packet.claim.lines] == [(None, 155), ("JW", 45)]
    assert packet.guidance == ("emg",)
    assert json.loads(json.dumps(packet.document()))["claim"]["wasted"]["units"] == "45"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"conditions": ()}, "no diagnosis"),
        ({"goals": ()}, "no goal"),
        ({"sessions": ()}, "no session"),
        ({"sessions": (session(signed_by=None),)}, "not signed"),
        ({"sessions": (session(injections=(replace(session().injections[0], sites=None),)),)}, "number of sites"),
        ({"sessions": (session(injections=(replace(session().injections[0], guidance=None),)),)}, "guidance"),
        ({"sessions": (session(reconstitution=None),)}, "no claim"),
        ({"sessions": (session(product="unheard_of"),)}, "no claim"),
        ({"ratings": ()}, "rated or judged"),
        ({"other_treatments": ()}, "earlier or other treatment"),
    ],
)
def test_each_gap_is_said_and_only_it(change: dict, says: str) -> None:
    missing = authorisation_packet(chart(**change), on=ON).missing
    assert sum(says in told for told in missing) == 1
    # Without a session its effect cannot be missing as well; every other gap stands alone.
    assert len(missing) == 1


def test_what_lies_ahead_is_not_in_it() -> None:
    packet = authorisation_packet(chart(), on=DAY - timedelta(days=1))
    assert len(packet.sessions) == 1
    assert packet.earlier_treatments == ()


def test_every_chart_of_the_demo_clinic_gives_a_packet_that_balances() -> None:
    for patient in demo_patients(7, ON, 30):
        packet = authorisation_packet(patient.chart, on=ON)
        json.dumps(packet.document())
        if packet.claim is not None:
            assert packet.claim.opened == packet.claim.given + packet.claim.wasted
