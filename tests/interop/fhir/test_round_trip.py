"""import(export(x)) = x, through text, whatever order and ids a server gives the resources."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from reprieve.interop.fhir.json_text import write_json
from reprieve.interop.fhir.profile.example import example_record
from reprieve.interop.fhir.reader import Batch
from reprieve.interop.fhir.record import FhirRecord, write_record
from reprieve.record.chart import Chart

Make = Callable[[int], FhirRecord]
Through = Callable[[Iterable[dict[str, Any]]], Batch]


def same(record: FhirRecord, batch: Batch) -> None:
    """Assert that `batch` is `record` and nothing beside it."""
    assert len(batch.records) == 1
    got = batch.records[0]
    for field in dataclasses.fields(Chart):
        assert getattr(got.chart, field.name) == getattr(record.chart, field.name), field.name
    assert got == record
    assert batch.remarks == ()
    assert batch.kept == ()


@pytest.mark.parametrize("block", range(4))
def test_reading_what_was_written_is_identity(block: int, random_record: Make, through_text: Through) -> None:
    for seed in range(block * 25, block * 25 + 25):
        record = random_record(seed)
        same(record, through_text(write_record(record)))


@pytest.mark.slow
@pytest.mark.parametrize("block", range(100))
def test_ten_thousand_records(block: int, random_record: Make, through_text: Through) -> None:
    for seed in range(1000 + block * 100, 1000 + block * 100 + 100):
        record = random_record(seed)
        same(record, through_text(write_record(record)))


@pytest.mark.parametrize("seed", range(20))
def test_the_order_of_the_resources_changes_nothing(seed: int, random_record: Make, through_text: Through) -> None:
    record = random_record(seed)
    resources = write_record(record)
    Random(seed).shuffle(resources)
    same(record, through_text(resources))


@pytest.mark.parametrize("seed", range(20))
def test_ids_of_a_server_change_nothing(seed: int, random_record: Make, through_text: Through) -> None:
    record = random_record(seed)
    resources = write_record(record)
    new = {f"{r['resourceType']}/{r['id']}": f"{r['resourceType']}/srv-{n}" for n, r in enumerate(resources)}

    def renamed(value: Any) -> Any:
        if isinstance(value, dict):
            told = {key: renamed(entry) for key, entry in value.items()}
            address = value.get("reference")
            if isinstance(address, str) and address in new:
                told["reference"] = "https://server.example/r4/" + new[address]
            return told
        return [renamed(entry) for entry in value] if isinstance(value, list) else value

    moved = [{**renamed(r), "id": new[f"{r['resourceType']}/{r['id']}"].split("/")[1]} for r in resources]
    for resource in moved:
        resource["meta"] = {**resource["meta"], "versionId": "3", "lastUpdated": "2026-11-26T10:00:00Z"}
    same(record, through_text(moved))


def test_writing_twice_gives_the_same_bytes(random_record: Make) -> None:
    for seed in range(10):
        record = random_record(seed)
        assert write_json(write_record(record)) == write_json(write_record(record))


def test_reading_and_writing_again_gives_the_same_bytes(random_record: Make, through_text: Through) -> None:
    for seed in range(10):
        resources = write_record(random_record(seed))
        again = write_record(through_text(resources).records[0])
        assert write_json(again) == write_json(resources)


def test_digits_of_a_dose_are_kept() -> None:
    # fhir.resources 8.3.0 and every reader through floats write 62.50 as 62.5.
    record = example_record()
    assert record.chart.sessions[0].injections[0].units == Decimal("62.50")
    assert '"value":62.50,' in write_json(write_record(record))


def test_a_new_field_of_the_record_is_not_lost(through_text: Through) -> None:
    # The generator makes every field of every type; here one is made that no FHIR element stands for.
    from reprieve.interop.fhir.context import read_rest, rest
    from reprieve.interop.fhir.reading import Element

    @dataclasses.dataclass(frozen=True, kw_only=True)
    class Entry:
        known: str
        depth_mm: Decimal | None = None

    entry = Entry(known="a", depth_mm=Decimal("12.50"))
    told = Element({"extension": rest(entry, "known")}, "Basic/x")
    assert read_rest(Entry, told, "known") == {"depth_mm": Decimal("12.50")}
