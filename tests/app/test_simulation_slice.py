"""A level cut through the neck, against the ellipsoids it cuts and against the curves of the simulation."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from reprieve.app.simulation.model import dosed_structures, median_spread
from reprieve.app.simulation.of_plan import simulate_plan
from reprieve.app.simulation.slice import slice_of_neck
from reprieve.core.errors import InputError
from reprieve.pharmacology.belly import needle_positions
from reprieve.pharmacology.spread import bound_density
from reprieve.record.plan import Injection, Plan, Side
from reprieve.reference.geometry import muscle_ellipsoids, risk_structures


def _plan(side: Side = "right", product: str = "onabotulinumtoxinA", muscle: str = "splenius_capitis") -> Plan:
    one = Injection(muscle=muscle, side=side, units=Decimal(60), sites=3, volume_ml=Decimal("0.6"))
    return Plan(product=product, indication="cervical_dystonia", injections=(one,))


def test_the_outlines_are_where_the_plane_meets_the_ellipsoids():
    """Points of each drawn ellipse satisfy the equation of the ellipsoid that it was cut from."""
    told = slice_of_neck(_plan())
    bodies = {**muscle_ellipsoids()}
    for risk in risk_structures():
        bodies.setdefault((risk.structure, ""), ())
        bodies[risk.structure, ""] += (risk.body,)
    seen = 0
    for cut in told.outlines:
        turn = np.radians(cut.turn_deg)
        away = [_residuals(cut, turn, body, told.height_mm) for body in _owners(cut, bodies)]
        assert min(away) < 0.02, cut
        seen += 1
    assert seen > 15
    assert {cut.kind for cut in told.outlines} == {"injected", "muscle", "risk"}


def _owners(cut, bodies):
    return [
        body
        for (name, side), several in bodies.items()
        if name == cut.structure and (side in ("", "midline") or side == cut.side)
        for body in several
    ]


def _residuals(cut, turn: float, body, height: float) -> float:
    angle = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    along, across = cut.long_mm * np.cos(angle), cut.short_mm * np.sin(angle)
    front = cut.front_mm + along * np.cos(turn) - across * np.sin(turn)
    right = cut.right_mm + along * np.sin(turn) + across * np.cos(turn)
    away = np.stack([front, np.full(12, height), right], axis=1) - np.array(body.centre_mm)
    fibre = away @ (np.array(body.axis) / np.linalg.norm(body.axis))
    square = (fibre / body.long_mm) ** 2 + ((away**2).sum(axis=1) - fibre**2) / body.short_mm**2
    return float(np.abs(square - 1).max())


def test_the_density_inside_the_injected_muscle_is_the_sum_of_its_needles():
    """At the middle of a cell inside the belly nothing has passed fascia, so the closed form is the answer."""
    plan = _plan()
    told = slice_of_neck(plan, edge_mm=1.0)
    inside = max((cut for cut in told.outlines if cut.kind == "injected"), key=lambda cut: cut.short_mm)
    row = round((inside.front_mm - told.front_mm) / told.edge_mm)
    column = round((inside.right_mm - told.right_mm) / told.edge_mm)
    point = np.array([told.front_mm + row * 1.0, told.height_mm, told.right_mm + column * 1.0])
    (one,), _ = dosed_structures(plan, frame="neck")
    spread, _ = median_spread(plan.product)
    expected = sum(
        float(np.ravel(bound_density((point - place)[None, :], belly.fibre, 20.0, 0.2, spread))[0])
        for belly, place in needle_positions(one.structure.bellies, 3)
    )
    assert expected > 0.5
    assert told.units_per_ml[row][column] == pytest.approx(expected, rel=0.02)


def test_the_patients_left_is_the_mirror_image_of_the_right():
    right, left = slice_of_neck(_plan("right")), slice_of_neck(_plan("left"))
    assert right.height_mm == left.height_mm
    assert {round(n.right_mm, 1) for n in right.needles} == {-round(n.right_mm, 1) for n in left.needles}
    assert all(n.right_mm > 0 for n in right.needles)
    weight = [sum(v * (j - 37.5) for row in told.units_per_ml for j, v in enumerate(row)) for told in (right, left)]
    assert weight[0] > 0 > weight[1]


def test_a_muscle_in_two_rows_is_one_muscle():
    """The second row was taken for a neighbour: half of what lies in the muscle was missing."""
    (one,) = _plan().injections
    single, third = (replace(one, units=Decimal(n), sites=1, volume_ml=Decimal("0.2")) for n in (60, 20))
    once, twice = (replace(_plan(), injections=rows) for rows in ((single,), (third,) * 3))
    told, expected = (np.array(slice_of_neck(plan).units_per_ml) for plan in (twice, once))
    assert told == pytest.approx(expected, abs=0.02)
    assert expected.max() > 1
    (course,) = simulate_plan(twice, days=60, draws=5).muscles
    assert course.units == "60"


def test_twice_the_dose_is_twice_the_density():
    once = slice_of_neck(_plan())
    one = Injection(muscle="splenius_capitis", side="right", units=Decimal(120), sites=3, volume_ml=Decimal("0.6"))
    twice = slice_of_neck(Plan(product="onabotulinumtoxinA", indication="cervical_dystonia", injections=(one,)))
    assert twice.largest_units_per_ml == pytest.approx(2 * once.largest_units_per_ml, abs=0.02)


@pytest.mark.parametrize(
    ("plan", "options", "says"),
    [
        (_plan(muscle="masseter"), {}, "neck muscle of known place"),
        (_plan(), {"edge_mm": float("nan")}, "between 1 and 8 mm"),
        (_plan(), {"height_mm": float("nan")}, "within 60 mm of the needles"),
        (_plan(product="daxibotulinumtoxinA"), {}, "no parameters of its own"),
    ],
)
def test_what_cannot_be_drawn_is_refused(plan, options, says):
    with pytest.raises(InputError, match=says):
        slice_of_neck(plan, **options)
