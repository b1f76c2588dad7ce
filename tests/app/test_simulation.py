"""The simulation of whole plans: what must hold for any of them, and what is said when there is no ground."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from reprieve.app.simulation.field import spread_in_neck
from reprieve.app.simulation.neck import neck_scene
from reprieve.app.simulation.of_plan import simulate_plan
from reprieve.app.simulation.slice import slice_of_neck
from reprieve.cli.main import main
from reprieve.core.errors import InputError, UnknownNameError
from reprieve.record.plan import Injection, Plan
from reprieve.reference.geometry import muscle_ellipsoids, risk_structures
from reprieve.reference.pharmacology import pharmacology_priors

FEW = {"days": 120, "draws": 12}


def _plan(*injections: Injection, product: str = "onabotulinumtoxinA") -> Plan:
    return Plan(product=product, indication="cervical_dystonia", injections=injections)


def _one(units: str, muscle: str = "splenius_capitis", side: str = "left", **more) -> Injection:
    return Injection(muscle=muscle, side=side, units=Decimal(units), sites=2, volume_ml=Decimal(1), **more)


def test_more_units_block_more_and_longer():
    low = simulate_plan(_plan(_one("20")), **FEW).muscles[0]
    high = simulate_plan(_plan(_one("80")), **FEW).muscles[0]
    assert high.peak_block > low.peak_block
    assert all(h >= x for h, x in zip(high.block.median, low.block.median, strict=True))
    assert high.force.median[0] == 1.0


def test_the_mirrored_plan_reaches_the_mirrored_neighbours():
    left = simulate_plan(_plan(_one("80", side="left")), **FEW)
    right = simulate_plan(_plan(_one("80", side="right")), **FEW)
    assert left.muscles[0].block == right.muscles[0].block
    swapped = {(n.structure, {"left": "right", "right": "left"}[n.side or ""]): n.peak_block for n in left.neighbours}
    # The published ellipsoids are rounded and not exact mirror images.
    for n in right.neighbours[:4]:
        assert n.peak_block == pytest.approx(swapped[(n.structure, n.side)], abs=0.02)


def test_a_plan_without_doses_says_nothing_of_block():
    answer = simulate_plan(_plan(), **FEW)
    assert answer.muscles == ()
    assert answer.spread == ()


def test_midline_is_no_side_of_a_paired_muscle():
    """It ended in a division by zero: of a paired muscle there is no place in the middle."""
    answer = simulate_plan(_plan(_one("20", muscle="levator_scapulae", side="midline"), _one("20")), days=10, draws=2)
    assert [m.muscle for m in answer.muscles] == ["splenius_capitis"]
    assert [(m.muscle, m.side) for m in answer.not_simulated] == [("levator_scapulae", "midline")]
    assert "midline is no side" in answer.not_simulated[0].reason


def test_a_product_without_parameters_of_its_own_is_not_simulated():
    answer = simulate_plan(_plan(_one("100"), product="daxibotulinumtoxinA"), **FEW)
    assert answer.muscles == ()
    assert "no parameters of its own" in answer.not_simulated[0].reason


def test_a_group_is_shared_by_volume_and_both_sides():
    answer = simulate_plan(_plan(_one("100", muscle="gastrocnemius", side="both")), **FEW)
    assert {(m.muscle, m.side) for m in answer.muscles} == {
        (name, side) for name in ("gastrocnemius_medial", "gastrocnemius_lateral") for side in ("left", "right")
    }
    assert sum(float(m.units) for m in answer.muscles) == pytest.approx(100, abs=0.01)


def test_a_muscle_of_unknown_volume_is_listed_not_guessed():
    answer = simulate_plan(_plan(_one("5", muscle="frontalis"), _one("5", muscle="masseter")), **FEW)
    assert [m.muscle for m in answer.not_simulated] == ["frontalis"]
    assert [m.place_known for m in answer.muscles] == [False]


def test_the_same_seed_gives_the_same_answer():
    assert simulate_plan(_plan(_one("50")), **FEW) == simulate_plan(_plan(_one("50")), **FEW)


def test_onset_is_the_published_one():
    # Lebeda 2008, four steps, clinic: 15,450 min to 10 % tension.
    assert simulate_plan(_plan(), **FEW).onset.days_to_tenth == pytest.approx(15_452 / 1440, abs=0.01)


@pytest.mark.parametrize("days", [0, -1, 731])
def test_days_out_of_range_are_refused(days):
    with pytest.raises(InputError, match="between 1 and 730"):
        simulate_plan(_plan(), days=days)


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ('"units": "-5"', "units of onabotulinumtoxinA must lie between 0 and 100000, but got -5"),
        ('"units": "1e6"', "units of onabotulinumtoxinA must lie between"),
        ('"units": "50", "sites": 0', "sites of splenius_capitis must lie between 1 and 200, but got 0"),
        ('"units": "50", "sites": 100000', "between 1 and 200, but got 100000"),
        ('"units": "50", "sites": 999999999999999999999999', "between 1 and 200, but got 99999"),
        ('"units": "50", "volume_ml": "-3"', "volume_ml of splenius_capitis must lie above 0"),
    ],
)
def test_what_no_muscle_gets_is_refused_in_one_line(told, says, tmp_path, capsys):
    """It ended in a traceback, filled the memory, or answered as if nothing were wrong."""
    row = f'{{"muscle": "splenius_capitis", "side": "left", {told}}}'
    plan = tmp_path / "plan.json"
    plan.write_text(f'{{"product": "onabotulinumtoxinA", "indication": "cervical_dystonia", "injections": [{row}]}}')
    assert main(["simulate", str(plan)]) == 2
    said = capsys.readouterr()
    assert says in said.err
    assert (said.out, said.err.count("\n")) == ("", 1)


@pytest.mark.parametrize("look", [spread_in_neck, slice_of_neck, neck_scene])
@pytest.mark.parametrize("row", [{"sites": 0}, {"sites": 10**9}, {"volume_ml": Decimal(-1)}, {"units": Decimal(-5)}])
def test_every_look_at_a_plan_refuses_what_no_muscle_gets(look, row):
    told = {"muscle": "splenius_capitis", "side": "left", "units": Decimal(50)} | row
    with pytest.raises(InputError, match="must lie"):
        look(_plan(Injection(**told)))


def test_an_unknown_muscle_is_refused():
    with pytest.raises(UnknownNameError, match="splenius"):
        simulate_plan(_plan(_one("5", muscle="splenius_capitus")), **FEW)


def test_every_prior_has_a_source_and_every_product_the_same_parameters():
    priors = pharmacology_priors()
    names = {frozenset(rows) for rows in priors.products.values()}
    assert names == {frozenset({"uptake_per_day", "light_chain_half_life_d", "reference_units_per_ml"})}
    assert not any(prior.grade == "label" for prior in priors.spread.values())


def test_geometry_is_on_the_patient_s_own_side():
    for (name, side), bodies in muscle_ellipsoids().items():
        if bodies[0].frame == "neck":
            assert all((body.centre_mm[2] >= 0) == (side == "right") for body in bodies), name
    assert {r.structure for r in risk_structures()} >= {"larynx", "oesophagus"}
    assert not any(r.checked for r in risk_structures())


def test_the_command_answers_and_refuses(tmp_path, capsys):
    path = tmp_path / "plan.json"
    plan = {
        "product": "onabotulinumtoxinA",
        "indication": "cervical_dystonia",
        "injections": [{"muscle": "splenius_capitis", "side": "left", "units": "60", "sites": 2}],
    }
    path.write_text(json.dumps(plan))
    assert main(["simulate", str(path), "--days", "90", "--draws", "8", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["muscles"][0]["units"] == "60"
    assert len(answer["days"]) == 91
    assert main(["simulate", str(path), "--draws", "8"]) == 0
    assert "not a measurement" in capsys.readouterr().out
    assert main(["simulate", str(path), "--days", "9000"]) == 2
    assert capsys.readouterr().err.count("\n") == 1
