"""Coverage of 90 % intervals on simulated registries: diaries weekly and daily, noise of 3 and 7 days, drop-outs.

The simulated registry is another model than the fitted one (logistic, rounded, clipped). Held-out patients of the same
registry are foretold from 12 days into a cycle: every later score of it, and the day its effect is half lost. That is
the last cycle; where patients drop out it is each cycle that was begun, since who leaves after an early return of
symptoms makes that very cycle the last one, and no forecast could have known.
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
    "daily, 3 days, N=100": (Registry(cycles=2, diary_every_days=1.0), 100, 11),
    "daily, 7 days, N=100": (Registry(cycles=2, diary_every_days=1.0, noise_days=7.0), 100, 11),
    "first cycle, N=100": (Registry(cycles=1), 100, 4),
    "tenth cycle, N=100": (Registry(cycles=10), 100, 2),
    "drop-outs, N=100": (Registry(cycles=3, dropout=0.2), 100, 4),
    "another product halfway, N=100": (Registry(cycles=4, second_product=SECOND), 100, 3),
    "weekly, 3 days, N=1000": (Registry(cycles=3), 1000, 3),
    "daily, 7 days, N=1000": (Registry(cycles=2, diary_every_days=1.0, noise_days=7.0), 1000, 3),
    "drop-outs, N=1000": (Registry(cycles=3, dropout=0.2), 1000, 3),
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


def coverage(
    population: Population, patients: list[SimulatedPatient], *, every_cycle: bool = False
) -> dict[str, float]:
    """Return the share of held-out scores, by scale, and of fading days inside their 90 % intervals.

    A rounded score counts as inside when the interval meets the half point on either side of it (`diary`), or, more
    strictly, when the whole number itself is inside (`diary, strict`).
    """
    inside: dict[str, list[np.ndarray]] = {}
    for one in patients:
        last = len(one.scores.cycles) - 1
        for cycle in range(last + 1) if every_cycle else (last,):
            for what, held in _held(population, one, cycle).items():
                inside.setdefault(what, []).append(held)
    return {name: float(np.concatenate(parts).mean()) for name, parts in inside.items()}


def _held(population: Population, one: SimulatedPatient, cycle: int) -> dict[str, np.ndarray]:
    """Return whether the intervals of one cycle hold its later scores, by scale, and the day of its fading."""
    scores, out = one.scores, {}
    begun = [c.start_weeks for c in scores.cycles]
    cut, end = begun[cycle] + KNOWN_WEEKS, begun[cycle + 1] if cycle + 1 < len(begun) else np.inf
    seen = scores.weeks <= cut
    known = replace(
        scores,
        cycles=scores.cycles[: cycle + 1],
        weeks=scores.weeks[seen],
        scores=scores.scores[seen],
        channels=scores.channels[seen],
    )
    posterior = update_response(known, population, kernel())
    for k, scale in enumerate(scores.scales):
        later = (scores.weeks > cut) & (scores.weeks <= end) & (scores.channels == k)
        if later.any():
            low, high = quantiles(predict(posterior, scores.weeks[later], scale).score, np.array([0.05, 0.95])).T
            came = scores.scores[later]
            out[scale] = (came >= low - 0.5) & (came <= high + 0.5)
            out[f"{scale}, strict"] = (came >= low) & (came <= high)
    if one.responds:
        found = milestones(posterior, cycle)
        low, high = 7.0 * weighted_quantiles(found.fading, found.weight, np.array([0.05, 0.95]))
        out["fading day"] = np.array([low <= one.wear_off_days[cycle] <= high])
    return out


def stratum(registry: Registry, count: int, registries: int) -> str:
    """Return the mean coverage over `registries` registries, and the least and most of one."""
    told: dict[str, list[float]] = {}
    spent = 0.0
    for seed in range(1, registries + 1):
        rng = np.random.default_rng(seed)
        begin = time.process_time()
        population = fitted(simulate_registry(registry, count, rng))
        spent += time.process_time() - begin
        held_out = simulate_registry(registry, HELD_OUT, rng)
        for what, share in coverage(population, held_out, every_cycle=registry.dropout > 0).items():
            told.setdefault(what, []).append(share)
    figures = [f"{what} {np.mean(each):.3f} ({min(each):.2f}-{max(each):.2f})" for what, each in told.items()]
    return f"{', '.join(figures)}; {registries} registries, a fit {spent / registries:.1f} CPU-s"


if __name__ == "__main__":
    for name, (kind, size, how_many) in STRATA.items():
        if not sys.argv[1:] or name in sys.argv[1:]:
            print(f"{name}: {stratum(kind, size, how_many)}", flush=True)
