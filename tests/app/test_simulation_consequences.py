"""What follows from the block: posture, side effects, needles that miss."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest

from reprieve.app.simulation.model import Placing, dosed_structures, targets_of
from reprieve.app.simulation.of_plan import simulate_plan
from reprieve.core.errors import InputError
from reprieve.record.plan import Injection, Plan, Side
from reprieve.reference.mechanics import mechanics
from reprieve.reference.pharmacology import side_effect_anchors

FEW = {"days": 60, "draws": 24}


def _plan(*injections: Injection, product: str = "onabotulinumtoxinA") -> Plan:
    return Plan(product=product, indication="cervical_dystonia", injections=injections)


def _one(muscle: str, units: str, side: Side = "left", sites: int = 2) -> Injection:
    return Injection(muscle=muscle, side=side, units=Decimal(units), sites=sites)


def _chance(answer, effect: str):
    (found,) = [s for s in answer.side_effects if s.effect == effect]
    return found


@pytest.mark.parametrize("anchor", side_effect_anchors(), ids=lambda a: f"{a.effect}-{a.product}")
def test_the_reference_plan_has_the_published_frequency(anchor):
    plan = _plan(*(_one(m, str(u), side, n) for m, side, u, n in anchor.plan), product=anchor.product)
    told = _chance(simulate_plan(plan, **FEW), anchor.effect)
    assert told.probability == pytest.approx(anchor.probability, abs=5e-4)
    assert told.q025 < told.probability / 1.5
    assert told.q975 > told.probability * 1.5


def test_swallowing_is_at_more_risk_with_more_into_the_front_of_the_neck():
    # Borodic 1990: median 150 U into sternocleidomastoid with dysphagia, 100 U without.
    chances = [
        _chance(simulate_plan(_plan(_one("sternocleidomastoid", units)), **FEW), "dysphagia").probability
        for units in ("30", "60", "100", "150")
    ]
    assert chances == sorted(chances)
    assert 0.02 < chances[1] < 0.045  # 2-4 % at 60 U: the note of the model
    behind = _chance(simulate_plan(_plan(_one("splenius_capitis", "100")), **FEW), "dysphagia").probability
    assert behind < chances[2]


def test_a_product_without_a_frequency_has_no_figure():
    told = _chance(
        simulate_plan(_plan(_one("sternocleidomastoid", "60"), product="incobotulinumtoxinA"), **FEW), "dysphagia"
    )
    assert told.probability is None
    assert "no frequency" in told.anchor
    assert simulate_plan(_plan(_one("masseter", "30")), **FEW).side_effects == ()


def test_a_muscle_turns_the_head_the_way_its_moment_arms_say():
    """The right sternocleidomastoid turns the face to the left; the sign is the table's, and block takes it back."""
    body = mechanics("neck")
    told = simulate_plan(_plan(_one("sternocleidomastoid", "60", "right")), **FEW)
    row = body.torques_nm({})[body.muscles.index("sternocleidomastoid")]
    assert told.joints
    for joint in told.joints:
        assert np.sign(joint.before_deg) == np.sign(row[body.motions.index(joint.motion)])
        assert abs(joint.after_deg) < abs(joint.before_deg)
        assert 0 < joint.torque_share < 0.85
    turns = {j.motion: j.before_deg for j in told.joints}
    assert turns["neck_upper.rotation_left"] > 0
    other = {j.motion: j for j in simulate_plan(_plan(_one("sternocleidomastoid", "60", "left")), **FEW).joints}
    assert other["neck_upper.rotation_left"].before_deg == pytest.approx(-turns["neck_upper.rotation_left"], abs=0.1)


def test_the_ankle_is_a_joint_of_its_own_side():
    told = simulate_plan(_plan(_one("soleus", "75", "right")), **FEW)
    ankle = {j.motion: j for j in told.joints}["ankle.dorsiflexion"]
    assert ankle.side == "right"
    assert ankle.before_deg < ankle.after_deg <= 0


def test_endplates_lie_where_a_study_found_them():
    # Yi 2020: 0.5 to 0.7 of the way from the mastoid process to the sternoclavicular joint; heights of the neck model.
    dosed, _ = dosed_structures(_plan(_one("sternocleidomastoid", "40")), frame="neck")
    height = dosed[0].structure.points()[:, 1]
    share = (651.2 - height) / (651.2 - 479.1)
    # A flat disc across slanted fibres reaches a little beyond.
    assert 0.45 < share.min() < 0.55
    assert 0.65 < share.max() < 0.75
    (other,) = dosed_structures(_plan(_one("splenius_cervicis", "40")), frame="neck")[0]
    assert all(belly.band == (-0.1, 0.1) for belly in other.structure.bellies)


def test_both_trapezii_have_their_endplates_as_far_from_the_midline():
    # Yi 2021: one to two fifths of the way from the midline to the acromion, 150.4 mm in the neck model.
    for side in ("left", "right"):
        dosed, _ = dosed_structures(_plan(_one("trapezius_descending", "40", side)), frame="neck")
        (belly,) = dosed[0].structure.bellies
        ends = [belly.centre[2] + end * belly.long_mm * belly.fibre[2] for end in belly.band]
        # The inner end is where the model's belly ends.
        assert max(abs(end) for end in ends) == pytest.approx(0.4 * 150.4, abs=0.1)
        assert 0.2 * 150.4 <= min(abs(end) for end in ends) < 45


@pytest.mark.parametrize(
    ("muscle", "low", "high"),
    [
        ("biceps_brachii", -0.2, 0.2),  # Aquilonius 1984: a band through the middle of both heads
        ("tibialis_anterior", -0.9, 0.9),  # the same: along the whole muscle
        ("adductor_pollicis", -0.6, 0.2),  # Yi 2023: 0.2 to 0.6 from the metacarpal to the thumb
    ],
)
def test_a_zone_told_in_shares_of_the_muscle_lies_so_in_the_belly(muscle, low, high):
    (target,) = targets_of(_plan(_one(muscle, "40", "right")))[0]
    (belly,) = target.structure.bellies
    assert belly.band == pytest.approx((low, high))


def test_the_long_flexor_of_the_toes_has_them_in_the_lower_half():
    # Yi 2016: 0.3 to 0.4 of the way from the lateral malleolus (115.7 mm high in the leg model) to the fibular head.
    (target,) = targets_of(_plan(_one("flexor_digitorum_longus", "40", "right")))[0]
    share = (target.structure.points()[:, 2] - 115.7) / (471.6 - 115.7)
    assert 0.28 < share.min() < 0.32
    assert 0.38 < share.max() < 0.42


@pytest.mark.parametrize(
    ("muscle", "units", "left", "sd"),
    [
        # Guarda-Nardini 2008, toxin arm: activity at clench on days 7, 30, 180 over day 0, and its spread between
        # patients, from masseter_emg.csv. 30 and 20 units a side are recalled, unverified.
        ("masseter", "30", (0.47, 0.26, 0.84), (0.25, 0.21, 0.60)),
        ("temporalis", "20", (0.52, 0.32, 0.83), (0.39, 0.32, 1.57)),
    ],
)
def test_a_whole_plan_leaves_the_activity_of_the_trial(muscle, units, left, sd):
    """From units and sites alone: spread in a muscle of its size, endplates, block. No part was fitted in space."""
    told = simulate_plan(_plan(_one(muscle, units, sites=3)), days=180, draws=60).muscles[0]
    for day, measured, spread in zip((7, 30, 180), left, sd, strict=True):
        assert abs(1 - told.block.median[day] - measured) < min(spread, 0.2)
        assert 1 - told.block.q975[day] <= measured <= 1 - told.block.q025[day]


def test_a_needle_off_the_band_blocks_less():
    plan = _plan(_one("sternocleidomastoid", "20", sites=1))
    peaks = [
        simulate_plan(plan, placing=Placing(along_mm=off), **FEW).muscles[0].peak_block for off in (0.0, 15.0, 40.0)
    ]
    assert peaks[0] > peaks[1] > peaks[2]
    missed = simulate_plan(plan, placing=Placing(error_mm=15.0), **FEW)
    assert missed.muscles[0].peak_block < peaks[0]
    assert missed == simulate_plan(plan, placing=Placing(error_mm=15.0), **FEW)


@pytest.mark.parametrize("placing", [{"error_mm": -1.0}, {"error_mm": float("nan")}, {"along_mm": 500.0}])
def test_a_needle_nowhere_is_refused(placing):
    with pytest.raises(InputError, match="must lie between"):
        Placing(**placing)
