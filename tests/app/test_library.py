"""`import reprieve`: the verbs of the commands as functions, with the same answers as the commands."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from dataclasses import replace
from datetime import date
from decimal import Decimal as D
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import reprieve
from reprieve.app.demo.clinic import demo_charts
from reprieve.cli.main import main
from reprieve.core.documents import as_json
from reprieve.core.errors import DocumentError, InputError, RecordingError, ReprieveError, ScoresError
from reprieve.reference.trials import TRIAL_PRODUCT, trial_scores

ON = date(2026, 11, 26)
RECORDING = Path(__file__).parents[1] / "data" / "emg" / "made" / "biceps_bursts.edf"


@pytest.fixture(scope="module")
def chart() -> reprieve.Chart:
    return next(one for one in demo_charts(7, ON, 10) if len(one.sessions) > 3)


@pytest.fixture(scope="module")
def plan(chart: reprieve.Chart) -> reprieve.Plan:
    last = chart.sessions[-1]
    given = tuple(row.planned() for row in last.injections)
    return reprieve.Plan(product=last.product, indication=last.indication, injections=given, date=ON, jurisdiction="US")


@pytest.fixture(scope="module")
def records() -> list[dict[str, Any]]:
    """Weeks 0 to 4 of eight patients of the trial."""
    return [
        {
            "patient": row.patient,
            "cycle": 1,
            "week": row.week,
            "score": row.score,
            "scale": "TWSTRS",
            "product": TRIAL_PRODUCT,
            "units": row.units,
        }
        for row in trial_scores()
        if row.week <= 4 and int(row.patient) <= 8
    ]


def _command(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    main([*arguments, "--json"])
    return json.loads(capsys.readouterr().out)


def test_import_is_light_and_loads_nothing() -> None:
    code = (
        "import sys, reprieve\n"
        "loaded = sorted(name for name in sys.modules if name.startswith('reprieve.'))\n"
        "assert not loaded, loaded\n"
        "assert 'numpy' not in sys.modules\n"
    )
    # The demand is 100 ms; with nothing loaded it is about 10 ms on any machine.
    subprocess.run([sys.executable, "-c", code], check=True)


def test_every_public_name_is_there_typed_and_told() -> None:
    stub = ast.parse((Path(reprieve.__file__).with_suffix(".pyi")).read_text(encoding="utf-8"))
    typed = {alias.asname for node in stub.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    typed |= {node.target.id for node in stub.body if isinstance(node, ast.AnnAssign) and hasattr(node.target, "id")}
    assert typed == set(reprieve.__all__)
    for name in reprieve.__all__:
        found = getattr(reprieve, name)
        assert name == "__version__" or found.__doc__, f"{name} has no docstring"
        assert name in dir(reprieve)
    with pytest.raises(AttributeError, match="has no attribute 'convert'"):
        _ = reprieve.convert  # type: ignore[attr-defined]


def test_stub_and_module_name_the_same_places() -> None:
    stub = ast.parse((Path(reprieve.__file__).with_suffix(".pyi")).read_text(encoding="utf-8"))
    places = {node.names[0].asname: node.module for node in stub.body if isinstance(node, ast.ImportFrom)}
    assert places == reprieve._PLACES  # type: ignore[attr-defined]


def test_a_plan_is_read_from_value_mapping_and_file(plan: reprieve.Plan, tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(as_json(plan)), encoding="utf-8")
    assert reprieve.read_plan(plan) == reprieve.read_plan(as_json(plan)) == reprieve.read_plan(file) == plan
    with pytest.raises(DocumentError, match="unit is not a field"):
        reprieve.read_plan({**as_json(plan), "unit": 3})
    with pytest.raises(InputError, match="must be a Plan, a mapping or a path, but got int"):
        reprieve.read_plan(3)  # type: ignore[arg-type]


def test_check_simulate_and_cite_answer_as_the_commands_do(
    plan: reprieve.Plan, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(as_json(plan)), encoding="utf-8")
    checked = _command(capsys, "check", str(file))
    report = reprieve.check_plan(as_json(plan), today=ON)
    assert str(report.verdict) == checked["verdict"]
    assert [str(one.rule) for one in report.findings] == [one["rule"] for one in checked["findings"]]
    cited = {one.key for one in reprieve.cite(plan, today=ON).citations}
    assert {one["key"] for one in _command(capsys, "cite", str(file))["citations"]} == cited
    simulated = reprieve.simulate_plan(plan, days=60, draws=20)
    assert as_json(simulated) == _command(capsys, "simulate", str(file), "--days", "60", "--draws", "20")


def test_plans_are_compared_and_assumptions_ranked_as_by_the_command(
    plan: reprieve.Plan, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, half = tmp_path / "plan.json", tmp_path / "half.json"
    file.write_text(json.dumps(as_json(plan)), encoding="utf-8")
    halves = tuple(replace(one, units=one.units / 2) for one in plan.injections)
    half.write_text(json.dumps(as_json(replace(plan, injections=halves))), encoding="utf-8")
    few = ("--days", "60", "--draws", "10")
    told = _command(capsys, "simulate", str(file), "--what-if", "units=2", "--against", str(half), *few)
    answer = reprieve.compare_plans(plan, {str(half): half}, changes=["units=2"], days=60, draws=10)
    assert as_json(answer) == told
    assert [D(case.units) / D(answer.cases[0].units) for case in answer.cases] == [1, 2, D("0.5")]
    ranked = _command(capsys, "simulate", str(file), "--sensitivity", "--days", "60")["influences"]
    assert as_json(reprieve.rank_influences(file, days=60)) == ranked


def test_assess_and_propose_answer_as_the_commands_do(
    chart: reprieve.Chart, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "chart.json"
    file.write_text(json.dumps(as_json(chart)), encoding="utf-8")
    ranked = _command(capsys, "assess", str(file))
    assert [one.muscle for one in reprieve.assess_chart(chart).muscles] == [one["muscle"] for one in ranked["muscles"]]
    proposed = reprieve.propose(chart, on=ON).document()
    assert proposed["statement"]
    assert proposed["repeat_last"]["injections"]


def test_a_dilution_is_exact() -> None:
    answer = reprieve.dilute("onabotulinumtoxinA", vial_units=100, diluent_ml=2, dose_units="62.5")
    assert answer.volume_ml == D("1.25")


def test_scales_and_reference_rows() -> None:
    score = reprieve.score_scale("tsui", {}).score
    assert score.total is None, "no answer is no score, never 0"
    assert reprieve.search_reference("splenius capitis", kind="muscle")[0].id == "splenius_capitis"
    shown = reprieve.show_reference("splenius_capitis").row
    assert shown is not None
    assert shown.id == "splenius_capitis"


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow"])
def test_a_frame_comes_back_as_the_kind_that_went_in(kind: str, records: list[dict[str, Any]]) -> None:
    library = pytest.importorskip(kind)
    columns = {name: [record[name] for record in records] for name in records[0]}
    frame = library.table(columns) if kind == "pyarrow" else library.DataFrame(columns)
    answer = reprieve.forecast_response(frame, [8, 12])
    assert type(answer) is type(frame)
    plain = reprieve.forecast_response(records, [8, 12])
    assert isinstance(plain, list)
    names = answer.column_names if kind == "pyarrow" else list(answer.columns)
    assert names == list(plain[0])
    mean = answer["mean"].to_pylist() if kind == "pyarrow" else list(answer["mean"])
    assert mean == [row["mean"] for row in plain]
    assert len(plain) == 2 * len({record["patient"] for record in records})


def test_forecasts_are_those_of_the_command(
    records: list[dict[str, Any]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pandas = pytest.importorskip("pandas")
    file = tmp_path / "scores.csv"
    pandas.DataFrame(records).to_csv(file, index=False)
    told = _command(capsys, "response", "forecast", str(file), "--at", "8,12")
    assert reprieve.forecast_response(file, [8, 12]) == told["rows"]
    quick = reprieve.forecast_response(file, [8, 12], laplace=True)
    assert [row["patient"] for row in quick] == [row["patient"] for row in told["rows"]]
    assert quick != told["rows"]


def test_a_population_is_fitted_to_a_frame_and_used(records: list[dict[str, Any]], tmp_path: Path) -> None:
    some = [record for record in records if int(record["patient"]) <= 4]
    population = reprieve.fit_response(some)
    assert isinstance(population, reprieve.Population)
    by_value = reprieve.forecast_response(some, [8], population=population)
    by_document = reprieve.forecast_response(some, [8], population=population.to_document())
    file = tmp_path / "population.json"
    file.write_text(json.dumps(population.to_document()), encoding="utf-8")
    assert reprieve.forecast_response(some, [8], population=file) == by_document
    # The document rounds its numbers to eight digits, and the draws behind a forecast follow from the numbers.
    assert by_document[0]["mean"] == pytest.approx(by_value[0]["mean"], abs=by_value[0]["sd"] / 5)
    assert by_value != reprieve.forecast_response(some, [8])


def test_scores_that_are_none_are_one_clear_line(records: list[dict[str, Any]]) -> None:
    with pytest.raises(ScoresError, match="lacks the columns cycle, score"):
        reprieve.forecast_response([{"patient": 1, "week": 2}], [8])
    with pytest.raises(InputError, match="rows as mappings"):
        reprieve.forecast_response([1, 2], [8])
    with pytest.raises(InputError, match="eager data frame"):
        reprieve.forecast_response(np.zeros(3).astype(object).reshape(3, 1).view(_Columns), [8])


class _Columns(np.ndarray):
    """Looks like a frame, but is none."""

    columns = ("patient",)


def test_a_chart_is_forecast_or_says_why_not(chart: reprieve.Chart) -> None:
    one = reprieve.forecast_chart(chart, on=ON)
    assert one.abstains is False
    assert len(one.q50) == len(one.days) > 100
    nobody = reprieve.forecast_chart({"patient": {"id": "x"}}, on=ON)
    assert nobody.abstains
    assert nobody.reason == "no injection is on record"


def test_an_emg_array_gives_the_figures_of_the_file() -> None:
    from reprieve.interop.recordings import read_recording

    whole = reprieve.report_emg(RECORDING)
    recording = read_recording(str(RECORDING))
    channel = recording.channels[0]
    microvolts = channel.values * (channel.volts or 0.0) * 1e6
    one = reprieve.report_emg(microvolts, sampling_rate_hz=channel.rate_hz, names=[channel.name]).channels[0]
    told = whole.channels[0]
    assert told.rms is not None
    assert one.rms == pytest.approx(told.rms, rel=1e-6)
    assert one.median_frequency_hz == pytest.approx(told.median_frequency_hz, rel=1e-6)
    mapped = reprieve.report_emg(
        microvolts,
        sampling_rate_hz=channel.rate_hz,
        names=["B"],
        channels={"B": {"muscle": "biceps_brachii", "side": "right", "kind": "surface"}},
    )
    assert mapped.channels[0].muscle == "biceps_brachii"


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"unit": "furlong"}, "unit must be uV"),
        ({"channels": {"1": {"muscle": "splenius_captis"}}}, "splenius_captis"),
        ({"channels": {"1": {"kind": "surfce"}}}, "kind of '1' is 'surfce'"),
        ({"channels": {"1": {"units": "uV"}}}, "'units'"),
    ],
)
def test_what_is_said_of_an_array_is_checked_as_in_a_file(told: dict[str, Any], words: str) -> None:
    """They were taken as they came: a misspelt muscle stood in the report, a misspelt kind gave no figure."""
    with pytest.raises(ReprieveError, match=words):
        reprieve.report_emg(np.random.default_rng(0).normal(size=5000), sampling_rate_hz=1000, **told)


def test_the_unit_of_an_array_may_be_written_as_files_write_it() -> None:
    samples = np.random.default_rng(0).normal(size=5000)
    plain, micro = (reprieve.report_emg(samples, sampling_rate_hz=1000, unit=unit) for unit in ("uV", "µV"))
    assert plain.channels[0].rms == micro.channels[0].rms
    assert micro.channels[0].unit == "uV"


def test_an_array_without_its_rate_or_shape_is_refused() -> None:
    with pytest.raises(InputError, match="needs its sampling_rate_hz"):
        reprieve.report_emg(np.zeros(100))
    with pytest.raises(InputError, match="names must be as many as channels"):
        reprieve.report_emg(np.zeros((2, 100)), sampling_rate_hz=1000, names=["a"])
    with pytest.raises(InputError, match=r"shape \(n_channels, n_samples\)"):
        reprieve.report_emg(np.zeros((2, 2, 5)), sampling_rate_hz=1000)
    with pytest.raises(RecordingError):
        reprieve.report_emg(np.zeros((1, 100)), sampling_rate_hz=-1)


def test_a_cohort_from_charts_and_from_a_frame(records: list[dict[str, Any]]) -> None:
    pandas = pytest.importorskip("pandas")
    charts = demo_charts(7, ON, 12)
    answer = reprieve.cohort(charts, ["durations"])
    assert answer.kind == "charts"
    assert answer.patients == sum(bool(one.sessions) for one in charts)
    from_frame = reprieve.cohort(pandas.DataFrame(records), ["dose-response"], smallest_cell=1)
    from_rows = reprieve.cohort(records, ["dose-response"], smallest_cell=1)
    assert from_frame.dose_response == from_rows.dose_response
    assert from_rows.patients == 8
