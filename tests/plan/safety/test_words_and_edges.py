"""Figures and sources in words, and the edges that random plans seldom meet."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from reprieve.core.errors import DoseError
from reprieve.core.findings import SourceRef
from reprieve.plan.safety import SafetySettings
from reprieve.plan.safety.case import case_of
from reprieve.plan.safety.compare import figure, source_words, whole_up
from reprieve.plan.safety.doses_by_target import wider_than
from support.plans import ABO, ARM, CD, ONA, TODAY, found, given, inject, plan, report_of, vials


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("62.50", "62.5"),
        ("100", "100"),
        ("0.1250", "0.125"),
        ("33.333333", "33.3333"),
        ("0.00005", "0.00005"),
        ("5E+2", "500"),
    ],
)
def test_a_figure_has_at_most_four_decimals(number: str, words: str) -> None:
    assert figure(Decimal(number)) == words


@pytest.mark.parametrize(("number", "whole"), [("2", 2), ("2.1", 3), ("0.5", 1), ("-0.5", 0)])
def test_sites_are_rounded_up(number: str, whole: int) -> None:
    assert whole_up(Decimal(number)) == whole


def test_a_source_in_words() -> None:
    assert source_words(SourceRef("lexi_ona", "compendium", True)) == "figure from lexi_ona (compendium, checked)"
    assert source_words(SourceRef("x", "label_reprint", False)) == "figure from x (label reprint, not verified)"
    assert source_words(SourceRef("y", "payer_or_cms", True), "payer") == "payer figure from y (payer or cms, checked)"


@pytest.mark.parametrize(
    ("count", "unit", "days"),
    [
        ("3", "months", 92),
        ("1", "months", 31),
        ("2", "months", 62),
        ("12", "weeks", 84),
        ("30", "days", 30),
        ("8", "weeks", 56),
    ],
)
def test_windows_in_days(count: str, unit: str, days: int) -> None:
    assert SafetySettings().days(Decimal(count), unit) == days


def test_the_sum_of_all_rows_must_be_a_dose_too() -> None:
    rows = [inject("splenius_capitis", 60_000), inject("trapezius", 60_000)]
    with pytest.raises(DoseError, match="120000"):
        report_of(plan(ONA, CD, *rows))


def test_a_finding_of_units_says_units() -> None:
    (finding,) = found(plan(ONA, CD, inject("splenius_capitis", 410, sites=10)), "cumulative_limit_exceeded")
    assert (finding.unit, finding.subject) == ("units", "patient")
    assert finding.message.startswith("All onabotulinumtoxinA within ")
    assert finding.message.endswith("figure from lexi_ona (compendium, checked).")


def test_a_group_that_the_label_covers_in_part_is_not_added_up() -> None:
    one = plan(ONA, "lower_limb_spasticity", inject("gastrocnemius", 100))
    case = case_of(one, today=TODAY, now=None, reviews=(), settings=SafetySettings())
    half = {"gastrocnemius_medial": frozenset({"gastrocnemius_medial"})}
    assert wider_than(case, half) == []
    whole = half | {"gastrocnemius_lateral": frozenset({"gastrocnemius_lateral"})}
    assert wider_than(case, whole) == [("gastrocnemius", ("gastrocnemius_medial", "gastrocnemius_lateral"))]
    assert wider_than(case, {}) == []


@pytest.mark.parametrize("side", [None, "midline"])
def test_a_limb_muscle_without_a_side_counts_in_both(side: str | None) -> None:
    one = plan(ONA, ARM, inject("biceps_brachii", 130, side, sites=9), age=9, weight=20)
    assert {f.subject for f in found(one, "paediatric_cap_exceeded")} == {"left_arm", "right_arm"}


def test_rows_without_sites_share_a_volume_only_if_all_tell_it() -> None:
    def told(*volumes: str | None) -> set[str]:
        rows = [inject("biceps_brachii", 50, sites=None, volume_ml=None if v is None else Decimal(v)) for v in volumes]
        one = plan(ABO, ARM, *rows, exposures=(given(300, 10, ABO),))
        return {f.rule for f in report_of(one).findings if f.rule in ("volume_missing", "sites_missing")}

    assert told("0.5", "0.5") == set()
    assert told("0.6", "0.5") == {"sites_missing"}
    assert told("0.5", None) == {"volume_missing"}


def test_the_volume_of_both_sides_is_halved_without_sites() -> None:
    one = plan(
        ABO,
        ARM,
        inject("biceps_brachii", 100, "both", sites=None, volume_ml=Decimal(2)),
        exposures=(given(300, 9, ABO),),
    )
    assert not found(one, "sites_missing")
    more = plan(
        ABO, ARM, inject("biceps_brachii", 100, "both", sites=None, volume_ml=Decimal("2.2")),
        exposures=(given(300, 9, ABO),),
    )  # fmt: skip
    assert {f.subject for f in found(more, "sites_missing")} == {"biceps_brachii left", "biceps_brachii right"}


def test_totals_count_muscles_sites_volume_and_rest() -> None:
    rows = [
        inject("splenius_capitis", 60, sites=3),
        inject("splenius_capitis", 20, sites=1),
        inject("trapezius", 40, "right"),
    ]
    totals = report_of(plan(ONA, CD, *rows, reconstitution=vials(100, 100))).totals
    assert (totals.units, totals.muscles, totals.sites) == (120, 2, 9)
    assert totals.units_by_muscle == {"splenius_capitis left": 80, "trapezius right": 40}
    assert (totals.volume_ml, totals.vial_units, totals.waste_units) == (Decimal("2.4"), 200, 80)
    bare = report_of(plan(ONA, CD, inject("trapezius", 40, sites=None))).totals
    assert (bare.sites, bare.volume_ml, bare.vial_units, bare.waste_units) == (None, None, None, None)


def test_vials_that_hold_too_little_leave_nothing() -> None:
    assert report_of(plan(ONA, CD, inject("trapezius", 140), reconstitution=vials(100))).totals.waste_units == 0


def test_findings_are_listed_by_weight_and_each_document_once() -> None:
    one = plan(ONA, CD, inject("splenius_capitis", 410, sites=2), risks=("dysphagia",), history="unknown")
    report = report_of(one)
    weights = [["error", "warning", "info"].index(str(f.severity)) for f in report.findings]
    assert weights == sorted(weights)
    assert len(set(report.sources)) == len(report.sources)
    assert report.jurisdiction == "US"
    assert report.on == date(2026, 11, 26)


def test_the_same_figure_of_two_documents_is_said_once_with_both() -> None:
    one = plan(
        ABO, ARM, inject("biceps_brachii", 300, sites=1, volume_ml=Decimal("1.5")), jurisdiction="EU",
        exposures=(given(300, 10, ABO),),
    )  # fmt: skip
    (finding,) = found(one, "site_volume_exceeded")
    assert str(finding.severity) == "error"
    assert {source.key for source in finding.sources} == {"dysport_hcp_adult", "ipsenhub_adult"}


def test_an_interval_says_from_when_on() -> None:
    (finding,) = found(plan(ONA, CD, jurisdiction="EU", exposures=(given(60, 50),)), "interval_too_short")
    assert finding.clears_if == "the session is on 2026-12-06 or later"
    assert (finding.limit, finding.actual, finding.exceed_by, finding.unit) == (70, 60, 10, "days")
    assert "10 weeks, counted as 70 days" in finding.message


@pytest.mark.parametrize(
    ("product", "units", "told"),
    [
        (ONA, "900", False),
        (ONA, "900.5", True),
        ("rimabotulinumtoxinB", "750", False),
        ("rimabotulinumtoxinB", "749.5", True),
    ],
)
def test_the_border_of_the_plausible_is_plausible(product: str, units: str, told: bool) -> None:
    # 600 units of ona in a session of practice, 1,500 of rima for the glands: half as much again, and half.
    one = plan(product, CD, inject("splenius_capitis", units, sites=60))
    assert bool(found(one, "implausible_units_for_product")) is told


def test_a_toxin_without_a_known_name_is_told_once() -> None:
    from support.plans import last

    one = plan(ONA, CD, exposures=(given(20, 50, "unknown"),), last_session=last(20, 50, "unknown"))
    assert len(found(one, "interaction")) == 1
    two = plan(ONA, CD, exposures=(given(20, 50, "unknown"),), last_session=last(21, 50, "unknown"))
    assert len(found(two, "interaction")) == 2
    other = plan(ONA, CD, exposures=(given(20, 50, "unknown"),), last_session=last(20, 50, "nameless"))
    assert len(found(other, "interaction")) == 2


def test_an_interval_without_a_label_is_asked_for_when_the_history_is_unknown() -> None:
    report = report_of(plan(ONA, CD, history="unknown"))
    assert any(gap.rule == "interval_too_short" for gap in report.not_checked)
    (limit,) = [
        x for x in report_of(plan(ONA, CD, exposures=(given(100, 50),))).limits if x.rule == "interval_too_short"
    ]
    assert (limit.blocks, limit.verified, limit.nature, limit.unit) == (False, False, "local practice", "days")


def test_a_negative_row_is_refused_although_the_sum_is_a_dose() -> None:
    with pytest.raises(DoseError, match="but got -5"):
        report_of(plan(ONA, CD, inject("splenius_capitis", 10), inject("trapezius", "-5")))


def test_unknown_units_matter_as_long_as_the_longest_window() -> None:
    one = plan(ONA, CD, exposures=(given(100, None),))
    assert not found(one, "exposure_unknown")
    assert found(one, "exposure_unknown", settings=SafetySettings(days_in_three_months=120))
    short = SafetySettings(days_in_three_months=60)
    assert found(plan(ONA, CD, exposures=(given(83, None),)), "exposure_unknown", settings=short)
    assert not found(plan(ONA, CD, exposures=(given(84, None),)), "exposure_unknown", settings=short)


def test_a_weight_of_today_is_fresh() -> None:
    one = plan(ONA, ARM, inject("biceps_brachii", 60, sites=4), age=9, weight=20, weighed=0)
    assert not found(one, "weight_stale")


def test_both_sides_contradict_no_limb() -> None:
    assert not found(plan(ONA, ARM, inject("brachialis", 40, "both", limb="left_arm")), "limb_differs_from_side")
    assert not found(plan(ONA, ARM, inject("brachialis", 40, "left", limb="left_arm")), "limb_differs_from_side")
    assert found(plan(ONA, ARM, inject("brachialis", 40, "right", limb="left_arm")), "limb_differs_from_side")


@pytest.mark.parametrize("use", ["glabellar_lines", "forehead_lines", "lateral_canthal_lines", "platysma_bands"])
def test_lines_of_the_face_are_what_such_products_are_for(use: str) -> None:
    assert not found(plan("letibotulinumtoxinA", use, inject("procerus", 4, "midline")), "cosmetic_product")


def test_a_volume_without_sites_is_taken_for_one_site() -> None:
    row = inject("biceps_brachii", 50, sites=None, volume_ml=Decimal("0.8"))
    report = report_of(plan(ABO, ARM, row, exposures=(given(300, 10, ABO),)))
    assert {x.actual for x in report.limits if x.rule == "site_volume_exceeded"} == {Decimal("0.8")}


def test_an_unread_printed_concentration_does_not_decide() -> None:
    one = plan("daxibotulinumtoxinA", CD, inject("trapezius", 40), reconstitution=vials(50, diluent_ml="0.6"))
    (finding,) = found(one, "label_value_differs_from_arithmetic")
    assert "; unverified, so arithmetic is used; " in finding.message
    assert finding.subject == "reconstitution"


def test_vials_that_hold_just_enough_pass() -> None:
    assert not found(plan(ONA, CD, inject("trapezius", 100), reconstitution=vials(100)), "vial_too_small")


def test_the_lower_end_of_a_range_is_inside() -> None:
    one = plan("daxibotulinumtoxinA", CD, inject("trapezius", 125), exposures=(given(200, 9, "daxibotulinumtoxinA"),))
    assert not found(one, "session_dose_below_label")


def test_a_forearm_belongs_to_the_arm() -> None:
    one = plan(ONA, ARM, inject("pronator_teres", 130, sites=9), age=9, weight=20)
    assert [f.subject for f in found(one, "paediatric_cap_exceeded")] == ["left_arm"]
