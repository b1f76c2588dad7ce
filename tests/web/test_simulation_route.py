"""The what-if over the API: the same figures as the engine, for staff only, and nothing recorded."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from reprieve.app.forecast import forecast_chart
from reprieve.app.simulation.of_plan import simulate_plan
from reprieve.record.chart import GivenInjection, Session
from reprieve.record.plan import Injection, Plan
from reprieve.web.simulation import DRAWS, STRIDE

INJECTION = {"muscle": "sternocleidomastoid", "side": "left", "units": "40", "sites": 2, "volume_ml": "0.4"}
PLAN = {"product": "onabotulinumtoxinA", "indication": "cervical_dystonia", "injections": [INJECTION]}


def test_the_screen_gets_the_engines_figures(signed_in) -> None:
    """Thinned to every third day, but with the peak of each muscle, and unchanged otherwise."""
    injector = signed_in("injector")
    before = len(injector.get("/api/patients/p-1/history").json()["rows"])
    told = injector.post("/api/simulate?days=60", PLAN)
    assert told.status_code == 200, told.text
    body = told.json()
    one = Injection(muscle="sternocleidomastoid", side="left", units=Decimal(40), sites=2, volume_ml=Decimal("0.4"))
    plan = Plan(product="onabotulinumtoxinA", indication="cervical_dystonia", injections=(one,))
    (course,) = simulate_plan(plan, days=60, draws=DRAWS).muscles
    assert set(range(0, 61, STRIDE)) | {course.peak_day} == set(body["days"])
    drawn = body["muscles"][0]
    for name in ("median", "q025", "q975"):
        assert drawn["block"][name] == [getattr(course.block, name)[day] for day in body["days"]]
    assert drawn["block"]["median"][body["days"].index(course.peak_day)] == course.peak_block
    assert {entry["structure"] for entry in body["spread"]} >= {"larynx", "oesophagus"}
    assert len(injector.get("/api/patients/p-1/history").json()["rows"]) == before


def test_the_cut_and_its_refusals(signed_in) -> None:
    """A level plane comes with outlines; a plan without a neck muscle is one clear line."""
    nurse = signed_in("nurse")
    told = nurse.post("/api/simulate/slice", PLAN).json()
    assert any(cut["kind"] == "risk" for cut in told["outlines"])
    other = nurse.post(f"/api/simulate/slice?height_mm={told['heights_mm'][0]}", PLAN).json()
    assert other["height_mm"] == told["heights_mm"][0]
    jaw = {**PLAN, "injections": [{"muscle": "masseter", "side": "left", "units": "20"}]}
    refused = nurse.post("/api/simulate/slice", jaw)
    assert refused.status_code == 422
    assert "neck muscle" in refused.json()["error"]["message"]
    assert nurse.post("/api/simulate?days=9999", PLAN).status_code == 422
    assert signed_in("patient").post("/api/simulate", PLAN).status_code == 403


def test_the_curve_of_a_plan_is_the_forecast_after_it_was_given(signed_in, store) -> None:
    """What the preview shows before is what the forecast says once the same session is in the chart."""
    injector = signed_in("injector")
    plan = {**PLAN, "injections": [{**INJECTION, "muscle": "splenius_capitis", "units": "180"}]}
    seen = injector.post("/api/patients/p-1/preview", plan)
    assert seen.status_code == 200, seen.text
    body = seen.json()
    assert not body["abstains"], body["reason"]
    assert body["session_date"] == store.today().isoformat()
    chart = store.view("clinic", "p-1").chart
    given = GivenInjection(muscle="splenius_capitis", side="left", units=Decimal(180))
    session = Session(
        date=store.today(), product="onabotulinumtoxinA", indication="cervical_dystonia", injections=(given,)
    )
    later = forecast_chart(replace(chart, sessions=(*chart.sessions, session)), on=store.today())
    assert body["q50"] == list(later.q50)
    assert later.wear_off is not None
    assert body["wear_off"]["median"] == later.wear_off.median.isoformat()
    assert injector.get("/api/patients/p-1/chart").json()["sessions"][-1]["date"] != store.today().isoformat()


def test_plans_side_by_side_and_the_weightiest_assumption(signed_in) -> None:
    """The comparison is the engine's, a change that cannot be read is one clear line, and patients may not ask."""
    injector = signed_in("injector")
    told = injector.post("/api/simulate/compare", {"plan": PLAN, "what_if": ["units=2"], "other": PLAN})
    assert told.status_code == 200, told.text
    cases = told.json()["cases"]
    assert [case["units"] for case in cases] == ["40", "80", "40"]
    assert cases[1]["muscles"][0]["peak_block"] > cases[0]["muscles"][0]["peak_block"]
    refused = injector.post("/api/simulate/compare", {"plan": PLAN, "what_if": ["units=much"]})
    assert refused.status_code == 422
    assert "is no change" in refused.json()["error"]["message"]
    ranked = injector.post("/api/simulate/sensitivity", PLAN).json()["influences"]
    assert any(one["parameter"] == "half-life of the light chain" for one in ranked)
    assert signed_in("patient").post("/api/simulate/compare", {"plan": PLAN}).status_code == 403
