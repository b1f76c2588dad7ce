"""Coverage of 90 % intervals on simulated registries: diaries weekly and daily, noise of 3 and 7 days, drop-outs.

The simulated registry is another model than the fitted one (logistic, rounded, clipped). Held-out patients of the same
registry are foretold from 12 days into their last cycle: every later score, and the day the effect is half lost.
Patients of one small registry share the error of its population, so each stratum is the mean over several registries.
Run: OPENBLAS_NUM_THREADS=1 python benchmarks/response_coverage.py [stratum ...]
"""

from __future__ import annotations

import sys
import time
from dataclasses import replace

import numpy as np

from reprieve.app.response.kernel import kernel
from reprieve.learn.dates import milestones, weighted_quantiles
from reprieve.learn.fit import fit_population
from reprieve.learn.mixture import quantiles
from reprieve.learn.population import Population, ScaleEntry
from reprieve.learn.posterior import predict, update_response
from reprieve.learn.products import PRIORS, PRODUCTS
from reprieve.learn.simulated import Registry, SimulatedPatient, simulate_registry

PRODUCT, SECOND = "onabotulinumtoxinA", "daxibotulinumtoxinA"
HELD_OUT = 100
KNOWN_WEEKS = 1.7
# Patients of one registry to learn from, and registries.
STRATA: dict[str, tuple[Registry, int, int]] = {
    "weekly, 3 days, N=100": (Registry(cycles=3), 100, 4),
    "weekly, 7 days, N=100": (Registry(cycles=3, noise_days=7.0), 100, 4),
    "daily, 3 days, N=100": (Registry(cycles=2, diary_every_days=1.0), 100, 3),
    "daily, 7 days, N=100": (Registry(cycles=2, diary_every_days=1.0, noise_days=7.0), 100, 3),
    "first cycle, N=100": (Registry(cycles=1), 100, 4),
    "tenth cycle, N=100": (Registry(cycles=10), 100, 2),
    "drop-outs, N=100": (Registry(cycles=3, dropout=0.2), 100, 4),
    "another product halfway, N=100": (Registry(cycles=4, second_product=SECOND), 100, 3),
    "weekly, 3 days, N=1000": (Registry(cycles=3), 1000, 1),
}


def fitted(patients: list[SimulatedPatient]) -> Population:
    """Return the population of simulated patients."""
    given = sorted({str(cycle.product) for patient in patients for cycle in patient.scores.cycles})
    return fit_population(
        [patient.scores for patient in patients],
        products={name: PRODUCTS[name] for name in given},
        scales={"TWSTRS": ScaleEntry(0.0, 87.0, 46.0), "diary": ScaleEntry(0.0, 10.0, 5.4)},
        primary_scale="TWSTRS",
        product_priors={name: PRIORS[name] for name in given},
        kernel=kernel(),
    )


def coverage(population: Population, patients: list[SimulatedPatient]) -> dict[str, float]:
    """Return the share of held-out scores, by scale, and of fading days inside their 90 % intervals.

    A rounded score counts as inside when the interval meets the half point on either side of it (`diary`), or, more
    strictly, when the whole number itself is inside (`diary, strict`).
    """
    inside: dict[str, list[np.ndarray]] = {}
    for one in patients:
        scores = one.scores
        cut = scores.cycles[-1].start_weeks + KNOWN_WEEKS
        seen = scores.weeks <= cut
        known = replace(scores, weeks=scores.weeks[seen], scores=scores.scores[seen], channels=scores.channels[seen])
        posterior = update_response(known, population, kernel())
        for k, scale in enumerate(scores.scales):
            later = (scores.weeks > cut) & (scores.channels == k)
            if not later.any():
                continue
            low, high = quantiles(predict(posterior, scores.weeks[later], scale).score, np.array([0.05, 0.95])).T
            came = scores.scores[later]
            inside.setdefault(scale, []).append((came >= low - 0.5) & (came <= high + 0.5))
            inside.setdefault(f"{scale}, strict", []).append((came >= low) & (came <= high))
        if one.responds:
            found = milestones(posterior, len(scores.cycles) - 1)
            low, high = 7.0 * weighted_quantiles(found.fading, found.weight, np.array([0.05, 0.95]))
            inside.setdefault("fading day", []).append(np.array([low <= one.wear_off_days[-1] <= high]))
    return {name: float(np.concatenate(parts).mean()) for name, parts in inside.items()}


def stratum(registry: Registry, count: int, registries: int) -> str:
    """Return the mean coverage over `registries` registries, and the least and most of one."""
    told: dict[str, list[float]] = {}
    spent = 0.0
    for seed in range(1, registries + 1):
        rng = np.random.default_rng(seed)
        begin = time.process_time()
        population = fitted(simulate_registry(registry, count, rng))
        spent += time.process_time() - begin
        for what, share in coverage(population, simulate_registry(registry, HELD_OUT, rng)).items():
            told.setdefault(what, []).append(share)
    figures = [f"{what} {np.mean(each):.3f} ({min(each):.2f}-{max(each):.2f})" for what, each in told.items()]
    return f"{', '.join(figures)}; {registries} registries, a fit {spent / registries:.1f} CPU-s"


if __name__ == "__main__":
    for name, (kind, size, how_many) in STRATA.items():
        if not sys.argv[1:] or name in sys.argv[1:]:
            print(f"{name}: {stratum(kind, size, how_many)}", flush=True)
