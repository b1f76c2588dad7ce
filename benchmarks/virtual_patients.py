"""Does the loop assess, plan, inject, follow, learn do better than the same dose every twelve weeks?

The same virtual patients are treated both ways for ten cycles, in a world as the engines assume it and in one that
breaks their assumptions. Written line by line to a file, so that a run can be stopped and taken up again.
Run: python benchmarks/virtual_patients.py [patients] [cycles] [results.jsonl]
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, fields
from pathlib import Path

import numpy as np

from reprieve.app.virtual.loop import Course, treat_by_loop, treat_the_same
from reprieve.app.virtual.patients import AS_ASSUMED, OTHERWISE

WORLDS = {"as assumed": AS_ASSUMED, "otherwise": OTHERWISE}


def run(patients: int, cycles: int, path: Path) -> list[dict]:
    """Return one row for each patient and world, from the file as far as it has them."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []
    done = {(row["world"], row["seed"], row["cycles"]) for row in rows}
    with path.open("a", encoding="utf-8") as out:
        for seed in range(patients):
            for world, truth in WORLDS.items():
                if (world, seed, cycles) not in done:
                    row = {"world": world, "seed": seed, "cycles": cycles}
                    row["loop"] = asdict(treat_by_loop(truth, seed, cycles=cycles))
                    row["same"] = asdict(treat_the_same(truth, seed, cycles=cycles))
                    rows.append(row)
                    out.write(json.dumps(row) + "\n")
                    out.flush()
    return [row for row in rows if row["seed"] < patients and row["cycles"] == cycles]


def show(rows: list[dict]) -> None:
    """Print means of both ways and the mean difference with its 95 % interval (bootstrap over patients)."""
    rng = np.random.default_rng(0)
    for world in WORLDS:
        own = [row for row in rows if row["world"] == world]
        if not own:
            continue
        print(f"\nworld {world}: {len(own)} patients, {own[0]['cycles']} cycles; figures of one year")
        print(f"{'':<18} {'loop':>8} {'same':>8} {'loop - same':>12}  95 % interval")
        for name in (one.name for one in fields(Course)):
            loop, same = (np.array([row[way][name] for row in own]) for way in ("loop", "same"))
            gap = loop - same
            means = gap[rng.integers(0, gap.size, (4000, gap.size))].mean(axis=1)
            low, high = np.quantile(means, (0.025, 0.975))
            print(f"{name:<18} {loop.mean():8.3f} {same.mean():8.3f} {gap.mean():+12.3f}  {low:+.3f} to {high:+.3f}")


if __name__ == "__main__":
    patients = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    cycles = int(sys.argv[2]) if len(sys.argv) > 2 else 10
    show(run(patients, cycles, Path(sys.argv[3] if len(sys.argv) > 3 else "virtual_patients.jsonl")))
