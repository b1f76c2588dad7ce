"""One rule, one file, one test file of its name."""

from __future__ import annotations

from pathlib import Path

import reprieve.plan.safety.rules
from reprieve.plan.safety.check import RULES

FILES = {file.stem for file in Path(reprieve.plan.safety.rules.__path__[0]).glob("[a-z]*.py")}


def test_each_rule_stands_in_a_file_of_its_name_and_every_file_is_asked() -> None:
    assert all(rule.__module__.rpartition(".")[2] == rule.__name__ for rule in RULES)  # type: ignore[attr-defined]
    assert {rule.__name__ for rule in RULES} == FILES  # type: ignore[attr-defined]
    assert len(RULES) == len(FILES)


def test_each_rule_has_a_test_file_of_its_name() -> None:
    tested = {file.stem.removeprefix("test_") for file in (Path(__file__).parent / "rules").glob("test_*.py")}
    assert tested == FILES
