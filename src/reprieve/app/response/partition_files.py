"""Registries as files: tidy scores in one file or in a folder of partitions, CSV or Parquet.

A patient lies in one partition; that is what makes partitions independent of each other.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import fields
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reprieve.app.text_files import csv_records
from reprieve.compute.executor import Executor, in_order
from reprieve.core.errors import InputError, ScoresError, SetupError
from reprieve.core.once import first_twice
from reprieve.learn.tidy import LONGEST_WEEKS, NEEDED, OPTIONAL, TidyRow, check_columns, tidy_row

KINDS = (".csv", ".parquet")
Hashes = NDArray[np.uint64]


def parquet() -> ModuleType:
    """Return `pyarrow.parquet`, or say in one line that it is missing."""
    try:
        import pyarrow.parquet as found
    except ImportError:
        raise SetupError("Parquet needs pyarrow; pip install 'reprieve[frames]', or give CSV") from None
    return found


def score_partitions(path: str | Path) -> list[Path]:
    """Return the partitions of the registry at `path`: the file itself, or the CSV and Parquet files of the folder.

    Raises
    ------
    InputError
        If nothing is there.
    """
    place = Path(path).expanduser()
    if place.is_dir():
        found = sorted(file for file in place.iterdir() if file.suffix in KINDS and not file.name.startswith("."))
        if not found:
            raise InputError(f"{path} holds no .csv and no .parquet file; give a folder of tidy scores")
        return found
    if not place.is_file():
        raise InputError(f"cannot read {path}: no such file or folder; check the path")
    if place.suffix not in KINDS:
        raise InputError(f"{path} is no table of scores by its name; give a .csv or .parquet file, or a folder of them")
    return [place]


def partition_rows(path: Path, *, only: Hashes | None = None) -> list[TidyRow]:
    """Return the checked rows of one partition, of the patients in `only` if given.

    Raises
    ------
    ScoresError
        If the table cannot be used.
    """
    where = path.name
    if path.suffix == ".parquet":
        columns = _typed_columns(path, only)
        if columns is not None:
            return list(map(TidyRow, *columns))
    records = partition_records(path)
    if only is None:
        return [tidy_row(record, line, where) for line, record in records]
    wanted = set(only.tolist())
    keep: dict[str, bool] = {}
    rows: list[TidyRow] = []
    for line, record in records:
        patient = str(record.get("patient")).strip()
        if patient not in keep:
            keep[patient] = patient_hash(patient) in wanted
        if keep[patient]:
            rows.append(tidy_row(record, line, where))
    return rows


def _typed_columns(path: Path, only: Hashes | None) -> list[list[Any]] | None:
    """Return the columns of `TidyRow` of a Parquet file, checked column by column; None when one row must be looked at.

    A registry has a hundred million rows; this reads them ten times as fast as `tidy_row` one by one, and leaves every
    table that is not clean to it, for its message names the row.
    """
    file = open_parquet(path)
    names = {name.casefold(): name for name in file.schema_arrow.names}
    check_columns([name.casefold() for name in file.schema_arrow.names], path.name)
    import pyarrow

    table = file.read(columns=[names[name] for name in (*NEEDED, *OPTIONAL) if name in names])
    table = table.append_column("line", pyarrow.array(range(1, table.num_rows + 1)))
    if only is not None:
        patients = table.column(names["patient"]).combine_chunks().dictionary_encode()
        told = patients.dictionary.to_pylist()
        wanted = set(only.tolist())
        keep = np.array([patient_hash(str(name).strip()) in wanted for name in told], dtype=bool)
        table = table.filter(pyarrow.array(keep[patients.indices.to_numpy(zero_copy_only=False)]))
    columns: list[list[Any]] = []
    for field in fields(TidyRow):
        if field.name not in names and field.name != "line":
            columns.append([None] * table.num_rows)
            continue
        column = table.column(names.get(field.name, field.name))
        clean = _clean(column, field.name)
        if clean is None:
            return None
        columns.append(clean)
    return columns


def _clean(column: Any, name: str) -> list[Any] | None:
    """Return the values of one column as `tidy_row` would give them, or None when a value needs a closer look."""
    import pyarrow

    if name == "line":
        return column.to_pylist()
    if name == "date":
        return column.to_pylist() if pyarrow.types.is_date(column.type) else None
    numbers = name in ("week", "score", "units")
    clean = clean_numbers(column, name) if numbers else clean_column(column, name)
    return None if clean is None else clean.to_pylist()


def clean_column(column: Any, name: str) -> Any:
    """Return a column of text as an Arrow dictionary array, or None when a value needs a closer look."""
    import pyarrow
    import pyarrow.compute as compute

    if pyarrow.types.is_integer(column.type):
        column = compute.cast(column, pyarrow.string())
    if not (pyarrow.types.is_string(column.type) or pyarrow.types.is_large_string(column.type)):
        return None
    values = column.combine_chunks().dictionary_encode()
    told = values.dictionary.to_pylist()
    # What tidy_row would trim or take for "not told" is left to it.
    if any(text != text.strip() or text in ("", "NA", "NaN", "nan", "None", "<NA>", "NaT") for text in told):
        return None
    return None if name in ("patient", "cycle") and column.null_count else values


def clean_numbers(column: Any, name: str) -> Any:
    """Return a column of numbers as floats, or None when a value needs a closer look."""
    import pyarrow
    import pyarrow.compute as compute

    if not (pyarrow.types.is_floating(column.type) or pyarrow.types.is_integer(column.type)):
        return None
    if name == "week" and column.null_count:
        return None
    least, most = {"week": (-LONGEST_WEEKS, LONGEST_WEEKS), "units": (0.0, np.inf)}.get(name, (-np.inf, np.inf))
    values = compute.cast(column, pyarrow.float64())
    known = values.drop_null().to_numpy()
    if not (np.all(np.isfinite(known)) and np.all((known >= least) & (known <= most))):
        return None
    return values


def partition_records(path: Path, *, needed: Sequence[str] = NEEDED) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield (line, record) of a CSV or Parquet file, column names in small letters.

    Raises
    ------
    ScoresError
        If it cannot be read or lacks a column of `needed`.
    """
    yield from (_parquet_records if path.suffix == ".parquet" else _csv_records)(path, needed)


def _csv_records(path: Path, needed: Sequence[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from csv_records(file, path.name, lambda columns: _check(columns, needed, path.name))
    except (UnicodeDecodeError, csv.Error) as error:
        raise ScoresError(f"{path.name} is no CSV in UTF-8 ({error}); save it again as CSV") from None


def _check(columns: Sequence[str], needed: Sequence[str], where: str) -> None:
    if needed == NEEDED:
        check_columns(columns, where)
    elif (twice := first_twice(name for name in columns if name)) is not None:
        raise ScoresError(f"{where}: the column {twice[:40]!r} stands twice; rename or remove one")
    elif missing := [name for name in needed if name not in columns]:
        raise ScoresError(f"{where} lacks the column {', '.join(missing)}; give a table that has it")


def _parquet_records(path: Path, needed: Sequence[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    file = open_parquet(path)
    columns = [name for name in file.schema_arrow.names if needed != NEEDED or name.casefold() in NEEDED + OPTIONAL]
    _check([name.casefold() for name in columns], needed, path.name)
    line = 1
    for batch in file.iter_batches(columns=columns):
        cells = [column.to_pylist() for column in batch.columns]
        names = [name.casefold() for name in batch.schema.names]
        for values in zip(*cells, strict=True):
            yield line, dict(zip(names, values, strict=True))
            line += 1


def open_parquet(path: Path) -> Any:
    """Return the open Parquet file `path`.

    Raises
    ------
    ScoresError
        If it is none.
    """
    library = parquet()
    import pyarrow

    try:
        return library.ParquetFile(path)
    except (OSError, pyarrow.ArrowInvalid) as error:
        raise ScoresError(f"{path.name} is no Parquet file ({str(error).splitlines()[0]}); write it again") from None


def patient_hash(patient: str) -> int:
    """Return 64 bits that stand for a patient, the same in every partition and on every machine."""
    return int.from_bytes(hashlib.sha256(patient.encode()).digest()[:8], "big")


def partition_patients(path: Path) -> Hashes:
    """Return the hashes of the patients of one partition, sorted, each once."""
    if path.suffix == ".parquet":
        file = open_parquet(path)
        column = next((name for name in file.schema_arrow.names if name.casefold() == "patient"), None)
        _check([name.casefold() for name in file.schema_arrow.names], ("patient",), path.name)
        names: set[str] = set()
        for batch in file.iter_batches(columns=[column]):
            names.update(str(name).strip() for name in batch.column(0).unique().to_pylist())
    else:
        names = {str(record.get("patient")).strip() for _, record in _csv_records(path, ("patient",))}
    return np.array(sorted(patient_hash(name) for name in names), dtype=np.uint64)


def patients_apart(partitions: Sequence[Path], executor: Executor) -> list[Hashes]:
    """Return the patients of each partition; no patient may be in two.

    Raises
    ------
    ScoresError
        If one is; their cycles would be taken for two people's.
    """
    found = in_order(executor, partition_patients, partitions)
    everyone = np.concatenate(found)
    order = np.argsort(everyone, kind="stable")
    twice = np.flatnonzero(everyone[order][1:] == everyone[order][:-1])
    if twice.size:
        number = np.repeat(np.arange(len(found)), [len(one) for one in found])[order]
        first, second = (partitions[int(number[int(twice[0]) + step])].name for step in (0, 1))
        raise ScoresError(
            f"one patient is in {first} and in {second} ({twice.size} such patients in all); a patient belongs into "
            "one partition, split the whole table with `reprieve cohort split`"
        )
    return found


def split_scores(source: str | Path, folder: str | Path, parts: int) -> list[Path]:
    """Split a tidy table, or a folder of them, into `parts` Parquet files so that each patient lies in one.

    Parameters
    ----------
    source : path
        CSV or Parquet; read in batches, so it may be larger than the memory.
    folder : path
        New or empty.
    parts : int
        How many files; 5,000 patients in each is a good size.

    Raises
    ------
    InputError
        If `parts` is not positive, or `folder` holds something.
    """
    if not 1 <= parts <= 100_000:
        raise InputError(f"parts must lie between 1 and 100000, but got {parts}; give a number of files")
    target = Path(folder).expanduser()
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise InputError(f"{folder} is not an empty folder; nothing was written, give a new one")
    partitions = score_partitions(source)
    parquet()
    made = not target.exists()
    target.mkdir(parents=True, exist_ok=True)
    paths = [target / f"part-{number:05d}.parquet" for number in range(parts)]
    drafts = [path.with_name(f".{path.name}.tmp") for path in paths]
    try:
        _write_shares(partitions, drafts)
        for draft, path in zip(drafts, paths, strict=True):
            draft.replace(path)
    except BaseException:
        # Nothing half-written is left behind.
        for draft in drafts:
            draft.unlink(missing_ok=True)
        if made:
            target.rmdir()
        raise
    return paths


def _write_shares(partitions: Sequence[Path], drafts: Sequence[Path]) -> None:
    import pyarrow

    kinds = {"date": pyarrow.date32()} | dict.fromkeys(("week", "score", "units"), pyarrow.float64())
    columns = [field.name for field in fields(TidyRow) if field.name != "line"]
    schema = pyarrow.schema([(name, kinds.get(name, pyarrow.string())) for name in columns])
    with ExitStack() as stack:
        writers = [stack.enter_context(parquet().ParquetWriter(draft, schema, compression="zstd")) for draft in drafts]
        for rows in _batches(partitions):
            shares: list[list[TidyRow]] = [[] for _ in drafts]
            for row in rows:
                shares[patient_hash(row.patient) % len(drafts)].append(row)
            for writer, share in zip(writers, shares, strict=True):
                if share:
                    data = {name: [getattr(row, name) for row in share] for name in columns}
                    writer.write_table(pyarrow.table(data, schema=schema))


def _batches(partitions: Sequence[Path], size: int = 200_000) -> Iterator[list[TidyRow]]:
    for path in partitions:
        rows: list[TidyRow] = []
        for line, record in partition_records(path):
            rows.append(tidy_row(record, line, path.name))
            if len(rows) == size:
                yield rows
                rows = []
        yield rows


def table_bytes(columns: dict[str, Any]) -> bytes:
    """Return a table as Parquet, the same bytes each time."""
    library = parquet()
    import pyarrow

    sink = io.BytesIO()
    library.write_table(pyarrow.table(columns), sink, compression="zstd")
    return sink.getvalue()
