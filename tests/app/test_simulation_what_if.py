"""What if: each change does what physiology and the published animal facts say it should."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from reprieve.app.simulation.what_if import changed, compare_plans, rank_influences
from reprieve.cli.main import main
from reprieve.core.errors import InputError
from reprieve.record.plan import Injection, Plan

FEW = {"days": 150, "draws": 12}


def _plan(units: str = "30", sites: int = 1, product: str = "onabotulinumtoxinA") -> Plan:
    one = Injection(
        muscle="sternocleidomastoid", side="left", units=Decimal(units), sites=sites, volume_ml=Decimal("0.3")
    )
    two = Injection(muscle="splenius_capitis", side="right", units=Decimal(40), sites=2, volume_ml=Decimal("0.4"))
    return Plan(product=product, indication="cervical_dystonia", injections=(one, two))


def _peaks(changes: list[str], plan: Plan | None = None) -> list[float]:
    told = compare_plans(plan or _plan(), changes=changes, **FEW)
    return [case.muscles[0].peak_block for case in told.cases]


def test_units_move_the_block_and_only_of_the_muscle_that_was_named():
    told = compare_plans(_plan(), changes=["units=2", "splenius_capitis/right:units=2"], **FEW)
    base, doubled, other = told.cases
    assert doubled.units == "140"
    assert other.units == "110"
    assert doubled.muscles[0].peak_block > base.muscles[0].peak_block
    # What the other muscle got crosses over a little, through fascia.
    assert other.muscles[0].peak_block == pytest.approx(base.muscles[0].peak_block, abs=0.01)
    assert other.muscles[1].peak_block > base.muscles[1].peak_block
    assert [r.name for r in base.risks][:2] == ["dysphagia", "neck_weakness"]


def test_a_needle_off_the_endplates_loses_block():
    # Rat: 5 mm off the endplate band halves the paralysed area (Shaari and Sanders 1993).
    base, five, twenty = _peaks(["along=5", "along=20"])
    assert base > five > twenty


def test_the_volume_follows_the_concentration():
    plan, _ = changed(_plan(), "units_per_ml=50")
    assert [one.volume_ml for one in plan.injections] == [Decimal("0.6"), Decimal("0.8")]
    base, same, less = _peaks(["units_per_ml=100", "volume=0.25"])
    assert same == base
    assert less != base


def test_more_sites_cover_more_of_a_long_muscle():
    # One depot of 100 units saturates its place; the same dose over four reaches more endplates.
    told = compare_plans(_plan(units="100"), changes=["sternocleidomastoid:sites=4"], **FEW)
    assert told.cases[1].muscles[0].peak_block > told.cases[0].muscles[0].peak_block + 0.05
    assert told.cases[1].units == told.cases[0].units


def test_another_product_goes_by_its_own_parameters():
    told = compare_plans(_plan(), others=[("abo", _plan(product="abobotulinumtoxinA"))], **FEW)
    assert [case.product for case in told.cases] == ["onabotulinumtoxinA", "abobotulinumtoxinA"]
    # 30 units of one are not 30 of the other: fewer reference amounts by the second one's own prior.
    assert told.cases[1].muscles[0].peak_block < told.cases[0].muscles[0].peak_block


def test_a_product_without_parameters_of_its_own_says_so_instead_of_an_empty_line():
    told = compare_plans(_plan(), others=[("daxi", _plan(product="daxibotulinumtoxinA"))], **FEW)
    base, daxi = told.cases
    assert base.not_simulated == ()
    assert daxi.muscles == ()
    assert {one.muscle for one in daxi.not_simulated} == {"sternocleidomastoid", "splenius_capitis"}
    assert all("none is carried over" in one.reason for one in daxi.not_simulated)
    with pytest.raises(InputError, match="nothing of this plan can be simulated: no parameters of its own"):
        rank_influences(_plan(product="daxibotulinumtoxinA"))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("units", "is no change"),
        ("units=0", "is no change"),
        ("units=nan", "is no change"),
        ("colour=2", "is no change"),
        ("masseter:units=2", "not injected by this plan"),
        ("sites=1.5", "whole number"),
        ("needle=500", "must lie between"),
    ],
)
def test_what_cannot_be_read_is_refused(change, says):
    with pytest.raises(InputError, match=says):
        changed(_plan(), change)


def test_too_many_at_once_are_refused():
    with pytest.raises(InputError, match="at most 12"):
        compare_plans(_plan(), changes=["units=2"] * 13, **FEW)


def test_the_half_life_decides_how_long_and_the_reference_amount_how_much():
    told = rank_influences(_plan(), days=170, draws=200)
    by = {(one.outcome, one.parameter): one for one in told}
    longest = by["days with more than half of the largest block", "half-life of the light chain"]
    assert longest.correlation > 0.5
    assert by["largest block of the injected muscles", "units per mL that count as one"].correlation < -0.3
    assert all(0 <= one.share <= 1 for one in told)
    passes = by["largest block beside", "part that passes fascia"]
    assert passes.correlation > 0


def test_the_command_compares_and_ranks(tmp_path, capsys):
    path = tmp_path / "plan.json"
    injection = {"muscle": "splenius_capitis", "side": "left", "units": "60", "sites": 2}
    path.write_text(
        json.dumps({"product": "onabotulinumtoxinA", "indication": "cervical_dystonia", "injections": [injection]})
    )
    assert main(["simulate", str(path), "--what-if", "units=0.5", "--draws", "6", "--json"]) == 0
    assert [c["units"] for c in json.loads(capsys.readouterr().out)["cases"]] == ["60", "30"]
    assert main(["simulate", str(path), "--against", str(path), "--draws", "6"]) == 0
    assert "as planned" in capsys.readouterr().out
    assert main(["simulate", str(path), "--sensitivity"]) == 0
    assert "half-life of the light chain" in capsys.readouterr().out
    assert main(["simulate", str(path), "--what-if", "units=-1"]) == 2
    assert capsys.readouterr().err.count("\n") == 1
