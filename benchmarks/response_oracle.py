"""How well could anybody forecast the trial? Patients drawn from the fitted population, foretold by that population.

The patients have the visits and doses of the trial; their true parameters are known to the forecaster exactly. What is
left of the error is the patients' own variability, and no model of these scores can do better in a trial of this kind.
Run: OPENBLAS_NUM_THREADS=1 python benchmarks/response_oracle.py [trials]
"""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np

from reprieve.app.response.kernel import kernel
from reprieve.app.response.scores import fit_scores, named_patients, trial_rows
from reprieve.learn.bounds import to_points
from reprieve.learn.curve import after_course, early_course, placebo_course, shape_and_slope
from reprieve.learn.mixture import log_density, mean_sd
from reprieve.learn.observations import PatientScores
from reprieve.learn.odd_scores import ODD_SHARE, ODD_WIDTH
from reprieve.learn.population import Population
from reprieve.learn.posterior import foretell
from reprieve.learn.rows import cycle_arrays, dose_factor

ENDS = np.float64(0.0), np.float64(87.0)
TASKS = {"weeks 0, 2, 4": 4.0, "week 0": 0.0}


def drawn(patient: PatientScores, population: Population, rng: np.random.Generator) -> PatientScores:
    """Return `patient`, of one cycle on one scale, with scores drawn from the model, its curve not made linear."""
    value = dict(zip(population.names, population.mean, strict=True))
    sd = {name.removeprefix("log_sd_"): np.exp(x) for name, x in value.items() if name.startswith("log_sd_")}
    scale, weeks = patient.scales[0], patient.weeks
    reference = population.scales[scale].reference
    _, ratios, with_placebo, product = cycle_arrays(patient, population)
    ratio, name = float(ratios[0]), tuple(population.products)[int(product[0])]
    own = dict(zip(("level", "a", "p", "early", "slope", "r", "ac", "rc", "v"), rng.standard_normal(9), strict=True))
    silent = rng.random() < 1.0 / (1.0 + np.exp(-value["logit_non_response"]))
    active = ratio > 0 and not silent
    log_q = np.log(ratio) if ratio > 0 else 0.0
    log_t = value[f"log_half_loss:{name}"] + value["duration_slope"] * log_q
    log_t += sd["half_loss"] * own["r"] + sd["cycle_half_loss"] * own["rc"]
    onset, half_loss, steepness = np.exp(value["log_onset"]), np.exp(log_t), np.exp(value["log_steepness"])
    g = active * shape_and_slope(population.family, weeks, onset, half_loss, steepness)[0]
    size = value[f"amplitude:{name}"] * dose_factor(np.array(max(ratio, 1e-9)), np.exp(value["log_kappa"]))
    size = size + sd["amplitude"] * own["a"] + sd["cycle_amplitude"] * own["ac"]
    behind = active * (value["after"] + value["after_dose"] * log_q) * after_course(weeks, onset, g)
    course = with_placebo[0] * placebo_course(weeks, np.exp(value["log_placebo_decay"]))
    mean = value[f"mean_baseline:{scale}"] - size * g + behind - (value["placebo"] + sd["placebo"] * own["p"]) * course
    mean = mean - sd["early"] * own["early"] * early_course(weeks) + sd["slope"] * own["slope"] * weeks / 52.0
    level = sd[f"baseline:{scale}"] * own["level"]
    mean = mean + level * (1.0 - value["coupling"] * g - value["coupling_placebo"] * course)
    drift = rng.standard_normal(len(weeks))
    rho = np.exp(-np.diff(weeks) / np.exp(value[f"log_drift_time:{scale}"]))
    for i in range(1, len(weeks)):
        drift[i] = rho[i - 1] * drift[i - 1] + np.sqrt(1.0 - rho[i - 1] ** 2) * drift[i]
    wide = np.where(rng.random(len(weeks)) < ODD_SHARE, ODD_WIDTH, 1.0)
    error = np.exp(value[f"log_sigma:{scale}"]) * wide * rng.standard_normal(len(weeks))
    wild = np.exp(np.exp(value["log_scale_spread"]) * own["v"])
    state = to_points(reference * mean, np.float64(reference), *ENDS)
    scores = np.round(state + reference * wild * (sd[f"drift:{scale}"] * drift + error))
    return replace(patient, scores=np.clip(scores, *ENDS))


def main(trials: int) -> None:
    """Print RMSE and NLPD of the one who knows, over `trials` trials, and how much one trial differs from another."""
    rows = trial_rows()
    patients = named_patients(rows, "the trial")
    population = fit_scores(rows, "the trial")
    sure = replace(population, covariance=1e-12 * np.eye(len(population.mean)))
    rng, told = np.random.default_rng(1), {name: [] for name in TASKS}
    for _ in range(trials):
        made = [drawn(patient, population, rng) for patient in patients]
        for name, until in TASKS.items():
            squares, losses = [], []
            for patient in made:
                later = patient.weeks > until
                if later.all() or not later.any():
                    continue
                known = replace(patient.until(until), others=())
                _, forecast = foretell(known, sure, kernel(), patient.weeks[later])
                squares += list((mean_sd(forecast.score)[0] - patient.scores[later]) ** 2)
                losses += list(-log_density(forecast.score, patient.scores[later]))
            told[name].append((np.sqrt(np.mean(squares)), np.mean(losses)))
    for name, figures in told.items():
        (rmse, nlpd), (rmse_sd, nlpd_sd) = np.mean(figures, axis=0), np.std(figures, axis=0)
        print(
            f"{name}: RMSE {rmse:.2f} (sd of one trial {rmse_sd:.2f}), NLPD {nlpd:.3f} ({nlpd_sd:.3f}); {trials} trials"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 20)
