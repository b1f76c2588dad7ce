"""The neck in three dimensions: the clouds hold what they say, and left is left."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from reprieve.app.simulation.field import spread_in_neck
from reprieve.app.simulation.model import median_spread
from reprieve.app.simulation.neck import neck_scene, reach_of_share
from reprieve.app.simulation.of_plan import simulate_plan
from reprieve.app.simulation.slice import slice_of_neck
from reprieve.pharmacology.spread import bound_density
from reprieve.record.plan import Injection, Plan, SitePosition
from reprieve.reference.body_map import drawing, drawing_box, views
from reprieve.reference.geometry import muscle_ellipsoids

ONA = "onabotulinumtoxinA"
FIBRE = (0.0, 1.0, 0.0)


def _plan(*doses: tuple[str, str, str, int], product: str = ONA) -> Plan:
    rows = tuple(Injection(muscle=m, side=s, units=Decimal(u), sites=n) for m, s, u, n in doses)  # type: ignore[arg-type]
    return Plan(product=product, indication="cervical_dystonia", injections=rows)


@pytest.mark.parametrize("share", [0.5, 0.9])
def test_the_cloud_holds_its_share_of_the_units(share: float) -> None:
    """Summed over a grid in space, 1 mm apart, the bound units within the ellipsoid are the share asked for."""
    spread, _ = median_spread(ONA)
    across = reach_of_share(0.2, spread, share)
    ratio = float(np.asarray(spread.along_fibres))
    axis = np.arange(-70.0, 70.5, 1.0)
    x, y, z = np.meshgrid(axis, axis * ratio, axis, indexing="ij")
    points = np.stack([x.ravel(), y.ravel(), z.ravel()], axis=1)
    units = bound_density(points, FIBRE, 1.0, 0.2, spread).reshape(-1) * ratio / 1000.0
    inside = (points[:, 0] ** 2 + points[:, 2] ** 2 + (points[:, 1] / ratio) ** 2) <= across**2
    assert units.sum() == pytest.approx(1.0, abs=0.01)
    assert units[inside].sum() == pytest.approx(share, abs=0.01)


def test_more_fluid_and_a_larger_share_reach_further() -> None:
    """Twice the volume of the same dose fills more tissue."""
    spread, _ = median_spread(ONA)
    reaches = [reach_of_share(volume, spread, share) for volume in (0.1, 0.4) for share in (0.5, 0.9)]
    assert reaches[0] < reaches[1]
    assert reaches[0] < reaches[2]
    assert reaches[1] < reaches[3]


def test_the_other_side_is_the_mirror_image() -> None:
    """z points to the patient's right: there needles have positive z, on the left the negative of it."""
    right = neck_scene(_plan(("splenius_capitis", "right", "60", 3))).needles
    left = neck_scene(_plan(("splenius_capitis", "left", "60", 3))).needles
    assert len(right) == len(left) == 3
    assert all(needle.at_mm[2] > 0 for needle in right)
    assert [n.at_mm for n in left] == [(x, y, -z) for x, y, z in (n.at_mm for n in right)]
    assert sum(needle.units for needle in right) == pytest.approx(60.0, abs=0.01)


def test_every_body_and_line_lies_on_the_side_it_names() -> None:
    """Also the structures at risk, which come in pairs or lie in the middle."""
    scene = neck_scene(_plan(("splenius_capitis", "right", "60", 3)))
    for body in (*scene.muscles, *scene.risks):
        if body.side in ("left", "right"):
            assert (body.centre_mm[2] > 0) == (body.side == "right"), body
        else:
            assert abs(body.centre_mm[2]) < 1e-9
    assert all((sum(p[2] for p in line.points_mm) > 0) == (line.side == "right") for line in scene.lines)
    named = {(line.muscle, line.side) for line in scene.lines}
    assert len(named) > 20
    assert len(scene.vertebrae_mm) == 7


def test_a_product_without_parameters_has_needles_and_says_why_no_cloud() -> None:
    """Nothing is carried over from another product."""
    plan = _plan(("splenius_capitis", "right", "60", 2))
    scene = neck_scene(replace(plan, product="letibotulinumtoxinA"))
    assert [needle.across_mm for needle in scene.needles] == [(), ()]
    assert scene.why_no_spread is not None
    assert "letibotulinumtoxinA" in scene.why_no_spread
    assert neck_scene(_plan(("biceps_brachii", "right", "60", 2))).needles == ()


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("view", ["neck_back", "neck_front", "neck_right", "neck_left"])
def test_a_site_placed_on_the_middle_of_a_drawn_muscle_is_in_the_middle_of_its_body(view: str, side: str) -> None:
    """The drawing's own ellipses are the truth here: their centres were projected when they were drawn."""
    if view in ("neck_right", "neck_left") and view != f"neck_{side}":
        return
    shown_as = views()[view]
    left, top, width, height = drawing_box(shown_as.drawing)
    drawn_side = "right" if shown_as.mirrored else side
    met = 0
    for shape in ElementTree.fromstring(drawing(shown_as.drawing)).iter():
        if shape.get("data-side") != drawn_side or shape.get("class") != "region":
            continue
        muscle = shape.get("data-muscle") or ""
        bodies = muscle_ellipsoids().get((muscle, side), ())
        across = (float(shape.get("cx") or "nan") - left) / width
        place = SitePosition(
            view=view,  # type: ignore[arg-type]
            x=Decimal(str(1 - across if shown_as.mirrored else across)),
            y=Decimal(str((float(shape.get("cy") or "nan") - top) / height)),
            map="1",
        )
        plan = _plan((muscle, side, "10", 1))
        plan = replace(plan, injections=(replace(plan.injections[0], positions=(place,)),))
        if len(bodies) != 1:
            continue
        (needle,) = neck_scene(plan).needles
        assert needle.at_mm == pytest.approx(bodies[0].centre_mm, abs=0.25), muscle
        met += 1
    assert met >= 3


def test_sites_not_all_placed_or_of_another_map_lie_where_the_model_puts_them() -> None:
    """Half a picture is not mixed with a guess."""
    plain = _plan(("splenius_capitis", "left", "60", 2))
    place = SitePosition(view="neck_back", x=Decimal("0.41"), y=Decimal("0.26"), map="1")
    for positions in ((place,), (replace(place, map="0"), replace(place, map="0"))):
        told = replace(plain, injections=(replace(plain.injections[0], positions=positions),))
        assert neck_scene(told).needles == neck_scene(plain).needles
    both = replace(plain, injections=(replace(plain.injections[0], positions=(place, place)),))
    assert neck_scene(both).needles != neck_scene(plain).needles


def test_every_view_of_a_plan_takes_the_needles_from_where_they_were_placed() -> None:
    """The block over time, the slice and the grid: where the needles of a belly are told, they stand there."""
    plain = _plan(("splenius_capitis", "left", "60", 2))
    place = SitePosition(view="neck_back", x=Decimal("0.41"), y=Decimal("0.26"), map="1")
    placed = replace(plain, injections=(replace(plain.injections[0], positions=(place, place)),))
    drawn = neck_scene(placed).needles[0].at_mm
    for needle in slice_of_neck(placed).needles:
        assert (needle.front_mm, needle.right_mm) == pytest.approx((drawn[0], drawn[2]), abs=0.1)
    assert slice_of_neck(placed).height_mm == pytest.approx(drawn[1], abs=0.1)
    blocked = [simulate_plan(plan, days=60, draws=10, seed=1).muscles[0].peak_block for plan in (plain, placed)]
    assert blocked[0] != blocked[1]
    told = [spread_in_neck(plan, edge_mm=3).assumptions[-1] for plan in (plain, placed)]
    assert told[0].startswith("needles stand at the endplates")
    assert told[1].startswith("needles stand where they were placed")
