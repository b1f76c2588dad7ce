"""The response model over a registry: fit and forecast over partitions, on one machine or many.

`fit_partitions` and `forecast_partitions` take an executor of `reprieve.compute`; the model's own functions run in the
workers, one partition at a time, so the memory is that of one partition for each worker.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from reprieve import __version__
from reprieve.app.response.partition_files import (
    Hashes,
    parquet,
    partition_rows,
    patients_apart,
    score_partitions,
    table_bytes,
)
from reprieve.app.response.partition_patients import partition_columns, partition_patients_of
from reprieve.app.response.registry_forecast import registry_columns
from reprieve.app.response.scores import fit_scores, forecast_columns
from reprieve.compute.executor import Executor, Progress, in_order
from reprieve.compute.manifest import Manifest
from reprieve.compute.partition_run import run_partitions
from reprieve.core.errors import InputError
from reprieve.learn.population import Population, from_document
from reprieve.learn.tidy import TidyRow

# More patients narrow the population's parameters below what matters to one patient; see ADR 58.
MOST_PATIENTS = 2000


@dataclass(frozen=True, slots=True)
class ForecastPartition:
    """Forecasts every patient of one partition; the population travels as its document."""

    population: Mapping[str, Any]
    at: tuple[float, ...]
    laplace: bool = False

    @property
    def name(self) -> str:
        """Name and version of the task."""
        return f"response forecast, reprieve {__version__}"

    def settings(self) -> Mapping[str, Any]:
        """Return population, weeks and method."""
        return {"population": self.population, "at": list(self.at), "laplace": self.laplace}

    def __call__(self, source: Path) -> tuple[bytes, int]:
        """Return the forecasts as Parquet."""
        population = from_document(self.population)
        made = partition_columns(source, default_scale=population.primary_scale)
        columns = registry_columns(made, population, self.at) if self.laplace and made is not None else None
        if columns is None:
            patients = partition_patients_of(made, source, default_scale=population.primary_scale)
            columns = forecast_columns(patients, population, self.at, source.name, laplace=self.laplace)
        return table_bytes(columns), len(columns["patient"])


@dataclass(frozen=True, slots=True)
class _Chosen:
    """Reads the rows of chosen patients from one partition."""

    patients: Hashes

    def __call__(self, source: Path) -> list[TidyRow]:
        return partition_rows(source, only=self.patients)


def forecast_partitions(
    source: str | Path,
    folder: str | Path,
    population: Population,
    at: Sequence[float],
    executor: Executor,
    *,
    laplace: bool = False,
    progress: Progress | None = None,
) -> Manifest:
    """Forecast all patients of the registry at `source` into Parquet files in `folder`.

    Run again after any interruption: what is done is skipped. The manifest in `folder` holds the hash of each file.

    Parameters
    ----------
    source : path
        Tidy scores, CSV or Parquet: a file or a folder of partitions.
    folder : path
        New, or that of an earlier run with the same population and weeks.
    population : Population
    at : sequence of float
        Weeks since the injection.
    executor : Executor
        Entered; see `reprieve.compute.open_executor`.
    laplace : bool
        The population is taken as known, see `reprieve.learn.laplace`.
    progress : callable, optional
        Called with (done, all) after each partition.

    Raises
    ------
    ScoresError, UnknownNameError
        If a partition cannot be used; what was done before is kept.
    """
    parquet()
    partitions = score_partitions(source)
    patients_apart(partitions, executor)
    task = ForecastPartition(population.to_document(), tuple(float(week) for week in at), laplace)
    return run_partitions(task, partitions, Path(folder).expanduser(), executor, progress=progress)


def fit_partitions(
    source: str | Path,
    executor: Executor,
    *,
    most_patients: int = MOST_PATIENTS,
    progress: Callable[[int], None] | None = None,
) -> Population:
    """Fit a population to the registry at `source`, on a sample when it has more than `most_patients`.

    The sample is decided by the hash of the patient's name: the same patients each time, however the registry is
    split, and no random number.

    Parameters
    ----------
    source : path
        Tidy scores: a file or a folder of partitions.
    executor : Executor
        Entered; reads the partitions.
    most_patients : int
    progress : callable, optional
        Called with the number of the iteration of the fit.
    """
    if not most_patients >= 1:
        raise InputError(f"most_patients must be positive, but got {most_patients}; give a number of patients")
    partitions = score_partitions(source)
    everyone = np.sort(np.concatenate(patients_apart(partitions, executor)))
    parts = in_order(executor, _Chosen(everyone[:most_patients]), partitions)
    rows = [row for part in parts for row in part]
    # By patient, so that the way the registry was split changes nothing; the sort is stable, weeks keep their order.
    rows.sort(key=lambda row: row.patient)
    return fit_scores(rows, str(source), progress=progress)
