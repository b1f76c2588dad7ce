"""Patients of one Parquet partition, column by column: what `tidy` makes of its rows one by one, many times faster.

A table that is not clean is left to `tidy`, whose messages name the row.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reprieve.app.response.partition_files import clean_column, clean_numbers, open_parquet, partition_rows
from reprieve.learn.observations import PLACEBO, PatientScores
from reprieve.learn.ragged import Ragged
from reprieve.learn.tidy import NEEDED, OPTIONAL, SHORTEST_CYCLE_WEEKS, check_columns, patients_of

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
_EPOCH = 719_163  # the proleptic ordinal of 1970-01-01


@dataclass(frozen=True, slots=True)
class _Names:
    """A column of text: an index into `told` for each row, -1 where it is empty."""

    at: Indices
    told: list[str]

    def of(self, rows: Indices) -> _Names:
        """Return some rows, in the order of `rows`."""
        return _Names(self.at[rows], self.told)


@dataclass(frozen=True, slots=True)
class _Table:
    """Clean columns; NaN where a number is empty. `day` is the proleptic ordinal."""

    patient: _Names
    cycle: _Names
    week: Floats
    score: Floats
    scale: _Names
    product: _Names
    units: Floats
    day: Floats

    def of(self, rows: Indices) -> _Table:
        """Return some rows, in the order of `rows`."""
        return _Table(
            self.patient.of(rows),
            self.cycle.of(rows),
            self.week[rows],
            self.score[rows],
            self.scale.of(rows),
            self.product.of(rows),
            self.units[rows],
            self.day[rows],
        )


def partition_scores(path: Path, *, default_scale: str) -> list[PatientScores]:
    """Return the patients of one partition, in the order of their first row.

    Raises
    ------
    ScoresError
        If the table cannot be used.
    """
    return partition_patients_of(
        partition_columns(path, default_scale=default_scale), path, default_scale=default_scale
    )


def partition_patients_of(made: Ragged | None, path: Path, *, default_scale: str) -> list[PatientScores]:
    """Return the patients of the partition at `path` that `partition_columns` made `made` of."""
    if made is None:
        return patients_of(partition_rows(path), path.name, default_scale=default_scale)
    return made.patients()


def partition_columns(path: Path, *, default_scale: str) -> Ragged | None:
    """Return the patients of one partition as columns, in the order of their first row; None where it is not clean."""
    table = _table(path, default_scale) if path.suffix == ".parquet" else None
    return None if table is None else _patients(table)


def _table(path: Path, default_scale: str) -> _Table | None:
    """Return the columns of a Parquet file, or None when one row must be looked at."""
    file = open_parquet(path)
    names = {name.casefold(): name for name in file.schema_arrow.names}
    check_columns([name.casefold() for name in file.schema_arrow.names], path.name)
    table = file.read(columns=[names[name] for name in (*NEEDED, *OPTIONAL) if name in names])
    if not table.num_rows or ("other" in names and table.column(names["other"]).null_count < table.num_rows):
        return None
    text = {name: _names(table, names.get(name), name) for name in ("patient", "cycle", "scale", "product")}
    numbers = {name: _numbers(table, names.get(name), name) for name in ("week", "score", "units")}
    day = _days(table, names.get("date"))
    if day is None or any(column is None for column in (*text.values(), *numbers.values())):
        return None
    scale = text["scale"]
    told = [*scale.told, default_scale]
    usual = told.index(default_scale)
    text["scale"] = _Names(np.where(scale.at < 0, usual, scale.at), told)
    return _Table(**text, **numbers, day=day)


def _names(table: Any, column: str | None, name: str) -> Any:
    if column is None:
        return _Names(np.full(table.num_rows, -1), [])
    clean = clean_column(table.column(column), name)
    if clean is None:
        return None
    indices = clean.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return _Names(indices.astype(np.int64), clean.dictionary.to_pylist())


def _numbers(table: Any, column: str | None, name: str) -> Any:
    if column is None:
        return np.full(table.num_rows, np.nan)
    clean = clean_numbers(table.column(column), name)
    return None if clean is None else clean.combine_chunks().to_numpy(zero_copy_only=False)


def _days(table: Any, column: str | None) -> Floats | None:
    import pyarrow

    if column is None:
        return np.full(table.num_rows, np.nan)
    dates = table.column(column)
    if not pyarrow.types.is_date32(dates.type):
        return None
    days = dates.cast(pyarrow.int32()).cast(pyarrow.float64()).combine_chunks()
    return days.to_numpy(zero_copy_only=False) + _EPOCH


def _patients(table: _Table) -> Ragged | None:
    """Return the patients, or None when something does not fit."""
    ordinal = np.array([_number_of(label) for label in table.cycle.told])
    if np.isnan(ordinal).any():
        return None
    # Cycles of a patient by number, those without one in the order in which they come.
    key = table.patient.at * len(table.cycle.told) + table.cycle.at
    _, first, of_row = np.unique(key, return_index=True, return_inverse=True)
    by_rank = np.lexsort((first, ordinal[table.cycle.at[first]], table.patient.at[first]))
    rank = np.empty_like(by_rank)
    rank[by_rank] = np.arange(len(by_rank))
    order = np.argsort(rank[of_row], kind="stable")
    rows, cycle = table.of(order), rank[of_row][order]
    head = np.flatnonzero(np.diff(cycle, prepend=-1))
    same = np.diff(cycle) == 0
    if np.any(same & (np.diff(rows.week) < 0) & (np.diff(rows.scale.at) == 0)):
        return None
    product, units = (
        _only(rows.product.at.astype(float), rows.product.at >= 0, head),
        _only(rows.units, ~np.isnan(rows.units), head),
    )
    start = _starts(rows, head)
    if product is None or units is None or start is None:
        return None
    return _made(rows, cycle, head, product, units, start)


def _number_of(label: str) -> float:
    try:
        return float(label)
    except ValueError:
        return np.inf


def _only(values: Floats, known: NDArray[np.bool_], head: Indices) -> Floats | None:
    """Return the one known value of each cycle, NaN where there is none; None where a cycle has two."""
    low = np.minimum.reduceat(np.where(known, values, np.inf), head)
    high = np.maximum.reduceat(np.where(known, values, -np.inf), head)
    return None if np.any(high > low) else np.where(np.isinf(low), np.nan, low)


def _starts(rows: _Table, head: Indices) -> Floats | None:
    """Return the week of each cycle's injection from the first one, or None when dates contradict the numbers."""
    dated = np.where(np.isnan(rows.day), len(rows.day), np.arange(len(rows.day)))
    first = np.minimum.reduceat(dated, head)
    known = first < len(rows.day)
    at = np.minimum(first, len(rows.day) - 1)
    day = np.where(known, rows.day[at] - 7.0 * rows.week[at], np.nan)
    longest = np.maximum(SHORTEST_CYCLE_WEEKS, np.maximum.reduceat(rows.week, head))
    patient = rows.patient.at[head]
    opening = np.flatnonzero(np.diff(patient, prepend=-1))
    count = np.diff(np.append(opening, len(patient)))
    out, start, origin = np.zeros(len(head)), np.zeros(len(opening)), np.full(len(opening), np.nan)
    for turn in range(int(count.max())):  # all patients at once, cycle after cycle
        on = np.flatnonzero(count > turn)
        cycle = opening[on] + turn
        origin[on] = np.where(np.isnan(origin[on]), day[cycle] - 7.0 * start[on], origin[on])
        begun = (day[cycle] - origin[on]) / 7.0
        if turn and np.any(begun <= out[cycle - 1]):
            return None
        start[on] = np.where(known[cycle], begun, start[on])
        out[cycle] = start[on]
        start[on] += longest[cycle]
    return out


def _made(rows: _Table, cycle: Indices, head: Indices, product: Floats, units: Floats, start: Floats) -> Ragged:
    names, count = rows.patient, len(rows.patient.told) + 1
    seen = np.flatnonzero(~np.isnan(rows.score))
    owner, scale = names.at[seen], rows.scale.at[seen]
    # Scales of a patient in the order in which they come.
    key = owner * len(rows.scale.told) + scale
    unique, first, of_row = np.unique(key, return_index=True, return_inverse=True)
    kinds = np.lexsort((first, unique // len(rows.scale.told)))
    by_patient = unique[kinds] // len(rows.scale.told)
    opening = np.searchsorted(by_patient, np.arange(count))
    channel = np.empty(len(unique), np.int64)
    channel[kinds] = np.arange(len(unique)) - opening[by_patient]
    week = start[cycle[seen]] + rows.week[seen]
    order = np.lexsort((week, owner))
    return Ragged(
        names.told,
        np.searchsorted(names.at[head], np.arange(count)),
        np.searchsorted(owner[order], np.arange(count)),
        opening,
        start,
        units,
        np.where(np.isnan(product), -1, product).astype(np.int64),
        rows.cycle.at[head],
        week[order],
        rows.score[seen][order],
        channel[of_row][order],
        unique[kinds] % len(rows.scale.told),
        [PLACEBO if name.casefold() == PLACEBO else name for name in rows.product.told],
        rows.cycle.told,
        rows.scale.told,
    )
