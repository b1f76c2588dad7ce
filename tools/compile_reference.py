#!/usr/bin/env python3
"""Compile the YAML of the reference data to JSON beside it, so that loading needs no YAML parser.

`python tools/compile_reference.py` writes; `--check` only says whether a JSON file is behind its YAML (exit 1).
The YAML is the source that people edit and review; the JSON is derived and never edited.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import yaml

DATA = Path(__file__).resolve().parent.parent / "src" / "reprieve" / "reference" / "data"
COMPILED = (
    "anatomy/muscles.yaml",
    "anatomy/label_groups.yaml",
    "anatomy/postures.yaml",
    "anatomy/short_names.yaml",
    "anatomy/sources.yaml",
    "anatomy/mechanics/nominal_moment_arms.yaml",
    "anatomy/mechanics/passive_torque.yaml",
    "anatomy/bodymap/menus.yaml",
    "anatomy/bodymap/regions.yaml",
    "assess/weights.yaml",
    "formulary/abobotulinumtoxinA.yaml",
    "formulary/billing.yaml",
    "formulary/cosmetic_only.yaml",
    "formulary/daxibotulinumtoxinA.yaml",
    "formulary/incobotulinumtoxinA.yaml",
    "formulary/literature.yaml",
    "formulary/onabotulinumtoxinA.yaml",
    "formulary/rimabotulinumtoxinB.yaml",
    "formulary/risks.yaml",
    "formulary/sources.yaml",
    "formulary/trials.yaml",
    "plan/parameters.yaml",
    "published/sources.yaml",
    "scales/scales.yaml",
)


class _UniqueKeys(yaml.SafeLoader):
    """Refuses a key that stands twice in one mapping; YAML itself would keep the last and say nothing."""


def _mapping(loader: _UniqueKeys, node: yaml.MappingNode) -> dict[object, object]:
    keys = [loader.construct_object(key) for key, _ in node.value]
    twice = sorted({str(key) for key in keys if keys.count(key) > 1})
    if twice:
        raise SystemExit(f"{node.start_mark}: key {', '.join(twice)} stands twice; keep one")
    return dict(zip(keys, (loader.construct_object(value, deep=True) for _, value in node.value), strict=True))


_UniqueKeys.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def compiled(source: Path) -> str:
    """Return the JSON text of the YAML file `source`."""
    with source.open(encoding="utf-8") as stream:
        content = yaml.load(stream, Loader=_UniqueKeys)
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"), default=str) + "\n"


def stale() -> list[Path]:
    """Return the YAML files whose JSON is missing or differs."""
    behind = []
    for name in COMPILED:
        source = DATA / name
        target = source.with_suffix(".json")
        if not target.exists() or target.read_text(encoding="utf-8") != compiled(source):
            behind.append(source)
    return behind


def main() -> int:
    """Write or check."""
    behind = stale()
    if "--check" in sys.argv[1:]:
        for source in behind:
            print(f"{source.relative_to(DATA)} is newer than its JSON; run python tools/compile_reference.py")
        return 1 if behind else 0
    for source in behind:
        source.with_suffix(".json").write_text(compiled(source), encoding="utf-8")
        print(f"compiled {source.relative_to(DATA)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
