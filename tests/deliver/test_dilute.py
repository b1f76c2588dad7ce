"""Reconstitution against the labels' own tables, the laws behind it, and what bad input is told."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from decimal import Decimal as D
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprieve.app.dilution import dilute
from reprieve.core.dose import Dose
from reprieve.core.errors import InputError, ReferenceDataError, UnitsError, UnknownNameError
from reprieve.deliver.reconstitution import reconstitute, vials_for
from reprieve.reference import preparations as shipped
from reprieve.reference.preparations import preparations, product_facts

GOLDEN = Path(__file__).parents[1] / "golden"
with (GOLDEN / "label_dilutions.csv").open() as stream:
    LABEL_ROWS = list(csv.DictReader(line for line in stream if not line.startswith("#")))
ONA, ABO, DAXI, RIMA = "onabotulinumtoxinA", "abobotulinumtoxinA", "daxibotulinumtoxinA", "rimabotulinumtoxinB"


@pytest.mark.parametrize("row", LABEL_ROWS, ids=lambda row: f"{row['label']} {row['vial_units']}/{row['diluent_ml']}")
def test_every_row_of_the_printed_tables_is_on_file_with_its_printed_value(row: dict[str, str]) -> None:
    answer = dilute(row["product"], vial_units=row["vial_units"], diluent_ml=row["diluent_ml"])
    assert answer.label_units_per_0_1_ml == D(row["units_per_0_1_ml"])
    rules = [finding.rule for finding in answer.findings]
    # daxi is the one label whose printed value is not the arithmetic one.
    assert ("label_value_differs_from_arithmetic" in rules) == (
        row["diluent_ml"] in ("1.2", "0.6") and row["product"] == DAXI
    )
    if "label_value_differs_from_arithmetic" not in rules:
        assert answer.preparation.units_per_0_1_ml == D(row["units_per_0_1_ml"])


def test_no_row_is_on_file_that_the_printed_tables_do_not_have() -> None:
    on_file = {(p, row.vial_units, row.diluent_ml) for p, facts in preparations().items() for row in facts.dilutions}
    printed = {(row["product"], D(row["vial_units"]), D(row["diluent_ml"])) for row in LABEL_ROWS}
    assert on_file == printed


def test_the_label_of_daxi_beats_arithmetic_and_the_difference_is_shown() -> None:
    # 100 units in 1.2 mL: the label prints 8 units per 0.1 mL, so 40 units are 0.5 mL; arithmetic says 0.48 mL.
    answer = dilute(DAXI, vial_units=100, diluent_ml="1.2", dose_units=40)
    assert answer.volume_ml == D("0.5")
    assert answer.preparation.arithmetic_volume_of(Dose(40, DAXI)) == D("0.48")
    (finding,) = [row for row in answer.findings if row.rule == "label_value_differs_from_arithmetic"]
    assert (finding.limit, finding.severity) == (D(8), "warning")
    assert finding.exceed_by == D("0.333333333333")
    assert "0.5 mL by the label and 0.48 mL by arithmetic" in finding.message


def test_an_unverified_label_value_does_not_beat_arithmetic() -> None:
    answer = dilute(DAXI, vial_units=50, diluent_ml="0.6", dose_units=40)
    assert answer.volume_ml == D("0.48")
    rules = {row.rule for row in answer.findings}
    assert {"label_value_differs_from_arithmetic", "unverified_label_value"} <= rules
    assert answer.document()["volume_by"] == "arithmetic"


def test_a_difference_is_shown_without_a_dose_too() -> None:
    (finding, *_) = dilute(DAXI, vial_units=100, diluent_ml="1.2").findings
    assert finding.message.endswith("but the label prints 8; the label's value is used.")


def test_the_document_has_the_fields_of_the_contract_and_unknown_is_null() -> None:
    document = dilute(ONA, vial_units=100, diluent_ml="3").document()
    assert document["label_units_per_0_1_ml"] is None
    assert document["volume_ml"] is None
    assert document["units_per_ml"] == "33.333333333333"
    assert [row["rule"] for row in document["findings"]] == ["dilution_not_on_label"]
    assert {"units_per_ml", "units_per_0_1_ml", "volume_ml", "label_units_per_0_1_ml", "findings", "sources"} <= set(
        document
    )
    assert json.loads(json.dumps(document)) == document


def test_five_ml_do_not_fit_into_the_vial_so_two_steps_are_told() -> None:
    assert len(dilute(ABO, vial_units=500, diluent_ml=5).procedure) == 3
    assert len(dilute(ABO, vial_units=500, diluent_ml="2.5").procedure) == 1


def test_the_steps_name_the_diluent_and_the_sources_are_those_of_size_row_and_time() -> None:
    answer = dilute(ABO, vial_units=500, diluent_ml=5)
    assert all("0.9 % sodium chloride" in step for step in answer.procedure[:2])
    # Pack size, row of the table, the two steps, time of use: as listed in the shipped file.
    assert [source.key for source in answer.sources] == [
        "medicinecom_dysport",
        "ipsenhub_adult",
        "drugscom_dysport",
        "dysport_uspi",
    ]
    assert [source.key for source in dilute(ONA, vial_units=50, diluent_ml=1).sources] == [
        "drugscom_ona",
        "botox_smpc_dilution_reprint",
    ]


def test_a_ready_solution_counts_its_own_volume() -> None:
    # 5,000 units in 1 mL of solution, and 1 mL added: 2,500 per mL.
    assert dilute(RIMA, vial_units=5000, diluent_ml=1, dose_units=1250).volume_ml == D("0.5")
    assert dilute(RIMA, vial_units=5000, diluent_ml=1).procedure[0].endswith("to the solution in the vial.")
    assert dilute(RIMA, vial_units=2500, diluent_ml=0).preparation.units_per_ml == 5000
    assert "nothing is added" in dilute(RIMA, vial_units=2500, diluent_ml=0).procedure[0]


def test_a_dose_above_the_vial_says_how_many_vials() -> None:
    (finding,) = [
        r for r in dilute(ONA, vial_units=100, diluent_ml=2, dose_units=250).findings if r.rule == "vial_too_small"
    ]
    assert (finding.limit, finding.actual, finding.exceed_by) == (D(100), D(250), D(150))
    assert "3 such vials" in finding.message
    assert not [
        r for r in dilute(ONA, vial_units=100, diluent_ml=2, dose_units=100).findings if r.rule == "vial_too_small"
    ]
    assert vials_for(Dose(200, ONA), reconstitute(product_facts(ONA), D(100), D(2))) == 2


@pytest.mark.parametrize(("diluent", "found"), [("0.25", False), ("0.2", True), ("40", False), ("40.1", True)])
def test_a_volume_far_from_the_table_is_a_slip_of_the_point(diluent: str, found: bool) -> None:
    # The table of the 100-unit vial runs from 1 to 10 mL; four times beyond either end is far.
    rules = [row.rule for row in dilute(ONA, vial_units=100, diluent_ml=diluent).findings]
    assert ("implausible_volume" in rules) == found


@pytest.mark.parametrize(("diluent", "limit", "over"), [("0.2", "0.25", "0.05"), ("45", "40", "5")])
def test_a_slip_is_measured_from_the_nearer_end(diluent: str, limit: str, over: str) -> None:
    found = {row.rule: row for row in dilute(ONA, vial_units=100, diluent_ml=diluent).findings}["implausible_volume"]
    assert (found.limit, found.actual, found.exceed_by) == (D(limit), D(diluent), D(over))
    assert [source.key for source in found.sources] == ["botox_uspi", "botox_old_spasticity_reprint", "botoxone_bleph"]


def test_without_a_table_nothing_is_said_about_the_volume() -> None:
    rules = [row.rule for row in dilute(ONA, vial_units=50, diluent_ml=9).findings]
    assert rules == ["dilution_not_on_label"]
    assert (
        "no labelled dilution of this vial is on file" in dilute(ONA, vial_units=50, diluent_ml=9).findings[0].message
    )


def test_a_row_for_another_use_and_from_another_place_is_said() -> None:
    rules = [
        r.rule
        for r in dilute(ONA, vial_units=100, diluent_ml=8, indication="cervical_dystonia", jurisdiction="EU").findings
    ]
    assert rules == ["dilution_for_another_use", "label_of_another_jurisdiction"]
    assert not dilute(ONA, vial_units=100, diluent_ml=8, indication="blepharospasm").findings
    rules = [r.rule for r in dilute(ABO, vial_units=500, diluent_ml=1, jurisdiction="EU").findings]
    assert "label_of_another_jurisdiction" not in rules  # an Irish page prints the EU label


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        ({"product": "toxin"}, UnknownNameError, "choose one of onabotulinumtoxinA"),
        ({"product": "dysport"}, UnknownNameError, "nonproprietary name abobotulinumtoxinA"),
        ({"vial_units": 150}, InputError, "its vials hold 50, 100, 200 units"),
        ({"diluent_ml": 0}, InputError, "must be positive"),
        ({"diluent_ml": "-2"}, InputError, "must be positive"),
        ({"diluent_ml": "nan"}, InputError, "finite"),
        ({"diluent_ml": "2 mL"}, InputError, "must be a number"),
        ({"diluent_ml": "50.01"}, InputError, "check the decimal point"),
        ({"diluent_ml": "0.0499"}, InputError, "between 0.05 and 50 mL"),
        ({"diluent_ml": "1e-30"}, InputError, "check the decimal point"),
        ({"dose_units": 0}, InputError, "must be positive"),
        ({"dose_units": "1e9"}, InputError, "check the entry"),
        ({"indication": "gout"}, UnknownNameError, "no indication 'gout'"),
        ({"jurisdiction": "XX"}, UnknownNameError, "US, EU, UK"),
    ],
)
def test_bad_input_is_told_what_is_allowed(change: dict, error: type[Exception], says: str) -> None:
    values = {"product": ONA, "vial_units": 100, "diluent_ml": 2} | change
    with pytest.raises(error, match=says):
        dilute(values.pop("product"), **values)


@pytest.mark.parametrize("diluent", ["0.05", "50"])
def test_the_smallest_and_the_largest_volume_are_volumes(diluent: str) -> None:
    assert reconstitute(product_facts(ONA), D(100), D(diluent)).volume_ml == D(diluent)


def test_a_vial_gives_no_units_of_another_product() -> None:
    with pytest.raises(UnitsError, match="not interchangeable"):
        reconstitute(product_facts(ONA), D(100), D(2)).volume_of(Dose(10, ABO))


@given(
    row=st.sampled_from([r for r in LABEL_ROWS if r["product"] != DAXI]),
    units=st.decimals(min_value="0.5", max_value=100, places=1),
)
def test_volume_times_concentration_is_the_dose_and_volumes_add_up(row: dict[str, str], units: D) -> None:
    made_up = reconstitute(product_facts(row["product"]), D(row["vial_units"]), D(row["diluent_ml"]))
    volume = made_up.volume_of(Dose(units, row["product"]))
    assert abs(volume * made_up.vial.units / made_up.volume_ml - units) < D("1e-8")
    twice = made_up.volume_of(Dose(units * 2, row["product"]))
    assert abs(twice - 2 * volume) <= D("2e-12")
    assert made_up.volume_of(made_up.vial) == made_up.volume_ml


@given(diluent=st.decimals(min_value="0.1", max_value=45, places=2))
def test_more_diluent_never_makes_a_vial_stronger(diluent: D) -> None:
    thin = dilute(ONA, vial_units=100, diluent_ml=diluent + D("0.1"))
    assert thin.preparation.units_per_ml < dilute(ONA, vial_units=100, diluent_ml=diluent).preparation.units_per_ml


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "reprieve", "dilute", *arguments], capture_output=True, text=True, check=False
    )


def test_the_command_prints_one_document_and_nothing_else() -> None:
    done = run("--product", ONA, "--vial-units", "100", "--diluent-ml", "2", "--dose-units", "62.5", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["volume_ml"] == "1.25"


def test_the_command_tells_a_person_the_same() -> None:
    done = run("--product", DAXI, "--vial-units", "100", "--diluent-ml", "1.2", "--dose-units", "20")
    assert "20 units are 0.25 mL (by label)" in done.stdout
    assert "warning: 100 units in 1.2 mL" in done.stdout


def test_bad_input_is_one_line_and_exit_2() -> None:
    done = run("--product", ONA, "--vial-units", "100", "--diluent-ml", "two")
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_row_without_a_known_source_or_with_a_rival_does_not_load() -> None:
    raw = shipped.read_json(shipped._FILE)
    head = raw["products"][0]
    with pytest.raises(ReferenceDataError, match="keep one of each"):
        shipped._facts(head, raw | {"use_within": raw["use_within"] + raw["use_within"]})
    with pytest.raises(ReferenceDataError, match="names no known source"):
        shipped._facts(head, raw | {"vials": [raw["vials"][0] | {"source": "hearsay"}]})
