"""Every resource fits FHIR R4B's structure (fhir.resources as oracle) and R4's required bindings (own tables)."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from functools import cache
from typing import Any, get_args

import pytest

from reprieve.interop.fhir.bindings import REQUIRED, REQUIRED_CONCEPTS, wrong_codes
from reprieve.interop.fhir.bundle import collection
from reprieve.interop.fhir.json_text import write_json
from reprieve.interop.fhir.profile import conformance_resources
from reprieve.interop.fhir.record import FhirRecord, write_record


@cache
def oracle(kind: str) -> Any:
    """Return the library's class of a resource type."""
    return getattr(importlib.import_module(f"fhir.resources.R4B.{kind.lower()}"), kind)


@pytest.mark.parametrize("block", range(2))
def test_random_records_fit(block: int, random_record: Callable[[int], FhirRecord]) -> None:
    for seed in range(block * 10, block * 10 + 10):
        for resource in write_record(random_record(seed)):
            oracle(resource["resourceType"]).model_validate_json(write_json(resource))
            assert wrong_codes(resource) == []


def test_profiles_code_systems_and_examples_fit() -> None:
    resources = conformance_resources()
    for resource in resources:
        oracle(resource["resourceType"]).model_validate_json(write_json(resource))
        assert wrong_codes(resource) == []
    oracle("Bundle").model_validate_json(write_json(collection(resources)))


def test_the_binding_table_is_the_one_of_the_library() -> None:
    without = []
    for path, codes in REQUIRED.items():
        kind, *names = path.split(".")
        known = oracle(kind)
        for name in names[:-1]:
            known = _element(known, name)
        told = (known.model_fields[names[-1]].json_schema_extra or {}).get("enum_values")
        if told is None:
            without.append(path)
            continue
        # The library shortens a long list and says so with a plus.
        whole = "+" not in told
        assert set(told) - {"+"} <= set(codes), path
        assert not whole or set(told) == set(codes), path
    # The library gives no list for these two; they stand as recalled from the standard.
    assert without == ["AuditEvent.action", "AuditEvent.outcome"]


def _element(kind: Any, name: str) -> Any:
    import re

    text = str(kind.model_fields[name].annotation) + str(get_args(kind.model_fields[name].annotation))
    found = re.search(rf"({kind.__name__}\w+?)(Type)?['\"\s,\]>)]", text.replace(kind.__module__ + ".", ""))
    assert found, text
    return getattr(importlib.import_module(kind.__module__), found.group(1))


def test_a_wrong_code_is_found() -> None:
    # fhir.resources 8.3.0 takes this one; the own table does not.
    resource = {
        "resourceType": "Observation",
        "status": "finalz",
        "code": {"text": "x"},
    }
    oracle("Observation").model_validate(resource)
    assert wrong_codes(resource) == [
        "Observation.status = 'finalz' is none of registered, preliminary, final, amended, corrected, cancelled, "
        "entered-in-error, unknown"
    ]
    event = {"resourceType": "AdverseEvent", "severity": {"coding": [{"system": "x", "code": "grave"}]}}
    assert len(wrong_codes(event)) == 1
    assert set(REQUIRED_CONCEPTS) == {"AdverseEvent.severity", "AdverseEvent.outcome"}
