"""Cross-validate the response model by patient, beside simpler models, with proper scores."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from reprieve.app.response.kernel import kernel
from reprieve.app.response.scores import fit_scores, known_patient, named_patients
from reprieve.core.errors import InputError, ScoresError
from reprieve.learn.observations import PatientScores
from reprieve.learn.peers import Arm, arm_of, fit_peers
from reprieve.learn.posterior import Mixture, predict, update_response
from reprieve.learn.proper_scores import Scored, Summary, scored, summary, together
from reprieve.learn.tidy import TidyRow

OURS = "response model"
FOLDS, FEWEST = 5, 10


@dataclass(frozen=True, slots=True)
class Task:
    """Scores up to `known_until` weeks after the last injection are known; later ones are foretold."""

    known_until: float
    models: dict[str, Summary]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Each task with each model's figures, on patients that were held out."""

    patients: int
    folds: int
    seed: int
    tasks: tuple[Task, ...]


def folds_by_arm(arms: Sequence[Arm], folds: int, seed: int) -> np.ndarray:
    """Return each patient's fold; arms are spread evenly over the folds."""
    rng = np.random.default_rng(seed)
    out = np.zeros(len(arms), dtype=int)
    for name in sorted({arm.arm for arm in arms}):
        members = np.array([i for i, arm in enumerate(arms) if arm.arm == name])
        out[rng.permutation(members)] = np.arange(len(members)) % folds
    return out


def evaluate_scores(
    rows: Sequence[TidyRow],
    where: str = "scores",
    *,
    known_until: Sequence[float] = (4.0, 0.0),
    folds: int = FOLDS,
    seed: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> Evaluation:
    """Return the cross-validated figures of the response model and of simpler ones.

    Parameters
    ----------
    rows : sequence of TidyRow
    where : str
        Name of the table, for messages.
    known_until : sequence of float
        Weeks after the last injection; one task for each.
    folds, seed : int
        Of the split by patient.
    progress : callable, optional
        Called with (done, all) after each fold.

    Raises
    ------
    InputError, ScoresError
        If there are too few patients or nothing to foretell.
    """
    if not 2 <= folds <= 20:
        raise InputError(f"folds must be 2 to 20, but got {folds}; 5 is usual")
    patients = named_patients(rows, where)
    if len(patients) < max(FEWEST, folds):
        raise ScoresError(
            f"{where} has {len(patients)} patients with scores; cross-validation needs at least "
            f"{max(FEWEST, folds)}, add patients"
        )
    arms = [arm_of(patient) for patient in patients]
    fold = folds_by_arm(arms, folds, seed)
    parts: dict[tuple[float, str], list[Scored]] = {}
    for k in range(folds):
        for key, part in _fold(rows, where, patients, arms, fold == k, known_until):
            parts.setdefault(key, []).append(part)
        if progress is not None:
            progress(k + 1, folds)
    if not parts:
        raise ScoresError(f"{where} has no score after week {min(known_until):g} to foretell; give later scores")
    tasks = []
    for week in known_until:
        models = {name: summary(together(told)) for (at, name), told in parts.items() if at == week}
        if models:
            tasks.append(Task(float(week), models))
    return Evaluation(len(patients), folds, seed, tuple(tasks))


def _fold(
    rows: Sequence[TidyRow],
    where: str,
    patients: Sequence[PatientScores],
    arms: Sequence[Arm],
    held: np.ndarray,
    known_until: Sequence[float],
) -> list[tuple[tuple[float, str], Scored]]:
    """Fit everything on the patients that are not held out, and score it on those that are."""
    out = {patient.patient for patient, away in zip(patients, held, strict=True) if away}
    population = fit_scores([row for row in rows if row.patient not in out], where)
    peers = fit_peers([arm for arm, away in zip(arms, held, strict=True) if not away and len(arm.scores)])
    told: list[tuple[tuple[float, str], Scored]] = []
    for patient, arm, away in zip(patients, arms, held, strict=True):
        if not away:
            continue
        for week in known_until:
            before, after = arm.weeks <= week, arm.weeks > week
            if not before.any() or not after.any():
                continue
            start = patient.cycles[-1].start_weeks
            known = known_patient(_seen_until(patient, start + week), population, where)
            scale = known.scales[0]
            ours = predict(update_response(known, population, kernel()), start + arm.weeks[after], scale).score
            told.append(((week, OURS), scored(ours, arm.scores[after])))
            past = replace(arm, weeks=arm.weeks[before], scores=arm.scores[before])
            for name, peer in peers.items():
                normal = peer.forecast(past, arm.weeks[after])
                mixture = Mixture(np.ones(1), normal.mean[:, None], normal.sd[:, None])
                told.append(((week, name), scored(mixture, arm.scores[after])))
    return told


def _seen_until(patient: PatientScores, weeks: float) -> PatientScores:
    """Return the patient with the scores up to `weeks`; the injections stay known."""
    keep = patient.weeks <= weeks
    return replace(patient, weeks=patient.weeks[keep], scores=patient.scores[keep], channels=patient.channels[keep])
