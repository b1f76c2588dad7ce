"""What is written follows the published profiles: every address is defined, every cardinality holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from reprieve.interop.fhir.names import BASE
from reprieve.interop.fhir.profile import conformance_resources
from reprieve.interop.fhir.profile.conformance import table
from reprieve.interop.fhir.record import FhirRecord, write_record

SEEDS = range(40)


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """Yield every object in a resource."""
    if isinstance(value, dict):
        yield value
        for entry in value.values():
            yield from objects(entry)
    elif isinstance(value, list):
        for entry in value:
            yield from objects(entry)


def written(random_record: Callable[[int], FhirRecord]) -> Iterator[dict[str, Any]]:
    """Yield the resources of random records and of the examples."""
    for seed in SEEDS:
        yield from write_record(random_record(seed))
    yield from (r for r in conformance_resources() if r["resourceType"] not in ("StructureDefinition", "CodeSystem"))


def test_every_own_address_is_defined(random_record: Callable[[int], FhirRecord]) -> None:
    defined = {r["url"] for r in conformance_resources() if "url" in r}
    systems = {r["url"]: r for r in conformance_resources() if r["resourceType"] == "CodeSystem"}
    for resource in written(random_record):
        for entry in objects(resource):
            for address in (entry.get("url"), entry.get("system"), entry.get("questionnaire")):
                if isinstance(address, str) and address.startswith(BASE) and "/identifier/" not in address:
                    assert address in defined, address
            for address in entry.get("profile", []) if isinstance(entry.get("profile"), list) else []:
                assert address in defined, address
    assert len(systems) == 17


def test_extensions_have_the_value_they_are_defined_with(random_record: Callable[[int], FhirRecord]) -> None:
    definitions = table("extensions")["extensions"]
    for resource in written(random_record):
        for entry in objects(resource):
            address = entry.get("url")
            if not isinstance(address, str) or not address.startswith(f"{BASE}/StructureDefinition/extension-"):
                continue
            name = address.rsplit("/extension-", 1)[1]
            kinds = [key for key in entry if key.startswith("value")]
            wanted = definitions[name].get("value")
            inside = [part["url"].rsplit("/extension-", 1)[1] for part in entry.get("extension", [])]
            if wanted is None:
                assert kinds == []
                assert set(inside) <= {*definitions[name]["parts"], "field"}, name
            elif "exact-kind" in inside:
                assert kinds == []
            else:
                assert kinds == [f"value{wanted[0].upper()}{wanted[1:]}"], name


def test_cardinalities_hold(random_record: Callable[[int], FhirRecord]) -> None:
    profiles = {f"{BASE}/StructureDefinition/{name}": told for name, told in table("profiles")["profiles"].items()}
    seen = set()
    for resource in written(random_record):
        for address in resource.get("meta", {}).get("profile", []):
            if address not in profiles:
                continue
            seen.add(address)
            told = profiles[address]
            assert resource["resourceType"] == told["type"]
            for path, low, high in told["elements"]:
                for count in counts(resource, path):
                    assert low <= count, (address, path, resource)
                    assert high == "*" or count <= int(high), (address, path, resource)
    assert seen == set(profiles)


def counts(resource: dict[str, Any], path: str) -> list[int]:
    """Return how often the element `path` stands in each of its parents."""
    *parents, name = path.split(".")
    places = [resource]
    for parent in parents:
        places = [part for place in places for part in _list(place.get(parent))]
    return [_count(place, name) for place in places]


def _list(value: Any) -> list[Any]:
    return [] if value is None else value if isinstance(value, list) else [value]


def _count(place: dict[str, Any], name: str) -> int:
    if name.endswith("[x]"):
        stem = name[:-3]
        return sum(key.lstrip("_").startswith(stem) and key.lstrip("_")[len(stem) :][:1].isupper() for key in place)
    if name in place:
        return len(_list(place[name]))
    return len(_list(place.get("_" + name)))
