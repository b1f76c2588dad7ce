"""Which vial may be chosen, and who got a lot."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal as D
from zoneinfo import ZoneInfo

import pytest

from reprieve.core.dose import Dose
from reprieve.core.findings import Severity
from reprieve.deliver.ledger import fold_ledger
from reprieve.deliver.ledger_entries import UnitsUsed, VialOpened, VialReceived
from reprieve.deliver.recall import chart_lots, lot_likeness, recall_from_charts, recall_from_ledger
from reprieve.deliver.vial_state import lots_of, vial_findings, vials_on_offer
from reprieve.record.chart import Chart, ChartPatient, GivenInjection, Session
from reprieve.record.plan import Reconstitution, Vial
from reprieve.reference.preparations import product_facts

ONA, ABO = "onabotulinumtoxinA", "abobotulinumtoxinA"
START = datetime(2026, 3, 28, 9, 0, tzinfo=UTC)


def ledger(diluent: str | None = "2", expires: date = date(2026, 3, 28), product: str = ONA, units: int = 100):
    received = [
        VialReceived(key=f"r{n}", vial=f"v{n}", content=Dose(units, product), lot=lot, expires=day, at=START)
        for n, lot, day in ((1, "C1", expires), (2, "C2", date(2027, 1, 31)), (3, "C1", date(2026, 6, 30)))
    ]
    ml = None if diluent is None else D(diluent)
    opening = VialOpened(key="o1", vial="v1", at=START, session="s1", patient="p1", diluent_ml=ml)
    return fold_ledger([*received, opening])


def rules(hours: float = 1, patient: str | None = "p1", **more) -> dict[str, Severity]:
    made = ledger(**more)
    facts = product_facts(more.get("product", ONA))
    found = vial_findings(made.account("v1"), facts, START + timedelta(hours=hours), patient=patient)
    return {finding.rule: finding.severity for finding in found}


def test_a_fresh_vial_of_this_patient_has_nothing_against_it() -> None:
    assert rules() == {}


@pytest.mark.parametrize(("hours", "found"), [(14.9, False), (15, True)])
def test_a_vial_may_be_used_to_the_end_of_the_printed_day(hours: float, found: bool) -> None:
    assert ("vial_expired" in rules(hours)) == found


@pytest.mark.parametrize(("hours", "found"), [(24, False), (24.01, True)])
def test_a_verified_time_of_use_blocks_after_its_last_minute(hours: float, found: bool) -> None:
    got = rules(hours, expires=date(2027, 1, 1))
    assert got == ({"vial_over_time": Severity.ERROR} if found else {})


@pytest.mark.parametrize(("minutes", "found"), [(24 * 60, False), (24 * 60 + 1, True)])
def test_s26_a_vial_ages_by_the_hours_that_went_by_not_by_the_wall(minutes: int, found: bool) -> None:
    # In central Europe 25 October 2026 had 25 hours: noon to noon is 25 hours, 24 are over at 11:00.
    berlin = ZoneInfo("Europe/Berlin")
    opened = datetime(2026, 10, 24, 12, 0, tzinfo=berlin)
    account = replace(ledger(expires=date(2027, 1, 1)).account("v1"), opened_at=opened)
    at = (opened.astimezone(UTC) + timedelta(minutes=minutes)).astimezone(berlin)
    got = vial_findings(account, product_facts(ONA), at)
    assert [finding.rule for finding in got] == (["vial_over_time"] if found else [])


def test_an_unverified_time_of_use_warns() -> None:
    got = rules(30, product=ABO, units=500, expires=date(2027, 1, 1))
    assert got == {"vial_over_time": Severity.WARNING}


def test_an_unknown_time_of_use_is_said_and_never_taken_for_no_limit() -> None:
    facts = replace(product_facts(ONA), use_within=None)
    (finding,) = vial_findings(ledger().account("v1"), facts, START)
    assert (finding.rule, finding.severity) == ("no_verified_limit", Severity.WARNING)


def test_a_vial_wrongly_made_up_or_not_noted_is_blocked() -> None:
    assert rules(diluent=None) == {"reconstitution_unknown": Severity.ERROR}
    assert rules(diluent="0") == {"reconstitution_impossible": Severity.ERROR}


def test_one_patient_one_session_unless_the_clinic_says_otherwise() -> None:
    assert rules(patient="p2") == {"vial_of_another_patient": Severity.ERROR}
    assert rules(patient=None) == {}
    offers = vials_on_offer(ledger(), product_facts(ONA), START, "p2", may_share=True)
    assert all(offer.selectable for offer in offers)


def test_the_vial_to_use_first_is_on_top() -> None:
    offers = vials_on_offer(ledger(), product_facts(ONA), START, "p1")
    assert [offer.account.vial for offer in offers] == ["v1", "v3", "v2"]  # open, then first to expire
    offers = vials_on_offer(ledger(), product_facts(ONA), START, "p2")
    assert [(offer.account.vial, offer.selectable) for offer in offers] == [("v3", True), ("v2", True), ("v1", False)]
    assert vials_on_offer(ledger(), product_facts(ABO), START, "p1") == ()
    assert lots_of(ledger().accounts.values()) == ("C1", "C2")


def test_recall_from_the_ledger_names_patients_doses_and_vials() -> None:
    made = ledger()
    uses = [
        UnitsUsed(key=f"u{n}", vial="v1", dose=Dose(u, ONA), at=START + timedelta(hours=n), session="s1", patient="p1")
        for n, u in ((1, "40"), (2, "60"))
    ]
    made = fold_ledger([*made.entries, *uses])
    found = recall_from_ledger(made, "C1")
    assert found.patients == ("p1",)
    assert [row.dose.units for row in found.sessions] == [D(100)]
    assert [account.vial for account in found.vials] == ["v3"]
    assert found.received == 2, "the empty one came in too"
    assert (recall_from_ledger(made, "C9").sessions, recall_from_ledger(made, "C9").received) == ((), 0)


@pytest.mark.parametrize("other", ["c3709c1", "C3709-C1", " C37O9C1", "C3709CI", "C3709 Cl"])
def test_two_spellings_of_a_lot_are_alike_and_two_lots_are_not(other: str) -> None:
    assert lot_likeness(other) == lot_likeness("C3709C1")
    assert lot_likeness("C3709C2") != lot_likeness("C3709C1")


def test_a_recall_lists_who_got_it_first_whatever_the_names() -> None:
    def used(key: str, patient: str, day: int) -> UnitsUsed:
        at = START + timedelta(days=day)
        return UnitsUsed(key=key, vial="v1", dose=Dose("30", ONA), at=at, session=f"s of {patient}", patient=patient)

    made = fold_ledger([*ledger().entries, used("u1", "zoe", 0), used("u2", "adam", 1)])
    assert [row.patient for row in recall_from_ledger(made, "C1").sessions] == ["zoe", "adam"]
    # Of one day they come by name, whatever they got.
    made = fold_ledger([*ledger().entries, used("u1", "zoe", 0), replace(used("u2", "adam", 0), dose=Dose("50", ONA))])
    assert [row.patient for row in recall_from_ledger(made, "C1").sessions] == ["adam", "zoe"]


def test_two_sessions_of_one_day_stand_in_the_order_of_their_ids() -> None:
    given = tuple(replace(session(7, ("splenius_capitis", "C1")), id=name) for name in ("s2", "s1"))
    found = recall_from_charts([Chart(patient=ChartPatient(id="p1"), sessions=given)], "C1")
    assert [row.session for row in found.sessions] == ["s1", "s2"]


def session(day: int, *injections: tuple[str, str | None], vials: tuple[str | None, ...] = ()) -> Session:
    return Session(
        date=date(2026, 1, day),
        product=ONA,
        indication="cervical_dystonia",
        injections=tuple(GivenInjection(muscle=m, side=None, units=D(10), lot=lot) for m, lot in injections),
        reconstitution=Reconstitution(vials=tuple(Vial(units=D(100), lot=lot) for lot in vials)) if vials else None,
    )


def test_recall_from_charts_counts_injections_whose_lot_nobody_noted() -> None:
    charts = [
        Chart(patient=ChartPatient(id="b"), sessions=(session(9, ("a", "C1"), ("b", "C2")),)),
        Chart(
            patient=ChartPatient(id="a"),
            sessions=(session(5, ("a", None), vials=("C1", None)), session(6, ("a", "C2"))),
        ),
        Chart(patient=ChartPatient(id="c"), sessions=(session(1, ("a", None)),)),
    ]
    found = recall_from_charts(charts, "C1")
    assert [(row.patient, row.dose.units, row.muscles) for row in found.sessions] == [
        ("a", D(10), ("a",)),
        ("b", D(10), ("a",)),
    ]
    assert chart_lots(charts[1]) == ("C1", "C2")
    sided = Chart(
        patient=ChartPatient(id="d"),
        sessions=(replace(session(2), injections=(GivenInjection(muscle="m", side="left", units=D(5), lot="C1"),)),),
    )
    assert recall_from_charts([sided], "C1").sessions[0].muscles == ("m left",)
