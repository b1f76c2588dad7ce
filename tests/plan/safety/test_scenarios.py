"""Whole answers to whole plans, frozen: nothing that a clinician reads changes unseen (tools/freeze_scenarios.py)."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]
SCENARIOS = sorted((ROOT / "tests" / "golden" / "scenarios").glob("*_input.json"))


def _freezer() -> Any:
    spec = importlib.util.spec_from_file_location("freeze_scenarios", ROOT / "tools" / "freeze_scenarios.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda file: file.name.removesuffix("_input.json"))
def test_the_answer_to_a_scenario_is_the_frozen_one(scenario: Path) -> None:
    freezer = _freezer()
    assert json.loads(freezer.answer(scenario)) == json.loads(freezer.expected(scenario).read_text(encoding="utf-8"))


def test_the_scenarios_reach_every_rule() -> None:
    said: set[str] = set()
    for scenario in SCENARIOS:
        document = json.loads(_freezer().expected(scenario).read_text(encoding="utf-8"))
        said |= {finding["rule"] for finding in document["findings"]}
    wanted = {
        "cumulative_limit_exceeded", "payer_limit_exceeded", "interval_too_short", "paediatric_cap_exceeded",
        "paediatric_combined_cap_exceeded", "session_limit_exceeded", "session_dose_above_label",
        "session_dose_below_label", "muscle_dose_above_label", "muscle_dose_below_label", "sites_differ_from_label",
        "site_units_exceeded", "site_volume_exceeded", "site_volume_outside_label", "gland_dose_above_label",
        "gland_dose_below_label", "titration_step_too_large", "label_value_differs_from_arithmetic",
        "units_not_interchangeable", "scm_total_above_100", "bilateral_scm", "scm_side_above_150",
        "off_label_indication", "below_label_age", "contraindicated", "interaction", "special_population",
        "risk_not_recognised", "exposure_unknown", "exposure_after_plan", "exposure_date_unlikely",
        "weight_missing", "weight_stale",
        "age_missing", "date_missing", "jurisdiction_missing", "side_missing", "limb_differs_from_side",
        "sites_missing", "volume_missing", "no_verified_limit", "unverified_limit", "implausible_units_for_product",
        "vial_expired", "vial_over_time", "vial_too_small", "cosmetic_product", "diluent_missing",
        "dilutions_differ",
    }  # fmt: skip
    assert wanted <= said, wanted - said
