"""Every finding of delivery, field by field: rule, weight, figure, limit, unit, subject, source. Figures by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal as D
from typing import Any

import pytest

from reprieve.core.dose import Dose
from reprieve.core.findings import Finding, Severity, SourceRef
from reprieve.deliver.day_choice import DayDose, least_waste_of_day
from reprieve.deliver.dilution_findings import dilution_findings
from reprieve.deliver.draw_up import draw_up
from reprieve.deliver.ledger import VialAccount
from reprieve.deliver.numbing import numbing_findings, numbing_times
from reprieve.deliver.reconstitution import Preparation, reconstitute
from reprieve.deliver.vial_state import vial_findings
from reprieve.record.plan import Injection
from reprieve.reference.numbing import numbing_cream
from reprieve.reference.preparations import product_facts

ONA, ABO, DAXI, RIMA = "onabotulinumtoxinA", "abobotulinumtoxinA", "daxibotulinumtoxinA", "rimabotulinumtoxinB"
AT = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)


def parts(finding: Finding) -> tuple[Any, ...]:
    """All fields but the two sentences."""
    return (
        finding.rule,
        finding.severity.value,
        finding.limit,
        finding.actual,
        finding.exceed_by,
        finding.unit,
        finding.subject,
        tuple(source.key for source in finding.sources),
    )


def account(**more: Any) -> VialAccount:
    values = {
        "vial": "v1",
        "content": Dose(100, ONA),
        "lot": "C1",
        "expires": date(2027, 1, 31),
        "received_at": AT - timedelta(days=9),
        "left": Dose(100, ONA),
        "last_at": AT - timedelta(days=9),
        "opened_at": AT - timedelta(hours=1),
        "opened_for": "p1",
        "session": "s1",
        "diluent_ml": D(2),
    }
    return VialAccount(**(values | more))


def of_vial(patient: str | None = "p1", **more: Any) -> list[tuple[Any, ...]]:
    seen = account(**more)
    return [parts(one) for one in vial_findings(seen, product_facts(seen.content.product), AT, patient=patient)]


def test_findings_of_a_vial() -> None:
    assert of_vial(expires=date(2026, 11, 23)) == [
        ("vial_expired", "error", D(0), D(3), D(3), "days", "vial v1", ()),
    ]
    within = product_facts(ONA).use_within
    assert within is not None
    assert of_vial(opened_at=AT - timedelta(hours=25, minutes=30)) == [
        ("vial_over_time", "error", D(24), D("25.5"), D("1.5"), "hours", "vial v1", (within.source.key,)),
    ]
    assert of_vial(diluent_ml=None) == [("reconstitution_unknown", "error", None, None, None, None, "vial v1", ())]
    assert of_vial(diluent_ml=D(0)) == [("reconstitution_impossible", "error", None, None, None, None, "vial v1", ())]
    assert of_vial("p2") == [("vial_of_another_patient", "error", None, None, None, None, "vial v1", ())]
    facts = replace(product_facts(ONA), use_within=None)
    (unknown,) = vial_findings(account(), facts, AT)
    assert parts(unknown) == ("no_verified_limit", "warning", None, None, None, None, "vial v1", ())
    assert of_vial(opened_at=None, diluent_ml=None) == []


def test_an_unverified_time_says_so_and_a_verified_one_does_not() -> None:
    late = {"opened_at": AT - timedelta(hours=30)}
    (sure,) = vial_findings(account(**late), product_facts(ONA), AT)
    assert "not verified" not in sure.message
    assert "made up 30.0 hours ago" in sure.message
    abo = account(content=Dose(500, ABO), left=Dose(500, ABO), **late)
    (unsure,) = vial_findings(abo, product_facts(ABO), AT)
    assert unsure.severity is Severity.WARNING
    assert unsure.message.endswith("(figure not verified).")


def made(product: str, units: int, ml: str) -> Preparation:
    return reconstitute(product_facts(product), D(units), D(ml))


def of_dilution(product: str, units: int, ml: str, dose: str | None = None, **more: Any) -> dict[str, tuple[Any, ...]]:
    facts = product_facts(product)
    found = dilution_findings(made(product, units, ml), facts, Dose(dose, product) if dose else None, **more)
    return {one.rule: parts(one)[1:] for one in found}


def test_the_label_s_figure_beside_arithmetic() -> None:
    # 100 units in 1.2 mL are 8.333 per 0.1 mL; the label prints 8: 0.333333333333 more by arithmetic.
    row = made(DAXI, 100, "1.2").label
    assert row is not None
    found = of_dilution(DAXI, 100, "1.2")["label_value_differs_from_arithmetic"]
    assert found == (
        "warning",
        D(8),
        D("8.333333333333"),
        D("0.333333333333"),
        "units per 0.1 mL",
        "reconstitution",
        (row.source.key,),
    )


def test_a_volume_that_no_label_has() -> None:
    found = of_dilution(ONA, 100, "3")["dilution_not_on_label"]
    assert found[:6] == ("info", None, D(3), None, "mL", "reconstitution")
    assert found[6]
    assert of_dilution(ONA, 100, "2").keys() == set()


@pytest.mark.parametrize(("ml", "limit", "over"), [("0.1", "0.25", "0.15"), ("44", "40", "4")])
def test_a_slip_of_the_decimal_point(ml: str, limit: str, over: str) -> None:
    # The table of this vial goes from 1 to 10 mL; a quarter of the one and four times the other are the ends.
    volumes = [row.diluent_ml for row in product_facts(ONA).dilutions if row.vial_units == 100]
    assert (min(volumes), max(volumes)) == (1, 10)
    found = of_dilution(ONA, 100, ml)["implausible_volume"]
    assert found[:6] == ("warning", D(limit), D(ml), D(over), "mL", "reconstitution")
    assert found[6]
    for end in ("0.25", "40"):
        assert "implausible_volume" not in of_dilution(ONA, 100, end)


def test_a_ready_solution_has_no_volume_to_slip() -> None:
    # The only labelled row of this vial adds nothing: no volume is far from it.
    assert [row.diluent_ml for row in product_facts(RIMA).dilutions if row.vial_units == 5000] == [0]
    assert "implausible_volume" not in of_dilution(RIMA, 5000, "1")
    assert "implausible_volume" not in of_dilution(RIMA, 5000, "0")


def test_more_than_one_vial_holds() -> None:
    assert of_dilution(ONA, 100, "2", "250")["vial_too_small"] == (
        "warning",
        D(100),
        D(250),
        D(150),
        "units",
        "reconstitution",
        (),
    )
    (finding,) = dilution_findings(made(ONA, 100, "2"), product_facts(ONA), Dose(250, ONA))
    assert "3 such vials" in finding.message
    assert "vial_too_small" not in of_dilution(ONA, 100, "2", "100")


def test_a_row_for_another_use_or_place_or_unread() -> None:
    facts = product_facts(ONA)
    base = made(ONA, 100, "2")
    assert base.label is not None
    key = SourceRef("nowhere", "label", False)
    row = replace(base.label, conditions=("axillary_hyperhidrosis",), source=key)
    seen = {
        one.rule: parts(one)[1:]
        for one in dilution_findings(replace(base, label=row), facts, indication="cervical_dystonia", jurisdiction="UK")
    }
    assert seen == {
        "dilution_for_another_use": ("info", None, None, None, None, "reconstitution", ("nowhere",)),
        "unverified_label_value": ("info", None, D(5), None, "units per 0.1 mL", "reconstitution", ("nowhere",)),
    }
    found = of_dilution(ONA, 100, "2", jurisdiction="UK")["label_of_another_jurisdiction"]
    assert found[:6] == ("info", None, None, None, None, "reconstitution")


def test_vials_that_do_not_hold_the_plan_or_differ() -> None:
    rows = [Injection(muscle="masseter", side="left", units=D(130))]
    listed = draw_up(rows, [made(ONA, 100, "2")], ONA)
    assert [parts(one) for one in listed.findings] == [
        ("vial_too_small", "error", D(100), D(130), D(30), "units", "reconstitution", ()),
    ]
    mixed = draw_up(rows, [made(ONA, 100, "2"), made(ONA, 100, "4")], ONA)
    assert [parts(one) for one in mixed.findings] == [
        ("vials_differ_in_concentration", "warning", None, None, None, None, "reconstitution", ()),
    ]


def test_findings_of_a_cream() -> None:
    times = numbing_times(numbing_cream("tetracaine_4"), AT)
    needle = AT + timedelta(minutes=20)
    (short,) = numbing_findings(times, first_needle=needle, removed_at=None)
    assert parts(short) == (
        "numbing_too_short",
        "warning",
        D(45),
        D(20),
        D(25),
        "minutes",
        "numbing cream",
        ("ametop_smpc_reprint_2018",),
    )


def test_the_larger_vials_of_a_visit_are_told_first() -> None:
    doses = [DayDose(patient="a", dose=Dose(150, ONA), at=AT)]
    plan = least_waste_of_day(doses, {D(50): 1, D(100): 1}, ONA)
    assert [(one.units, one.count) for one in plan.openings] == [(100, 1), (50, 1)]


def test_of_two_rows_of_the_label_table_the_one_that_was_read_counts() -> None:
    facts = product_facts(ONA)
    row = next(one for one in facts.dilutions if (one.vial_units, one.diluent_ml) == (100, 2))
    unread = replace(row, units_per_0_1_ml=D(6), source=SourceRef("somewhere", "label", False))
    read = replace(row, source=SourceRef("elsewhere", "label", True))
    for rows in ((unread, read), (read, unread)):
        label = reconstitute(replace(facts, dilutions=rows), D(100), D(2)).label
        assert label is not None
        assert label.source.key == "elsewhere"
