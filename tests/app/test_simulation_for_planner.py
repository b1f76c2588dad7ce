"""The muscle model behind the planner's protocol: what it must be for the planner to be right, and that it is off."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from reprieve.app.planning.proposal import propose
from reprieve.app.simulation.for_planner import ChainDoseModel, muscle_model
from reprieve.core.errors import InputError
from reprieve.plan.optimise import DoseModel, Place
from reprieve.record.chart import Chart, ChartPatient, GivenInjection, Session
from reprieve.record.plan import Side

ONA = "onabotulinumtoxinA"
ON = date(2026, 5, 4)


@pytest.fixture(scope="module")
def model() -> DoseModel:
    return ChainDoseModel(ONA)


def _chart() -> Chart:
    rows: list[tuple[str, Side, int, int]] = [
        ("splenius_capitis", "left", 60, 3),
        ("sternocleidomastoid", "right", 40, 2),
    ]
    given = tuple(
        GivenInjection(muscle=name, side=side, units=Decimal(units), sites=sites) for name, side, units, sites in rows
    )
    session = Session(date=date(2026, 1, 26), product=ONA, indication="cervical_dystonia", injections=given)
    return Chart(patient=ChartPatient(id="p"), sessions=(session,))


@pytest.mark.parametrize("muscle", ["splenius_capitis", "sternocleidomastoid", "biceps_brachii", "soleus"])
def test_relief_rises_from_nothing_to_all_and_flattens(model, muscle):
    units = np.linspace(0.0, 400.0, 81)
    relief = model.relief(Place(muscle, "left"), units)
    assert relief is not None
    assert relief[0] == pytest.approx(0.0, abs=1e-3)
    assert (np.diff(relief) >= 0).all()
    assert relief[-1] < 1.0 + 1e-9
    late, early = relief[-1] - relief[-21], relief[20] - relief[0]
    assert late < 0.5 * early


def test_a_larger_muscle_needs_more(model):
    units = np.array([50.0])
    small, large = (model.relief(Place(name, "left"), units)[0] for name in ("sternocleidomastoid", "soleus"))
    assert small > large


def test_spread_is_in_proportion_and_falls_with_distance(model):
    at = np.array([20.0, 40.0])
    front = model.spread(Place("sternocleidomastoid", "left"), ["larynx", "no_such_place"], at)
    behind = model.spread(Place("splenius_capitis", "left"), ["larynx"], at)
    assert front is not None
    assert behind is not None
    assert front[0, 1] == pytest.approx(2 * front[0, 0])
    assert np.isnan(front[1]).all()
    assert front[0, 0] > 10 * behind[0, 0]
    assert model.spread(Place("soleus", "left"), ["larynx"], at) is None


def test_a_muscle_or_product_without_ground_is_left_to_the_planner(model):
    assert model.relief(Place("frontalis", "left"), np.array([5.0])) is None
    with pytest.raises(InputError, match="no parameters of daxi"):
        ChainDoseModel("daxibotulinumtoxinA")
    assert muscle_model(Chart(patient=ChartPatient(id="p")), None, ON) is None


def test_it_is_off_unless_asked_for_and_keeps_every_limit_when_on():
    chart = _chart()
    off, on = (
        propose(chart, on=ON, front=False),
        propose(chart, on=ON, front=False, model=muscle_model(chart, None, ON)),
    )
    assert off.document() == propose(chart, on=ON, front=False, model=None).document()
    assert on.proposed
    assert any("endplate-chain/1" in note for note in on.document()["notes"])
    assert not any("endplate-chain" in note for note in off.document()["notes"])
    for proposal in on.proposed:
        assert not proposal.blocked
    reliefs = [told.proposed[0].offer.effect.relief for told in (off, on)]
    assert reliefs[0] != reliefs[1]
