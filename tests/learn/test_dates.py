"""The dates of a cycle are those of the gain that the curve shows, what a lost effect leaves behind included."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.optimize import brentq

from reprieve.app.forecast import default_population
from reprieve.app.response.kernel import kernel
from reprieve.learn.curve import SHAPES, shape_and_slope
from reprieve.learn.dates import milestones, remaining
from reprieve.learn.observations import Cycle, patient_scores
from reprieve.learn.population import Population
from reprieve.learn.posterior import update_response

PRODUCT = "onabotulinumtoxinA"


def without_spread(**parameters: float) -> Population:
    """Return the shipped population in which all patients are alike, known exactly, with `parameters`."""
    shipped = default_population()
    mean = np.array(
        [-6.0 if name.startswith("log_sd") else value for name, value in zip(shipped.names, shipped.mean, strict=True)]
    )
    for name, value in parameters.items():
        mean[shipped.index(name)] = value
    return replace(shipped, mean=mean, covariance=1e-10 * np.eye(len(mean)))


@pytest.mark.parametrize("family", SHAPES)
def test_what_is_left_is_what_the_curve_has(family: str) -> None:
    weeks, onset, half_loss, steepness = np.geomspace(0.2, 20.0, 30), 1.2, 10.0, 6.0
    shares = (np.array(value) for value in (onset, half_loss, steepness))
    curve, _ = shape_and_slope(family, weeks, *shares)
    left = remaining(family, steepness * np.log(weeks / half_loss))
    assert_allclose(-np.expm1(-((weeks / onset) ** 2)) * left, curve, atol=1e-9)


@pytest.mark.parametrize("after", [-0.04, 0.0, 0.06])
def test_dates_are_where_the_gain_is_half_and_a_fifth_of_its_peak(after: float) -> None:
    # Closed form: A g(t) - B (1 - exp(-(t/onset)^2) - g(t)) exp(-(t/26)^2), solved by Brent's method of SciPy.
    population = without_spread(after=after, after_dose=0.0)
    at = {name: float(population.mean[population.index(name)]) for name in ("log_onset", "log_steepness")}
    half_loss = np.exp(population.mean[population.index(f"log_half_loss:{PRODUCT}")])
    amplitude = population.mean[population.index(f"amplitude:{PRODUCT}")]
    units = population.products[PRODUCT].reference_units

    def gain(t: float) -> float:
        rise = 1.0 - np.exp(-((t / np.exp(at["log_onset"])) ** 2))
        left = rise / (1.0 + (t / half_loss) ** np.exp(at["log_steepness"]))
        return float(amplitude * left - after * (rise - left) * np.exp(-((t / 26.0) ** 2)))

    weeks = np.arange(0.1, 40.0, 0.01)
    peak = int(np.argmax([gain(t) for t in weeks]))
    top, height = weeks[peak], gain(weeks[peak])
    patient = patient_scores("a", [Cycle(0.0, PRODUCT, units)], [-1.0], [45.0], ["TWSTRS"])
    found = milestones(update_response(patient, population, kernel()), 0)
    for name, part in (("fading", 0.5), ("wear_off", 0.2)):
        expected = brentq(lambda t, part=part: gain(t) - part * height, top, 40.0)
        told = float(found.weight @ getattr(found, name))
        assert told == pytest.approx(expected, abs=1.0 / 7.0), name  # within a day
    assert float(found.weight @ found.share) == pytest.approx(height, rel=0.02)
