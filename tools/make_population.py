"""Generate src/reprieve/reference/data/response/population.json from the trial data and the published summaries.

Type B is fitted to the 109 patients of the trial; type A rests on published summaries alone, and each number says so.
Run: python tools/make_population.py [--check]
"""

from __future__ import annotations

import json
import math
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

from reprieve.app.response.scores import fit_scores, trial_rows
from reprieve.learn.parameters import Prior
from reprieve.learn.population import Population, ScaleEntry
from reprieve.learn.products import PRIORS, PRODUCTS
from reprieve.learn.scales import DIARY

TARGET = Path(__file__).parents[1] / "src/reprieve/reference/data/response/population.json"
# No open patient-level diary or Tsui data exist (docs/explanation/response-model.md): these are assumed, and wide.
ASSUMED = "assumed, no open data"
SUMMARY_SCALES: dict[str, tuple[ScaleEntry, dict[str, Prior]]] = {
    DIARY: (
        ScaleEntry(0.0, 10.0, 5.5, "range of the entry; reference assumed"),
        {
            "mean_baseline": Prior(1.0, 0.25, ASSUMED),
            "log_sd_baseline": Prior(math.log(0.32), 0.3, ASSUMED),
            "log_sd_drift": Prior(math.log(0.14), 0.4, ASSUMED),
            "log_drift_time": Prior(math.log(1.2), 0.6, "assumed: days are autocorrelated over days to weeks"),
            "log_sigma": Prior(math.log(0.13), 0.3, ASSUMED),
            "log_effect": Prior(0.3, 0.4, ASSUMED),
        },
    ),
    "Tsui": (
        ScaleEntry(0.0, 25.0, 10.0, "range of the scale; reference assumed"),
        {
            "mean_baseline": Prior(1.0, 0.2, ASSUMED),
            "log_sd_baseline": Prior(math.log(0.26), 0.3, ASSUMED),
            "log_sd_drift": Prior(math.log(0.12), 0.4, ASSUMED),
            "log_drift_time": Prior(math.log(16.0), 0.6, ASSUMED),
            "log_sigma": Prior(math.log(0.11), 0.3, ASSUMED),
            "log_effect": Prior(0.2, 0.4, ASSUMED),
        },
    ),
}


def shipped() -> Population:
    """Return the fitted trial, widened by the products and scales known from summaries only."""
    fitted = fit_scores(trial_rows(), "the trial")
    names, mean, sd = list(fitted.names), list(fitted.mean), []
    provenance = dict(fitted.provenance)
    for product, priors in PRIORS.items():
        if product in fitted.products:
            continue
        for kind, prior in zip(("amplitude", "log_half_loss"), priors, strict=True):
            names.append(f"{kind}:{product}")
            mean.append(prior.mean)
            sd.append(prior.sd)
            provenance[names[-1]] = f"not fitted; published summaries: {prior.origin}"
    for scale, (_, scale_priors) in SUMMARY_SCALES.items():
        for kind, prior in scale_priors.items():
            names.append(f"{kind}:{scale}")
            mean.append(prior.mean)
            sd.append(prior.sd)
            provenance[names[-1]] = f"not fitted; {prior.origin}"
    size = len(fitted.names)
    covariance = np.zeros((len(names), len(names)))
    covariance[:size, :size] = fitted.covariance
    covariance[range(size, len(names)), range(size, len(names))] = np.array(sd) ** 2
    provenance["note: data"] = (
        "109 patients, one cycle of rimabotulinumtoxinB or placebo (Brashear 1999; CC BY 4.0, see data/cdystonia)"
    )
    provenance["note: type A"] = "rests on published summaries, mostly abstracts; no patient-level data"
    provenance["note: repeated cycles"] = "spread between cycles is a prior; no open data over several cycles"
    return replace(
        fitted,
        names=tuple(names),
        mean=np.array(mean),
        covariance=covariance,
        products=dict(PRODUCTS),
        scales={**fitted.scales, **{name: entry for name, (entry, _) in SUMMARY_SCALES.items()}},
        provenance=provenance,
    )


def main() -> int:
    """Write the file, or with --check compare it with what would be written."""
    text = json.dumps(shipped().to_document(), indent=1, ensure_ascii=False) + "\n"
    if "--check" in sys.argv:
        return 0 if TARGET.read_text(encoding="utf-8") == text else 1
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
