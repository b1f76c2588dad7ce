"""Why each patient's forecast is what it is: which scores moved it, and how much of it is the person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reprieve.app.response.kernel import kernel
from reprieve.app.response.scores import check_doses, check_range, known_patient
from reprieve.learn.explain import Influence, contradiction, influences, person_share
from reprieve.learn.population import Population
from reprieve.learn.posterior import update_response
from reprieve.learn.tidy import TidyRow, patients_of


@dataclass(frozen=True, slots=True)
class PatientExplanation:
    """The reasons of one patient's forecast for the latest cycle.

    Attributes
    ----------
    person_weight, population_weight : float
        How far this patient's own scores narrowed half-loss time and effect; the rest is the population's.
    non_response : float
        Probability that the toxin does nothing for this patient.
    contradiction : str or None
        Why the scores cannot be one course; a forecast of a chart would abstain.
    entries : tuple of Influence
        The latest scores with what each moved, the strongest first.
    """

    patient: str
    cycle: str
    person_weight: float
    population_weight: float
    non_response: float
    contradiction: str | None
    entries: tuple[Influence, ...]


def explain_scores(rows: Sequence[TidyRow], population: Population, where: str = "scores") -> list[PatientExplanation]:
    """Return the explanation of each patient of a tidy table; see `reprieve.app.response.scores.forecast_scores`."""
    patients = patients_of(rows, where, default_scale=population.primary_scale)
    patients = [known_patient(patient, population, where) for patient in patients]
    check_range(patients, population.scales, where)
    check_doses(patients, population, where)
    told = []
    for patient in patients:
        posterior = update_response(patient, population, kernel())
        person = person_share(posterior)
        told.append(
            PatientExplanation(
                patient.patient,
                patient.cycles[-1].name,
                person,
                round(1.0 - person, 3),
                round(posterior.non_response, 3),
                contradiction(posterior),
                influences(posterior, len(patient.cycles) - 1),
            )
        )
    return told
