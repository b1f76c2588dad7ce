"""Where the units of a plan end up in one neck."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from reprieve.app.simulation.field import spread_in_neck
from reprieve.cli.main import main
from reprieve.core.errors import InputError
from reprieve.record.plan import Injection, Plan


def _plan(muscle: str = "sternocleidomastoid", side: str = "right", product: str = "onabotulinumtoxinA") -> Plan:
    one = Injection(muscle=muscle, side=side, units=Decimal(50), sites=2, volume_ml=Decimal(1))
    return Plan(product=product, indication="cervical_dystonia", injections=(one,))


def test_all_units_are_accounted_for():
    answer = spread_in_neck(_plan(), edge_mm=3.0)
    assert sum(a.units for a in answer.structures) + answer.elsewhere_units == pytest.approx(50, abs=0.1)
    assert answer.structures[0].structure == "sternocleidomastoid/right"
    assert answer.structures[0].injected


def test_the_other_side_gets_the_mirror_image():
    right = {a.structure: a.units for a in spread_in_neck(_plan(side="right"), edge_mm=3.0).structures}
    left = {a.structure: a.units for a in spread_in_neck(_plan(side="left"), edge_mm=3.0).structures}
    assert left["sternocleidomastoid/left"] == pytest.approx(right["sternocleidomastoid/right"], rel=0.08)
    assert "sternocleidomastoid/left" not in right or right["sternocleidomastoid/left"] < 0.5


def test_draws_bound_the_median_and_leave_it_as_it_is():
    alone, drawn = spread_in_neck(_plan(), edge_mm=4.0), spread_in_neck(_plan(), edge_mm=4.0, draws=12)
    first = drawn.structures[0]
    assert first.units == alone.structures[0].units
    assert first.q025 is not None
    assert first.q975 is not None
    assert first.q025 < first.units < first.q975
    assert alone.structures[0].q025 is None
    with pytest.raises(InputError, match="between 0 and 2000"):
        spread_in_neck(_plan(), draws=-1)


@pytest.mark.parametrize(
    ("plan", "edge", "says"),
    [
        (_plan(), 9.0, "between 0.5 and 4 mm"),
        (_plan(), float("nan"), "between 0.5 and 4 mm"),
        (_plan(muscle="masseter"), 3.0, "covers the neck only"),
        (_plan(product="daxibotulinumtoxinA"), 3.0, "no parameters of its own"),
    ],
)
def test_what_cannot_be_answered_is_refused(plan, edge, says):
    with pytest.raises(InputError, match=says):
        spread_in_neck(plan, edge_mm=edge)


def test_the_command_prints_it(tmp_path, capsys):
    path = tmp_path / "plan.json"
    injection = {"muscle": "splenius_capitis", "side": "left", "units": "60", "sites": 2}
    path.write_text(
        json.dumps({"product": "onabotulinumtoxinA", "indication": "cervical_dystonia", "injections": [injection]})
    )
    assert main(["simulate", str(path), "--grid", "3", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["given_units"] == 60
    assert main(["simulate", str(path), "--grid", "3"]) == 0
    assert "between the named structures" in capsys.readouterr().out
