"""Does the loop assess, plan, inject, follow, learn do better than a clinician who titrates by a rule, or not at all?

The same virtual patients are treated in each way for ten cycles, in a world as the engines assume it and in one that
breaks their assumptions. Written line by line to a file, so that a run can be stopped and taken up again; a line that
lacks a way is completed.
Run: python benchmarks/virtual_patients.py [patients] [cycles] [results.jsonl]
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, fields
from pathlib import Path

import numpy as np

from reprieve.app.virtual.loop import Course, treat_by_loop, treat_by_rule, treat_the_same
from reprieve.app.virtual.patients import AS_ASSUMED, OTHERWISE

WORLDS = {"as assumed": AS_ASSUMED, "otherwise": OTHERWISE}
WAYS = {"loop": treat_by_loop, "rule": treat_by_rule, "same": treat_the_same}
PAIRS = (("loop", "same"), ("loop", "rule"), ("rule", "same"))


def run(patients: int, cycles: int, path: Path) -> list[dict]:
    """Return one row for each patient and world, from the file as far as it has them."""
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []
    known = {(row["world"], row["seed"], row["cycles"]): row for row in lines}
    rows = []
    with path.open("a", encoding="utf-8") as out:
        for seed in range(patients):
            for world, truth in WORLDS.items():
                row = known.get((world, seed, cycles), {"world": world, "seed": seed, "cycles": cycles})
                missing = [way for way in WAYS if way not in row]
                row |= {way: asdict(WAYS[way](truth, seed, cycles=cycles)) for way in missing}
                if missing:
                    out.write(json.dumps(row) + "\n")
                    out.flush()
                rows.append(row)
    return rows


def show(rows: list[dict]) -> None:
    """Print means of each way and the mean differences with their 95 % intervals (bootstrap over patients)."""
    rng = np.random.default_rng(0)
    for world in WORLDS:
        own = [row for row in rows if row["world"] == world]
        if not own:
            continue
        print(f"\nworld {world}: {len(own)} patients, {own[0]['cycles']} cycles; figures of one year")
        heads = "  ".join(f"{one + ' - ' + other:^27}" for one, other in PAIRS)
        print((f"{'':<18}" + "".join(f"{way:>9}" for way in WAYS) + "  " + heads).rstrip())
        chosen = rng.integers(0, len(own), (4000, len(own)))
        for name in (one.name for one in fields(Course)):
            told = {way: np.array([row[way][name] for row in own]) for way in WAYS}
            means = "".join(f"{values.mean():9.3f}" for values in told.values())
            print(f"{name:<18}{means}  " + "  ".join(_gap(told[one] - told[other], chosen) for one, other in PAIRS))


def _gap(gap: np.ndarray, chosen: np.ndarray) -> str:
    low, high = np.quantile(gap[chosen].mean(axis=1), (0.025, 0.975))
    return f"{gap.mean():+8.3f} ({low:+.3f} to {high:+.3f})".ljust(27)


if __name__ == "__main__":
    patients = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    cycles = int(sys.argv[2]) if len(sys.argv) > 2 else 10
    show(run(patients, cycles, Path(sys.argv[3] if len(sys.argv) > 3 else "virtual_patients.jsonl")))
