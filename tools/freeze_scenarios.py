#!/usr/bin/env python3
"""Write NAME_expected.json beside each NAME_input.json of tests/golden/scenarios: what the rules say, whole.

Read the difference before you commit it: these files are the sentences that a clinician sees. A report from the field
becomes a scenario by copying its plan there.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from reprieve.app.documents import load
from reprieve.plan.safety import check
from reprieve.record.plan import Plan

SCENARIOS = Path(__file__).resolve().parent.parent / "tests" / "golden" / "scenarios"
TODAY = date(2026, 9, 15)


def answer(file: Path) -> str:
    """Return the whole answer to the plan in `file`, as text."""
    report = check(load(Plan, str(file)), today=TODAY)
    return json.dumps(report.document(), indent=1, ensure_ascii=False) + "\n"


def expected(file: Path) -> Path:
    """Return where the answer to `file` is kept."""
    return file.with_name(file.name.replace("_input.json", "_expected.json"))


if __name__ == "__main__":
    for scenario in sorted(SCENARIOS.glob("*_input.json")):
        expected(scenario).write_text(answer(scenario), encoding="utf-8")
        print(expected(scenario).name)
