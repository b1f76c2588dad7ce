"""What a plan may hold at all, concentrations, and the clinic's reviews."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from reprieve.core.errors import DateError, DocumentError, InputError, UnknownNameError
from reprieve.plan.safety.concentration import concentration_of
from reprieve.record.plan import Vial
from reprieve.reference.reviews import Review
from support.plans import ABO, ARM, CD, ONA, RIMA, TODAY, found, inject, last, plan, report_of, vials


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"age": "-1"}, "age_years must lie between 0 and 130, but got -1"),
        ({"age": "NaN"}, "age_years must lie between 0 and 130"),
        ({"age": "131"}, "but got 131"),
        ({"weight": "0.4"}, "weight_kg must lie between 0.5 and 500 kg"),
        ({"weight": "501"}, "but got 501 kg"),
        ({"weight": "NaN"}, "but got NaN kg"),
    ],
)
def test_a_value_that_nobody_has_is_one_clear_line(change: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message) as refused:
        report_of(plan(ONA, CD, **change))
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("age", [0, 130])
def test_the_ends_of_a_life_are_ages(age: int) -> None:
    assert report_of(plan(ONA, CD, age=age, weight=50))


@pytest.mark.parametrize(("age", "child"), [(17, True), (18, False), (19, False)])
def test_who_is_eighteen_is_no_child(age: int, child: bool) -> None:
    assert bool(found(plan(ONA, CD, age=age), "weight_missing")) is child


def test_the_oldest_birth_date_is_one_of_130_years() -> None:
    def born(year: int) -> Any:
        one = plan(ONA, CD, age=None)
        return report_of(replace(one, patient=replace(one.patient, birth_date=date(year, 11, 26))))

    assert born(1896)
    with pytest.raises(InputError, match="makes an age of 131; nobody is so old"):
        born(1895)


@pytest.mark.parametrize("weight", ["0.5", "500"])
def test_the_lightest_and_the_heaviest_are_weights(weight: str) -> None:
    assert report_of(plan(ONA, CD, weight=weight))


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (inject("splenius_capitis", 10, sites=0), "sites of splenius_capitis must lie between 1 and 200, but got 0"),
        (inject("splenius_capitis", 10, sites=201), "but got 201"),
        (inject("splenius_capitis", 10, volume_ml=Decimal(0)), "volume_ml of splenius_capitis must lie between"),
        (inject("splenius_capitis", 10, volume_ml=Decimal("100.1")), "but got 100.1 mL"),
        (inject("splenius_capitis", 10, volume_ml=Decimal("NaN")), "but got NaN mL"),
        (inject("splenius_capitis", "NaN"), "but got NaN"),
        (inject("splenius_capitis", "-5"), "units of onabotulinumtoxinA must lie between 0 and 100000, but got -5"),
    ],
)
def test_an_injection_that_cannot_be_given_is_refused(row: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        report_of(plan(ONA, CD, row))


def test_the_largest_counts_pass() -> None:
    assert report_of(plan(ONA, CD, inject("splenius_capitis", 10, sites=200, volume_ml=Decimal(100))))
    assert report_of(plan(ONA, CD, inject("splenius_capitis", 0, sites=1)))


def test_a_plan_without_injections_is_refused() -> None:
    with pytest.raises(InputError, match="needs at least one injection"):
        report_of(replace(plan(ONA, CD), injections=()))


@pytest.mark.parametrize(
    ("product", "use", "muscle"),
    [
        ("botulinum", CD, "masseter"),
        (ONA, "tennis_elbow", "masseter"),
        (ONA, CD, "left_ear"),
        (ONA, CD, "forearm_group"),
    ],
)
def test_unknown_names_are_refused(product: str, use: str, muscle: str) -> None:
    with pytest.raises(UnknownNameError, match=r"no (product|indication|muscle)"):
        report_of(plan(product, use, inject(muscle, 5)))


def test_a_last_session_after_the_plan_is_refused() -> None:
    with pytest.raises(DateError, match="lies after the plan's date"):
        report_of(plan(ONA, CD, last_session=last(-1, 100)))
    assert report_of(plan(ONA, CD, last_session=last(0, 100)))


def test_doses_of_the_past_are_looked_at_too() -> None:
    from support.plans import given

    with pytest.raises(InputError, match="must lie between 0 and 100000"):
        report_of(plan(ONA, CD, exposures=(given(10, "-1"),)))
    with pytest.raises(InputError, match="must lie between 0 and 100000"):
        report_of(plan(ONA, CD, last_session=last(10, "100001")))


@pytest.mark.parametrize(
    ("product", "units", "diluent", "per_ml"),
    [
        (ONA, 100, "2", "50"),
        (ONA, 200, "4", "50"),
        (ABO, 500, "2.5", "200"),
        ("daxibotulinumtoxinA", 100, "1.2", "80"),  # the label's 8 per 0.1 mL
        ("daxibotulinumtoxinA", 50, "0.6", None),  # printed value not verified: arithmetic
        (RIMA, 5000, "0", "5000"),
        (RIMA, 5000, "1", "2500"),
        ("prabotulinumtoxinA", 100, "2.5", "40"),
    ],
)
def test_units_per_ml_by_hand(product: str, units: int, diluent: str, per_ml: str | None) -> None:
    told = concentration_of(product, Vial(units=Decimal(units), diluent_ml=Decimal(diluent)))
    assert told == (Decimal(50) / Decimal("0.6") if per_ml is None else Decimal(per_ml))


def test_the_smallest_vial_and_the_smallest_volume_of_diluent() -> None:
    def made_up(units: str, diluent_ml: str, product: str = ONA) -> Decimal | None:
        return concentration_of(product, Vial(units=Decimal(units), diluent_ml=Decimal(diluent_ml)))

    assert made_up("0.5", "1") == Decimal("0.5")
    assert made_up("100", "0.05") == 2000
    assert made_up("100", "0.5") == 200
    with pytest.raises(InputError, match=r"must be 0 or lie between 0.05 and 100 mL, but got 0.049 mL"):
        made_up("100", "0.049")
    # A ready solution is given as it comes.
    assert made_up("2500", "0", RIMA) == 5000


def test_what_is_not_told_has_no_concentration() -> None:
    assert concentration_of(ONA, Vial(units=Decimal(100))) is None
    assert concentration_of(ONA, Vial(units=Decimal(100), diluent_ml=Decimal(0))) is None
    mixed = vials(100)
    both = replace(mixed, vials=(*mixed.vials, Vial(units=Decimal(100))))
    assert report_of(plan(ONA, CD, reconstitution=both)).totals.volume_ml is None


@pytest.mark.parametrize(
    ("units", "diluent"), [("0", "2"), ("-100", "2"), ("NaN", "2"), ("100", "-1"), ("100", "101"), ("100", "NaN")]
)
def test_a_vial_that_cannot_be_is_refused(units: str, diluent: str) -> None:
    with pytest.raises(InputError, match=r"vial must hold units|diluent_ml must be 0 or lie between"):
        concentration_of(ONA, Vial(units=Decimal(units), diluent_ml=Decimal(diluent)))


def _review(row: str, verdict: Any, value: str | None = None) -> Review:
    number = None if value is None else Decimal(value)
    day = date(2026, 11, 1)
    return Review(
        row_id=row, verdict=verdict, value=number, source="label in hand", by="Dr A", on=day, effective_from=day
    )


def test_a_clinics_review_changes_what_blocks_for_it_alone() -> None:
    one = plan(ABO, CD, inject("splenius_capitis", 1001, sites=60), exposures=())
    row = "abo_us_cervical_dystonia.range"
    rule = "session_dose_above_label"

    def severities(*reviews: Review) -> list[tuple[str, Decimal | None]]:
        findings = [f for f in found(one, rule, reviews=reviews) if f.limit != 500]  # the labelled start aside
        return [(str(f.severity), f.limit) for f in findings]

    assert severities() == [("warning", Decimal(1000))]
    assert severities(_review(row, "confirmed")) == [("error", Decimal(1000))]
    assert severities(_review(row, "corrected", "900")) == [("error", Decimal(900))]
    assert severities(_review(row, "withdrawn")) == []
    report = report_of(one, reviews=(_review(row, "confirmed"),))
    assert any(limit.source and limit.source.grade == "clinic_review" for limit in report.limits)


def test_a_corrected_interval_is_used() -> None:
    from support.plans import given

    one = plan(ONA, CD, jurisdiction="EU", exposures=(given(72, 100),))
    assert not found(one, "interval_too_short")
    assert found(one, "interval_too_short", reviews=(_review("ona_eu_cervical_dystonia.interval", "corrected", "12"),))


def test_without_a_verified_limit_the_session_says_so() -> None:
    assert found(plan(ABO, "focal_hand_dystonia", inject("brachialis", 50)), "no_verified_limit", "session")
    assert not found(plan(ONA, "focal_hand_dystonia", inject("brachialis", 50)), "no_verified_limit", "session")
    assert any(g.rule == "session_limit_exceeded" for g in report_of(plan(ABO, CD)).not_checked)


def test_the_report_names_everything_behind_it() -> None:
    document = report_of(plan(ONA, ARM, inject("brachialis", 40), on=TODAY)).document()
    assert list(document) == [
        "verdict", "totals", "limits", "findings", "not_checked", "sources", "settings", "jurisdiction", "date",
        "rules_version",
    ]  # fmt: skip
    assert document["settings"]["days_in_three_months"] == 92
    assert document["date"] == "2026-11-26"
    assert {source["key"] for source in document["sources"]} >= {"lexi_ona"}
    assert document["totals"]["units"] == "40"


def test_mixed_products_in_one_plan_are_one_line() -> None:
    from reprieve.app.documents import parse
    from reprieve.record.plan import Plan

    row = {"muscle": "masseter", "units": "5", "product": ABO}
    text = json.dumps({"product": ONA, "indication": CD, "injections": [row]})
    with pytest.raises(DocumentError, match="product") as refused:
        parse(Plan, text)
    assert "\n" not in str(refused.value)
