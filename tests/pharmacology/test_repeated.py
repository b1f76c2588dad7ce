"""Several injections: one of them alone, a stiff solver of two, and the laws of time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from reprieve.pharmacology.endplate import EndplateParameters, block, block_of_several
from support.endplate_chain import blocked, chain_rates

P = EndplateParameters()
DAYS = np.arange(0.0, 260.0, 2.0)


def test_one_of_several_is_one():
    several = block_of_several(P, [[0.2, 0.9]], [0.0], DAYS, step_d=0.1)
    assert several == pytest.approx(block(P, [0.2, 0.9], DAYS), abs=1e-3)


def test_two_equal_a_stiff_solver_that_is_stopped_between():
    first = solve_ivp(chain_rates(P), (0, 84), [0.4, 0, 0, 0, 0, 1], method="LSODA", rtol=1e-9, atol=1e-12)
    again = first.y[:, -1] + np.array([0.4, 0, 0, 0, 0, 0])
    later = np.arange(84.0, 260.0, 2.0)
    second = solve_ivp(chain_rates(P), (84, 260), again, t_eval=later, method="LSODA", rtol=1e-9, atol=1e-12)
    told = block_of_several(P, [[0.4], [0.4]], [0.0, 84.0], later, step_d=0.1)[0]
    assert np.abs(told - blocked(P, second.y[-1])).max() < 1e-3


@given(st.floats(-400, 400), st.floats(0, 3), st.floats(0, 3), st.floats(20, 120))
@settings(max_examples=15, deadline=None)
def test_shifting_every_date_changes_nothing(shift, a, b, apart):
    here = block_of_several(P, [[a], [b]], [0.0, apart], DAYS)
    there = block_of_several(P, [[a], [b]], [shift, apart + shift], DAYS + shift)
    assert there == pytest.approx(here, abs=1e-9)


@given(st.floats(0, 3), st.floats(0, 3), st.floats(0, 3))
@settings(max_examples=15, deadline=None)
def test_more_in_any_injection_never_blocks_less_on_any_day(a, b, more):
    less = block_of_several(P, [[a], [b]], [0.0, 90.0], DAYS)
    assert (block_of_several(P, [[a + more], [b]], [0.0, 90.0], DAYS) >= less - 1e-12).all()
    assert (block_of_several(P, [[a], [b + more]], [0.0, 90.0], DAYS) >= less - 1e-12).all()


def test_two_halves_on_one_day_are_one_dose():
    halves = block_of_several(P, [[0.4], [0.4]], [5.0, 5.0], DAYS)
    assert halves == pytest.approx(block_of_several(P, [[0.8]], [5.0], DAYS), abs=1e-12)


def test_slower_recovery_with_repeats_holds_the_second_longer_and_not_the_first():
    told = [block_of_several(P, [[0.5], [0.5]], [0.0, 100.0], DAYS, slower_each=g)[0] for g in (0.0, 0.2)]
    assert told[1][DAYS <= 100] == pytest.approx(told[0][DAYS <= 100], abs=1e-9)
    assert (told[1][DAYS > 180] > told[0][DAYS > 180]).all()


def test_nothing_before_the_first_and_nothing_without_any():
    assert block_of_several(P, [[2.0]], [50.0], [0.0, 49.0]).max() == 0.0
    assert block_of_several(P, np.zeros((0, 2)), [], DAYS).shape == (2, DAYS.size)
    with pytest.raises(ValueError, match="finite"):
        block_of_several(P, [[float("nan")]], [0.0], DAYS)
