"""The page on the model is written from the model: neither its table nor its figures may be stale."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def tool():
    spec = importlib.util.spec_from_file_location("document_pharmacology", ROOT / "tools" / "document_pharmacology.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_the_table_says_what_the_model_says(tool):
    text = tool.PAGE.read_text(encoding="utf-8")
    assert tool.written(text) == text, "run `python tools/document_pharmacology.py`"


def test_every_fact_names_a_source_on_file_and_not_all_agree(tool):
    known = (ROOT / "docs" / "references.bib").read_text(encoding="utf-8")
    told = tool.facts()
    assert {f.source for f in told if f"{{{f.source}," not in known} == set()
    assert len(told) >= 20
    assert any("agrees" in f.verdict for f in told)
    assert any("too late" in f.verdict for f in told)


def test_the_patients_animation_follows_the_model(tool):
    kept, made = (
        json.loads(text)["working"] for text in (tool.WEEKS.read_text(encoding="utf-8"), tool.course_of_weeks())
    )
    assert kept == pytest.approx(made, abs=0.02), "run `python tools/document_pharmacology.py`"
    assert kept[0] == 1.0
    assert min(kept) < 0.5 < kept[-1]


def test_the_figures_are_those_of_the_model(tool):
    for name, make in tool.FIGURES.items():
        drawn, kept = make(), (tool.PAGE.parent / name).read_text(encoding="utf-8")
        # A pixel's rounding may differ between machines.
        numbers = [[float(n) for n in re.findall(r"\d+(?:\.\d+)?", text)] for text in (drawn, kept)]
        assert len(numbers[0]) == len(numbers[1]), "run `python tools/document_pharmacology.py`"
        assert max(abs(a - b) for a, b in zip(*numbers, strict=True)) <= 1.0, (
            "run `python tools/document_pharmacology.py`"
        )
