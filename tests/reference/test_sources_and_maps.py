"""No row without a source, no unknown muscle, no muscle out of reach, no duplicate, no stale compiled file."""

from __future__ import annotations

import hashlib
import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest

from reprieve.record.plan import MapView
from reprieve.reference import anatomy_sources, body_regions, drawing, drawings, muscle_menus, muscles, postures
from reprieve.reference._files import DATA, read_json, read_rows
from reprieve.reference.body_map import drawing_box, map_version, views

TOOLS = Path(__file__).resolve().parents[2] / "tools"


def load_tool(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(name, TOOLS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def source_keys(node: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield every value of a ``source`` field, wherever it stands."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "source" or key.endswith("_source"):
                for entry in value if isinstance(value, list) else [value]:
                    yield f"{path}.{key}", entry
            else:
                yield from source_keys(value, f"{path}.{key}")
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from source_keys(value, f"{path}[{index}]")


@pytest.mark.parametrize("name", ["muscles", "postures", "label_groups", "mechanics/nominal_moment_arms"])
def test_every_source_key_resolves(name: str) -> None:
    found = list(source_keys(read_json(f"anatomy/{name}.json")))
    assert found
    unknown = [(where, key) for where, key in found if key not in anatomy_sources()]
    assert unknown == []


def test_a_fact_without_a_source_would_be_found() -> None:
    assert list(source_keys({"a": {"source": None}})) == [(".a.source", None)]
    assert None not in anatomy_sources()


def test_checked_and_source_stand_on_every_row() -> None:
    for muscle in muscles().values():
        facts = [muscle.innervation, *muscle.spread_risks, *muscle.models]
        assert all(fact.source in anatomy_sources() and isinstance(fact.checked, bool) for fact in facts), muscle.id
        assert muscle.actions_source in anatomy_sources()
    for posture in postures().values():
        assert posture.definition_source in anatomy_sources()
        assert posture.candidates, posture.id
        assert all(candidate.source in anatomy_sources() for candidate in posture.candidates)


def test_a_checked_fact_never_comes_from_general_knowledge() -> None:
    unread = {"recalled", "expert_default"}
    for muscle in muscles().values():
        for fact in (muscle.innervation, *muscle.spread_risks, *muscle.models):
            assert not (fact.checked and fact.source in unread), muscle.id
    for posture in postures().values():
        for candidate in posture.candidates:
            assert not (candidate.checked and candidate.source in unread), posture.id


def test_posture_counts_are_those_of_the_compilation() -> None:
    candidates = [candidate for posture in postures().values() for candidate in posture.candidates]
    assert len(postures()) == 63
    assert len(candidates) == 286
    assert sum(candidate.checked for candidate in candidates) == 60
    assert sum(posture.definition_checked for posture in postures().values()) == 23


def test_a_posture_names_a_muscle_and_side_once() -> None:
    for posture in postures().values():
        pairs = [(candidate.muscle, candidate.side) for candidate in posture.candidates]
        assert len(pairs) == len(set(pairs)), posture.id
        assert all(0 < candidate.weight <= 1 for candidate in posture.candidates), posture.id


def test_every_muscle_is_reached_by_a_map_or_a_menu() -> None:
    reached = {name for region in body_regions().values() for name in region.muscles}
    reached |= {name for menu in muscle_menus().values() for name in menu.muscles}
    for name in drawings():
        reached |= set(re.findall(r'data-muscle="([^"]+)"', drawing(name)))
    assert set(muscles()) - reached == set()
    assert reached - set(muscles()) == set()


@pytest.mark.parametrize("view", ["front", "back"])
def test_drawn_regions_and_listed_regions_are_the_same(view: str) -> None:
    drawn = set(re.findall(r'data-region="([^"]+)"', drawing(f"body_{view}")))
    assert drawn == {name for seen, name in body_regions() if seen == view}


@pytest.mark.parametrize(("name", "mirrored"), [("body_front", True), ("body_back", False)])
def test_sides_are_the_patients(name: str, mirrored: bool) -> None:
    # In a front view the patient's right lies at the viewer's left (smaller x); in a back view at the viewer's right.
    starts: dict[str, list[float]] = {"left": [], "right": []}
    for side, path in re.findall(r'data-side="(left|right)" d="M\s*([0-9.]+)', drawing(name)):
        starts[side].append(float(path))
    mean = {side: sum(values) / len(values) for side, values in starts.items()}
    assert (mean["right"] < mean["left"]) is mirrored


def test_compiled_files_are_fresh() -> None:
    assert load_tool("compile_reference").stale() == []


def test_every_table_names_catalogue_muscles_only() -> None:
    tables = sorted((DATA / "anatomy").glob("*/*.csv"))
    assert len(tables) >= 10
    for table in tables:
        for row in read_rows(str(table.relative_to(DATA))):
            assert row.get("muscle_id", "soleus") in muscles(), table.name


def test_attribution_is_kept() -> None:
    text = (DATA / "anatomy" / "ATTRIBUTION.md").read_text(encoding="utf-8")
    for holder in ("ELABBASSI Hicham", "mjhmilla", "Aberdeen Biomechanics", "Vikash Kumar", "CC BY 3.0", "Z-Anatomy"):
        assert holder in text
    licence = (DATA / "ta2_names" / "LICENSE").read_text(encoding="utf-8")
    assert "Attribution-ShareAlike 4.0" in licence
    header, *_ = (DATA / "anatomy" / "muscles.yaml").read_text(encoding="utf-8").splitlines()
    assert "latin:" not in (DATA / "anatomy" / "muscles.yaml").read_text(encoding="utf-8"), header


def test_a_changed_drawing_raises_the_version_of_the_map() -> None:
    """Recorded needle sites are places on these very drawings; map.json says what to do."""
    told = read_json("anatomy/bodymap/map.json")
    digests = {name: hashlib.sha256(drawing(name).encode()).hexdigest()[:16] for name in drawings()}
    assert told["drawings"] == digests
    assert map_version() == told["version"]


def test_the_views_are_those_of_the_record_and_every_drawing_is_one() -> None:
    assert set(views()) == set(get_args(MapView))
    assert {view.drawing for view in views().values()} == set(drawings())
    left, top, width, height = drawing_box("body_back")
    assert (left, top, width, height) == (724, 60, 724, 1310)
