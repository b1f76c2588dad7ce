"""Tables in and out of the library: a data frame of any kind in, the same kind out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reprieve.app.response.partition_files import partition_rows, score_partitions
from reprieve.core.errors import InputError, SetupError
from reprieve.learn.tidy import TidyRow, check_columns, tidy_row

WHERE = "scores"


@dataclass(frozen=True, slots=True)
class Scores:
    """Tidy scores as they came, so that an answer can go back in the same form.

    Attributes
    ----------
    rows : list of TidyRow
    backend : Any
        The kind of data frame, or None for rows of mappings or for a file.
    """

    rows: list[TidyRow]
    backend: Any = None

    def table(self, columns: Mapping[str, Sequence[Any]]) -> Any:
        """Return `columns` as a frame of the same kind; as a list of dicts where no frame came in."""
        if self.backend is None:
            return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
        return _narwhals().from_dict(dict(columns), backend=self.backend).to_native()


def read_frame(scores: Any) -> Scores:
    """Return the tidy rows of `scores`.

    Parameters
    ----------
    scores : data frame, path, or iterable of mappings
        A pandas, Polars, PyArrow or other eager frame that narwhals knows; a CSV or Parquet file or a folder of them;
        or rows as mappings. Columns as in `reprieve.learn.tidy`.

    Raises
    ------
    ScoresError
        If columns are missing or a value cannot be used.
    InputError
        If `scores` is none of these.
    """
    if isinstance(scores, str | Path):
        return Scores([row for path in score_partitions(scores) for row in partition_rows(path)])
    if isinstance(scores, Iterable) and not hasattr(scores, "columns") and not hasattr(scores, "schema"):
        records = list(scores)
        if not all(isinstance(record, Mapping) for record in records):
            raise InputError("scores must be a data frame, a path, or rows as mappings; convert them")
        columns = list(dict.fromkeys(str(name).casefold() for record in records for name in record))
        return Scores(_tidy(records, columns))
    narwhals = _narwhals()
    try:
        frame = narwhals.from_native(scores, eager_only=True)
    except TypeError:
        raise InputError(
            f"scores must be an eager data frame, a path, or rows as mappings, but got {type(scores).__name__}; "
            "collect a lazy frame first"
        ) from None
    return Scores(_tidy(frame.iter_rows(named=True), frame.columns), frame.implementation)


def _tidy(records: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> list[TidyRow]:
    check_columns([name.casefold() for name in columns], WHERE)
    return [
        tidy_row({str(name).casefold(): value for name, value in record.items()}, line, WHERE)
        for line, record in enumerate(records, 1)
    ]


def _narwhals() -> Any:
    try:
        import narwhals
    except ImportError:
        raise SetupError("data frames need narwhals; pip install 'reprieve[frames]'") from None
    return narwhals
