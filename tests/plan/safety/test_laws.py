"""Laws that hold for any plan: S3, S4, S6, S7, S8, S9, S26 and those of the rules themselves."""

from __future__ import annotations

import ast
import inspect
from dataclasses import fields, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import reprieve
from reprieve.core import Dose, total
from reprieve.core.documents import canonical
from reprieve.core.errors import DoseError, UnitsError
from reprieve.core.findings import Finding, Severity, Verdict
from reprieve.plan.safety import check
from reprieve.record.plan import Plan, PlanPatient
from reprieve.reference.formulary.product import products
from support.plans import TODAY
from support.random_plans import random_plan

SEEDS = st.integers(min_value=0, max_value=10**9)
WEIGHT = {Verdict.CLEAR: 0, Verdict.WARNED: 1, Verdict.BLOCKED: 2}
SOURCE = Path(reprieve.__file__).parent


def _said(plan: Plan) -> set[tuple[object, ...]]:
    return {(f.rule, f.subject, f.severity, f.limit, f.actual) for f in check(plan, today=TODAY).findings}


def _above(plan: Plan) -> set[tuple[str, str]]:
    """What is said because there is too much; "too little" and other sites may clear with more."""
    little = ("below_label", "sites_differ", "sites_missing")
    return {
        (f.rule, f.subject)
        for f in check(plan, today=TODAY).findings
        if f.severity is not Severity.INFO and not any(word in f.rule for word in little)
    }


@settings(max_examples=300, deadline=None)
@given(seed=SEEDS, more=st.decimals(min_value="0.5", max_value=500, places=1), data=st.data())
def test_adding_toxin_never_clears_a_finding(seed: int, more: Decimal, data: st.DataObject) -> None:
    plan = random_plan(seed)
    at = data.draw(st.integers(min_value=0, max_value=len(plan.injections) - 1))
    rows = list(plan.injections)
    rows[at] = replace(rows[at], units=rows[at].units + more)
    before, after = _above(plan), _above(replace(plan, injections=tuple(rows)))
    # A total so small that it was implausible may become plausible.
    before = {said for said in before if said[0] != "implausible_units_for_product"}
    assert before <= after, before - after


@settings(max_examples=200, deadline=None)
@given(seed=SEEDS, order=st.randoms(use_true_random=False))
def test_the_verdict_does_not_depend_on_the_order_of_rows(seed: int, order: Random) -> None:
    plan = random_plan(seed)
    rows, exposures = list(plan.injections), list(plan.patient.exposures)
    order.shuffle(rows)
    order.shuffle(exposures)
    mixed = replace(plan, injections=tuple(rows), patient=replace(plan.patient, exposures=tuple(exposures)))
    assert _said(mixed) == _said(plan)


@settings(max_examples=200, deadline=None)
@given(seed=SEEDS, days=st.integers(min_value=-4000, max_value=4000))
def test_s26_shifting_every_date_changes_nothing(seed: int, days: int) -> None:
    plan, by = random_plan(seed), timedelta(days=days)
    patient, last, day = plan.patient, plan.last_session, plan.date
    assert day is not None
    moved = replace(
        plan,
        date=day + by,
        last_session=None if last is None else replace(last, date=last.date + by),
        patient=replace(
            patient,
            weight_date=None if patient.weight_date is None else patient.weight_date + by,
            exposures=tuple(replace(entry, date=entry.date + by) for entry in patient.exposures),
        ),
    )
    assert _said(moved) == _said(plan)


@settings(max_examples=200, deadline=None)
@given(seed=SEEDS, parts=st.integers(min_value=2, max_value=4))
def test_splitting_a_dose_over_rows_changes_nothing(seed: int, parts: int) -> None:
    plan = random_plan(seed)
    # Each part keeps its share of the sites (an even one, for both sides): each needle position holds what it held.
    whole = tuple(replace(row, sites=None if row.sites is None else row.sites * parts * 2) for row in plan.injections)
    split = tuple(
        replace(row, units=row.units / parts, sites=None if row.sites is None else row.sites // parts)
        for row in whole
        for _ in range(parts)
        if (row.units / parts) * parts == row.units
    )
    if len(split) != len(whole) * parts or any(-row.units.as_tuple().exponent > 6 for row in split):
        return
    assert _said(replace(plan, injections=split)) == _said(replace(plan, injections=whole))


INPUTS = [field.name for field in fields(PlanPatient) if field.name not in ("id", "exposures", "risks")]


@settings(max_examples=300, deadline=None)
@given(seed=SEEDS, name=st.sampled_from([*INPUTS, "jurisdiction", "date", "sites", "side"]))
def test_s07_leaving_out_an_input_never_makes_a_plan_clear(seed: int, name: str) -> None:
    plan = random_plan(seed)
    if name in ("sites", "side"):
        less = replace(plan, injections=tuple(replace(row, **{name: None}) for row in plan.injections))
    elif name in ("jurisdiction", "date"):
        less = replace(plan, **{name: None})
    else:
        gone = "unknown" if name == "exposure_history" else None
        less = replace(plan, patient=replace(plan.patient, **{name: gone}))
    before, after = check(plan, today=TODAY), check(less, today=TODAY)
    if before.verdict is not Verdict.CLEAR:
        assert after.verdict is not Verdict.CLEAR, name


@settings(max_examples=100, deadline=None)
@given(seed=SEEDS)
def test_s06_an_unknown_history_is_never_silent(seed: int) -> None:
    plan = random_plan(seed)
    told = replace(plan, patient=replace(plan.patient, exposure_history="unknown"))
    assert any(f.rule == "exposure_unknown" and "UNKNOWN" in f.message for f in check(told, today=TODAY).findings)


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS)
def test_s08_the_same_plan_gives_the_same_bytes(seed: int) -> None:
    plan = random_plan(seed)
    assert canonical(check(plan, today=TODAY).document()) == canonical(check(plan, today=TODAY).document())


@settings(max_examples=200, deadline=None)
@given(seed=SEEDS)
def test_s09_every_finding_explains_itself(seed: int) -> None:
    for finding in check(random_plan(seed), today=TODAY).findings:
        assert finding.message.endswith("."), finding
        assert finding.message.count("\n") == 0
        assert finding.clears_if, finding
        assert finding.subject
        if finding.limit is not None and finding.actual is not None and finding.exceed_by is not None:
            assert abs(finding.actual - finding.limit) == abs(finding.exceed_by), finding
            assert finding.unit
        if _hangs_on_a_number(finding):
            assert finding.sources, finding


def _hangs_on_a_number(finding: Finding) -> bool:
    return finding.limit is not None and finding.rule not in ("vial_too_small", "vial_expired")


@settings(max_examples=200, deadline=None)
@given(seed=SEEDS)
def test_every_limit_shows_its_headroom_and_what_exceeds_it_is_found(seed: int) -> None:
    report = check(random_plan(seed), today=TODAY)
    said = {(f.rule, f.subject) for f in report.findings}
    for limit in report.limits:
        assert limit.limit is not None
        assert limit.actual is not None
        room = limit.actual - limit.limit if limit.least else limit.limit - limit.actual
        assert limit.headroom == room
        assert ((limit.rule, limit.subject) in said) or room >= 0
        assert limit.source is not None
    for finding in report.findings:
        if finding.severity is Severity.ERROR and finding.limit is not None:
            key = (finding.rule, finding.subject, finding.limit)
            known = {(x.rule, x.subject, x.limit) for x in report.limits}
            assert key in known or finding.rule.startswith(("implausible", "vial"))


@settings(max_examples=150, deadline=None)
@given(seed=SEEDS)
def test_s04_sites_muscles_and_session_sum_to_the_last_decimal(seed: int) -> None:
    plan = random_plan(seed)
    report = check(plan, today=TODAY)
    assert sum(report.totals.units_by_muscle.values()) == report.totals.units
    assert report.totals.units == total((Dose(row.units, plan.product) for row in plan.injections), plan.product).units


@pytest.mark.parametrize("first", sorted(products()))
def test_s03_two_products_never_meet(first: str) -> None:
    for second in products():
        if first == second:
            assert (Dose(1, first) + Dose(2, second)).units == 3
            continue
        for act in (lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a < b, lambda a, b: a <= b):
            with pytest.raises(UnitsError):
                act(Dose(1, first), Dose(1, second))


def test_s03_no_function_converts_units() -> None:
    """Grep over the code: no name speaks of converting units, and no rule reads a reported ratio."""
    for file in SOURCE.rglob("*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                name = node.name.lower()
                assert not ("convert" in name and ("unit" in name or "dose" in name or "product" in name)), file
    readers = [file for file in SOURCE.rglob("*.py") if "unit_ratios" in file.read_text(encoding="utf-8")]
    shown = {"literature.py", "formulary_rows.py", "answer.py"}
    assert {file.name for file in readers} <= shown, readers
    assert not any("plan/safety" in file.as_posix() for file in readers)


@pytest.mark.parametrize("units", ["NaN", "-1", "Infinity", "1000000", "0.0000001"])
def test_a_value_that_is_no_dose_is_refused(units: str) -> None:
    plan = random_plan(1)
    rows = (replace(plan.injections[0], units=Decimal(units)),)
    with pytest.raises(DoseError):
        check(replace(plan, injections=rows), today=TODAY)


def test_the_rules_read_no_clock_and_no_file() -> None:
    for file in (SOURCE / "plan" / "safety").rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        assert "today()" not in text, file
        assert "now()" not in text, file
        assert "open(" not in text, file
    assert "today" in inspect.signature(check).parameters
