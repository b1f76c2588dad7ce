"""Invariants of FHIR R4 that no library here checks; their keys and texts are those of HL7 FHIR 4.0.1."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from reprieve.interop.fhir.profile import conformance_resources
from reprieve.interop.fhir.record import FhirRecord, write_record

Make = Callable[[int], FhirRecord]
SEEDS = range(40)


def parts(value: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every object with its path."""
    if isinstance(value, dict):
        yield path, value
        for key, entry in value.items():
            yield from parts(entry, f"{path}.{key}")
    elif isinstance(value, list):
        for entry in value:
            yield from parts(entry, path)


def has(holder: dict[str, Any], stem: str) -> bool:
    """Return whether an element is there, with a value or with a reason why not."""
    return stem in holder or "_" + stem in holder


def choice(holder: dict[str, Any], stem: str) -> list[str]:
    """Return the names of a choice such as ``value[x]`` that are there."""
    names = {key.lstrip("_") for key in holder}
    return [name for name in names if name.startswith(stem) and name[len(stem) : len(stem) + 1].isupper()]


@pytest.fixture(scope="module")
def written(random_record: Make) -> list[dict[str, Any]]:
    resources = [resource for seed in SEEDS for resource in write_record(random_record(seed))]
    return resources + conformance_resources()


def test_ele_1_nothing_is_empty(written: list[dict[str, Any]]) -> None:
    for resource in written:
        for path, holder in parts(resource, resource["resourceType"]):
            assert holder, path
            for key, value in holder.items():
                assert value is not None, (path, key)
                assert value not in ([], {}, ""), (path, key)


def test_ext_1_an_extension_has_a_value_or_extensions(written: list[dict[str, Any]]) -> None:
    for resource in written:
        for path, holder in parts(resource, resource["resourceType"]):
            if path.endswith(".extension"):
                assert holder["url"].startswith("http"), path
                assert (len(choice(holder, "value")) == 1) != ("extension" in holder), (path, holder)


def test_qty_3_a_code_has_its_system(written: list[dict[str, Any]]) -> None:
    for resource in written:
        for path, holder in parts(resource, resource["resourceType"]):
            if "value" in holder and "unit" in holder:
                assert "code" not in holder or "system" in holder, path


def test_choices_are_made_once(written: list[dict[str, Any]]) -> None:
    for resource in written:
        for stem in ("value", "effective", "performed", "onset", "medication", "deceased"):
            if resource["resourceType"] not in ("StructureDefinition", "Questionnaire"):
                assert len(choice(resource, stem)) <= 1, (resource["resourceType"], stem)


def test_obs_6_and_7_a_reason_for_absence_only_without_a_value(written: list[dict[str, Any]]) -> None:
    for resource in written:
        if resource["resourceType"] == "Observation":
            assert not ("dataAbsentReason" in resource and choice(resource, "value"))
            told = {str(code) for code in resource["code"]["coding"]}
            for component in resource.get("component", ()):
                assert not told & {str(code) for code in component["code"]["coding"]}


def test_mad_1_a_dosage_has_a_dose(written: list[dict[str, Any]]) -> None:
    for resource in written:
        if resource["resourceType"] == "MedicationAdministration" and "dosage" in resource:
            assert "dose" in resource["dosage"]


def test_ait_1_an_allergy_has_a_clinical_status(written: list[dict[str, Any]]) -> None:
    found = [resource for resource in written if resource["resourceType"] == "AllergyIntolerance"]
    assert found
    assert all("clinicalStatus" in resource for resource in found)


def test_app_2_and_3_an_appointment_has_start_and_end(written: list[dict[str, Any]]) -> None:
    for resource in written:
        if resource["resourceType"] == "Appointment":
            assert has(resource, "start")
            assert has(resource, "end")


def test_rqg_1_and_cpl_3_one_thing_each(written: list[dict[str, Any]]) -> None:
    for resource in written:
        if resource["resourceType"] == "RequestGroup":
            assert all(("resource" in action) != ("action" in action) for action in resource.get("action", ()))
        if resource["resourceType"] == "CarePlan":
            assert all(("reference" in row) != ("detail" in row) for row in resource["activity"])


def test_rat_1_a_ratio_has_both_halves(written: list[dict[str, Any]]) -> None:
    for resource in written:
        if resource["resourceType"] == "Medication":
            assert {"numerator", "denominator"} <= set(resource["amount"])


def test_dom_2_and_3_contained_resources_are_flat_and_pointed_to(written: list[dict[str, Any]]) -> None:
    for resource in written:
        for inside in resource.get("contained", ()):
            assert "contained" not in inside
            assert "meta" not in inside
            assert f"'#{inside['id']}'" in str(resource)


def test_references_lead_to_a_resource_of_the_same_record(random_record: Make) -> None:
    for seed in SEEDS:
        resources = write_record(random_record(seed))
        here = {f"{resource['resourceType']}/{resource['id']}" for resource in resources}
        assert len(here) == len(resources)
        for resource in resources:
            for path, holder in parts(resource, resource["resourceType"]):
                told = holder.get("reference")
                if isinstance(told, str) and not told.startswith("#"):
                    assert told in here, (path, told)


def test_csd_1_codes_stand_once(written: list[dict[str, Any]]) -> None:
    systems = [resource for resource in written if resource["resourceType"] == "CodeSystem"]
    for system in systems:
        codes = [row["code"] for row in system.get("concept", ())]
        assert len(codes) == len(set(codes)) == system.get("count", 0), system["id"]
    for resource in written:
        if resource["resourceType"] in ("CodeSystem", "StructureDefinition"):
            assert resource["name"].isalnum()
            assert resource["name"][0].isupper()
    ids = [(resource["resourceType"], resource["id"]) for resource in conformance_resources()]
    assert len(ids) == len(set(ids))
