"""Does the inverse problem find the muscles that pull? Recall and calibration beside the posture table.

Simulated with the shipped mechanics: one to four muscles of the neck, activation 10-60 %, strength of every muscle and
resistance of every motion off by some 30 % (which the solver is not told), 5 degrees of noise on each of six angles.
Run: python benchmarks/inverse_posture.py [patients] [seed]
"""

from __future__ import annotations

import itertools
import sys
import time
from dataclasses import dataclass

import numpy as np

from reprieve.assess.evidence import Target
from reprieve.assess.inverse_posture import ANGLE_SD_DEG, explain_posture
from reprieve.assess.mechanics_evidence import angles_as_postures
from reprieve.assess.posture_evidence import posture_evidence
from reprieve.reference.assessment_weights import assessment_weights
from reprieve.reference.mechanics import Mechanics, mechanics


@dataclass(frozen=True, slots=True)
class Patient:
    """Who pulls, and what is seen."""

    truth: frozenset[Target]
    angles_deg: dict[str, float]


def simulate(body: Mechanics, rng: np.random.Generator) -> Patient:
    """Return one patient at the equilibrium of pull and resistance, seen with noise."""
    targets = [Target(name, side) for side in ("right", "left") for name in body.muscles]
    chosen = rng.choice(len(targets), size=int(rng.integers(1, 5)), replace=False)
    activation = np.zeros(len(targets))
    activation[chosen] = rng.uniform(0.1, 0.6, len(chosen)) * rng.lognormal(0, 0.3, len(chosen))
    stiffness = rng.lognormal(0, 0.3, len(body.motions))
    angles = dict.fromkeys(body.motions, 0.0)
    # Moment arms move with the joint: a few damped steps find the balance.
    for _ in range(40):
        torques = np.concatenate([body.torques_nm(angles), body.torques_nm(angles, mirrored=True)])
        pull = activation @ torques / stiffness
        for motion, one in zip(body.motions, pull, strict=True):
            angles[motion] += 0.5 * (body.passive[motion].angle_deg(float(one)) - angles[motion])
    seen = {motion: angle + rng.normal(0, ANGLE_SD_DEG) for motion, angle in angles.items()}
    return Patient(frozenset(targets[i] for i in chosen), seen)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Recall in the first three, averaged over patients; predicted and true shares by bin; seconds per patient."""

    recall_table: float
    recall_inverse: float
    recall_both: float
    bins: tuple[tuple[float, float, int], ...]
    brier: float
    brier_base: float
    seconds: float


def validate(patients: int, seed: int, *, fused: bool = True) -> Outcome:
    """Return recall@3 of table, inverse problem and (if `fused`) both, and the calibration of the inverse problem."""
    rng, body, weights = np.random.default_rng(seed), mechanics("neck"), assessment_weights()
    recalls: list[tuple[float, float, float]] = []
    said: list[float] = []
    true: list[bool] = []
    spent = 0.0
    for _ in range(patients):
        patient = simulate(body, rng)
        found = posture_evidence(angles_as_postures(patient.angles_deg), weights)
        table = {target: sum(entry.log_odds for entry in entries) for target, entries in found.items()}
        begin = time.perf_counter()
        alone = explain_posture(body, patient.angles_deg, rng)
        spent += time.perf_counter() - begin
        both = explain_posture(body, patient.angles_deg, rng, prior_log_odds=table) if fused else alone
        recalls.append(
            (
                recall_at_3(table, patient.truth),
                recall_at_3(alone.probability, patient.truth),
                recall_at_3(both.probability, patient.truth),
            )
        )
        said += alone.probability.values()
        true += [target in patient.truth for target in alone.probability]
    predicted, actual = np.array(said), np.array(true, dtype=float)
    edges = [0, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0001]
    bins = [
        (float(predicted[inside].mean()), float(actual[inside].mean()), int(inside.sum()))
        for low, high in itertools.pairwise(edges)
        if (inside := (predicted >= low) & (predicted < high)).any()
    ]
    by_table, by_inverse, by_both = (float(mean) for mean in np.mean(recalls, axis=0))
    brier = float(np.mean((predicted - actual) ** 2))
    base = float(actual.mean() * (1 - actual.mean()))
    return Outcome(by_table, by_inverse, by_both, tuple(bins), brier, base, spent / patients)


def recall_at_3(score: dict[Target, float], truth: frozenset[Target]) -> float:
    """Return the share of the true muscles (of three at most) among the three highest scores."""
    first = sorted(score, key=lambda target: (-score[target], target))[:3]
    return len(truth & set(first)) / min(3, len(truth))


if __name__ == "__main__":
    outcome = validate(int(sys.argv[1]) if len(sys.argv) > 1 else 300, int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    table, inverse, both = outcome.recall_table, outcome.recall_inverse, outcome.recall_both
    print(f"recall@3: table {table:.2f}, inverse {inverse:.2f}, both {both:.2f}")
    print(f"Brier {outcome.brier:.4f}, base rate {outcome.brier_base:.4f}; {1e3 * outcome.seconds:.0f} ms a patient")
    for predicted, actual, count in outcome.bins:
        print(f"  said {predicted:.3f}  true {actual:.3f}  ({count})")
