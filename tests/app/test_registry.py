"""The response model over partitions: the same figures as over one table, the same bytes whoever works."""

from __future__ import annotations

import csv
import json
import os
import signal
from pathlib import Path

import numpy as np
import pytest

from reprieve.app.response.partition_files import partition_rows, patient_hash, score_partitions, split_scores
from reprieve.app.response.partitions import fit_partitions, forecast_partitions
from reprieve.app.response.scores import fit_scores, forecast_scores, load_population, read_scores
from reprieve.cli.main import main
from reprieve.compute.processes import ProcessExecutor
from reprieve.compute.serial import SerialExecutor
from reprieve.core.errors import InputError, ScoresError
from reprieve.reference.trials import TRIAL_PRODUCT, trial_scores

pq = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed (extra frames)")
AT = (8.0, 16.0)


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Weeks 0 to 4 of the first 24 patients of the trial, as a tidy table."""
    path = tmp_path_factory.mktemp("trial") / "scores.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["patient", "cycle", "week", "score", "scale", "product", "units"])
        for row in trial_scores():
            if row.week <= 4 and int(row.patient) <= 24:
                writer.writerow([f"p{row.patient}", 1, row.week, row.score, "TWSTRS", TRIAL_PRODUCT, row.units])
    return path


@pytest.fixture(scope="module")
def parts(trial: Path) -> Path:
    folder = trial.parent / "parts"
    split_scores(trial, folder, 4)
    return folder


def test_a_split_keeps_every_row_and_each_patient_in_one_file(trial: Path, parts: Path) -> None:
    whole = [(r.patient, r.cycle, r.week, r.score, r.scale, r.product, r.units) for r in read_scores(str(trial))]
    found = {path: partition_rows(path) for path in score_partitions(parts)}
    assert len(found) == 4
    told = [(r.patient, r.cycle, r.week, r.score, r.scale, r.product, r.units) for rows in found.values() for r in rows]
    assert sorted(told) == sorted(whole)
    homes = [{row.patient for row in rows} for rows in found.values()]
    assert sum(len(home) for home in homes) == len(set().union(*homes)) == 24


def test_the_quick_reading_of_parquet_is_the_careful_one(parts: Path, tmp_path: Path) -> None:
    import pyarrow

    from reprieve.app.response.partition_files import partition_records
    from reprieve.learn.tidy import tidy_row

    for path in score_partitions(parts):
        careful = [tidy_row(record, line, path.name) for line, record in partition_records(path)]
        assert partition_rows(path) == careful
    table = pq.read_table(score_partitions(parts)[0])
    name = table.column("patient")[0].as_py()
    some = partition_rows(score_partitions(parts)[0], only=np.array([patient_hash(name)], dtype=np.uint64))
    assert {row.patient for row in some} == {name}
    # What is not clean is read row by row, and the message names the row.
    for column, value, message in (
        ("week", 600.0, "line 1: week = 600"),
        ("units", -1.0, "line 1: units"),
        ("score", float("inf"), "line 1: score"),
    ):
        values = table.column(column).to_pylist()
        values[0] = value
        spoilt = table.set_column(table.column_names.index(column), column, pyarrow.array(values))
        pq.write_table(spoilt, tmp_path / "spoilt.parquet")
        with pytest.raises(ScoresError, match=message):
            partition_rows(tmp_path / "spoilt.parquet")
    blank = table.set_column(0, "patient", pyarrow.array([f" {name} "] * table.num_rows))
    pq.write_table(blank, tmp_path / "blank.parquet")
    assert {row.patient for row in partition_rows(tmp_path / "blank.parquet")} == {name}


@pytest.mark.parametrize("laplace", [False, True])
def test_forecasts_over_partitions_are_those_of_the_whole_table(
    trial: Path, parts: Path, tmp_path: Path, laplace: bool
) -> None:
    population = load_population(None)
    whole = {
        (row.patient, row.week): (row.mean, row.q10, row.q90)
        for row in forecast_scores(read_scores(str(trial)), population, AT, laplace=laplace)
    }
    with SerialExecutor() as executor:
        manifest = forecast_partitions(parts, tmp_path / "out", population, AT, executor, laplace=laplace)
    assert manifest.rows == 48
    rows = [row for path in score_partitions(tmp_path / "out") for row in pq.read_table(path).to_pylist()]
    found = {(row["patient"], row["week"]): (row["mean"], row["q10"], row["q90"]) for row in rows}
    assert found.keys() == whole.keys()
    for key, figures in found.items():
        assert figures == pytest.approx(whole[key], abs=2e-4)


def test_two_workers_one_of_them_killed_write_the_same_bytes(parts: Path, tmp_path: Path) -> None:
    population = load_population(None)
    with ProcessExecutor(1) as executor:
        forecast_partitions(parts, tmp_path / "quiet", population, AT, executor)
    killed: list[int] = []
    with ProcessExecutor(2) as executor:

        def kill_one(done: int, _: int) -> None:
            if done == 1 and not killed:
                killed.append(executor.process_ids[-1])
                os.kill(killed[0], signal.SIGKILL)

        forecast_partitions(parts, tmp_path / "killed", population, AT, executor, progress=kill_one)
    assert killed
    for path in sorted((tmp_path / "quiet").iterdir()):
        assert (tmp_path / "killed" / path.name).read_bytes() == path.read_bytes()


def test_the_fit_does_not_depend_on_how_the_registry_is_split(trial: Path, parts: Path) -> None:
    with SerialExecutor() as executor:
        split = fit_partitions(parts, executor, most_patients=5)
    # The sample is the five smallest hashes, chosen here by another way from the table that was not split.
    rows = read_scores(str(trial))
    chosen = sorted({row.patient for row in rows}, key=patient_hash)[:5]
    whole = fit_scores(sorted((row for row in rows if row.patient in chosen), key=lambda row: row.patient))
    assert split.to_document() == whole.to_document()


def test_a_patient_in_two_partitions_is_refused(trial: Path, tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_bytes(trial.read_bytes())
    with SerialExecutor() as executor, pytest.raises(ScoresError, match=r"in a\.csv and in b\.csv \(24 such"):
        forecast_partitions(tmp_path, tmp_path / "out", load_population(None), AT, executor)
    assert not (tmp_path / "out").exists()


def test_bad_places_are_one_clear_line(trial: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no \.csv and no \.parquet"):
        score_partitions(tmp_path)
    with pytest.raises(InputError, match="no such file"):
        score_partitions(tmp_path / "missing.csv")
    with pytest.raises(InputError, match="parts must lie between"):
        split_scores(trial, tmp_path / "x", 0)
    with pytest.raises(InputError, match="not an empty folder"):
        split_scores(trial, trial.parent, 2)
    broken = tmp_path / "broken.parquet"
    broken.write_bytes(b"PAR1 no")
    with pytest.raises(ScoresError, match=r"broken\.parquet is no Parquet file"):
        partition_rows(broken)
    pq.write_table(__import__("pyarrow").table({"patient": ["a"], "week": [1.0]}), broken)
    with pytest.raises(ScoresError, match="lacks the columns cycle, score"):
        partition_rows(broken)


def test_the_command_forecasts_a_folder_and_is_taken_up_again(
    parts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "forecasts"
    arguments = ["response", "forecast", str(parts), "--at", "8,16", "-o", str(out), "--workers", "1", "--json"]
    assert main(arguments) == 0
    json.loads(capsys.readouterr().out)
    assert json.loads((out / "manifest.json").read_text(encoding="utf-8"))["rows"] == 48
    before = {path.name: path.stat().st_mtime_ns for path in out.glob("*.parquet")}
    assert main(arguments) == 0
    assert {path.name: path.stat().st_mtime_ns for path in out.glob("*.parquet")} == before
    capsys.readouterr()
    assert main([*arguments[:4], "12", *arguments[5:]]) == 2
    assert "other settings" in capsys.readouterr().err
    assert main([*arguments, "--laplace"]) == 2
    assert "other settings" in capsys.readouterr().err


def test_the_command_takes_the_population_as_known(trial: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = []
    for more in ([], ["--laplace"]):
        assert main(["response", "forecast", str(trial), "--at", "8", "--json", *more]) == 0
        told.append([row["mean"] for row in json.loads(capsys.readouterr().out)["rows"]])
    exact, quick = np.array(told)
    assert 0 < np.abs(exact - quick).max() < 2.0  # points of TWSTRS
    assert main(["response", "forecast", str(trial), "--at", "8", "--json", "--laplace", "--explain"]) == 2
    assert "leave one of them out" in capsys.readouterr().err


def test_the_command_says_what_a_registry_needs(parts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["response", "forecast", str(parts), "--at", "8"]) == 2
    assert "-o FOLDER" in capsys.readouterr().err
