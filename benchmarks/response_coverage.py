"""Coverage of 90 % intervals on simulated registries: diaries weekly and daily, noise of 3 and 7 days, drop-outs.

The simulated registry is another model than the fitted one (logistic, rounded, clipped). Held-out patients of the same
registry are foretold from 12 days into their last cycle: every later score, and the day the effect is half lost.
Run: python benchmarks/response_coverage.py [stratum ...]
"""

from __future__ import annotations

import sys
import time
from dataclasses import replace

import numpy as np

from reprieve.app.response_kernel import kernel
from reprieve.learn.dates import milestones, weighted_quantiles
from reprieve.learn.fit import fit_population
from reprieve.learn.mixture import quantiles
from reprieve.learn.population import Population, ScaleEntry
from reprieve.learn.posterior import predict, update_response
from reprieve.learn.products import PRIORS, PRODUCTS
from reprieve.learn.simulated import Registry, SimulatedPatient, simulate_registry

PRODUCT = "onabotulinumtoxinA"
KNOWN_WEEKS = 1.7
STRATA: dict[str, tuple[Registry, int]] = {
    "weekly, 3 days, N=100": (Registry(cycles=3), 100),
    "weekly, 7 days, N=100": (Registry(cycles=3, noise_days=7.0), 100),
    "daily, 3 days, N=100": (Registry(cycles=2, diary_every_days=1.0), 100),
    "daily, 7 days, N=100": (Registry(cycles=2, diary_every_days=1.0, noise_days=7.0), 100),
    "first cycle, N=100": (Registry(cycles=1), 100),
    "tenth cycle, N=100": (Registry(cycles=10), 100),
    "drop-outs, N=100": (Registry(cycles=3, dropout=0.2), 100),
    "weekly, 3 days, N=1000": (Registry(cycles=3), 1000),
}


def fitted(patients: list[SimulatedPatient]) -> Population:
    """Return the population of simulated patients."""
    return fit_population(
        [patient.scores for patient in patients],
        products={PRODUCT: PRODUCTS[PRODUCT]},
        scales={"TWSTRS": ScaleEntry(0.0, 87.0, 46.0), "diary": ScaleEntry(0.0, 10.0, 5.4)},
        primary_scale="TWSTRS",
        product_priors={PRODUCT: PRIORS[PRODUCT]},
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


if __name__ == "__main__":
    for name, (registry, count) in STRATA.items():
        if sys.argv[1:] and name not in sys.argv[1:]:
            continue
        rng = np.random.default_rng(1)
        begin = time.process_time()
        population = fitted(simulate_registry(registry, count, rng))
        spent = time.process_time() - begin
        told = coverage(population, simulate_registry(registry, 120, rng))
        figures = ", ".join(f"{what} {share:.3f}" for what, share in told.items())
        print(f"{name}: {figures}; fit {spent:.1f} CPU-s", flush=True)
