"""The formulary: every row sourced, known and unique; marks survive; nothing changes unseen (S25)."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from reprieve.core.errors import ReferenceDataError, UnknownNameError
from reprieve.core.findings import SourceRef
from reprieve.reference.all_sources import all_sources
from reprieve.reference.formulary._flatten import Flattener, source_ref
from reprieve.reference.formulary._records import PRODUCT_FILES, formulary_file, product_records, source_records
from reprieve.reference.formulary.limit_row import LimitKind
from reprieve.reference.formulary.limits import indications, limit_rows, limits_of, reviewed
from reprieve.reference.formulary.literature import literature_doses, unit_ratios
from reprieve.reference.formulary.product import product, product_of, products
from reprieve.reference.formulary.risks import risk_rows
from reprieve.reference.formulary_rows import HIDDEN, formulary_rows
from reprieve.reference.muscle_catalogue import label_groups, muscles
from reprieve.reference.preparations import VERIFIED_GRADES, known_conditions, preparation_sources, preparations
from reprieve.reference.reviews import Review

ROOT = Path(__file__).resolve().parents[2]


def _freezer() -> Any:
    spec = importlib.util.spec_from_file_location("freeze_formulary", ROOT / "tools" / "freeze_formulary.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_row_names_a_known_source_muscle_and_use() -> None:
    targets = {*muscles(), *label_groups(), "upper", "lower", "any", "shoulder", "without_shoulder", None}
    for row in limit_rows().values():
        assert row.source.key in all_sources(), row.id
        assert row.target in targets, row.id
        assert set(row.conditions) <= set(known_conditions()), row.id
    for dose in literature_doses():
        assert dose.target in targets, dose.id
        assert dose.condition in known_conditions(), dose.id
    for rows in risk_rows().values():
        for row in rows:
            assert set(row.products) <= set(products()), row.id


def test_no_id_stands_twice() -> None:
    counts = Counter(row.id for row in formulary_rows())
    assert max(counts.values()) == 1
    assert len(counts) > 450


def test_the_counts_of_the_compilation_survive() -> None:
    """443 checked and 212 unchecked fact rows, as counted when the tables were compiled (science note, section 2)."""
    marks: Counter[bool] = Counter()

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            if "checked" in value and "source" in value:
                marks[value["checked"]] += 1
            for entry in value.values():
                walk(entry)
        elif isinstance(value, list):
            for entry in value:
                walk(entry)

    for name in (*PRODUCT_FILES, "cosmetic_only", "literature", "trials", "billing"):
        walk(formulary_file(name))
    assert marks[True] + marks[False] >= 655
    assert marks[True] >= 443


def test_only_checked_figures_of_label_grade_block() -> None:
    for row in limit_rows().values():
        if row.blocks:
            assert row.source.checked, row.id
            assert row.source.grade in VERIFIED_GRADES, row.id
            assert not row.advice, row.id
        if row.source.grade in ("tertiary", "none", "paper", "review"):
            assert not row.blocks, row.id


def test_low_confidence_doses_are_hidden() -> None:
    hidden = [dose for dose in literature_doses() if dose.hidden]
    assert len(hidden) > 20
    shown = {row.id: row for row in formulary_rows()}
    for dose in hidden:
        assert shown[dose.id].facts[0].value == HIDDEN
        assert not dose.source.checked


def test_published_doses_are_found_by_use_and_product() -> None:
    from reprieve.reference.formulary.literature import literature_doses_for

    found = literature_doses_for("oromandibular_dystonia", "onabotulinumtoxinA")
    assert {dose.target for dose in found} >= {"masseter", "temporalis"}
    assert literature_doses_for("oromandibular_dystonia", "rimabotulinumtoxinB") == ()


def test_ratios_are_words_only() -> None:
    assert len(unit_ratios()) == 9
    for row in formulary_rows():
        if row.id.startswith("ratio."):
            assert "literature, not label" in row.facts[0].value


def test_a_row_without_a_source_does_not_load() -> None:
    with pytest.raises(ReferenceDataError, match="names no known source"):
        source_ref({"max": 5, "checked": True}, source_records())
    with pytest.raises(ReferenceDataError, match="names no known source"):
        source_ref({"max": 5, "source": "nobody", "checked": True}, source_records())
    with pytest.raises(ReferenceDataError, match="does not say whether"):
        source_ref({"max": 5, "source": "lexi_ona"}, source_records())
    with pytest.raises(ReferenceDataError, match="was not read"):
        source_ref({"max": 5, "source": "botox_uspi", "checked": True}, source_records())


def test_an_unknown_window_or_per_does_not_load() -> None:
    import copy

    record = copy.deepcopy(product_records()["onabotulinumtoxinA"])
    record["global_dose_rules"][1]["window"] = "a season"
    with pytest.raises(KeyError):
        list(Flattener(record, source_records()).rows())
    record = copy.deepcopy(product_records()["onabotulinumtoxinA"])
    record["indications"][4]["muscles"][0]["per"] = "finger"
    with pytest.raises(ValueError, match="finger"):
        list(Flattener(record, source_records()).rows())


def test_vials_dilutions_and_billing_units_are_those_of_the_formulary() -> None:
    """`preparations.json` repeats part of the product records; the two must never drift apart."""
    for name, facts in preparations().items():
        record = product_records()[name]
        assert [size.units for size in facts.vials] == [row["units"] for row in record["vials"]]
        ours = {
            (row.vial_units, row.diluent_ml, row.units_per_0_1_ml, row.source.key, row.source.checked)
            for row in facts.dilutions
        }
        theirs = {
            (row["vial_units"], row["diluent_ml"], row["units_per_0_1_ml"], row["source"], row["checked"])
            for row in record["reconstitution"]["rows"]
        }
        assert ours == theirs, name
        within = record["reconstitution"]["use_within_hours"]
        assert facts.use_within is not None
        assert (facts.use_within.hours, facts.use_within.source.key) == (within["value"], within["source"])
        code = record["product"]["hcpcs"]
        assert facts.billing is not None
        assert (facts.billing.code, facts.billing.units_per_billing_unit) == (
            code["code"],
            code["units_per_billing_unit"],
        )
        assert set(facts.brands) == set(record["product"]["brands"])
    for key, source in preparation_sources().items():
        assert (source.title, source.grade, source.read) == tuple(
            source_records()[key][name] for name in ("title", "grade", "read")
        )


def test_intervals_are_those_of_the_formulary() -> None:
    ours = {
        (name, row.conditions, row.min_weeks, row.min_months, row.source.key, row.source.checked)
        for name, facts in preparations().items()
        for row in facts.intervals
    }
    theirs = {
        (
            row.product,
            row.conditions,
            row.low if row.unit == "weeks" else None,
            row.low if row.unit == "months" else None,
            row.source.key,
            row.source.checked,
        )
        for row in limit_rows().values()
        if row.kind is LimitKind.INTERVAL
    }
    assert ours == theirs


def test_brands_lead_to_one_substance() -> None:
    for name in ("Botox", "botox cosmetic", " VISTABEL ", "onabotulinumtoxinA"):
        found = product_of(name)
        assert found is not None
        assert found.id == "onabotulinumtoxinA"
    assert product_of("neverheard") is None
    with pytest.raises(UnknownNameError, match="write its nonproprietary name abobotulinumtoxinA"):
        product("Dysport")
    with pytest.raises(UnknownNameError, match="near matches"):
        product("onabotulinumtoxin")


def test_jurisdictions_are_not_merged() -> None:
    us = {row.id for row in limits_of("rimabotulinumtoxinB", "cervical_dystonia", "US")}
    eu = {row.id for row in limits_of("rimabotulinumtoxinB", "cervical_dystonia", "EU")}
    assert us
    assert eu
    assert not us & eu
    both = {row.id for row in limits_of("rimabotulinumtoxinB", "cervical_dystonia", None)}
    assert both == us | eu


def test_a_clinics_review_stands_beside_the_shipped_row() -> None:
    from datetime import date

    row = limit_rows()["abo_us_cervical_dystonia.range"]
    assert not row.blocks

    def told(verdict: Any, value: Decimal | None = None, day: int = 1) -> Review:
        start = date(2026, 11, day)
        return Review(
            row_id=row.id,
            verdict=verdict,
            value=value,
            source="label in hand, section 2",
            by="Dr A",
            on=start,
            effective_from=start,
        )

    (confirmed,) = reviewed([row], [told("confirmed")], date(2026, 11, 2))
    assert confirmed.blocks
    assert confirmed.high == row.high
    (corrected,) = reviewed([row], [told("confirmed"), told("corrected", Decimal(900), 2)], date(2026, 11, 3))
    assert (corrected.high, corrected.blocks) == (Decimal(900), True)
    assert reviewed([row], [told("withdrawn")], date(2026, 11, 2)) == ()
    assert reviewed([row], [told("confirmed", day=20)], date(2026, 11, 2)) == (row,)
    unit = limit_rows()["ona_eu_cervical_dystonia.session"]
    low = Review(
        row_id=unit.id, verdict="corrected", value=Decimal(20), source="label", by="Dr A",
        on=date(2026, 11, 1), effective_from=date(2026, 11, 1),
    )  # fmt: skip
    (lowered,) = reviewed([unit], [low], date(2026, 11, 2))
    assert (lowered.low, lowered.high) == (None, Decimal(20))
    assert limit_rows()[row.id] is row
    assert confirmed.source == SourceRef("clinic_review:abo_us_cervical_dystonia.range", "clinic_review", True)


def test_s25_no_figure_changes_unseen() -> None:
    freezer = _freezer()
    now, before = freezer.rows(), freezer.frozen()
    changed = {key for key in now.keys() | before.keys() if now.get(key) != before.get(key)}
    assert not changed, f"{sorted(changed)} differ from tests/golden/formulary_rows.csv; see tools/freeze_formulary.py"


def test_s25_a_changed_figure_without_a_changed_source_is_refused() -> None:
    freezer = _freezer()
    before = freezer.frozen()
    key = "onabotulinumtoxinA.adult_cumulative"
    changed = {**before, key: {**before[key], "high": "500"}}
    assert freezer.unsourced_changes(changed, before) == [key]
    sourced = {**before, key: {**before[key], "high": "500", "source": "another"}}
    assert freezer.unsourced_changes(sourced, before) == []


def test_every_use_on_file_is_reached() -> None:
    assert sum(len(indications(name)) for name in PRODUCT_FILES) >= 48


def test_loading_is_cheap() -> None:
    """Counted in imported modules, not seconds: the tables pull in nothing heavy."""
    code = (
        "import sys; from reprieve.reference.formulary.limits import limit_rows; limit_rows(); "
        "print(' '.join(sys.modules))"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"yaml", "numpy", "scipy", "pydantic", "sqlalchemy", "pandas"} & set(loaded)


def test_a_row_that_stands_twice_or_a_use_without_a_source_does_not_load(monkeypatch: pytest.MonkeyPatch) -> None:
    import copy

    from reprieve.reference.formulary import limits
    from reprieve.reference.formulary.indication import Indication

    record = copy.deepcopy(product_records()["onabotulinumtoxinA"])
    record["indications"].append(record["indications"][0])
    monkeypatch.setattr(limits, "product_records", lambda: {**product_records(), "onabotulinumtoxinA": record})
    with pytest.raises(ReferenceDataError, match="stands twice"):
        limits.limit_rows.__wrapped__()
    bare = {"id": "x", "condition_id": "cervical_dystonia", "jurisdiction": "US", "label_status": "labelled"}
    with pytest.raises(ReferenceDataError, match="names no source"):
        Indication.of(bare, "onabotulinumtoxinA", source_records())
