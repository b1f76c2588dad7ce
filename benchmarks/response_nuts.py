"""The response model against the same model in NumPyro with NUTS: agreement, and processor time of both in one run.

NumPyro is no dependency; measured with numpyro 0.22.0 and jax 0.10.2 in an environment of its own:
python -m venv nuts && nuts/bin/pip install numpyro && PYTHONPATH=src nuts/bin/python benchmarks/response_nuts.py

NUTS has no approximation of ours: cycles' half-loss times are not made linear, errors are a mixture, drift is
sampled, the parameters have a distribution instead of a mode.
Prints, for N patients of a simulated registry: parameters in NUTS sds, patients' log half-loss time of the last cycle
(mean and 95th centile of the difference in NUTS sds, ratio of the sds), and CPU seconds.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace

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
from reprieve.learn.parameters import BY_SCALE
from reprieve.learn.population import Population, ScaleEntry
from reprieve.learn.posterior import update_response
from reprieve.learn.products import PRIORS, PRODUCTS
from reprieve.learn.quadrature import ODD_SHARE, ODD_WIDTH
from reprieve.learn.rows import cycle_arrays
from reprieve.learn.simulated import Registry, SimulatedPatient, simulate_registry

PRODUCT = "onabotulinumtoxinA"
SCALES = {"TWSTRS": ScaleEntry(0.0, 87.0, 46.0), "diary": ScaleEntry(0.0, 10.0, 5.4)}


def padded(patients: list[SimulatedPatient], population: Population) -> dict[str, jnp.ndarray]:
    """Return all patients as arrays of one size; rows without a score have a huge error."""
    size, cycles = max(len(p.scores.weeks) for p in patients), max(len(p.scores.cycles) for p in patients)
    count = len(patients)
    out = {name: np.zeros((count, size)) for name in ("week", "score", "seen")}
    out["gap"] = np.full((count, size), 1e6)
    out |= {"channel": np.zeros((count, size), int), "start": np.full((count, cycles), 1e3)}
    out |= {"ratio": np.ones((count, cycles)), "placebo": np.zeros((count, cycles)), "last": np.zeros(count, int)}
    names = tuple(SCALES)
    for i, patient in enumerate(patients):
        scores, n, c = patient.scores, len(patient.scores.weeks), len(patient.scores.cycles)
        out["week"][i, :n], out["score"][i, :n], out["seen"][i, :n] = scores.weeks, scores.scores, 1.0
        out["channel"][i, :n] = [names.index(scores.scales[k]) for k in scores.channels]
        for channel in range(len(SCALES)):
            rows = np.flatnonzero(out["channel"][i, :n] == channel)
            out["gap"][i, rows[1:]] = np.diff(scores.weeks[rows])
        out["start"][i, :c], out["ratio"][i, :c], out["placebo"][i, :c], _ = cycle_arrays(scores, population)
        out["last"][i] = c - 1
    return {name: jnp.asarray(value) for name, value in out.items()}


def model(data: dict[str, jnp.ndarray], names: tuple[str, ...], known: jnp.ndarray | None = None) -> None:
    """State the joint distribution of parameters, patients and scores; parameters may be `known`."""
    count, size = data["week"].shape
    cycles = data["start"].shape[1]
    priors = [_prior(name, {PRODUCT: PRIORS[PRODUCT]}) for name in names]
    theta = known
    if theta is None:
        with numpyro.plate("parameters", len(names)):
            z = numpyro.sample("z", dist.Normal(0.0, 1.0))
        theta = jnp.array([p.mean for p in priors]) + jnp.array([p.sd for p in priors]) * z
        numpyro.deterministic("theta", theta)
    value = dict(zip(names, theta, strict=True))
    by = {kind: jnp.array([value.get(f"{kind}:{scale}", 0.0) for scale in SCALES]) for kind in BY_SCALE}
    own = numpyro.sample("own", dist.Normal(0.0, 1.0).expand([count, 8]).to_event(2))
    of_cycle = numpyro.sample("of_cycle", dist.Normal(0.0, 1.0).expand([count, cycles, 2]).to_event(3))
    innovation = numpyro.sample("innovation", dist.Normal(0.0, 1.0).expand([count, size]).to_event(2))
    baseline, amplitude, placebo, slope, early, loss, spread = (
        own[:, :2],
        *(own[:, i] for i in range(2, 8)),
    )
    k, ratio = data["channel"], data["ratio"]
    kappa = jnp.exp(value["log_kappa"])
    usual = value[f"amplitude:{PRODUCT}"] * ratio * (1 + kappa) / (ratio + kappa)
    effect = usual + jnp.exp(value["log_sd_amplitude"]) * amplitude[:, None]
    effect = effect + jnp.exp(value["log_sd_cycle_amplitude"]) * of_cycle[..., 0]
    log_time = value[f"log_half_loss:{PRODUCT}"] + value["duration_slope"] * jnp.log(ratio)
    log_time = log_time + jnp.exp(value["log_sd_half_loss"]) * loss[:, None]
    log_time = log_time + jnp.exp(value["log_sd_cycle_half_loss"]) * of_cycle[..., 1]
    numpyro.deterministic("log_time", jnp.take_along_axis(log_time, data["last"][:, None], 1)[:, 0])
    since = data["week"][..., None] - data["start"][:, None]
    t = jnp.maximum(since, 1e-6)
    rise = -jnp.expm1(-((t / jnp.exp(value["log_onset"])) ** 2))
    gone = jax.nn.sigmoid(jnp.exp(value["log_steepness"]) * (jnp.log(t) - log_time[:, None]))
    begun = since > 0
    g, lost = begun * rise * (1 - gone), begun * rise * gone * jnp.exp(-((t / AFTER_WEEKS) ** 2))
    after = value["after"] + value["after_dose"] * jnp.log(ratio)
    v = (jnp.maximum(since, 0.0) / EARLY_WEEKS) ** 2
    first = (v * jnp.exp(1 - v)).sum(-1)
    course = -jnp.expm1(-t) * jnp.exp(-((t / jnp.exp(value["log_placebo_decay"])) ** 2))
    plc = (begun * data["placebo"][:, None] * course).sum(-1)
    reference = jnp.array([entry.reference for entry in SCALES.values()])[k]
    factor = jnp.exp(by["log_effect"][k])
    level = reference * jnp.exp(by["log_sd_baseline"][k]) * jnp.take_along_axis(baseline, k, 1)
    common = reference * (
        by["mean_baseline"][k]
        - factor * (value["placebo"] + jnp.exp(value["log_sd_placebo"]) * placebo[:, None]) * plc
        - factor * jnp.exp(value["log_sd_early"]) * early[:, None] * first
        + jnp.exp(value["log_sd_slope"]) * slope[:, None] * data["week"] / 52.0
    )
    treated = -reference * factor * ((effect[:, None] * g).sum(-1) - (after[:, None] * lost).sum(-1))
    kept = 1 - value["coupling_placebo"] * plc
    scale = jnp.exp(jnp.exp(value["log_scale_spread"]) * spread)
    # Errors around a drift that is sampled: one standard normal innovation a row.
    rho = jnp.exp(-data["gap"] / jnp.exp(by["log_drift_time"][k]))
    fresh = jnp.sqrt(jnp.maximum(1 - rho**2, 1e-12)) * innovation

    def step(state: jnp.ndarray, row: tuple[jnp.ndarray, ...]) -> tuple[jnp.ndarray, jnp.ndarray]:
        own_channel, stays, comes = row
        here = stays * jnp.take_along_axis(state, own_channel[:, None], 1)[:, 0] + comes
        return jnp.where(jnp.arange(len(SCALES)) == own_channel[:, None], here[:, None], state), here

    _, drift = jax.lax.scan(step, jnp.zeros((count, len(SCALES))), (k.T, rho.T, fresh.T))
    common = common + reference * scale[:, None] * jnp.exp(by["log_sd_drift"][k]) * drift.T
    error = reference * scale[:, None] * jnp.exp(by["log_sigma"][k])

    def fits(mean: jnp.ndarray) -> jnp.ndarray:
        usual = np.log1p(-ODD_SHARE) + dist.Normal(mean, error).log_prob(data["score"])
        odd = np.log(ODD_SHARE) + dist.Normal(mean, ODD_WIDTH * error).log_prob(data["score"])
        return (data["seen"] * jnp.logaddexp(usual, odd)).sum(-1)

    responds = fits(common + treated + level * (kept - value["coupling"] * g.sum(-1)))
    silent = fits(common + level * kept)
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
        _, draws = _cycle_draws(posterior, len(patient.scores.cycles) - 1)
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
    priors = [_prior(name, {PRODUCT: PRIORS[PRODUCT]}) for name in population.names]
    start = (population.mean - [p.mean for p in priors]) / np.array([p.sd for p in priors])
    begun, wall = time.process_time(), time.perf_counter()
    # NUTS starts at our mode and at average patients: a favour. From random patients it never left its first place.
    count, size = data["week"].shape
    values = {} if args.known else {"z": jnp.asarray(start)}
    values |= {"own": jnp.zeros((count, 8)), "innovation": jnp.zeros((count, size))}
    values["of_cycle"] = jnp.zeros((count, data["start"].shape[1], 2))
    sampler = MCMC(
        NUTS(model, init_strategy=init_to_value(values=values), max_tree_depth=args.depth),
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
    for name, each in summary(draws, group_by_chain=True).items():
        size, apart_by = float(np.min(each["n_eff"])), float(np.max(each["r_hat"]))
        print(f"NUTS, {name}: smallest effective sample {size:.0f}, largest R-hat {apart_by:.3f}")
    print(f"NUTS: {theirs:.1f} CPU-s, {theirs_wall:.1f} s wall")
    print(f"ratio: {theirs / ours:.0f} of CPU, {theirs_wall / ours_wall:.0f} of wall")
    log_time = draws["log_time"].reshape(-1, count)
    if not args.known:
        told_of_parameters(population, draws["theta"].reshape(-1, len(population.names)))
    away = np.abs(mean - log_time.mean(0)) / log_time.std(0)
    ratios = sd / log_time.std(0)
    print(
        f"patients' log half-loss time: mean {away.mean():.3f}, p95 {np.quantile(away, 0.95):.3f} NUTS sds; sd ratio "
        f"{np.exp(np.mean(np.log(ratios))):.3f} ({np.quantile(ratios, 0.05):.2f} to {np.quantile(ratios, 0.95):.2f})"
    )


def told_of_parameters(population: Population, theta: np.ndarray) -> None:
    """Print each parameter beside the one of NUTS, whose draws are `theta`."""
    apart = (population.mean - theta.mean(0)) / theta.std(0)
    ratio = np.sqrt(np.diag(population.covariance)) / theta.std(0)
    for i, name in enumerate(population.names):
        here = f"ours {population.mean[i]:7.3f}, NUTS {theta[:, i].mean():7.3f}"
        print(f"  {name:<40} {here}, {apart[i]:5.2f} sds, sd ratio {ratio[i]:.2f}")
    fixed = [i for i, name in enumerate(population.names) if "_sd_" not in name]
    print(f"fixed effects: mean {np.abs(apart[fixed]).mean():.2f}, largest {np.abs(apart[fixed]).max():.2f} NUTS sds")


if __name__ == "__main__":
    main()
