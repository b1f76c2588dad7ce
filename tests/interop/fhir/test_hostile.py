"""Whatever comes in, the answer is a record or one clear line, never another failure."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from random import Random
from typing import Any

import pytest

from reprieve.core.errors import DocumentError, InputError, ReprieveError
from reprieve.interop.fhir.bulk import read_folder, read_ndjson, write_folder
from reprieve.interop.fhir.bundle import collection, read_bundle
from reprieve.interop.fhir.json_text import read_json, write_json
from reprieve.interop.fhir.profile.example import example_resources
from reprieve.interop.fhir.reader import read_batch
from reprieve.interop.fhir.record import write_record

JUNK: tuple[Any, ...] = (
    None, True, False, 0, -1, 3.5, "", "x", "2026-13-45", "Patient/none", [], {}, [None], [[]], [{}], ["a"],
    {"coding": "x"}, {"coding": [None]}, {"reference": 5}, {"extension": {}}, {"extension": [1]}, "\x00", "9" * 50,
    {"value": "many"}, [{"url": 3}], {"reference": "#none"}, {"coding": [{"system": 1, "code": 2}]},
)  # fmt: skip


def places(value: Any) -> list[tuple[Any, Any]]:
    """Return every (holder, key) in a tree."""
    found: list[tuple[Any, Any]] = []
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, entry in entries:
        found.append((value, key))
        found += places(entry)
    return found


def spoil(bundle: dict[str, Any], random: Random) -> None:
    """Change one to three places of `bundle`."""
    for _ in range(random.randint(1, 3)):
        holder, key = random.choice(places(bundle))
        choice = random.random()
        if choice < 0.25:
            del holder[key]
        elif choice < 0.35 and isinstance(holder, list):
            holder.append(copy.deepcopy(holder[key]))
        elif choice < 0.45:
            holder[key] = [holder[key]]
        else:
            holder[key] = copy.deepcopy(random.choice(JUNK))


def survive(text: str) -> int:
    """Read `text`; return how many patients came."""
    try:
        batch = read_batch(read_bundle(text, "fuzz"), "fuzz")
    except ReprieveError as error:
        told = str(error)
    else:
        for record in batch.records:
            write_record(record)
        return len(batch.records)
    assert "\n" not in told
    assert len(told) < 1000
    return 0


def _survivors(seeds: range) -> int:
    """Return how many records came out of spoiled bundles; the others were refused in one short line."""
    plain = json.loads(write_json(collection(example_resources())))
    return sum(survive(json.dumps(_one(plain, seed))) for seed in seeds)


def _one(plain: dict[str, Any], seed: int) -> dict[str, Any]:
    bundle = copy.deepcopy(plain)
    spoil(bundle, Random(seed))
    return bundle


def test_spoiled_bundles() -> None:
    assert _survivors(range(250)) > 0


@pytest.mark.slow
def test_many_spoiled_bundles() -> None:
    assert _survivors(range(1000, 21_000)) > 0


def test_spoiled_bytes() -> None:
    text = write_json(collection(example_resources()))
    came = []
    for seed in range(150):
        random = Random(seed)
        letters = list(text)
        for _ in range(random.randint(1, 6)):
            letters[random.randrange(len(letters))] = random.choice('{}[]",:0e.\\\x00é😀 ')
        came.append(survive("".join(letters)))
    assert 0 in came  # at least one was refused, and in one short line as all others


def test_spoiled_lines() -> None:
    resources = [write_json(resource) for resource in example_resources()]
    whole = "\n".join(resources)
    read = 0
    for seed in range(150):
        random = Random(seed)
        letters = list(whole)
        for _ in range(random.randint(1, 5)):
            place = random.randrange(len(letters))
            letters[place] = random.choice(["\n", "\r", "\u2028", "", letters[place] * 2, "}{", "\x00", '"', "é"])
        told = ""
        try:
            read += len(read_batch(read_ndjson("".join(letters), "fuzz.ndjson"), "fuzz").records)
        except ReprieveError as error:
            told = str(error)
        assert "\n" not in told
        assert len(told) < 1000
    assert read > 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no JSON"),
        ("<Bundle/>", "no JSON"),
        ("[1, 2]", "no FHIR resource"),
        ('{"resourceType": "Bundle", "type": "everything"}', "a Bundle has a type"),
        ('{"resourceType": "Bundle", "type": "batch", "entry": 3}', "entry must be a list"),
        ('{"resourceType": "Patient", "id": "a", "id": "b"}', "stands twice"),
        ('{"resourceType": "Patient", "multipleBirthInteger": 1e999999}', "beyond any figure"),
        ('{"resourceType": "Patient", "multipleBirthInteger": ' + "9" * 5000 + "}", "beyond any figure"),
        ('{"resourceType": "Patient", "x": NaN}', "is no number"),
        ('{"resourceType": "Patient", "x": -Infinity}', "is no number"),
        ('{"resourceType": "Patient", "x": "\\ud800"}', "surrogate"),
        ('{"resourceType": "Patient", "x": ' + "[" * 100_000 + "]" * 100_000 + "}", "nested too deeply"),
        ('{"resourceType": "Patient", "x": ' + "[" * 200 + "]" * 200 + "}", "nested too deeply"),
    ],
)
def test_bad_text_is_one_line(text: str, words: str) -> None:
    with pytest.raises(DocumentError, match=words) as caught:
        read_bundle(text, "bad")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("resource", "words"),
    [
        ({"resourceType": "../../etc/passwd"}, "is no resource type"),
        ({"resourceType": "Patient", "id": "../x"}, "does not fit FHIR"),
        ({"resourceType": "Patient", "id": "a" * 65}, "does not fit FHIR"),
        ({"resourceType": "Patient", "id": 7}, "does not fit FHIR"),
    ],
)
def test_bad_addresses_are_refused(resource: dict[str, Any], words: str) -> None:
    with pytest.raises(DocumentError, match=words):
        read_batch(read_bundle(json.dumps(resource), "bad"), "bad")


@pytest.mark.parametrize("day", ["2026-W14-2", "20260401", "2026-04-01T25:00:00Z", "2026-04-011", "2026-04-01T"])
def test_what_only_looks_like_a_date_is_refused(day: str) -> None:
    resource = {"resourceType": "Patient", "id": "a", "birthDate": day}
    with pytest.raises(DocumentError, match="birthDate must be a whole date"):
        read_batch(read_bundle(json.dumps(resource), "bad"), "bad")


def test_numbers_are_exact_both_ways() -> None:
    text = '{"a":2.50,"b":0.1,"c":100,"d":-0.000001,"e":12345678901234567890.123456789,"f":[1E+3,true,null]}'
    assert write_json(read_json(text, "n")) == text.replace("1E+3", "1000")


def test_a_folder_is_read_whole_or_not_at_all(tmp_path: Path) -> None:
    from datetime import UTC, datetime

    folder = tmp_path / "out"
    counts = write_folder(example_resources(), folder, datetime(2026, 1, 1, tzinfo=UTC))
    assert len(read_folder(folder)) == sum(counts.values())
    with pytest.raises(InputError, match="not an empty folder"):
        write_folder(example_resources(), folder, datetime(2026, 1, 1, tzinfo=UTC))
    lines = (folder / "Observation.ndjson").read_text().splitlines()
    (folder / "Observation.ndjson").write_text("\n".join(lines[:-1]))
    with pytest.raises(DocumentError, match="the export is not whole"):
        read_folder(folder)
    (folder / "Observation.ndjson").unlink()
    with pytest.raises(DocumentError, match="the export is not whole"):
        read_folder(folder)
    with pytest.raises(InputError, match=r"no \.ndjson file"):
        read_folder(tmp_path)


def test_ndjson_tells_the_line() -> None:
    with pytest.raises(DocumentError, match=r"Patient\.ndjson, line 2"):
        read_ndjson('{"resourceType": "Patient"}\n{"resourceType": ', "Patient.ndjson")


def test_an_export_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    from collections.abc import Iterator
    from datetime import UTC, datetime

    def broken() -> Iterator[dict[str, Any]]:
        yield from example_resources()
        raise InputError("the record ended")

    with pytest.raises(InputError, match="the record ended"):
        write_folder(broken(), tmp_path / "out", datetime(2026, 1, 1, tzinfo=UTC))
    assert list((tmp_path / "out").iterdir()) == []
