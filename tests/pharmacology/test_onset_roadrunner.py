"""The onset model beside an independent simulator of the published SBML files, at any time."""

from __future__ import annotations

from importlib import resources

import numpy as np
import pytest
import roadrunner

from reprieve.pharmacology.onset import CLINIC, ISOLATED_MUSCLE, MOUSE, OnsetRates, minutes_to_tension, tension

DATA = resources.files("reprieve.reference").joinpath("data", "lebeda2008")


def _simulated(name: str, until: float, points: int, **rates: float) -> np.ndarray:
    """Times and tension by libroadrunner (CVODE), shape (points, 2)."""
    model = roadrunner.RoadRunner(DATA.joinpath(name).read_text("utf-8"))
    model.integrator.relative_tolerance, model.integrator.absolute_tolerance = 1e-10, 1e-12
    for rate, value in rates.items():
        model[rate] = value
    told = np.array(model.simulate(0.0, until, points, ["time", "[lytic]"]))
    told[:, 1] = 1.0 - told[:, 1]
    return told


@pytest.mark.parametrize(
    ("name", "rates", "until", "own"),
    [
        ("lebeda2008_3step.xml", ISOLATED_MUSCLE, 1_000, {}),
        ("lebeda2008_4step.xml", CLINIC, 60_000, {}),
        ("lebeda2008_4step.xml", MOUSE, 10_000, {"kS": 0.001}),
        # Two rates that all but meet: the closed form gives way to the matrix exponential.
        ("lebeda2008_4step.xml", OnsetRates(bulk=0.013001), 1_000, {"kS": 0.013001}),
    ],
)
def test_the_trajectory_is_the_simulators_at_any_time(name, rates, until, own):
    told = _simulated(name, until, 201, **own)
    assert np.abs(tension(rates, told[:, 0]) - told[:, 1]).max() < 1e-6


def test_the_times_to_a_tenth_are_the_simulators():
    for name, rates, minutes in (
        ("lebeda2008_3step.xml", ISOLATED_MUSCLE, 204.08),
        ("lebeda2008_4step.xml", CLINIC, 15_452),
    ):
        assert minutes_to_tension(rates, 0.1) == pytest.approx(minutes, rel=5e-5)
        assert _simulated(name, minutes_to_tension(rates, 0.1), 2)[-1, 1] == pytest.approx(0.1, abs=1e-7)
