"""The response model against the same model in NumPyro with NUTS: agreement, and processor time of both in one run.

NumPyro is no dependency; measured with numpyro 0.22.0 and jax 0.10.2 in an environment of its own:
python -m venv nuts && nuts/bin/pip install numpyro && PYTHONPATH=src nuts/bin/python benchmarks/response_nuts.py

NUTS has no approximation of ours: cycles' half-loss times are not made linear, errors are a mixture, drift and every
effect are sampled, the parameters have a distribution instead of a mode. Two changes of variables make it converge, and
approximate nothing: what is linear is sampled around where the scores put it; error and drift as their sum and ratio.
Prints, for N patients of a simulated registry: parameters in NUTS sds, patients' log half-loss time of the last cycle
(mean and 95th centile of the difference in NUTS sds, ratio of the sds), and CPU seconds.
"""

from __future__ import annotations

import argparse
import os
import time
from dataclasses import replace

# Several threads for matrices as small as these only wait for one another; to be said before NumPy and JAX load.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import jax
import jax.numpy as jnp
import numpy as np
import numpyro
import numpyro.distributions as dist
from numpyro.diagnostics import summary
from numpyro.infer import MCMC, NUTS, init_to_value

from reprieve.app.response.kernel import kernel
from reprieve.learn.curve import AFTER_WEEKS, EARLY_WEEKS
from reprieve.learn.dates import _cycle_draws  # pyright: ignore[reportPrivateUsage]
from reprieve.learn.fit import _prior, fit_population  # pyright: ignore[reportPrivateUsage]
from reprieve.learn.odd_scores import ODD_SHARE, ODD_WIDTH
from reprieve.learn.parameters import BY_SCALE
from reprieve.learn.population import Population, ScaleEntry
from reprieve.learn.posterior import update_response
from reprieve.learn.products import PRIORS, PRODUCTS
from reprieve.learn.rows import cycle_arrays
from reprieve.learn.simulated import Registry, SimulatedPatient, simulate_registry

PRODUCT = "onabotulinumtoxinA"
PERSONAL = 4  # effects of a patient that are linear, beside the levels: amplitude, placebo, slope, early weeks
SPREADS = ("_sd_", "log_sigma", "log_scale_spread", "log_drift_time")
LEAST_EFFECTIVE, MOST_R_HAT = 50, 1.05
FAR = 1e6  # weeks, after which nothing of a drift is left
SCALES = {"TWSTRS": ScaleEntry(0.0, 87.0, 46.0), "diary": ScaleEntry(0.0, 10.0, 5.4)}


def padded(patients: list[SimulatedPatient], population: Population) -> dict[str, jnp.ndarray]:
    """Return all patients as arrays of one size, rows by channel and week; `seen` is 0 in rows without a score."""
    size, cycles = max(len(p.scores.weeks) for p in patients), max(len(p.scores.cycles) for p in patients)
    count = len(patients)
    out = {name: np.zeros((count, size)) for name in ("week", "score", "seen")}
    out |= {"gap": np.full((count, size), FAR), "channel": np.zeros((count, size), int)}
    out |= {"start": np.full((count, cycles), FAR), "ratio": np.ones((count, cycles))}
    out |= {"placebo": np.zeros((count, cycles)), "last": np.zeros(count, int)}
    names = tuple(SCALES)
    for i, patient in enumerate(patients):
        scores, n, c = patient.scores, len(patient.scores.weeks), len(patient.scores.cycles)
        channel = np.array([names.index(scores.scales[k]) for k in scores.channels])
        order = np.lexsort((scores.weeks, channel))
        week, channel = scores.weeks[order], channel[order]
        out["week"][i, :n], out["score"][i, :n], out["seen"][i, :n] = week, scores.scores[order], 1.0
        out["channel"][i, :n] = channel
        out["gap"][i, 1:n] = np.where(np.diff(channel) == 0, np.diff(week), FAR)
        out["start"][i, :c], out["ratio"][i, :c], out["placebo"][i, :c], _ = cycle_arrays(scores, population)
        out["last"][i] = c - 1
    return {name: jnp.asarray(value) for name, value in out.items()}


def to_score(share: jnp.ndarray, reference: jnp.ndarray, highest: jnp.ndarray) -> jnp.ndarray:
    """Return the points of a scale from 0 to `highest` at a level, given as share of the reference score."""
    at = reference / highest
    return highest * jax.nn.sigmoid(jnp.log(at / (1 - at)) + (share - 1) / (1 - at))


Values = dict[str, jnp.ndarray]


def apart(theta: jnp.ndarray, names: tuple[str, ...]) -> jnp.ndarray:
    """Return parameters from those in which error and drift of a scale are told by their sum and their ratio.

    Weekly scores tell the sum well, the ratio hardly: a bent ridge made straight. The change of variables has volume 1.
    """
    for scale in SCALES:
        i, j = names.index(f"log_sigma:{scale}"), names.index(f"log_sd_drift:{scale}")
        error = theta[i] - 0.5 * jnp.logaddexp(0.0, 2 * theta[j])
        theta = theta.at[jnp.array([i, j])].set(jnp.stack([error, error + theta[j]]))
    return theta


def together(theta: jnp.ndarray, names: tuple[str, ...]) -> jnp.ndarray:
    """Return what `apart` makes `theta` of."""
    for scale in SCALES:
        i, j = names.index(f"log_sigma:{scale}"), names.index(f"log_sd_drift:{scale}")
        both = jnp.stack([0.5 * jnp.logaddexp(2 * theta[i], 2 * theta[j]), theta[j] - theta[i]])
        theta = theta.at[jnp.array([i, j])].set(both)
    return theta


def design(value: Values, data: Values, log_time: jnp.ndarray, responds: float) -> tuple[jnp.ndarray, jnp.ndarray]:
    """Return the mean share of each row (n, m), and what a standard normal effect adds to it (n, m, effects)."""
    k, ratio = data["channel"], data["ratio"]
    since = data["week"][..., None] - data["start"][:, None]
    t = jnp.maximum(since, 1e-6)
    begun = since > 0
    rise = -jnp.expm1(-((t / jnp.exp(value["log_onset"])) ** 2))
    gone = jax.nn.sigmoid(jnp.exp(value["log_steepness"]) * (jnp.log(t) - log_time[:, None]))
    g = responds * begun * rise * (1 - gone)
    lost = responds * begun * rise * gone * jnp.exp(-((t / AFTER_WEEKS) ** 2))
    after = value["after"] + value["after_dose"] * jnp.log(ratio)
    v = (jnp.maximum(since, 0.0) / EARLY_WEEKS) ** 2
    first = (v * jnp.exp(1 - v)).sum(-1)
    course = -jnp.expm1(-t) * jnp.exp(-t / jnp.exp(value["log_placebo_decay"]))
    placebo = (begun * data["placebo"][:, None] * course).sum(-1)
    kappa = jnp.exp(value["log_kappa"])
    amplitude = value[f"amplitude:{PRODUCT}"] * ratio * (1 + kappa) / (ratio + kappa)
    factor = jnp.exp(value["log_effect"][k])
    effect = (amplitude[:, None] * g - after[:, None] * lost).sum(-1)
    mean = value["mean_baseline"][k] - factor * (effect + value["placebo"] * placebo)
    kept = 1 - value["coupling_placebo"] * placebo - value["coupling"] * g.sum(-1)
    level = jnp.exp(value["log_sd_baseline"][k]) * kept
    shared = jax.nn.sigmoid(value["logit_shared_baseline"])  # of two scales
    parts = jnp.array([[1.0, 0.0], [shared, jnp.sqrt(1 - shared**2)]])[k]
    columns = [level * parts[..., channel] for channel in range(len(SCALES))]
    columns.append(-factor * jnp.exp(value["log_sd_amplitude"]) * g.sum(-1))
    columns.append(-factor * jnp.exp(value["log_sd_placebo"]) * placebo)
    columns.append(jnp.exp(value["log_sd_slope"]) * data["week"] / 52.0)
    columns.append(-factor * jnp.exp(value["log_sd_early"]) * first)
    of_cycle = -factor[..., None] * jnp.exp(value["log_sd_cycle_amplitude"]) * g
    return mean, jnp.concatenate([jnp.stack(columns, -1), of_cycle], -1)


def placed(
    rows: jnp.ndarray,
    pull: jnp.ndarray,
    away: jnp.ndarray,
    rho: jnp.ndarray,
    fresh: jnp.ndarray,
    free: jnp.ndarray,
) -> tuple[jnp.ndarray, jnp.ndarray, jnp.ndarray]:
    """Return effects (n, e), drift (n, m), and the log volume of the map from `free` (n, e + m) to them.

    They solve ``away = rows @ effects + pull * drift + noise``, all of unit noise, with `free` as standard normal
    deviates: block elimination, the drift's precision first, which has entries only beside the diagonal.
    """
    count = rows.shape[-1]
    diagonal = 1 / fresh + pull**2 + jnp.pad((rho**2 / fresh)[:, 1:], ((0, 0), (0, 1)))
    right = pull[..., None] * jnp.concatenate([rows, away[..., None]], -1)

    def down(above: tuple[jnp.ndarray, jnp.ndarray], row: tuple[jnp.ndarray, ...]) -> tuple[tuple, tuple]:
        diagonal, beside, right = row
        link = beside / above[0]
        pivot = jnp.sqrt(diagonal - link**2)
        here = (right - link[:, None] * above[1]) / pivot[:, None]
        return (pivot, here), (pivot, link, here)

    start = (jnp.ones(len(rows)), jnp.zeros((len(rows), count + 1)))
    _, (pivot, link, told) = jax.lax.scan(down, start, (diagonal.T, (-rho / fresh).T, right.swapaxes(0, 1)))
    told = told.swapaxes(0, 1)
    by_effect, by_score = told[..., :count], told[..., count]
    precision = jnp.eye(count) + rows.swapaxes(1, 2) @ rows - by_effect.swapaxes(1, 2) @ by_effect
    toward = jnp.einsum("nmi,nm->ni", rows, away) - jnp.einsum("nmi,nm->ni", by_effect, by_score)
    root = jnp.linalg.cholesky(precision)
    half = jax.lax.linalg.triangular_solve(root, toward[..., None], left_side=True, lower=True)
    half = half + free[:, :count, None]
    effects = jax.lax.linalg.triangular_solve(root, half, left_side=True, lower=True, transpose_a=True)[..., 0]
    left = by_score - jnp.einsum("nmi,ni->nm", by_effect, effects) + free[:, count:]

    def up(below: jnp.ndarray, row: tuple[jnp.ndarray, ...]) -> tuple[jnp.ndarray, jnp.ndarray]:
        left, pivot, link_below = row
        here = (left - link_below * below) / pivot
        return here, here

    below = jnp.pad(link[1:], ((0, 1), (0, 0)))
    _, drift = jax.lax.scan(up, jnp.zeros(len(rows)), (left.T, pivot, below), reverse=True)
    volume = -jnp.log(pivot).sum() - jnp.log(jnp.diagonal(root, axis1=1, axis2=2)).sum()
    return effects, drift.T, volume


def model(data: Values, names: tuple[str, ...], known: jnp.ndarray | None = None) -> None:
    """State the joint distribution of parameters, patients and scores; parameters may be `known`."""
    count, size = data["week"].shape
    cycles = data["start"].shape[1]
    priors = [_prior(name, {PRODUCT: PRIORS[PRODUCT]}) for name in names]
    theta = known
    if theta is None:
        prior = dist.Normal(jnp.array([p.mean for p in priors]), jnp.array([p.sd for p in priors]))
        z = numpyro.sample("z", dist.ImproperUniform(dist.constraints.real_vector, (), (len(names),)))
        theta = numpyro.deterministic("theta", apart(z * prior.scale, names))
        numpyro.factor("prior", prior.log_prob(theta).sum())
    value = dict(zip(names, theta, strict=True))
    value |= {kind: jnp.array([value.get(f"{kind}:{scale}", 0.0) for scale in SCALES]) for kind in BY_SCALE}

    def own(name: str, *shape: int) -> jnp.ndarray:
        return numpyro.sample(name, dist.Normal(0.0, 1.0).expand([count, *shape]).to_event(1 + len(shape)))

    log_time = value[f"log_half_loss:{PRODUCT}"] + value["duration_slope"] * jnp.log(data["ratio"])
    log_time = log_time + jnp.exp(value["log_sd_half_loss"]) * own("loss")[:, None]
    log_time = log_time + jnp.exp(value["log_sd_cycle_half_loss"]) * own("of_cycle", cycles)
    numpyro.deterministic("log_time", jnp.take_along_axis(log_time, data["last"][:, None], 1)[:, 0])
    spread = jnp.exp(jnp.exp(value["log_scale_spread"]) * own("spread"))[:, None]
    mean, columns = design(value, data, log_time, 1.0)
    silent_mean, silent_columns = design(value, data, log_time, 0.0)
    k = data["channel"]
    reference = jnp.array([entry.reference for entry in SCALES.values()])[k]
    highest = jnp.array([entry.highest for entry in SCALES.values()])[k]
    error = reference * spread * jnp.exp(value["log_sigma"][k])
    # Drift in its own sds: each row keeps `rho` of the one before.
    drift_sd, time = reference * spread * jnp.exp(value["log_sd_drift"][k]), jnp.exp(value["log_drift_time"][k])
    rho, fresh = jnp.exp(-data["gap"] / time), jnp.maximum(-jnp.expm1(-2 * data["gap"] / time), 1e-12)
    # What is linear, the drift too, is sampled as deviates from where the scores would put it if their errors were
    # normal: a change of variables, no approximation. The deviates are then nearly independent of all else.
    slope = jax.jvp(lambda share: to_score(share, reference, highest), (mean,), (jnp.ones_like(mean),))[1]
    precise = data["seen"] / error
    away = precise * (data["score"] - to_score(mean, reference, highest))
    rows, pull = (precise * slope)[..., None] * columns, precise * drift_sd
    free = numpyro.sample(
        "deviate", dist.ImproperUniform(dist.constraints.real_matrix, (), (count, columns.shape[-1] + size))
    )
    effects, drift, volume = placed(rows, pull, away, rho, fresh, free)
    before = rho * jnp.pad(drift[:, :-1], ((0, 0), (1, 0)))
    numpyro.factor("effects", volume + dist.Normal().log_prob(effects).sum())
    numpyro.factor("drift", dist.Normal(before, jnp.sqrt(fresh)).log_prob(drift).sum())

    def fits(mean: jnp.ndarray, columns: jnp.ndarray) -> jnp.ndarray:
        level = mean + jnp.einsum("nmi,ni->nm", columns, effects)
        expected = to_score(level, reference, highest) + drift_sd * drift
        usual = np.log1p(-ODD_SHARE) + dist.Normal(expected, error).log_prob(data["score"])
        odd = np.log(ODD_SHARE) + dist.Normal(expected, ODD_WIDTH * error).log_prob(data["score"])
        return (data["seen"] * jnp.logaddexp(usual, odd)).sum(-1)

    responds, silent = fits(mean, columns), fits(silent_mean, silent_columns)
    logit = value["logit_non_response"]
    numpyro.factor("scores", jnp.logaddexp(responds + jax.nn.log_sigmoid(-logit), silent + jax.nn.log_sigmoid(logit)))


def main() -> None:
    """Run both and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patients", type=int, default=100)
    parser.add_argument("--warm", type=int, default=300)
    parser.add_argument("--draws", type=int, default=300)
    parser.add_argument("--chains", type=int, default=2)
    parser.add_argument("--known", action="store_true", help="patients only, parameters known: this converges")
    parser.add_argument("--depth", type=int, default=8, help="of the tree; 2^depth leapfrog steps at most")
    args = parser.parse_args()
    numpyro.enable_x64()
    registry = Registry(cycles=2, noise_days=0.0, non_response=0.0)
    patients = simulate_registry(registry, args.patients, np.random.default_rng(1))
    begun, wall = time.process_time(), time.perf_counter()
    population = fit_population(
        [patient.scores for patient in patients],
        products={PRODUCT: PRODUCTS[PRODUCT]},
        scales=SCALES,
        primary_scale="TWSTRS",
        product_priors={PRODUCT: PRIORS[PRODUCT]},
        kernel=kernel(),
    )
    if args.known:
        population = replace(population, covariance=1e-12 * np.eye(len(population.mean)))
        begun, wall = time.process_time(), time.perf_counter()
    told = []
    for patient in patients:
        posterior = update_response(patient.scores, population, kernel())
        _, draws, _ = _cycle_draws(posterior, len(patient.scores.cycles) - 1)
        each = len(draws) // len(posterior.weight)
        weight = np.repeat(posterior.weight, each) / each
        mean = weight @ draws
        told.append((mean, np.sqrt(weight @ (draws - mean) ** 2)))
    ours, ours_wall = time.process_time() - begun, time.perf_counter() - wall
    mean, sd = np.array(told).T
    print(f"{args.patients} patients, {sum(len(p.scores.weeks) for p in patients)} scores", flush=True)
    what = "patients" if args.known else "population and patients"
    print(f"ours: {ours:.2f} CPU-s, {ours_wall:.2f} s wall ({what})", flush=True)
    data = padded(patients, population)
    prior_sd = [_prior(name, {PRODUCT: PRIORS[PRODUCT]}).sd for name in population.names]
    begun, wall = time.process_time(), time.perf_counter()
    # NUTS starts at our mode and at average patients: a favour. From random patients it never left its first place.
    (count, size), cycles = data["week"].shape, data["start"].shape[1]
    start = together(jnp.asarray(population.mean), population.names) / jnp.array(prior_sd)
    values = {} if args.known else {"z": start}
    values |= {"loss": jnp.zeros(count), "spread": jnp.zeros(count), "of_cycle": jnp.zeros((count, cycles))}
    values["deviate"] = jnp.zeros((count, len(SCALES) + PERSONAL + cycles + size))
    strategy = init_to_value(values=values)
    dense = [] if args.known else [("z",)]
    sampler = MCMC(
        NUTS(model, init_strategy=strategy, max_tree_depth=args.depth, dense_mass=dense or False),
        num_warmup=args.warm,
        num_samples=args.draws,
        num_chains=args.chains,
        chain_method="sequential",
        progress_bar=False,
    )
    sampler.run(jax.random.PRNGKey(1), data, population.names, jnp.asarray(population.mean) if args.known else None)
    # Until the draws are read, JAX has only promised them.
    wanted = ("log_time",) if args.known else ("theta", "log_time")
    draws = {name: np.asarray(sampler.get_samples(group_by_chain=True)[name]) for name in wanted}
    theirs, theirs_wall = time.process_time() - begun, time.perf_counter() - wall
    mixed = summary(draws, group_by_chain=True)
    for name, each in mixed.items():
        which = f"smallest effective sample {np.min(each['n_eff']):.0f}, largest R-hat {np.max(each['r_hat']):.3f}"
        print(f"NUTS, {name}: {which}")
    least = min(float(np.min(each["n_eff"])) for each in mixed.values())
    most = max(float(np.max(each["r_hat"])) for each in mixed.values())
    if not (least >= LEAST_EFFECTIVE and most <= MOST_R_HAT):
        print(f"not converged (needs {LEAST_EFFECTIVE} effective, R-hat {MOST_R_HAT}): more --warm and --draws")
    print(f"NUTS: {theirs:.1f} CPU-s, {theirs_wall:.1f} s wall")
    print(f"ratio: {theirs / ours:.0f} of CPU, {theirs_wall / ours_wall:.0f} of wall")
    log_time = draws["log_time"].reshape(-1, count)
    if not args.known:
        told_of_parameters(population, draws["theta"].reshape(-1, len(population.names)), mixed["theta"]["n_eff"])
    away = np.abs(mean - log_time.mean(0)) / log_time.std(0)
    ratios = sd / log_time.std(0)
    print(
        f"patients' log half-loss time: mean {away.mean():.3f}, p95 {np.quantile(away, 0.95):.3f} NUTS sds; sd ratio "
        f"{np.exp(np.mean(np.log(ratios))):.3f} ({np.quantile(ratios, 0.05):.2f} to {np.quantile(ratios, 0.95):.2f})"
    )


def told_of_parameters(population: Population, theta: np.ndarray, effective: np.ndarray) -> None:
    """Print each parameter beside the one of NUTS, whose draws are `theta`, so many of them `effective`."""
    apart_by = (population.mean - theta.mean(0)) / theta.std(0)
    ratio = np.sqrt(np.diag(population.covariance)) / theta.std(0)
    for i, name in enumerate(population.names):
        here = f"ours {population.mean[i]:7.3f}, NUTS {theta[:, i].mean():7.3f} ({effective[i]:4.0f} effective)"
        print(f"  {name:<40} {here}, {apart_by[i]:5.2f} sds, sd ratio {ratio[i]:.2f}")
    spreads = [i for i, name in enumerate(population.names) if any(kind in name for kind in SPREADS)]
    fixed = [i for i in range(len(population.names)) if i not in spreads]
    for what, which in (("fixed effects", fixed), ("spreads, errors and drift", spreads)):
        away = np.abs(apart_by[which])
        print(f"{what}: mean {away.mean():.2f}, largest {away.max():.2f} NUTS sds, sd ratio {ratio[which].mean():.2f}")


if __name__ == "__main__":
    main()
