"""Spread and time course together: laws that hold whatever the parameters are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reprieve.pharmacology.belly import Belly, endplates
from reprieve.pharmacology.draws import draw
from reprieve.pharmacology.endplate import EndplateParameters, block
from reprieve.pharmacology.simulate import Dosed, Draws, Structure, blocked_over_time, bound_at
from reprieve.pharmacology.spread import SpreadParameters
from reprieve.reference.pharmacology import Prior

DAYS = np.arange(0.0, 121.0, 10.0)
MUSCLE = Structure(
    key="m", frame="neck", bellies=(Belly(centre=(0, 0, 40), fibre=(0.6, 0.8, 0), long_mm=50, short_mm=10),)
)
NEAR = Structure(key="n", frame="neck", bellies=(Belly(centre=(0, 0, 15), fibre=(0, 1, 0), long_mm=40, short_mm=8),))
ELSEWHERE = Structure(key="e", frame="leg", bellies=NEAR.bellies)


def _draws(count: int = 3) -> Draws:
    rng = np.random.default_rng(1)
    one = np.ones(count)
    return Draws(
        spread=SpreadParameters(
            reach_mm=rng.uniform(4, 7, count), along_fibres=1.5 * one, interstitial_fraction=one / 6
        ),
        endplate=EndplateParameters(uptake_per_day=0.15 * one, light_chain_half_life_d=rng.uniform(40, 80, count)),
        through_fascia=rng.uniform(0.2, 0.8, count),
        reference_units_per_ml=2.7 * one,
    )


def _dosed(units: float, structure: Structure = MUSCLE, sites: int = 2) -> Dosed:
    return Dosed(structure=structure, units=units, sites=sites, volume_ml=0.5)


@given(st.floats(0.1, 400), st.floats(0.1, 400))
@settings(max_examples=10, deadline=None)
def test_more_units_never_block_less_anywhere(a, b):
    low, high = sorted((a, b))
    less = blocked_over_time([MUSCLE, NEAR], [_dosed(low)], _draws(), DAYS)
    more = blocked_over_time([MUSCLE, NEAR], [_dosed(high)], _draws(), DAYS)
    for key in ("m", "n"):
        assert (more[key] >= less[key] - 1e-12).all()


def test_the_mirrored_plan_has_the_mirrored_effect():
    mirrored = Structure(key="m", frame="neck", bellies=tuple(b.mirrored() for b in MUSCLE.bellies))
    across = Structure(key="n", frame="neck", bellies=tuple(b.mirrored() for b in NEAR.bellies))
    right = blocked_over_time([MUSCLE, NEAR], [_dosed(60)], _draws(), DAYS)
    left = blocked_over_time([mirrored, across], [_dosed(60, mirrored)], _draws(), DAYS)
    for key in ("m", "n"):
        assert left[key] == pytest.approx(right[key], abs=1e-9)


def test_splitting_a_dose_over_the_same_needles_changes_nothing():
    whole = blocked_over_time([NEAR], [_dosed(60)], _draws(), DAYS)["n"]
    halves = [Dosed(structure=MUSCLE, units=30, sites=2, volume_ml=0.5)] * 2
    # The fluid ball is the same because the volume of each half is kept.
    assert blocked_over_time([NEAR], halves, _draws(), DAYS)["n"] == pytest.approx(whole, abs=1e-9)


def test_no_dose_no_effect_and_no_spread_into_another_frame():
    assert blocked_over_time([MUSCLE], [], _draws(), DAYS)["m"].max() == 0.0
    assert blocked_over_time([ELSEWHERE], [_dosed(100)], _draws(), DAYS)["e"].max() == 0.0


def test_a_neighbour_gets_less_than_the_injected_muscle():
    blocked = blocked_over_time([MUSCLE, NEAR], [_dosed(60)], _draws(), DAYS)
    assert (blocked["n"].max(axis=1) < blocked["m"].max(axis=1)).all()


def test_reading_off_the_table_equals_working_it_out():
    draws = _draws()
    density = bound_at(endplates(MUSCLE.bellies), MUSCLE, [_dosed(80)], draws)
    exact = block(draws.endplate, density / draws.reference_units_per_ml[:, None], DAYS, 0.25).mean(axis=1)
    assert blocked_over_time([MUSCLE], [_dosed(80)], draws, DAYS)["m"] == pytest.approx(exact, abs=0.01)


@pytest.mark.parametrize(("family", "values", "median"), [("fixed", (2.0,), 2.0), ("log_normal", (5.0, 0.35), 5.0)])
def test_the_first_draw_is_the_median(family, values, median):
    prior = Prior(name="x", family=family, values=values, source="s", grade="assumption", checked=False)
    drawn = draw(prior, 500, np.random.default_rng(0))
    assert drawn[0] == pytest.approx(median)
    assert np.median(drawn) == pytest.approx(median, rel=0.05)


def test_beta_draws_have_the_mean_of_the_beta_distribution():
    prior = Prior(name="x", family="beta", values=(4.0, 4.0), source="s", grade="assumption", checked=False)
    drawn = draw(prior, 4000, np.random.default_rng(0))
    assert drawn[0] == pytest.approx(0.5)
    assert drawn[1:].mean() == pytest.approx(0.5, abs=0.01)
    assert drawn[1:].std() == pytest.approx(np.sqrt(1 / 36), abs=0.01)  # variance ab / ((a+b)^2 (a+b+1))
