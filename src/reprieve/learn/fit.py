"""Fit a population: the most probable parameters and their covariance, with every patient integrated out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from reprieve.core.documents import canonical
from reprieve.core.errors import ScoresError
from reprieve.learn.curve import Family
from reprieve.learn.kernel import Array, Kernel
from reprieve.learn.observations import PatientScores
from reprieve.learn.parameters import BY_NAMED_SCALE, BY_PRODUCT, BY_SCALE, COMMON, Prior, parameter_names, slots
from reprieve.learn.population import Population, ProductEntry, ScaleEntry
from reprieve.learn.quadrature import OF_FEW_PATIENTS, SCORES_AND_DRAWS, Member, member_of, recentre, score_of
from reprieve.learn.ridge import Ridge, ridge_of
from reprieve.learn.rows import scales_of

ROUNDS, INNER = 6, 25
# In posterior sds: the fit has settled when a round, with nodes and draws anew, moves nothing by more.
SETTLED = 1.0
# Slope, by posterior sd, at which a round rests, and the first.
RESTS, RESTS_FIRST = 0.1, 1.0
# A larger registry is begun with so many of its patients.
BEGIN_WITH = 200
# With so many patients their own scores tell the curvature; with fewer it is taken by differences of the gradient.
ENOUGH_FOR_SCORES, BESIDE = 400, 0.02  # the latter: how far aside, in prior sds


@dataclass(frozen=True, slots=True)
class Target:
    """Minus the log posterior of the population's parameters."""

    members: tuple[Member, ...]
    centre: Array
    sd: Array
    kernel: Kernel
    threads: int
    scores_and_draws: int = SCORES_AND_DRAWS

    def scores(self, theta: Array) -> tuple[Array, Array]:
        """Return each patient's log likelihood (n,) and its gradient (n, p)."""

        def work(member: Member) -> tuple[float, Array]:
            return score_of(member, theta, self.kernel)

        if self.threads > 1:
            with ThreadPoolExecutor(self.threads) as pool:
                told = list(pool.map(work, self.members, chunksize=8))
        else:
            told = [work(member) for member in self.members]
        return np.array([value for value, _ in told]), np.stack([slope for _, slope in told])

    def value_and_slope(self, theta: Array) -> tuple[float, Array]:
        """Return minus the log posterior and its gradient."""
        value, slope = self.scores(theta)
        z = (theta - self.centre) / self.sd
        return 0.5 * float(z @ z) - float(value.sum()), z / self.sd - slope.sum(0)

    def recentred(self, theta: Array, rounds: int, *, other: bool = False) -> Target:
        """Return the same target with every patient's nodes where `theta` puts that patient; see `recentre`."""
        how = {"rounds": rounds, "scores_and_draws": self.scores_and_draws, "other": other}
        return replace(self, members=tuple(recentre(member, theta, self.kernel, **how) for member in self.members))


def fit_population(
    patients: Sequence[PatientScores],
    *,
    products: Mapping[str, ProductEntry],
    scales: Mapping[str, ScaleEntry],
    primary_scale: str,
    product_priors: Mapping[str, tuple[Prior, Prior]],
    kernel: Kernel,
    family: Family = "hill",
    start: Mapping[str, float] | None = None,
    threads: int = 1,
    progress: Callable[[int], None] | None = None,
) -> Population:
    """Return the population that `patients` and the priors make most probable.

    Parameters
    ----------
    patients : sequence of PatientScores
    products, scales : mapping
        Entries of every product and scale that occurs.
    primary_scale : str
    product_priors : mapping
        Priors of amplitude and log half-loss time of each product.
    kernel : Kernel
    family : {"hill", "gompertz"}
    start : mapping, optional
        Values to start from, by parameter; the prior means by default.
    threads : int
        The result does not depend on it.
    progress : callable, optional
        Called with the number of evaluations so far.

    Returns
    -------
    Population
        Mean: the mode; covariance: the inverse curvature there.

    Notes
    -----
    A patient's linear effects are integrated out exactly, half-loss time and variability by adaptive Gauss-Hermite
    quadrature, non-response by summing both cases. The gradient is Fisher's identity at each node.
    """
    if not patients:
        raise ScoresError("no patient with a score; a population needs scores")
    names = parameter_names(tuple(scales), tuple(products), primary_scale)
    priors = [_prior(name, product_priors) for name in names]
    centre, sd = np.array([p.mean for p in priors]), np.array([p.sd for p in priors])
    draft = Population(names, centre, np.diag(sd**2), dict(products), dict(scales), primary_scale, family)
    places = {
        channels: slots(names, channels, tuple(products))
        for channels in {scales_of(patient, draft) for patient in patients}
    }
    members = tuple(member_of(patient, draft, places[scales_of(patient, draft)]) for patient in patients)
    draws = OF_FEW_PATIENTS if len(members) < ENOUGH_FOR_SCORES else SCORES_AND_DRAWS
    target = Target(members, centre, sd, kernel, threads, draws)
    theta = np.array([(start or {}).get(name, mean) for name, mean in zip(names, centre, strict=True)])
    counted = 0

    def count() -> None:
        nonlocal counted
        counted += 1
        if progress is not None:
            progress(counted)

    ridge = ridge_of(names)
    root, every = None, len(members) // BEGIN_WITH
    if every > 1:
        some = replace(target, members=members[::every])
        theta, root, _ = _climb(some, theta, None, ridge, count)
        root = root * np.sqrt(len(some.members) / len(members))
    theta, _, target = _climb(target, theta, root, ridge, count)
    covariance = _covariance(target, theta)
    origin = {
        name: f"fitted to {len(patients)} patients; prior {prior.origin}"
        for name, prior in zip(names, priors, strict=True)
    }
    return replace(draft, mean=theta, covariance=covariance, fingerprint=fingerprint(patients), provenance=origin)


def _climb(
    target: Target, theta: Array, root: Array | None, ridge: Ridge, count: Callable[[], None]
) -> tuple[Array, Array, Target]:
    """Alternate between moving the nodes and moving the parameters, until both rest; with the root of the curvature."""
    from scipy.optimize import minimize

    def told(z: Array, origin: Array, root: Array) -> tuple[float, Array]:
        count()
        theta = ridge.back(origin + root @ z)
        value, slope = target.value_and_slope(theta)
        return value, root.T @ ridge.slope(slope, theta)

    for step in range(ROUNDS):
        target = target.recentred(theta, 3 if step == 0 else 1)
        if root is None:
            # Steps are measured by the scores' own curvature, so that few of them are needed.
            slope = ridge.slope(target.scores(theta)[1], theta)
            values, vectors = np.linalg.eigh((slope.T @ slope) * np.outer(target.sd, target.sd) + np.eye(len(theta)))
            root = target.sd[:, None] * (vectors / np.sqrt(values))
        origin = ridge.along(theta)
        found = minimize(
            told,
            np.zeros(len(theta)),
            args=(origin, root),
            jac=True,
            method="BFGS",
            options={"maxiter": INNER, "gtol": RESTS if step else RESTS_FIRST},
        )
        theta = ridge.back(origin + np.clip(root @ found.x, -2.0 * target.sd, 2.0 * target.sd))
        root = root @ np.linalg.cholesky(found.hess_inv)  # the next round begins with what this one learned
        if np.abs(found.x).max() < SETTLED:
            break
    assert root is not None
    return theta, root, target


def _covariance(target: Target, theta: Array) -> Array:
    """Return the inverse curvature of minus the log posterior at `theta`."""
    sd = target.sd
    if len(target.members) >= ENOUGH_FOR_SCORES:
        # Twice, with draws of their own: chance in the draws would count as something that the patients tell.
        slope, other = (
            told - told.mean(0)
            for told in (target.scores(theta)[1], target.recentred(theta, 0, other=True).scores(theta)[1])
        )
        shared = slope.T @ other
        return _inverse(0.5 * (shared + shared.T) * np.outer(sd, sd) + np.eye(len(sd)), sd)
    here = target.value_and_slope(theta)[1]
    aside = [target.value_and_slope(theta + away)[1] for away in np.diag(BESIDE * sd)]
    curvature = (np.array(aside) - here) * sd / BESIDE
    return _inverse(0.5 * (curvature + curvature.T), sd)


def _inverse(curvature: Array, sd: Array) -> Array:
    values, vectors = np.linalg.eigh(curvature)
    # A direction that the data leave flat keeps at most its prior sd (1 in these units).
    return ((vectors / np.maximum(values, 1.0)) @ vectors.T) * np.outer(sd, sd)


def fingerprint(patients: Iterable[PatientScores]) -> str:
    """Return the SHA-256 of the scores, cycles and names; the order of the patients does not matter."""
    rows = sorted(
        canonical(
            [
                patient.patient,
                [[cycle.start_weeks, cycle.product, cycle.units] for cycle in patient.cycles],
                patient.weeks,
                patient.scores,
                [patient.scales[i] for i in patient.channels],
                *[[other.name, other.start_weeks, other.end_weeks] for other in patient.others],
            ]
        )
        for patient in patients
    )
    return "sha256:" + hashlib.sha256(b"\n".join(rows)).hexdigest()


def _prior(name: str, product_priors: Mapping[str, tuple[Prior, Prior]]) -> Prior:
    kind, _, owner = name.partition(":")
    if kind in BY_PRODUCT:
        return product_priors[owner][BY_PRODUCT.index(kind)]
    if not owner:
        return COMMON[name]
    return BY_NAMED_SCALE.get(owner, {}).get(kind, BY_SCALE[kind])
