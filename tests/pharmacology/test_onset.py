"""Onset model against its published times and against the published SBML files, solved by another solver."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from importlib import resources

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from reprieve.pharmacology.chain import chain_amount
from reprieve.pharmacology.onset import CLINIC, ISOLATED_MUSCLE, MOUSE, OnsetRates, minutes_to_tension, tension

SBML = "{http://www.sbml.org/sbml/level2/version3}"


def _sbml_trajectory(name: str, times: np.ndarray) -> np.ndarray:
    """Solve a published SBML file with a stiff solver; its reactions are all `rate * species`."""
    root = ET.fromstring(resources.files("reprieve.reference").joinpath("data", "lebeda2008", name).read_text("utf-8"))
    species = {s.get("id"): float(s.get("initialConcentration", "0")) for s in root.iter(f"{SBML}species")}
    rates = {p.get("id"): float(p.get("value", "nan")) for p in root.iter(f"{SBML}parameter")}
    names = list(species)
    reactions = []
    for reaction in root.iter(f"{SBML}reaction"):
        source = reaction.find(f"{SBML}listOfReactants")[0].get("species")
        target = reaction.find(f"{SBML}listOfProducts")[0].get("species")
        words = [e.text.strip() for e in reaction.find(f"{SBML}kineticLaw").iter() if e.tag.endswith("}ci") and e.text]
        (rate,) = [word for word in words if word.startswith("k")]
        reactions.append((names.index(source), names.index(target), rates[rate]))

    def derivative(_, x):
        change = np.zeros_like(x)
        for source, target, rate in reactions:
            change[source] -= rate * x[source]
            change[target] += rate * x[source]
        return change

    start = [species[name] for name in names]
    solved = solve_ivp(derivative, (0, times[-1]), start, t_eval=times, method="Radau", rtol=1e-10, atol=1e-12)
    return 1.0 - solved.y[names.index("lytic")]


@pytest.mark.parametrize(
    ("name", "rates", "until"),
    [("lebeda2008_3step.xml", ISOLATED_MUSCLE, 600), ("lebeda2008_4step.xml", CLINIC, 40_000)],
)
def test_equals_the_published_sbml_file(name, rates, until):
    times = np.linspace(0, until, 61)
    assert np.abs(tension(rates, times) - _sbml_trajectory(name, times)).max() < 1e-6


def test_three_step_time_to_ten_percent_tension():
    # Lebeda 2008: 204 min; 204.08 by three solvers in the data's README.
    assert minutes_to_tension(ISOLATED_MUSCLE, 0.1) == pytest.approx(204.08, abs=0.005)


def test_four_step_time_to_ten_percent_tension():
    # Lebeda 2008: 15,450 min, 10.6 days in the text.
    assert minutes_to_tension(CLINIC, 0.1) == pytest.approx(15_452, abs=0.5)
    assert minutes_to_tension(MOUSE, 0.1) < minutes_to_tension(CLINIC, 0.1)


@given(st.lists(st.floats(1e-4, 1e3), min_size=1, max_size=5), st.floats(0, 1e4))
def test_a_chain_holds_no_more_than_was_put_in(rates, time):
    amount = chain_amount(rates, [time])[0]
    assert 0.0 <= amount <= 1.0


def test_equal_rates_do_not_break_the_closed_form():
    # Erlang distribution: n equal steps.
    t = np.array([0.5, 1.0, 3.0])
    expected = 1.0 - np.exp(-2 * t) * (1 + 2 * t + (2 * t) ** 2 / 2)
    assert chain_amount([2.0, 2.0, 2.0, 0.0], t) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("rate", [float("nan"), -1.0, float("inf")])
def test_a_rate_that_is_no_rate_is_refused(rate):
    with pytest.raises(ValueError, match="finite and not negative"):
        chain_amount([1.0, rate], [1.0])


@pytest.mark.parametrize("fraction", [0.0, 1.0, float("nan"), -0.2])
def test_a_tension_outside_its_range_is_refused(fraction):
    with pytest.raises(ValueError, match="between 0 and 1"):
        minutes_to_tension(OnsetRates(), fraction)
