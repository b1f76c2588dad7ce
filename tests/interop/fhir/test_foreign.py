"""What another system sends is read as far as it fits, and kept and told where it does not."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from reprieve.core.errors import DocumentError
from reprieve.interop.fhir.json_text import read_json
from reprieve.interop.fhir.profile.example import example_record
from reprieve.interop.fhir.reader import Batch
from reprieve.interop.fhir.record import write_record

Through = Callable[[Iterable[dict[str, Any]]], Batch]

PATIENT = {
    "resourceType": "Patient",
    "id": "ehr-17",
    "text": {"status": "generated", "div": "<div xmlns='http://www.w3.org/1999/xhtml'>Robin</div>"},
    "identifier": [{"system": "urn:oid:1.2.36.146.595.217.0.1", "value": "12345"}],
    "name": [{"use": "nickname", "given": ["Rob"]}, {"use": "official", "family": "Sample", "given": ["Robin", "J."]}],
    "telecom": [{"system": "phone", "value": "0000"}],
    "gender": "male",
    "birthDate": "1974-12-25",
}
SUBJECT = {"reference": "Patient/ehr-17"}
DYSTONIA = {
    "resourceType": "Condition",
    "id": "c1",
    "clinicalStatus": {"coding": [{"code": "active"}]},
    "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "G24.3"}], "text": "Torticollis"},
    "subject": SUBJECT,
    "onsetDateTime": "2011-05-04",
}
WEIGHT = {
    "resourceType": "Observation",
    "id": "w1",
    "status": "final",
    "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]},
    "subject": SUBJECT,
    "effectiveDateTime": "2026-01-02T09:30:00+01:00",
    "valueQuantity": {"value": Decimal("81.30"), "unit": "kg", "system": "http://unitsofmeasure.org", "code": "kg"},
}
ENCOUNTER = {"resourceType": "Encounter", "id": "e1", "status": "finished", "subject": SUBJECT}
BOTOX = {
    "resourceType": "MedicationStatement",
    "id": "m1",
    "status": "completed",
    "medicationCodeableConcept": {"text": "Botox 100 U"},
    "subject": SUBJECT,
    "effectiveDateTime": "2025-08-01",
}


def kept(batch: Batch) -> list[dict[str, Any]]:
    """Return the kept resources of all patients."""
    entries = [entry for record in batch.records for entry in record.kept] + list(batch.kept)
    return [read_json(entry.text, "kept") for entry in entries]


def test_a_foreign_patient_is_read(through_text: Through) -> None:
    batch = through_text([PATIENT, DYSTONIA, WEIGHT, ENCOUNTER, BOTOX])
    chart = batch.records[0].chart
    assert chart.patient.id == "ehr-17"
    assert (chart.patient.family_name, chart.patient.given_name) == ("Sample", "Robin J.")
    assert (chart.patient.weight_kg, chart.patient.weight_date) == (Decimal("81.30"), date(2026, 1, 2))
    assert [(c.condition, c.since) for c in chart.conditions] == [("cervical_dystonia", date(2011, 5, 4))]
    assert chart.patient.exposure_history == "unknown"
    assert chart.exposures == ()


def test_nothing_is_dropped_and_everything_is_told(through_text: Through) -> None:
    sent = [PATIENT, DYSTONIA, WEIGHT, ENCOUNTER, BOTOX]
    batch = through_text(sent)
    told = {remark.resource: remark for remark in batch.remarks}
    # The weight is wholly in the chart; a time of day is not: the record knows days.
    assert set(told) == {"Patient/ehr-17", "Condition/c1", "Observation/w1", "Encounter/e1", "MedicationStatement/m1"}
    assert kept(batch) == sent
    assert told["Encounter/e1"].why == "the record has no word for it"
    assert "telecom" in told["Patient/ehr-17"].why
    assert "botulinum toxin" in told["MedicationStatement/m1"].why


def test_a_foreign_record_comes_back_the_same_and_is_not_counted_twice(through_text: Through) -> None:
    first = through_text([PATIENT, DYSTONIA, WEIGHT, ENCOUNTER, BOTOX])
    again = through_text(write_record(first.records[0]))
    assert again.records[0] == first.records[0]
    third = through_text(write_record(again.records[0]))
    assert third.records[0] == first.records[0]


@pytest.mark.parametrize(
    "change",
    [
        {"verificationStatus": {"coding": [{"code": "entered-in-error"}]}},
        {"verificationStatus": {"coding": [{"code": "refuted"}]}},
        {"verificationStatus": {"coding": [{"code": "differential"}]}},
        {"clinicalStatus": {"coding": [{"code": "resolved"}]}},
        {"clinicalStatus": {"coding": [{"code": "inactive"}]}},
        {"modifierExtension": [{"url": "https://ehr.example/negated", "valueBoolean": True}]},
        {"implicitRules": "https://ehr.example/rules"},
    ],
)
def test_a_condition_that_must_not_be_read_is_kept(change: dict[str, Any], through_text: Through) -> None:
    batch = through_text([PATIENT, {**DYSTONIA, **change}])
    assert batch.records[0].chart.conditions == ()
    assert {**DYSTONIA, **change} in kept(batch)


@pytest.mark.parametrize("status", ["entered-in-error", "cancelled", "registered"])
def test_a_weight_in_another_state_or_unit_is_not_read(status: str, through_text: Through) -> None:
    batch = through_text([PATIENT, {**WEIGHT, "status": status}])
    assert batch.records[0].chart.patient.weight_kg is None
    pounds = {**WEIGHT, "valueQuantity": {"value": 180, "code": "[lb_av]"}}
    assert through_text([PATIENT, pounds]).records[0].chart.patient.weight_kg is None


def test_a_given_dose_entered_in_error_is_not_given(through_text: Through) -> None:
    resources = write_record(example_record())
    given = [r for r in resources if r["resourceType"] == "MedicationAdministration" and r["status"] == "completed"]
    given[0]["status"] = "entered-in-error"
    batch = through_text(resources)
    assert len(batch.records[0].chart.sessions[0].injections) == 1
    assert [remark.what for remark in batch.remarks] == ["kept"]
    assert batch.remarks[0].why.startswith("its status is 'entered-in-error'")


def test_a_dose_whose_state_contradicts_its_profile_is_neither_given_nor_left_out(through_text: Through) -> None:
    """ "Not done" under the profile of a given dose was read as given, and a done one as left out; both are kept."""
    whole = through_text(write_record(example_record())).records[0].chart.sessions[0]
    for profile, wrong, part in (("completed", "not-done", "injections"), ("not-done", "completed", "skipped")):
        resources = write_record(example_record())
        of_type = [r for r in resources if r["resourceType"] == "MedicationAdministration"]
        changed = next(r for r in of_type if r["status"] == profile)
        changed["status"] = wrong
        batch = through_text(resources)
        session = batch.records[0].chart.sessions[0]
        assert len(getattr(session, part)) == len(getattr(whole, part)) - 1
        assert [remark.what for remark in batch.remarks] == ["kept"]
        assert "contradicts its profile" in batch.remarks[0].why


def test_partial_dates_are_unknown_days_and_kept(through_text: Through) -> None:
    batch = through_text([{**PATIENT, "birthDate": "1974-12"}, {**DYSTONIA, "onsetDateTime": "2011"}])
    chart = batch.records[0].chart
    assert (chart.patient.birth_date, chart.conditions[0].since) == (None, None)
    assert [entry.get("birthDate") or entry.get("onsetDateTime") for entry in kept(batch)] == ["1974-12", "2011"]


def test_what_an_own_resource_says_beside_its_profile_is_kept(through_text: Through) -> None:
    resources = write_record(example_record())
    condition = next(r for r in resources if r["resourceType"] == "Condition")
    condition["abatementDateTime"] = "2026-01-01"
    batch = through_text(resources)
    assert [r["id"] for r in kept(batch)] == [condition["id"]]
    assert batch.remarks[0].why == "not in the chart: abatementDateTime"


def test_marks_of_a_server_are_no_content(through_text: Through) -> None:
    resources = write_record(example_record())
    for resource in resources:
        resource["meta"] |= {"versionId": "1", "lastUpdated": "2026-01-01T00:00:00Z", "source": "#PZkxmCVNNfmoZdr5"}
        resource["text"] = {"status": "generated", "div": "<div xmlns='http://www.w3.org/1999/xhtml'>x</div>"}
    assert through_text(resources).remarks == ()
    resources[0]["text"]["status"] = "additional"
    resources[1]["meta"]["security"] = [{"code": "R"}]
    assert len(through_text(resources).remarks) == 2


def test_parts_without_their_whole_are_kept(through_text: Through) -> None:
    resources = [r for r in write_record(example_record()) if r["resourceType"] != "Procedure"]
    batch = through_text(resources)
    assert batch.records[0].chart.sessions == ()
    kinds = [r["resourceType"] for r in kept(batch)]
    assert kinds.count("MedicationAdministration") == 3


def test_two_resources_of_one_id_are_refused(through_text: Through) -> None:
    with pytest.raises(DocumentError, match=r"two different resources share the id Condition/c1"):
        through_text([PATIENT, DYSTONIA, {**DYSTONIA, "onsetDateTime": "2012-01-01"}])
    batch = through_text([PATIENT, DYSTONIA, DYSTONIA])
    assert len(batch.records[0].chart.conditions) == 1
    assert any(remark.what == "left out" for remark in batch.remarks)


def test_two_patients_of_one_identifier_are_refused(through_text: Through) -> None:
    own = write_record(example_record())[0]
    with pytest.raises(DocumentError, match="are both patient 'example'"):
        through_text([own, {**own, "id": "other"}])


def test_resources_of_two_patients_stay_apart(through_text: Through) -> None:
    other = {**PATIENT, "id": "ehr-18"}
    theirs = {**DYSTONIA, "id": "c2", "subject": {"reference": "https://ehr.example/r4/Patient/ehr-18"}}
    batch = through_text([PATIENT, other, DYSTONIA, theirs, ENCOUNTER])
    assert [len(record.chart.conditions) for record in batch.records] == [1, 1]
    assert [entry.resource_type for entry in batch.records[0].kept] == ["Patient", "Condition", "Encounter"]
    assert [entry.resource_type for entry in batch.records[1].kept] == ["Patient", "Condition"]


def test_addresses_of_a_transaction_are_followed() -> None:
    from reprieve.interop.fhir.bundle import read_bundle
    from reprieve.interop.fhir.reader import read_batch

    patient = {key: value for key, value in PATIENT.items() if key != "id"}
    condition = {**DYSTONIA, "subject": {"reference": "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0"}}
    bundle = {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [
            {
                "fullUrl": "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0",
                "resource": patient,
                "request": {"method": "POST", "url": "Patient"},
            },
            {"resource": condition, "request": {"method": "POST", "url": "Condition"}},
        ],
    }
    batch = read_batch(read_bundle(json.dumps(bundle), "b"), "b")
    assert [c.condition for c in batch.records[0].chart.conditions] == ["cervical_dystonia"]
    bundle["entry"][0]["request"]["method"] = "DELETE"
    with pytest.raises(DocumentError, match="asks to DELETE"):
        read_bundle(json.dumps(bundle), "b")
