"""Laws that hold anywhere in the tissue and for any plan, parameters drawn from the priors."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reprieve.pharmacology.belly import Belly
from reprieve.pharmacology.endplate import EndplateParameters, block
from reprieve.pharmacology.field import Needle, bound_field
from reprieve.pharmacology.spread import SpreadParameters
from reprieve.pharmacology.tissue import block_of_tissue

MUSCLES = [
    [Belly(centre=(-6, 0, 0), fibre=(0.0, 0.8, 0.6), long_mm=25, short_mm=8)],
    [Belly(centre=(10, 0, 0), fibre=(0.28, 0.96, 0.0), long_mm=25, short_mm=7)],
]
TISSUE = block_of_tissue((-24.0,) * 3, (24.0,) * 3, 3.0, MUSCLES)
MIRRORED = block_of_tissue((-24.0,) * 3, (24.0,) * 3, 3.0, [[b.mirrored() for b in own] for own in MUSCLES])

places = st.tuples(*[st.floats(-12, 12)] * 3)
needles = st.builds(
    lambda place, units, volume: Needle(place_mm=place, fibre=(0.0, 0.8, 0.6), units=units, volume_ml=volume),
    places,
    st.floats(0.5, 60),
    st.floats(0.05, 1),
)
parameters = st.builds(
    lambda reach, along: SpreadParameters(reach_mm=reach, along_fibres=along), st.floats(2.5, 9), st.floats(1, 2.2)
)
fascia = st.floats(0.02, 1)
several = st.lists(needles, min_size=1, max_size=4)
quick = settings(max_examples=12, deadline=None)


def _with_units(needle: Needle, factor: float) -> Needle:
    return Needle(place_mm=needle.place_mm, fibre=needle.fibre, units=needle.units * factor, volume_ml=needle.volume_ml)


def _turned(needle: Needle) -> Needle:
    (x, y, z), (u, v, w) = needle.place_mm, needle.fibre
    return Needle(place_mm=(x, y, -z), fibre=(u, v, -w), units=needle.units, volume_ml=needle.volume_ml)


@given(several, parameters, fascia)
@quick
def test_all_units_are_somewhere_and_none_is_less_than_none(given_, p, passes):
    field = bound_field(TISSUE, given_, p, passes)
    held = field.sum(dtype=float) * 3.0**3 / 1000
    assert held == pytest.approx(sum(n.units for n in given_), rel=1e-4)
    # Cross terms may undershoot by a trace where fibres are slanted.
    assert field.min() > -2e-3 * field.max()


@given(several, parameters, fascia, st.floats(1, 5), st.integers(0, 3))
@quick
def test_more_dose_never_blocks_less_anywhere(given_, p, passes, factor, which):
    i = which % len(given_)
    more = [_with_units(n, factor) if j == i else n for j, n in enumerate(given_)]
    less, most = (np.maximum(bound_field(TISSUE, some, p, passes), 0.0) for some in (given_, more))
    slack = 2e-3 * most.max()
    assert (most >= less - slack).all()
    days = np.array([5.0, 20.0, 60.0, 120.0])
    cells = np.stack([less.ravel()[::97], np.maximum(most, less).ravel()[::97]]) / 2.7
    blocked = block(EndplateParameters(), cells.ravel(), days, 0.5).reshape(2, -1, days.size)
    assert (blocked[1] >= blocked[0] - 1e-12).all()


@given(several, parameters, fascia)
@quick
def test_the_mirrored_needles_have_the_mirrored_field(given_, p, passes):
    field = bound_field(TISSUE, given_, p, passes, 1e-6)
    turned = bound_field(MIRRORED, [_turned(n) for n in given_], p, passes, 1e-6)
    assert np.abs(field - turned[:, :, ::-1]).max() < 2e-4 * field.max()


@given(needles, parameters, fascia, st.floats(0.05, 0.95))
@quick
def test_splitting_a_dose_over_one_place_changes_nothing(needle, p, passes, share):
    whole = bound_field(TISSUE, [needle], p, passes, 1e-6)
    parts = bound_field(TISSUE, [_with_units(needle, share), _with_units(needle, 1 - share)], p, passes, 1e-6)
    assert np.abs(whole - parts).max() < 1e-4 * whole.max()


@given(needles, parameters, fascia)
@quick
def test_no_dose_no_toxin_and_no_block(needle, p, passes):
    field = bound_field(TISSUE, [_with_units(needle, 0.0)], p, passes)
    assert np.abs(field).max() == 0.0
    assert block(EndplateParameters(), np.abs(field.ravel()[:3]), [10.0, 50.0]).max() < 1e-12
