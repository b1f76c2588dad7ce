"""Which few muscles, pulling, explain an observed posture: a posterior over sets of muscles.

The posture is where the pull of the muscles and the passive resistance of the joint balance:
``sum_m a_m T_m(q) = p(q)``, with activation ``a_m >= 0``, torque ``T_m`` at full activation and passive torque ``p``. A
few muscles are on (spike) with half-normal activation (slab); all others are off. Six angles cannot tell forty muscles,
so the answer is a distribution, not a set.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from reprieve.assess.evidence import Target
from reprieve.reference.mechanics import Mechanics

Floats = NDArray[np.float64]

# Expert defaults: two to three muscles take part; a dystonic muscle pulls with some third of its strength.
EXPECTED_MUSCLES = 2.5
# A joint of few muscles: still none is expected to take part.
LARGEST_PRIOR = 0.3
ACTIVATION_SD = 0.35
ANGLE_SD_DEG = 5.0
# How far the passive resistance of one motion strays from the table beside the others; a common factor is taken up by
# the activations.
RELATIVE_SD = 0.2
FLOOR_SHARE = 0.05
CHAINS, SWEEPS, WARM_UP = 48, 260, 60


@dataclass(frozen=True, slots=True)
class MuscleSet:
    """One explanation and its share of the posterior."""

    muscles: tuple[Target, ...]
    probability: float


@dataclass(frozen=True, slots=True)
class Explanations:
    """Posterior of the inverse problem.

    Attributes
    ----------
    probability : dict of Target to float
        That the muscle takes part, over all sets.
    sets : tuple of MuscleSet
        The most probable sets, best first.
    """

    probability: dict[Target, float]
    sets: tuple[MuscleSet, ...]


def explain_posture(
    body: Mechanics,
    angles_deg: Mapping[str, float],
    rng: np.random.Generator,
    *,
    sides: Sequence[str] = ("right", "left"),
    angle_sd_deg: Mapping[str, float] | None = None,
    prior_log_odds: Mapping[Target, float] | None = None,
    most_sets: int = 5,
) -> Explanations:
    """Return the muscles and sets of muscles that explain the observed angles.

    Parameters
    ----------
    body : Mechanics
        The neck or the leg.
    angles_deg : mapping of motion to angle
        Motions that were observed; those left out were not, and say nothing.
    rng : numpy Generator
        For the sampler; the same generator gives the same answer.
    sides : sequence of str
        Both for the neck; the affected one for a limb.
    angle_sd_deg : mapping of motion to degrees, optional
        Error of an angle; 5 degrees unless told.
    prior_log_odds : mapping of Target to float, optional
        Added to the log-odds of taking part, from other evidence.
    most_sets : int
        Sets to return.

    Raises
    ------
    ValueError
        If a motion is not one of the chain, or no angle is given.
    """
    unknown = sorted(set(angles_deg) - set(body.motions))
    if unknown or not angles_deg:
        raise ValueError(f"angles_deg needs motions of {body.chain}: {', '.join(body.motions)}; got {unknown}")
    targets = [Target(name, side) for side in sides for name in body.muscles]
    seen = [i for i, motion in enumerate(body.motions) if motion in angles_deg]
    torques = np.concatenate([body.torques_nm(angles_deg, mirrored=body.paired and side == "left") for side in sides])[
        :, seen
    ]
    pull, sd = _wanted_pull(body, angles_deg, angle_sd_deg or {})
    base = special.logit(min(EXPECTED_MUSCLES / len(targets), LARGEST_PRIOR))
    prior = base + np.array([(prior_log_odds or {}).get(target, 0.0) for target in targets])
    shares, counts = sample_sets(torques / sd, pull / sd, prior, rng)
    total = sum(counts.values())
    best = counts.most_common(most_sets)
    return Explanations(
        dict(zip(targets, shares.tolist(), strict=True)),
        tuple(MuscleSet(tuple(targets[i] for i in chosen), number / total) for chosen, number in best),
    )


def _wanted_pull(
    body: Mechanics, angles_deg: Mapping[str, float], angle_sd_deg: Mapping[str, float]
) -> tuple[Floats, Floats]:
    """Return the torque that holds the posture, per observed motion, and its standard deviation."""
    pulls: list[float] = []
    sds: list[float] = []
    for motion in body.motions:
        if motion in angles_deg:
            passive, angle = body.passive[motion], angles_deg[motion]
            error_deg = angle_sd_deg.get(motion, ANGLE_SD_DEG)
            pull = passive.torque_nm(angle)
            # The secant, not the slope: without pull the angle would be 0, so 30 degrees are six errors of 5.
            secant = pull / angle if abs(angle) > error_deg else passive.torque_nm(error_deg) / error_deg
            parts = (secant * error_deg, RELATIVE_SD * pull, FLOOR_SHARE * passive.end_torque_nm)
            pulls.append(pull)
            sds.append(float(np.linalg.norm(parts)))
    return np.array(pulls), np.array(sds)


def sample_sets(
    columns: Floats, wanted: Floats, prior_log_odds: Floats, rng: np.random.Generator
) -> tuple[Floats, Counter[tuple[int, ...]]]:
    """Return the inclusion probability of each column, and how often each set was visited.

    Parameters
    ----------
    columns : ndarray, shape (n_muscles, n_motions)
        Torques over their standard deviation.
    wanted : ndarray, shape (n_motions,)
        Pull over its standard deviation.
    prior_log_odds : ndarray, shape (n_muscles,)

    Notes
    -----
    Gibbs sampling, many chains side by side. With residual r of the other muscles, column t and slab
    2 N(0, s²) on a >= 0, the activation given inclusion is N(m, v) cut at 0, v = 1 / (t·t + 1/s²), m = v t·r, and the
    Bayes factor of inclusion is 2 sqrt(v)/s exp(m²/2v) Phi(m/sqrt(v)). Inclusion is averaged as a probability, not as
    the draw (Rao-Blackwell).
    """
    count = len(columns)
    variance = 1.0 / (np.einsum("ij,ij->i", columns, columns) + 1.0 / ACTIVATION_SD**2)
    root = np.sqrt(variance)
    constant = prior_log_odds + np.log(2 * root / ACTIVATION_SD)
    activation = np.zeros((CHAINS, count))
    start = rng.random((CHAINS, count)) < special.expit(prior_log_odds)
    activation[start] = ACTIVATION_SD * np.abs(rng.standard_normal(int(start.sum())))
    residual = wanted - activation @ columns
    shares, counts = np.zeros(count), Counter[tuple[int, ...]]()
    for sweep in range(SWEEPS):
        uniforms = rng.random((2, count, CHAINS))
        for j in rng.permutation(count):
            column = columns[j]
            residual += activation[:, j, None] * column
            scaled = root[j] * (residual @ column)
            log_tail = special.log_ndtr(scaled)
            included = special.expit(constant[j] + 0.5 * scaled**2 + log_tail)
            on = uniforms[0, j] < included
            # Inverse of the normal distribution cut at 0, by its upper tail: no loss far from the mean.
            drawn = scaled - special.ndtri(np.clip(uniforms[1, j] * np.exp(log_tail), 1e-300, 1 - 1e-16))
            activation[:, j] = np.where(on, np.maximum(root[j] * drawn, 0.0), 0.0)
            residual -= activation[:, j, None] * column
            if sweep >= WARM_UP:
                shares[j] += included.mean()
        if sweep >= WARM_UP:
            counts.update(tuple(np.flatnonzero(row).tolist()) for row in activation > 0)
    return shares / (SWEEPS - WARM_UP), counts
