"""A dose whose unit is not its product's is refused in one line; nothing is converted."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

import pytest

from reprieve.core.errors import ReprieveError, UnitsError
from reprieve.interop.fhir.names import BASE
from reprieve.interop.fhir.profile.example import example_record
from reprieve.interop.fhir.reader import Batch
from reprieve.interop.fhir.record import write_record

Through = Callable[[Iterable[dict[str, Any]]], Batch]
PRODUCTS = ("abobotulinumtoxinA", "incobotulinumtoxinA", "rimabotulinumtoxinB", "daxibotulinumtoxinA", "newtoxinA")


@pytest.fixture
def resources() -> list[dict[str, Any]]:
    return copy.deepcopy(write_record(example_record()))


def doses(value: Any) -> Iterable[dict[str, Any]]:
    """Yield every Quantity that is a dose."""
    if isinstance(value, dict):
        if value.get("code") == "[arb'U]":
            yield value
        for entry in value.values():
            yield from doses(entry)
    elif isinstance(value, list):
        for entry in value:
            yield from doses(entry)


def test_every_dose_carries_its_product(resources: list[dict[str, Any]]) -> None:
    found = list(doses(resources))
    assert len(found) == 5  # vial, two injections, planned dose, waste; the exposure has no known units
    for dose in found:
        assert dose["extension"][0]["valueCoding"]["code"] == "U-ona"
        assert dose["system"] == "http://unitsofmeasure.org"


@pytest.mark.parametrize("place", range(5))
@pytest.mark.parametrize("product", PRODUCTS)
def test_the_unit_of_another_product_is_refused(
    place: int, product: str, resources: list[dict[str, Any]], through_text: Through
) -> None:
    from reprieve.interop.fhir.toxin import unit_code

    list(doses(resources))[place]["extension"][0]["valueCoding"]["code"] = unit_code(product)
    with pytest.raises(UnitsError, match=f"{product}.*onabotulinumtoxinA.*not interchangeable") as caught:
        through_text(resources)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "unit",
    [
        {"system": "http://unitsofmeasure.org", "code": "U"},
        {"system": "http://unitsofmeasure.org", "code": "[iU]"},
        {"system": "http://unitsofmeasure.org", "code": "mg"},
        {"system": "http://unitsofmeasure.org", "code": "[arb'U]"},
        {"unit": "units"},
        {},
    ],
)
@pytest.mark.parametrize("place", range(5))
def test_a_unit_without_product_is_refused(
    unit: dict[str, str], place: int, resources: list[dict[str, Any]], through_text: Through
) -> None:
    dose = list(doses(resources))[place]
    value = dose["value"]
    dose.clear()
    dose.update({"value": value, **unit})
    with pytest.raises(UnitsError, match="nothing is converted"):
        through_text(resources)


def test_the_own_unit_alone_is_enough(resources: list[dict[str, Any]], through_text: Through) -> None:
    for dose in list(doses(resources)):
        dose.pop("extension")
        dose.update(system=f"{BASE}/CodeSystem/toxin-unit", code="U-ona")
    got = through_text(resources).records[0]
    assert got.chart.sessions[0].units == Decimal("80.0")


def test_a_session_takes_one_product(resources: list[dict[str, Any]], through_text: Through) -> None:
    session = next(r for r in resources if r["resourceType"] == "Procedure" and "usedCode" in r)
    session["usedCode"][0]["coding"][0]["code"] = "abobotulinumtoxinA"
    with pytest.raises(UnitsError, match="abobotulinumtoxinA"):
        through_text(resources)


@pytest.mark.parametrize("change", [{"value": None}, {"value": "62.5"}, {"value": True}, {"comparator": "<"}])
def test_a_dose_is_an_exact_number(
    change: dict[str, Any], resources: list[dict[str, Any]], through_text: Through
) -> None:
    for dose in doses(resources):
        dose.update(change)
    with pytest.raises(ReprieveError) as caught:
        through_text(resources)
    assert "\n" not in str(caught.value)


def test_unknown_units_stay_unknown(resources: list[dict[str, Any]], through_text: Through) -> None:
    exposure = through_text(resources).records[0].chart.exposures[0]
    assert exposure.units is None
    told = next(r for r in resources if r["resourceType"] == "MedicationStatement")
    assert "dosage" not in told
