"""Treatments beside the toxin: how they may shift a patient's level, with priors; nothing where none is told.

What a population could learn of them is in no open data. So each treatment has a prior, and the patient's own scores
before and after its start say the rest; a treatment that no score can tell apart keeps the prior's width.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from reprieve.learn.observations import Other, PatientScores
from reprieve.learn.parameters import Prior

Array = NDArray[np.float64]
# Weeks until a treatment works, and until it is over when it was ended: assumed, the same for all.
TAKES_WEEKS = 4.0
_ANY = Prior(0.0, 0.12, "any other treatment; assumed")
# By words of its name. Recalled, not checked against a document: effects of months of stimulation are large.
PRIORS: dict[str, Prior] = {
    "brain stimulation": Prior(0.2, 0.25, "pallidal stimulation; recalled, unverified"),
    "dbs": Prior(0.2, 0.25, "pallidal stimulation; recalled, unverified"),
    "physiotherapy": Prior(0.0, 0.08, "small beside toxin; assumed"),
    "physical therapy": Prior(0.0, 0.08, "small beside toxin; assumed"),
}


def prior_of(name: str) -> Prior:
    """Return the prior of a treatment's effect, as share of the reference score; positive is better."""
    told = name.casefold().replace("_", " ")
    return next((prior for words, prior in PRIORS.items() if words in told), _ANY)


def told_apart(patient: PatientScores) -> tuple[Other, ...]:
    """Return the treatments that began or ended while `patient` was scored; what was always there is their level."""
    if not len(patient.weeks):
        return ()
    first = float(patient.weeks[0])
    return tuple(
        other
        for other in patient.others
        if other.start_weeks > first - TAKES_WEEKS or (other.end_weeks is not None and other.end_weeks > first)
    )


def other_courses(others: tuple[Other, ...], weeks: Array) -> Array:
    """Return the course of each treatment, 0 before it and 1 when it works in full, shape (n, e).

    Notes
    -----
    ``1 - exp(-(t - start)/4)`` from its start; after its end what was reached goes by ``exp(-(t - end)/4)``.
    """
    out = np.zeros((len(weeks), len(others)))
    for i, other in enumerate(others):
        end = np.inf if other.end_weeks is None else other.end_weeks
        under = np.clip(weeks, other.start_weeks, max(end, other.start_weeks)) - other.start_weeks
        out[:, i] = -np.expm1(-under / TAKES_WEEKS) * np.exp(-np.maximum(weeks - end, 0.0) / TAKES_WEEKS)
    return out
