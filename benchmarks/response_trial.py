"""The trial of 109 patients, cross-validated over many splits: the response model beside every model it has to beat.

Beside the peers of `reprieve response evaluate`: an unstructured normal distribution of the six visits with a mean for
each arm, fitted by EM. Differences are paired by patient; their standard error is over patients, since splits share
them. Two ways to read a forecast: its own density (NLPD), and a normal one of its mean and sd (as a table tells it).
Run: OPENBLAS_NUM_THREADS=1 python benchmarks/response_trial.py [splits]
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import numpy as np

from reprieve.app.response.evaluate import FOLDS, OURS, folds_by_arm
from reprieve.app.response.kernel import kernel
from reprieve.app.response.scores import fit_scores, known_patient, named_patients, trial_rows
from reprieve.learn.mixture import cumulative, log_density, mean_sd
from reprieve.learn.observations import PatientScores
from reprieve.learn.peers import KNOTS, Arm, arm_of, fit_peers
from reprieve.learn.posterior import Mixture, foretell

TASKS = {"weeks 0, 2, 4": 4.0, "week 0": 0.0}
UNSTRUCTURED = "unstructured normal"
ROUNDS = 200


class Unstructured:
    """Six visits, jointly normal: a mean for each arm, one covariance."""

    def __init__(self, arms: Sequence[Arm]) -> None:
        self.names = sorted({arm.arm for arm in arms})
        self.mean = np.full((len(self.names), len(KNOTS)), 42.0)
        self.covariance = 100.0 * np.eye(len(KNOTS))
        for _ in range(ROUNDS):
            self._step(arms)

    def _given(self, arm: Arm) -> tuple[np.ndarray, np.ndarray]:
        """Return mean and covariance of all visits of `arm`, given its scores."""
        seen = np.searchsorted(KNOTS, arm.weeks)
        mean = self.mean[self.names.index(arm.arm)]
        pull = np.linalg.solve(self.covariance[np.ix_(seen, seen)], self.covariance[seen]).T
        return mean + pull @ (arm.scores - mean[seen]), self.covariance - pull @ self.covariance[seen]

    def _step(self, arms: Sequence[Arm]) -> None:
        told = [self._given(arm) for arm in arms]
        own = np.array([self.names.index(arm.arm) for arm in arms])
        value = np.stack([mean for mean, _ in told])
        self.mean = np.stack([value[own == k].mean(0) for k in range(len(self.names))])
        away = value - self.mean[own]
        self.covariance = (away.T @ away + sum(left for _, left in told)) / (len(arms) - len(self.names))

    def forecast(self, known: Arm, weeks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return mean and sd at `weeks`."""
        mean, covariance = self._given(known)
        at = np.searchsorted(KNOTS, weeks)
        return mean[at], np.sqrt(np.diag(covariance)[at])


def figures(forecast: Mixture, scores: np.ndarray) -> np.ndarray:
    """Return squared error, minus log density, the same as a normal one, and whether 80 % hold it, shape (n, 4)."""
    mean, sd = mean_sd(forecast)
    square, rank = (scores - mean) ** 2, cumulative(forecast, scores[:, None])[:, 0]
    plain = 0.5 * np.log(2 * np.pi * sd**2) + square / (2 * sd**2)
    return np.stack([square, -log_density(forecast, scores), plain, np.abs(rank - 0.5) <= 0.4], axis=1)


def one_split(patients: list[PatientScores], arms: list[Arm], seed: int) -> dict[tuple[str, str], list[np.ndarray]]:
    """Return for each task and model the figures of each patient, in the order of the patients."""
    rows, fold = trial_rows(), folds_by_arm(arms, FOLDS, seed)
    told: dict[tuple[str, str, int], np.ndarray] = {}
    for k in range(FOLDS):
        out = {patient.patient for patient, f in zip(patients, fold, strict=True) if f == k}
        population = fit_scores([row for row in rows if row.patient not in out], "the trial")
        train = [arm for arm in arms if arm.patient not in out]
        peers, joint = fit_peers(train), Unstructured(train)
        for i in np.flatnonzero(fold == k).tolist():
            for task, until in TASKS.items():
                arm, before, after = arms[i], arms[i].weeks <= until, arms[i].weeks > until
                if not before.any() or not after.any():
                    continue
                known = known_patient(patients[i].until(until), population, "the trial")
                weeks, scores = arm.weeks[after], arm.scores[after]
                told[task, OURS, i] = figures(foretell(known, population, kernel(), weeks)[1].score, scores)
                past = Arm(arm.patient, arm.arm, arm.weeks[before], arm.scores[before])
                normal = {name: (f.mean, f.sd) for name, peer in peers.items() for f in [peer.forecast(past, weeks)]}
                normal[UNSTRUCTURED] = joint.forecast(past, weeks)
                for name, (mean, sd) in normal.items():
                    told[task, name, i] = figures(Mixture(np.ones(1), mean[:, None], sd[:, None]), scores)
    out_of: dict[tuple[str, str], list[np.ndarray]] = {}
    for (task, name, _), each in sorted(told.items(), key=lambda item: item[0][2]):
        out_of.setdefault((task, name), []).append(each)
    return out_of


def over_splits(splits: Sequence[Sequence[np.ndarray]]) -> list[np.ndarray]:
    """Return each patient's figures, the mean over splits."""
    return [np.mean(same, axis=0) for same in zip(*splits, strict=True)]


def error_of_mean(values: Sequence[np.ndarray]) -> float:
    """Return the standard error, over patients, of the mean over all scores."""
    count = sum(len(v) for v in values)
    totals = np.array([v.sum() for v in values])
    return float(np.sqrt(len(totals)) * totals.std(ddof=1) / count)


def main(splits: int) -> None:
    """Print the table."""
    patients = named_patients(trial_rows(), "the trial")
    arms = [arm_of(patient) for patient in patients]
    all_splits = [one_split(patients, arms, seed) for seed in range(1, splits + 1)]
    print(f"{splits} splits of {len(patients)} patients, {FOLDS} folds each; difference: the other less ours")
    for task in TASKS:
        print(f"known: {task}")
        models = [name for at, name in all_splits[0] if at == task]
        every = {m: np.array([np.concatenate(split[task, m]).mean(0) for split in all_splits]) for m in models}
        each = {m: over_splits([split[task, m] for split in all_splits]) for m in models}
        ours = np.sqrt(every[OURS][:, 0]).mean()
        for name in models:
            square, nlpd, plain, cover = every[name].T
            rmse = np.sqrt(square)
            text = f"  {name:20} RMSE {rmse.mean():.2f} ({rmse.min():.2f}-{rmse.max():.2f})"
            text += f", NLPD {nlpd.mean():.3f} ({nlpd.min():.3f}-{nlpd.max():.3f}), as normal {plain.mean():.3f}"
            text += f", 80 % hold {cover.mean():.3f}"
            if name != OURS:
                away = [a - b for a, b in zip(each[name], each[OURS], strict=True)]
                error = error_of_mean([d[:, 0] for d in away]) / (rmse.mean() + ours)
                text += f"; RMSE {rmse.mean() - ours:+.2f} (se {error:.2f})"
                text += f", NLPD {nlpd.mean() - every[OURS][:, 1].mean():+.3f}"
                text += f" (se {error_of_mean([d[:, 1] for d in away]):.3f})"
            print(text, flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 10)
