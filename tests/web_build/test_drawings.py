"""The arm panels: what is shipped is what the tool draws, of muscles that the catalogue knows."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

from reprieve.reference.body_map import drawing, drawing_box, drawings, map_version, views
from reprieve.reference.muscle_catalogue import muscles

VIEWS = Path(__file__).parents[2] / "web/src/map/views.ts"
TOOL = Path(__file__).parents[2] / "tools" / "draw_arm_panels.py"


def test_the_shipped_panels_are_the_drawn_ones_and_name_known_muscles() -> None:
    """A panel edited by hand, or a muscle that was renamed, would be found here."""
    spec = importlib.util.spec_from_file_location("draw_arm_panels", TOOL)
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    for name, text in tool.panels().items():
        assert drawing(name) == text
        named = re.findall(r'data-muscle="(\w+)" data-side="(\w+)"', text)
        assert {muscle for muscle, _ in named} <= set(muscles())
        right = sorted(muscle for muscle, side in named if side == "right")
        assert right == sorted(muscle for muscle, side in named if side == "left")
        assert len(set(right)) > 12


def test_the_screens_know_the_version_the_views_and_the_measure_of_the_shipped_drawings() -> None:
    """A place on a drawing is a fraction of its box: both sides of the line must mean the same box."""
    text = VIEWS.read_text(encoding="utf-8")
    version = re.search(r'MAP_VERSION = "([^"]+)"', text)
    assert version is not None
    assert version.group(1) == map_version()
    boxes = {
        name: tuple(float(word) for word in row.split(","))
        for name, row in re.findall(r"^  (\w+): \[([-\d., ]+)\],$", text, re.MULTILINE)
    }
    assert boxes == {name: drawing_box(name) for name in drawings()}
    listed = re.findall(r'id: "(\w+)",\s+file: "(\w+)"(.*?)\}', text, re.DOTALL)
    assert {(name, file, "mirrored: true" in more) for name, file, more in listed} == {
        (name, view.drawing, view.mirrored) for name, view in views().items()
    }
