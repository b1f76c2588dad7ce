"""`reprieve schema NAME` says what the reader enforces: the examples fit it, and what it refuses the reader refuses."""

from __future__ import annotations

import copy
import importlib
import json
import random
import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

from reprieve.app.demo.clinic import demo_charts
from reprieve.app.documents import parse
from reprieve.app.emg.channels import load_channel_map
from reprieve.app.response.population_file import population_of_file
from reprieve.app.response.scores import trial_rows
from reprieve.app.scales import score
from reprieve.app.schemas import DOCUMENTS, schema
from reprieve.cli.commands.emg import _MAP_HELP
from reprieve.cli.main import main
from reprieve.core.documents import as_json
from reprieve.core.errors import ReprieveError
from reprieve.learn.tidy import check_columns, tidy_row
from reprieve.record.clinic_bodies import ClinicPolicy
from reprieve.reference.scale_catalogue import Scale, scales
from reprieve.reference.trials import shipped_population

ROOT = Path(__file__).parents[2]
# Told where another value stood: what a validator reads differently from how it looks, and what is of another kind.
ODD: tuple[Any, ...] = (
    None, True, 0, -1, 1.5, 5.0, 1e308, 10**25, "", "x", "12", "1_0", "٥", "+5", "5.0", " 5 ", "5\n", "1e3", ".5", "5.",
    ".", "-", "NaN", "inf", "NA", "yes", "left", "not_applicable", "2026-01-05", "2026-01-05\n", "2026-1-5", "20260105",
    "2026-01-05T00:00:00", "2026-01-05T00:00:00Z", "2026-01-05 10:00:00.5+02:00", "2026-01-05t10:00:00z", "2026-02-30",
    [], {}, ["a"], [1, 2, 3, 4], {"a": 1}, {"start_s": "0", "stop_s": 1},
)  # fmt: skip
CELLS = tuple(value for value in ODD if not isinstance(value, list | dict))
EPOCH = {"kind": "rest", "start_s": 0, "stop_s": 30, "muscle": "splenius_capitis", "side": "left"}


def fenced(page: str, language: str) -> list[str]:
    """Return the blocks of a language on a page of the docs."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def shipped(name: str) -> list[Any]:
    """Return the examples of a document that come with the program and its docs, and one with every field."""
    if name == "plan":
        inputs = sorted((ROOT / "tests/golden/scenarios").glob("*_input.json"))
        plans = [json.loads(path.read_text(encoding="utf-8")) for path in inputs]
        vial = {"units": "100", "diluent_ml": 2, "expires": "2027-01-01", "opened_at": "2026-01-05T10:00:00+00:00"}
        whole = {**_file("plan.json"), "reconstitution": {"vials": [vial]}}
        return [whole, *(plan.get("plan", plan) for plan in plans)]
    if name == "chart":
        return [_file("chart.json"), *map(as_json, demo_charts(1, date(2026, 11, 1), patients=3))]
    orientation = {"trunk": [1, 0, 0, 0], "head": [1, 0, 0, 0.5]}
    return {
        "angles": [{"date": "2026-01-05", "side": "left", "angles_deg": {"a": 1.5}, "orientations": orientation}],
        "channel-map": [
            yaml.safe_load(_MAP_HELP.split("\n\n", 1)[1].split("kinds of channel")[0]),
            {"channels": {"A": "masseter", "B": {"kind": "surface", "skip": True, "mvc": 5}}, "epochs": [EPOCH]},
        ],
        "scores": [[_row(row) for row in trial_rows()[:200]]],
        "population": [shipped_population()],
        "mapping": [json.loads(text) for text in fenced("reference/research-set.md", "json")],
        "ehr": [{"iss": "https://ehr.example/r4", "client_id": "reprieve", "secret_file": "secret", "port": 8765}],
        "identity-provider": [json.loads(text) for text in fenced("how-to/run-a-clinic.md", "json")],
        "review": [{"row_id": "r", "verdict": "corrected", "source": "label, p. 3", "value": "2.5", "note": "n"}],
        "policy": [as_json(ClinicPolicy())],
    }[name]


def _file(name: str) -> Any:
    return json.loads((ROOT / "docs/tutorials/first-plan" / name).read_text(encoding="utf-8"))


def _row(row: Any) -> dict[str, Any]:
    return {name: value for name, value in as_json(row).items() if name != "line"}


def reader(name: str, folder: Path) -> Callable[[Any], object]:
    """Return what reads the document `name` in the program itself."""
    path = folder / "document.json"

    def from_file(read: Callable[[str], object]) -> Callable[[Any], object]:
        return lambda document: (path.write_text(json.dumps(document), encoding="utf-8"), read(str(path)))

    if name == "channel-map":
        return from_file(load_channel_map)
    if name == "population":
        return from_file(population_of_file)
    if name == "scores":
        return _read_scores
    module, _, thing = DOCUMENTS[name].made_from.partition(":")
    kind = getattr(importlib.import_module(module), thing)
    return lambda document: parse(kind, json.dumps(document))


def _read_scores(rows: Any) -> None:
    for line, row in enumerate(rows, 2):
        check_columns(list(row), "scores")
        tidy_row(row, line, "scores")


def reads(read: Callable[[Any], object], document: Any) -> bool:
    """Return whether the reader takes `document`; it may refuse with an error of its own and with no other."""
    try:
        read(document)
    except ReprieveError:
        return False
    return True


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield where something stands in a document."""
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield (*path, key)
        yield from places(inner, (*path, key))


def spoiled(document: Any, dice: random.Random, values: tuple[Any, ...] = ODD) -> Any:
    """Return `document` with one thing left out, added or told otherwise."""
    told = copy.deepcopy(document)
    *above, last = dice.choice(list(places(told)))
    at = told
    for key in above:
        at = at[key]
    how = dice.random()
    if how < 0.15:
        del at[last]
    elif how < 0.25 and isinstance(at, dict):
        at["no_such_field"] = dice.choice(values)
    else:
        at[last] = dice.choice(values)
    return told


# A covariance must also be one; that is no matter of a schema.
TYPED = [name for name, kind in DOCUMENTS.items() if "by_hand" not in kind.made_from and name != "population"]
READ = [name for name in DOCUMENTS if name != "scale-items"]  # each scale has its own, below


@pytest.mark.parametrize("name", DOCUMENTS)
def test_it_is_a_json_schema_and_the_command_prints_it(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", name]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == schema(name)
    jsonschema_rs.meta.validate(told)
    assert not jsonschema_rs.validator_for(told).is_valid(5)


def test_without_a_name_it_lists_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", "--json"]) == 0
    assert [one["name"] for one in json.loads(capsys.readouterr().out)["documents"]] == list(DOCUMENTS)
    assert main(["schema"]) == 0
    assert all(name in capsys.readouterr().out for name in ("channel-map",))
    with pytest.raises(SystemExit):
        main(["schema", "plans"])


@pytest.mark.parametrize("name", READ)
def test_the_shipped_examples_fit(name: str, tmp_path: Path) -> None:
    validator, read = jsonschema_rs.validator_for(schema(name)), reader(name, tmp_path)
    assert shipped(name)
    for document in shipped(name):
        validator.validate(document)
        read(document)


@pytest.mark.parametrize("name", READ)
def test_what_the_schema_refuses_the_reader_refuses(name: str, tmp_path: Path) -> None:
    validator, read, dice = jsonschema_rs.validator_for(schema(name)), reader(name, tmp_path), random.Random(name)
    refused = looser = 0
    examples, rounds = sorted(shipped(name), key=lambda one: len(str(one))), 250 if name == "population" else 1500
    if name == "chart":
        examples = examples[:1]  # the years of the demo's patients are too long to be copied so often
    for _ in range(rounds):
        example = dice.choice(examples)
        # A table is spoiled cell by cell, and no cell holds a list.
        document = [spoiled(dice.choice(example), dice, CELLS)] if isinstance(example, list) else spoiled(example, dice)
        taken = reads(read, document)
        if not validator.is_valid(document):
            refused += 1
            assert not taken, json.dumps(document)[:2000]
        elif not taken:
            looser += 1
    assert refused > rounds / 10
    if name in TYPED:
        # A day of month 13, a number beyond any: a few things no schema says.
        assert looser < rounds / 50


def _answers_of(scale: Scale) -> dict[str, Any]:
    if scale.method == "goal_attainment":
        return {"x_1": 1, "w_1": 3, "x_2": "-2"}
    return {item.id: item.choices[0] if item.choices else item.minimum if item.scored else "x" for item in scale.items}


def _read_items(scale: Scale, folder: Path) -> Callable[[Any], object]:
    path = folder / "items.json"

    def read(document: Any) -> None:
        path.write_text(json.dumps(document), encoding="utf-8")
        # The command itself: it looks at the file before the scale does.
        if main(["scale", "score", scale.id, str(path), "--json"]) != 0:
            raise ReprieveError(scale.id)

    return read


def test_the_answers_to_every_scale_fit_its_schema_and_what_it_refuses_is_refused(tmp_path: Path, capsys) -> None:
    told, dice = schema("scale-items"), random.Random(5)
    refused = 0
    for name, scale in scales().items():
        own = jsonschema_rs.validator_for({**told["$defs"][name], "$schema": told["$schema"]})
        answers, read = _answers_of(scale), _read_items(scale, tmp_path)
        score(name, answers)
        for document in (answers, {"items": answers}):
            own.validate(document)
            read(document)
        for _ in range(25):
            document = spoiled(answers if dice.random() < 0.8 else {"items": answers}, dice) if answers else {"x": 1}
            if not own.is_valid(document):
                refused += 1
                assert not reads(read, document), (name, document)
    assert refused > 300
    capsys.readouterr()
