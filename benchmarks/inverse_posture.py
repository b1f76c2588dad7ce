"""Does the inverse problem find the muscles that pull? Recall and calibration beside the posture table.

Simulated with the shipped mechanics: one to four muscles of the neck, activation 10-60 %, strength of every muscle and
resistance of every motion off by some 30 % (which the solver is not told), 5 degrees of noise on each of six angles.
Run: python benchmarks/inverse_posture.py [patients] [seed] [reliability.svg]
"""

from __future__ import annotations

import itertools
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from reprieve.assess.evidence import Target
from reprieve.assess.inverse_posture import ANGLE_SD_DEG, explain_posture
from reprieve.assess.joint_angles import angles_as_postures
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
    # A generator of its own, so that patients and answers are the same whether both are joined or not.
    others = np.random.default_rng(seed + 1)
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
        both = explain_posture(body, patient.angles_deg, others, prior_log_odds=table) if fused else alone
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


def reliability_svg(bins: tuple[tuple[float, float, int], ...]) -> str:
    """Return the reliability plot: what was said against what was true, with two standard errors of each share."""
    size, edge = 320, 48

    def x(share: float) -> float:
        return edge + share * size

    def y(share: float) -> float:
        return edge / 2 + (1 - share) * size

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size + 1.6 * edge:.0f} {size + 1.6 * edge:.0f}" '
        'font-family="sans-serif" font-size="12" role="img" aria-label="Reliability of the inverse problem">',
        '<rect width="100%" height="100%" fill="#ffffff"/>',
        f'<line x1="{x(0)}" y1="{y(0)}" x2="{x(1)}" y2="{y(1)}" stroke="#999999" stroke-dasharray="4 4"/>',
    ]
    for tick in (0, 0.25, 0.5, 0.75, 1):
        parts.append(f'<line x1="{x(tick)}" y1="{y(0)}" x2="{x(tick)}" y2="{y(0) + 5}" stroke="#333333"/>')
        parts.append(f'<text x="{x(tick)}" y="{y(0) + 18}" text-anchor="middle">{tick:g}</text>')
        parts.append(f'<text x="{x(0) - 8}" y="{y(tick) + 4}" text-anchor="end">{tick:g}</text>')
    parts.append(f'<polyline points="{x(0)},{y(1)} {x(0)},{y(0)} {x(1)},{y(0)}" fill="none" stroke="#333333"/>')
    for said, true, count in bins:
        spread = 2 * (true * (1 - true) / count) ** 0.5
        low, high = max(true - spread, 0), min(true + spread, 1)
        parts.append(
            f'<line x1="{x(said):.1f}" y1="{y(low):.1f}" x2="{x(said):.1f}" y2="{y(high):.1f}" stroke="#0b5cad"/>'
        )
        parts.append(f'<circle cx="{x(said):.1f}" cy="{y(true):.1f}" r="4" fill="#0b5cad"/>')
        parts.append(f'<text x="{x(said) + 7:.1f}" y="{y(true) + 14:.1f}" font-size="10" fill="#555555">{count}</text>')
    parts.append(f'<text x="{x(0.5)}" y="{y(0) + 36}" text-anchor="middle">probability said</text>')
    parts.append(
        f'<text x="14" y="{y(0.5)}" text-anchor="middle" transform="rotate(-90 14 {y(0.5)})">share true</text>'
    )
    return "\n".join([*parts, "</svg>", ""])


if __name__ == "__main__":
    outcome = validate(int(sys.argv[1]) if len(sys.argv) > 1 else 300, int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    table, inverse, both = outcome.recall_table, outcome.recall_inverse, outcome.recall_both
    print(f"recall@3: table {table:.2f}, inverse {inverse:.2f}, both {both:.2f}")
    print(f"Brier {outcome.brier:.4f}, base rate {outcome.brier_base:.4f}; {1e3 * outcome.seconds:.0f} ms a patient")
    if len(sys.argv) > 3:
        Path(sys.argv[3]).write_text(reliability_svg(outcome.bins), encoding="utf-8")
    for predicted, actual, count in outcome.bins:
        print(f"  said {predicted:.3f}  true {actual:.3f}  ({count})")
