"""Block and force over time against a stiff solver, the masseter trial, and the laws of the chain."""

from __future__ import annotations

import csv
from importlib import resources

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from reprieve.pharmacology.endplate import EndplateParameters, block
from reprieve.pharmacology.muscle import force
from support.endplate_chain import blocked, chain_rates

DAYS = np.arange(0.0, 181.0)


def _stiff(p: EndplateParameters, amount: float) -> np.ndarray:
    start = [amount, 0, 0, 0, 0, 1]
    solved = solve_ivp(chain_rates(p), (0, 180), start, t_eval=DAYS, method="LSODA", rtol=1e-9, atol=1e-12)
    return blocked(p, solved.y[-1])


@pytest.mark.parametrize("amount", [0.05, 0.45, 5.0, 200.0])
def test_block_equals_a_stiff_solver(amount):
    p = EndplateParameters()
    assert np.abs(block(p, [amount], DAYS)[0] - _stiff(p, amount)).max() < 1e-3


# Two fits to the masseter trial, with the peak and the day of half offset worked out elsewhere by another program.
FITS = [(0.14, 80, 0.43, 0.75, 23, 125), (0.09, 58, 0.45, 0.73, 28, 103)]


@pytest.mark.parametrize(("uptake", "half_life", "amount", "peak", "peak_day", "half_day"), FITS)
def test_masseter_fit_has_its_peak_and_offset(uptake, half_life, amount, peak, peak_day, half_day):
    fine = np.arange(0, 181, 0.1)
    p = EndplateParameters(uptake_per_day=uptake, light_chain_half_life_d=half_life)
    blocked = block(p, [amount], fine)[0]
    assert blocked.max() == pytest.approx(peak, abs=0.015)
    assert fine[blocked.argmax()] == pytest.approx(peak_day, abs=1.5)
    assert fine[np.flatnonzero(blocked >= blocked.max() / 2)[-1]] == pytest.approx(half_day, abs=2)


def _masseter_ratio(arm: str, day: int) -> float:
    text = resources.files("reprieve.reference").joinpath("data", "masseter_emg", "masseter_emg.csv").read_text("utf-8")
    rows = [row for row in csv.DictReader(text.splitlines()) if row["arm"] == arm]

    def mean(when: int) -> float:
        return float(np.mean([float(r[c]) for r in rows if int(r["days"]) == when for c in ("LMM11", "RMM11")]))

    return mean(day) / mean(0)


def test_the_chain_follows_the_masseter_trial():
    # Guarda-Nardini 2008: activity at clench on days 7, 30, 180, over its value at day 0.
    measured = [_masseter_ratio("botox", day) for day in (7, 30, 180)]
    assert measured == pytest.approx([0.47, 0.26, 0.84], abs=0.005)
    p = EndplateParameters(uptake_per_day=0.14, light_chain_half_life_d=80)
    assert 1 - block(p, [0.43], [7, 30, 180])[0] == pytest.approx(measured, abs=0.03)


amounts = st.floats(0, 50)


@given(amounts, amounts)
@settings(max_examples=40)
def test_more_toxin_never_blocks_less(a, b):
    low, high = sorted((a, b))
    blocked = block(EndplateParameters(), [low, high], DAYS[::10])
    assert (blocked[1] >= blocked[0] - 1e-12).all()
    assert ((blocked >= 0) & (blocked <= 1)).all()


def test_no_toxin_no_effect():
    blocked = block(EndplateParameters(), [0.0], DAYS)
    assert blocked.max() < 1e-12
    assert force(blocked, DAYS) == pytest.approx(1.0)


def test_draws_are_the_same_as_single_runs():
    uptake, life = np.array([0.1, 0.2]), np.array([50.0, 70.0])
    together = block(EndplateParameters(uptake_per_day=uptake, light_chain_half_life_d=life), [0.2, 0.9], DAYS)
    for i in range(2):
        alone = block(EndplateParameters(uptake_per_day=uptake[i], light_chain_half_life_d=life[i]), [0.2, 0.9], DAYS)
        assert together[i] == pytest.approx(alone, abs=1e-12)


def test_before_the_injection_nothing_is_blocked():
    assert block(EndplateParameters(), [3.0], [-5.0, 0.0])[0] == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("amount", [-0.1, float("nan"), float("inf")])
def test_an_amount_that_is_none_is_refused(amount):
    with pytest.raises(ValueError, match="finite and not negative"):
        block(EndplateParameters(), [amount], DAYS)


def test_wasting_follows_the_block_and_heals():
    # Closed form for a constant block P: s = 1 - 0.4 P (1 - exp(-t / 13)).
    p = np.full(181, 0.5)
    assert force(p, DAYS) == pytest.approx(0.5 * (1 - 0.4 * 0.5 * (1 - np.exp(-DAYS / 13))), abs=1e-9)


def test_a_foot_muscle_is_smallest_when_ultrasound_saw_it():
    # Hamjian and Walker 1994: extensor digitorum brevis, 10 units, smallest on day 42 (published/muscle_response.csv).
    days = np.arange(0.0, 181.0)
    blocked = block(EndplateParameters(uptake_per_day=0.15, light_chain_half_life_d=60.0), [10 / 9.5 / 2.7], days)[0]
    size = force(blocked, days) / (1 - blocked)
    assert abs(int(size.argmin()) - 42) <= 2
