"""One new diary entry of one patient: reweight, refit, and the exact answer from nothing; CPU ms, median and p95.

Run: OPENBLAS_NUM_THREADS=1 python benchmarks/response_online.py [numpy]
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from reprieve.app.forecast import default_population
from reprieve.app.response.kernel import kernel
from reprieve.learn.kernel import Kernel
from reprieve.learn.numpy_kernel import numpy_kernel
from reprieve.learn.posterior import reweighted, update_response
from reprieve.learn.simulated import Registry, simulate_registry

REPEATS = 40
CASES = {"about 20 entries": (1, 7.0), "about 100 entries": (3, 3.0), "about 350 entries": (4, 1.0)}


def spent_ms(work: Callable[[], object]) -> str:
    """Return median and 95th centile of the CPU time of `work`."""
    times = []
    for _ in range(REPEATS):
        begin = time.process_time()
        work()
        times.append(1e3 * (time.process_time() - begin))
    return f"{np.median(times):.2f} (p95 {np.quantile(times, 0.95):.2f})"


def show(name: str, cycles: int, every_days: float, run: Kernel) -> None:
    """Print one case."""
    population = default_population()
    registry = Registry(cycles=cycles, diary_every_days=every_days)
    after = simulate_registry(registry, 1, np.random.default_rng(1))[0].scores
    kept = slice(0, len(after.weeks) - 1)
    before = replace(after, weeks=after.weeks[kept], scores=after.scores[kept], channels=after.channels[kept])
    old = update_response(before, population, run)
    print(
        f"{name} ({len(after.weeks)}): reweight {spent_ms(lambda: reweighted(old, after))} ms, "
        f"refit {spent_ms(lambda: update_response(after, population, run, rounds=1, before=old))} ms, "
        f"exact {spent_ms(lambda: update_response(after, population, run))} ms; "
        f"{old.effective_nodes:.0f} of {len(old.weight)} nodes effective"
    )


if __name__ == "__main__":
    for case, (how_many, days) in CASES.items():
        show(case, how_many, days, numpy_kernel if sys.argv[1:] == ["numpy"] else kernel())
