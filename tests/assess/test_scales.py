"""Scales: published ranges, published formulas, missing items, changes that matter."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reprieve.assess.formula import Range, evaluate, exactly
from reprieve.assess.scale_change import judge_change
from reprieve.assess.scale_items import span
from reprieve.assess.scale_score import score_scale
from reprieve.core.errors import DocumentError, ReferenceDataError, UnknownNameError
from reprieve.reference import Scale, ScaleItem, scale, scales
from reprieve.reference.source_list import anatomy_sources

SCORED = [row.id for row in scales().values() if row.method == "expression" and row.formula and row.complete]
RANGED = [name for name in SCORED if scale(name).total_maximum is not None]


def extreme(row: Scale, end: str) -> dict[str, float]:
    return {item.id: getattr(item, end) for item in row.items if item.scored and not item.choices}


@pytest.mark.parametrize("name", RANGED)
def test_lowest_and_highest_answers_give_the_published_range(name: str) -> None:
    # The total ranges are the published ones (sources of each scale); the formulas must reproduce them.
    row = scale(name)
    low, high = (score_scale(row, extreme(row, end)) for end in ("minimum", "maximum"))
    assert low.total == row.total_minimum
    assert high.total == row.total_maximum
    for part in high.subscales:
        assert part.value == part.maximum


def test_twstrs_by_hand() -> None:
    answers = extreme(scale("TWSTRS"), "minimum") | {
        "a1_rotation": 3, "a2_lateral_tilt": 2, "b_duration": 4, "dis_work": 3, "pain_best": 2, "pain_worst": 7,
        "pain_usual": 4, "pain_duration": 3,
    }  # fmt: skip
    result = score_scale(scale("TWSTRS"), answers)
    # severity 3 + 2 + 2*4 = 13, disability 3, pain (2 + 7 + 2*4)/4 + 3 = 7.25
    assert {part.id: part.value for part in result.subscales} == {"severity": 13, "disability": 3, "pain": 7.25}
    assert result.total == 23.25
    assert result.version == "85-point"


def test_bfmdrs_movement_halves_eyes_mouth_and_neck() -> None:
    # NINDS common data elements: nine regions, products of two 0 to 4 factors, half weights, at most 120.
    answers = extreme(scale("bfmdrs_movement"), "minimum") | {"neck_provoking": 4, "neck_severity": 3}
    assert score_scale(scale("bfmdrs_movement"), answers).total == 6
    arm = extreme(scale("bfmdrs_movement"), "minimum") | {"arm_left_provoking": 4, "arm_left_severity": 3}
    assert score_scale(scale("bfmdrs_movement"), arm).total == 12


@pytest.mark.parametrize(
    ("goals", "expected"),
    # Turner-Stokes 2009 with the erratum: all goals as expected is 50; equal weights and rho 0.3 in closed form.
    [
        ({"x_1": 0}, 50.0),
        ({"x_1": 1}, 60.0),
        ({"x_1": 1, "x_2": 1}, 62.403),
        ({"x_1": -1, "x_2": -1, "x_3": -1}, 36.307),
    ],
)
def test_goal_attainment_follows_the_erratum(goals: dict[str, int], expected: float) -> None:
    assert score_scale(scale("GAS"), goals).total == pytest.approx(expected, abs=5e-4)


def test_arm_dystonia_disability_scale() -> None:
    row = scale("ADDS")
    activities = {item.id: 0 for item in row.items if not item.choices}
    assert score_scale(row, {"limit_level": "95"}).total == 95
    assert score_scale(row, {"limit_level": "limited", **activities}).total == 90
    worst = dict.fromkeys(activities, 3)
    assert score_scale(row, {"limit_level": "limited", **worst}).total == 0
    played = worst | {"instrument": "not_applicable"}  # the scale's own rule: an activity not done counts 0
    assert score_scale(row, {"limit_level": "limited", **played}).total == pytest.approx(90 - 90 * 18 / 21)
    left_out = {name: value for name, value in worst.items() if name != "instrument"}
    assert score_scale(row, {"limit_level": "limited", **left_out}).total is None


def test_bsdi_averages_what_applies_and_a_gap_is_no_zero() -> None:
    items = dict.fromkeys(("reading", "tv", "shopping", "walking", "daily"), 2)
    assert score_scale(scale("BSDI"), {**items, "driving": "not_applicable"}).total == 2
    gap = score_scale(scale("BSDI"), items)
    assert gap.total is None
    assert gap.missing == ("driving",)


def test_modified_ashworth_grades_are_ranks() -> None:
    ranks = [score_scale(scale("MAS"), {"grade": grade}).total for grade in ("0", "1", "1+", "2", "3", "4")]
    assert ranks == [0, 1, 2, 3, 4, 5]


def test_tardieu_is_the_dynamic_component_and_eq5d_is_a_profile() -> None:
    assert score_scale(scale("MTS"), {"r1_angle": 35.5, "r2_angle": 80}).total == 44.5
    levels = {"mobility": 1, "self_care": 2, "usual_activities": 3, "pain_discomfort": 2, "anxiety_depression": 5}
    result = score_scale(scale("EQ-5D-5L"), levels)
    assert (result.profile, result.total) == ("12325", None)


@pytest.mark.parametrize("name", ["twstrs2", "wcrs", "omdrs", "ftm", "dystonia_coalition_pco"])
def test_a_scale_that_was_not_read_gives_no_total(name: str) -> None:
    result = score_scale(scale(name), {})
    assert result.total is None
    assert "not" in (result.reason or "")


def test_a_missing_answer_that_cannot_matter_does_not_matter() -> None:
    items = {"rotation": 2, "tilt": 1, "antero_retro": 0, "duration": 2, "shoulder": 1, "tremor_severity": 0}
    assert score_scale(scale("Tsui"), items).total == 7
    tremor = score_scale(scale("Tsui"), items | {"tremor_severity": 2})
    assert tremor.total is None
    assert tremor.possible == (9, 11)


@pytest.mark.parametrize("name", ["severity", "frequency"])
def test_nothing_is_imputed(name: str) -> None:
    result = score_scale(scale("JRS"), {name: 3})
    assert result.total is None
    assert result.possible == (3, 7)
    assert len(result.missing) == 1


@pytest.mark.parametrize(
    ("name", "items"),
    [
        ("JRS", {"severity": 5}),
        ("JRS", {"severity": -1}),
        ("JRS", {"severity": 1.5}),
        ("JRS", {"severity": "many"}),
        ("JRS", {"severity": float("nan")}),
        ("JRS", {"severity": True}),
        ("JRS", {"severity": "not_applicable"}),
        ("MAS", {"grade": "1.5"}),
        ("GAS", {"x_1": 3}),
        ("JRS", {"strength": 1}),
        ("GAS", {"goal": 1}),
    ],
)
def test_wrong_answers_are_one_clear_line(name: str, items: dict[str, Any]) -> None:
    with pytest.raises((DocumentError, UnknownNameError, ValueError)) as caught:
        score_scale(scale(name), items)
    assert "\n" not in str(caught.value)


def test_twstrs_change_depends_on_the_baseline() -> None:
    # PMID 29530726: about -12 at a baseline of 40 to 45; -3.2 (mild) to -18.0 (severe); nothing is interpolated.
    def varying(before: float, after: float) -> bool | None:
        return judge_change(scale("TWSTRS"), before, after).judgements[-1].reached

    assert varying(42, 29) is True
    assert varying(42, 35) is False
    assert varying(20, 10) is None
    assert varying(70, 50) is True
    assert varying(20, 18) is False
    fixed = judge_change(scale("TWSTRS"), 42, 33).judgements
    assert [one.reached for one in fixed[:2]] == [True, False]  # -8 (registry, n=479) and -11.9 (trial, n=304)


def test_totals_of_two_versions_are_not_compared() -> None:
    with pytest.raises(DocumentError, match="version"):
        judge_change(scale("TWSTRS"), 86, 40)
    with pytest.raises(DocumentError, match="version"):
        judge_change(scale("TWSTRS"), 40, 30, version_before="87-point")


def test_a_threshold_on_a_mean_is_not_applied_to_one_grade() -> None:
    assert all(one.reached is None for one in judge_change(scale("MAS"), 4, 1).judgements)


def test_scale_names_as_authors_write_them() -> None:
    for written, name in {"TWSTRS": "twstrs", "CDIP-58": "cdip58", "CGI-I": "cgi_i", "Tsui": "tsui"}.items():
        assert scale(written).id == name
    with pytest.raises(UnknownNameError, match="bfmdrs_movement"):
        scale("BFMDRS")


def test_every_scale_has_a_source() -> None:
    assert len(scales()) == 31
    for row in scales().values():
        assert row.sources
        assert all(one.startswith("http") or one in anatomy_sources() for one in row.sources), row.id
        assert len({item.id for item in row.items}) == len(row.items)
        assert all(item.label for item in row.items)


@pytest.mark.parametrize(
    "formula", ["__import__('os')", "a.b", "a[0]", "a**9", "lambda: 1", "max(items)", "c", "a if a else a"]
)
def test_formulas_hold_arithmetic_only(formula: str) -> None:
    with pytest.raises(ReferenceDataError):
        evaluate(formula, {"a": exactly(1)}, ("a",))


# ---- laws -----------------------------------------------------------------------------------------------------------


def answer(item: ScaleItem) -> st.SearchStrategy[float]:
    reach = span(item)
    step = Fraction(repr(item.step)) or Fraction(1)
    count = int((reach.high - reach.low) / step)
    return st.integers(0, count).map(lambda number: float(reach.low + number * step))


@st.composite
def answered(draw: st.DrawFn) -> tuple[Scale, dict[str, float]]:
    row = scale(draw(st.sampled_from(SCORED)))
    items = [item for item in row.items if item.scored and not item.choices]
    return row, {item.id: draw(answer(item)) for item in items}


@settings(max_examples=60, deadline=None)
@given(answered(), st.data())
def test_what_a_gap_leaves_possible_holds_the_true_total(
    case: tuple[Scale, dict[str, float]], data: st.DataObject
) -> None:
    row, items = case
    full = score_scale(row, items)
    assert full.total is not None
    assert not full.missing
    gone = data.draw(st.sets(st.sampled_from(sorted(items)), max_size=len(items) - 1))
    partly = score_scale(row, {name: value for name, value in items.items() if name not in gone})
    assert partly.possible is not None
    if row.missing_rule is None:
        assert partly.possible[0] - 1e-9 <= full.total <= partly.possible[1] + 1e-9
    if row.total_minimum is not None and row.total_maximum is not None:
        assert row.total_minimum <= full.total <= row.total_maximum


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-9, 9), min_size=4, max_size=4))
def test_ranges_hold_every_value(numbers: list[int]) -> None:
    a, b, c, d = numbers
    first = Range(Fraction(min(a, b)), Fraction(max(a, b)))
    second = Range(Fraction(min(c, d)), Fraction(max(c, d)))
    for formula, value in {"x + y": a + c, "x - y": a - c, "x * y": a * c, "(0 - x)/4": Fraction(-a, 4)}.items():
        found = evaluate(formula, {"x": first, "y": second}, ())
        assert found.low <= value <= found.high
