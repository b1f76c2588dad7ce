"""From nothing to the first forecast: the command in a new process, CPU seconds and wall seconds beside `import numpy`.

Run: python benchmarks/response_cold.py
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

REPEATS = 12
SCORES = """patient,cycle,week,score,product,units
a,1,0,44,rimabotulinumtoxinB,5000
a,1,2,37,rimabotulinumtoxinB,5000
a,1,4,33,rimabotulinumtoxinB,5000
"""


def spent(command: list[str]) -> str:
    """Return median and largest CPU and wall seconds of `command`, each time in a new process."""
    cpu, wall = [], []
    for _ in range(REPEATS):
        before, begun = os.times(), time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        after = os.times()
        wall.append(time.perf_counter() - begun)
        cpu.append(after.children_user + after.children_system - before.children_user - before.children_system)
    return (
        f"CPU {np.median(cpu):.2f} s (most {max(cpu):.2f}), wall {np.median(wall):.2f} s (most {max(wall):.2f}, "
        f"least {min(wall):.2f})"
    )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        path = Path(place, "scores.csv")
        path.write_text(SCORES, encoding="utf-8")
        words = ["response", "forecast", str(path), "--at", "8,12,16"]
        print("first forecast:", spent([sys.executable, "-m", "reprieve.cli.main", *words]))
    print("import numpy:  ", spent([sys.executable, "-c", "import numpy, numpy.random"]))
