"""Patients read column by column are those that the tidy reader makes of the rows one by one."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from reprieve.app.response.partition_files import partition_rows
from reprieve.app.response.partition_patients import _patients, _table, partition_columns, partition_scores
from reprieve.app.response.partitions import ForecastPartition
from reprieve.app.response.registry_forecast import registry_columns
from reprieve.app.response.scores import forecast_scores, load_population
from reprieve.core.errors import ReprieveError, ScoresError
from reprieve.learn.tidy import patients_of

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")
LABELS = ("2", "10", "1", "follow-up", "extension")


def a_registry(seed: int) -> dict[str, list[Any]]:
    """Return a table with gaps: cycles with and without dates, names that are no numbers, missed visits."""
    rng = np.random.default_rng(seed)
    rows: list[dict[str, Any]] = []
    for patient in rng.permutation(12):
        injected = date(2020, 1, 1) + timedelta(days=int(rng.integers(0, 300)))
        for label in LABELS[: rng.integers(1, 6)]:
            dated, product = rng.random() < 0.6, rng.choice(["onabotulinumtoxinA", "Placebo", ""])
            units = None if rng.random() < 0.3 else float(rng.choice([0.0, 180.0]))
            for week in np.sort(rng.integers(-2, 20, rng.integers(1, 6))):
                rows.append(
                    {
                        "patient": f"p{patient}",
                        "cycle": label,
                        "week": float(week),
                        "score": None if rng.random() < 0.2 else float(rng.integers(0, 10)),
                        "scale": None if rng.random() < 0.3 else str(rng.choice(["diary", "Tsui"])),
                        "product": product or None,
                        "units": units,
                        # Later labels are later injections, whichever of them are dated.
                        "date": injected + timedelta(days=7 * int(week) + 200 * _place(label)) if dated else None,
                    }
                )
    return {name: [row[name] for row in rows] for name in rows[0]}


def _place(label: str) -> int:
    return ["1", "2", "10", "follow-up", "extension"].index(label)


def written(folder: Path, columns: dict[str, list[Any]]) -> Path:
    path = folder / "part.parquet"
    kinds = {"date": pa.date32(), "score": pa.float64(), "units": pa.float64(), "product": pa.string()}
    pq.write_table(pa.table({name: pa.array(values, kinds.get(name)) for name, values in columns.items()}), path)
    return path


@pytest.mark.parametrize("seed", range(12))
def test_columns_give_the_patients_that_rows_give(tmp_path: Path, seed: int) -> None:
    path = written(tmp_path, a_registry(seed))
    expected = patients_of(partition_rows(path), path.name, default_scale="TWSTRS")
    table = _table(path, "TWSTRS")
    assert table is not None
    columns = _patients(table)
    assert columns is not None  # the quick way was taken
    found = columns.patients()
    assert [patient.patient for patient in found] == [patient.patient for patient in expected]
    for one, other in zip(found, expected, strict=True):
        assert (one.cycles, one.scales) == (other.cycles, other.scales)
        for name in ("weeks", "scores", "channels"):
            assert np.array_equal(getattr(one, name), getattr(other, name)), name


@pytest.mark.parametrize("seed", range(4))
def test_columns_foretell_what_patients_one_by_one_foretell(tmp_path: Path, seed: int) -> None:
    path, population = written(tmp_path, a_registry(seed)), load_population(None)
    columns = partition_columns(path, default_scale="TWSTRS")
    assert columns is not None
    found = registry_columns(columns, population, (12.0, 4.0))
    expected = forecast_scores(partition_rows(path), population, (12.0, 4.0), laplace=True)
    assert found is not None
    assert found["patient"].tolist() == [row.patient for row in expected]
    assert found["cycle"].tolist() == [row.cycle for row in expected]
    for name in ("week", "mean", "sd", "q025", "q50", "q975"):
        assert_allclose(found[name], [getattr(row, name) for row in expected], atol=2e-4, err_msg=name)


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("scale", "unheard of", "scale 'unheard of' is not in the population"),
        ("product", "tea", "product 'tea' is not in the population"),
        ("units", 9000.0, "has 9000 units"),
        ("score", 99.0, "has a score of 99"),
    ],
)
def test_what_the_population_does_not_know_is_left_to_who_names_the_patient(
    tmp_path: Path, column: str, value: object, message: str
) -> None:
    columns: dict[str, list[Any]] = {
        "patient": ["a", "b"],
        "cycle": ["1"] * 2,
        "week": [4.0] * 2,
        "score": [30.0] * 2,
        "scale": ["TWSTRS"] * 2,
        "product": ["onabotulinumtoxinA"] * 2,
        "units": [180.0] * 2,
    }
    columns[column][1] = value
    path, population = written(tmp_path, columns), load_population(None)
    made = partition_columns(path, default_scale="TWSTRS")
    assert made is not None
    assert registry_columns(made, population, (8.0,)) is None
    with pytest.raises(ReprieveError, match=message):
        ForecastPartition(population.to_document(), (8.0,), laplace=True)(path)


@pytest.mark.parametrize(
    ("column", "row", "value", "message"),
    [
        ("week", 1, -9.0, "weeks run forward"),
        ("product", 1, "abobotulinumtoxinA", "a cycle is one session of one product"),
        ("units", 1, 170.0, "a cycle is one session of one product"),
        ("cycle", 1, " ", "patient or cycle is empty"),
        ("week", 1, 900.0, "give weeks since the injection"),
        ("score", 1, float("nan"), None),
    ],
)
def test_what_does_not_fit_is_told_as_ever(
    tmp_path: Path, column: str, row: int, value: object, message: str | None
) -> None:
    columns: dict[str, list[Any]] = {
        "patient": ["a"] * 3,
        "cycle": ["1"] * 3,
        "week": [0.0, 4.0, 8.0],
        "score": [44.0, 30.0, 40.0],
        "product": ["onabotulinumtoxinA"] * 3,
        "units": [180.0] * 3,
    }
    columns[column][row] = value
    path = written(tmp_path, columns)
    if message is None:
        assert len(partition_scores(path, default_scale="TWSTRS")[0].weeks) == 2  # not a number: a missed visit
        return
    with pytest.raises(ScoresError, match=message):
        partition_scores(path, default_scale="TWSTRS")


def test_other_treatments_are_read_row_by_row(tmp_path: Path) -> None:
    columns: dict[str, list[Any]] = {
        "patient": ["a"] * 2,
        "cycle": ["1"] * 2,
        "week": [0.0, 4.0],
        "score": [44.0, 30.0],
        "other": ["", "physiotherapy"],
    }
    patient = partition_scores(written(tmp_path, columns), default_scale="TWSTRS")[0]
    assert [other.name for other in patient.others] == ["physiotherapy"]
