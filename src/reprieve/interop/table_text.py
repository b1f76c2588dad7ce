"""Recordings as text: BioSPPy's simple format, and CSV or TSV whose header states the units (Delsys among them)."""

from __future__ import annotations

import codecs
import csv
import itertools
import re
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from reprieve.core.errors import RecordingError, SetupError
from reprieve.interop.recording import Channel, Recording, plausible_rate, unit_of
from reprieve.interop.stored import StoredSamples, in_records

Column = NDArray[np.float64] | StoredSamples

_UNIT = re.compile(r"^(?P<name>.*?)\s*[\[(](?P<unit>[^\])]*)[\])]\s*$")
_SUFFIX = re.compile(r"^(?P<name>.+)_(?P<unit>uv|mv|v|nv|count|s|ms)$", re.IGNORECASE)
_TIME_NAMES = {"time", "t", "x", "timestamp", "time_s", "seconds"}
_AXIS_NAMES = {"x", "t"}
_SECONDS = {"s": 1.0, "sec": 1.0, "seconds": 1.0, "ms": 1e-3, "us": 1e-6}
# Largest text table read: 16 channels of ten minutes at 2 kHz are about 200 MB.
_LARGEST_BYTES = 2**30
# The numbers of a larger one wait in a temporary file until each channel is asked for.
_HELD_BYTES, _ROWS_AT_ONCE = 2**26, 2**16


def read_simple_text(path: str) -> Recording:
    """Return the recording in BioSPPy's simple text format: ``# Key:= value`` lines, then columns of counts.

    Raises
    ------
    RecordingError
        If the header names no sampling rate or the columns are not numbers.
    """
    fields: dict[str, str] = {}
    with open(path, encoding="utf-8", errors="replace") as file:
        for line in file:
            if not line.startswith("#"):
                break
            key, _, value = line.lstrip("# ").partition(":=")
            fields[key.strip().lower()] = value.strip()
    try:
        rate = plausible_rate(float(fields["sampling rate (hz)"]), path)
    except (KeyError, ValueError):
        raise RecordingError(f"{path}: no line '# Sampling Rate (Hz):= NUMBER' at its head; add it") from None
    labels = [label for label in re.split(r"[\t,;]", fields.get("labels", "")) if label.strip()]
    table = read_columns(path, len(labels) or None)
    bits = re.split(r"[\t,; ]+", fields.get("resolution", "")) if fields.get("resolution") else []
    channels: list[Channel] = []
    for i, column in enumerate(table):
        resolution = bits[i] if i < len(bits) else (bits[0] if bits else "")
        rail = (0.0, 2.0 ** int(resolution) - 1) if resolution.isdigit() and int(resolution) <= 32 else None
        name = labels[i].strip() if i < len(labels) else f"column {i + 1}"
        channels.append(Channel(name=name, unit="count", rate_hz=rate, raw=column, rail=rail))
    note = "converter counts without a scale: no figure in volts can be given"
    return Recording(path=path, format="simple text", channels=tuple(channels), notes=(note,))


def read_table(path: str) -> Recording:
    """Return the recording in a CSV or TSV file with a header line that states names, units and time.

    Notes
    -----
    A name carries its unit as ``biceps [uV]``, ``biceps (mV)`` or ``biceps_uv``. A time column (``time [s]``, ``X[s]``)
    gives the rate; Delsys repeats one before each channel, so a channel belongs to the last time column before it.

    Raises
    ------
    RecordingError
        If units or time are missing or the cells are not numbers.
    """
    if Path(path).stat().st_size > _LARGEST_BYTES:
        raise RecordingError(f"{path}: a text table above {_LARGEST_BYTES // 2**20} MiB; export it as EDF")
    heads, skip, mark = _header_line(path)
    table = read_columns(path, len(heads), skip=skip, mark=mark, gaps=True)
    channels: list[Channel] = []
    clock: NDArray[np.float64] | None = None
    for i, head in enumerate(heads):
        name, unit = _named_unit(head)
        short, timed = name.strip().lower(), (unit or "s").lower() in _SECONDS
        # "X [s]" is Delsys's time, "X [g]" an axis of a sensor.
        if short in _TIME_NAMES and (timed or short not in _AXIS_NAMES):
            if not timed:
                raise RecordingError(f"{path}: the unit of time is {unit!r}; allowed are {', '.join(_SECONDS)}")
            clock = np.asarray(table[i]) * _SECONDS[(unit or "s").lower()]
            continue
        if unit is None:
            raise RecordingError(f"{path}: column {head!r} states no unit; write it as {head + ' [uV]'!r}")
        if clock is None:
            raise RecordingError(f"{path}: no time column before {head!r}; add one named 'time [s]'")
        rate, start = _rate_of(path, clock)
        column = table[i]
        values = np.asarray(column)
        # Slower sensors fill only the first rows of a Delsys table.
        filled = _filled(values, clock)
        if np.isnan(values[:filled]).any():
            raise RecordingError(f"{path}: column {head!r} has empty cells between numbers; fill or cut the gap")
        raw = column.until(filled) if isinstance(column, StoredSamples) else column[:filled]
        channels.append(Channel(name=name, unit=unit_of(unit), rate_hz=rate, raw=raw, start_s=start))
    if not channels:
        raise RecordingError(f"{path}: no column besides time; give one column per channel")
    return Recording(path=path, format="table", channels=tuple(channels))


class Columns:
    """The numbers of a text file, column by column: in memory while they are few, else in a temporary file.

    Attributes
    ----------
    rows, width : int
    """

    def __init__(self, width: int, held: bool) -> None:
        self.rows, self.width = 0, width
        self._held: list[NDArray[np.float64]] | None = [] if held else None
        # Without a name, and gone with the last column that looks into it.
        self._file = None if held else tempfile.TemporaryFile()  # noqa: SIM115

    def append(self, table: NDArray[np.float64]) -> None:
        """Take the next rows, shape (n_rows, n_columns): `_ROWS_AT_ONCE` of them, but for the last."""
        self.rows += len(table)
        if self._held is not None:
            self._held.append(table)
            return
        assert self._file is not None
        # Like the data records of EDF: of each column so many rows, one column after the other.
        record = np.zeros((self.width, _ROWS_AT_ONCE))
        record[:, : len(table)] = table.T
        try:
            self._file.write(record.tobytes())
        except OSError as error:
            raise SetupError(
                f"no room for the numbers of a long table in {tempfile.gettempdir()} ({error.strerror or error}); "
                "free space there, or name another folder in TMPDIR"
            ) from None

    def close(self) -> tuple[Column, ...]:
        """Return the columns."""
        if self._held is not None:
            table = self._held[0] if len(self._held) == 1 else np.concatenate(self._held)
            return tuple(table.T)
        assert self._file is not None
        self._file.flush()
        size = _ROWS_AT_ONCE * 8
        records = np.memmap(self._file, np.uint8, "r").reshape(-1, self.width * size)
        self._file.close()
        return tuple(in_records(records, i * size, (i + 1) * size, "<f8", self.rows) for i in range(self.width))


def read_columns(
    path: str, columns: int | None, *, skip: int = 0, mark: str | None = None, gaps: bool = False
) -> tuple[Column, ...]:
    """Return the columns of numbers of a text file; lines that begin with # are left.

    Raises
    ------
    RecordingError
        If a cell is no number, or the rows differ in length.
    SetupError
        If there is no room for the numbers of a long table.
    """
    found: Columns | None = None
    with open(path, encoding=_encoding(path), errors="replace") as file:
        try:
            lines = itertools.islice(file, skip, None)
            while len(table := _rows(lines, mark, gaps)):
                if found is None:
                    _check_width(path, table.shape[1], columns)
                    found = Columns(table.shape[1], held=Path(path).stat().st_size <= _HELD_BYTES)
                if table.shape[1] != found.width:
                    raise ValueError(
                        f"after row {found.rows} the number of columns changed from {found.width} to {table.shape[1]}"
                    )
                if not gaps and not np.isfinite(table).all():
                    raise RecordingError(f"{path}: has cells that are NaN or infinite; fill or cut the gap")
                found.append(table)
                if len(table) < _ROWS_AT_ONCE:
                    break
        except RecordingError:
            raise
        except ValueError as error:
            reason = _in_the_file(str(error), found.rows if found else 0)[:100]
            raise RecordingError(f"{path}: not a table of numbers ({reason}); correct the line") from None
    if found is None or found.rows < 2:
        raise RecordingError(f"{path}: holds no samples; give the recording itself")
    return found.close()


def _rows(lines: Iterator[str], mark: str | None, gaps: bool) -> NDArray[np.float64]:
    """Return the next rows of numbers; none at the end."""
    converters = (lambda cell: float(cell) if cell.strip() else np.nan) if gaps else None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # an empty file is refused by the caller
        return np.loadtxt(lines, comments="#", delimiter=mark, ndmin=2, converters=converters, max_rows=_ROWS_AT_ONCE)


def _check_width(path: str, width: int, columns: int | None) -> None:
    if columns is not None and width != columns:
        raise RecordingError(
            f"{path}: {width} columns, but its header names {columns}; correct the header or the export"
        )


def _in_the_file(reason: str, before: int) -> str:
    """Return NumPy's words without its advice, and the row counted from the head of the table."""
    reason = reason.partition(";")[0]
    return re.sub(r"(?<=row )\d+", lambda found: str(int(found.group()) + before), reason) if before else reason


def _header_line(path: str) -> tuple[list[str], int, str]:
    """Return the column heads, the lines before the numbers, and the separator."""
    with open(path, encoding=_encoding(path), errors="replace", newline="") as file:
        lines = [file.readline(1_000_000) for _ in range(50)]
    for number, line in enumerate(lines):
        if not line.strip() or line.startswith("#"):
            continue
        mark = max("\t;,", key=line.count)
        try:
            cells = [cell.strip() for cell in next(csv.reader([line], delimiter=mark))]
        except csv.Error as error:
            raise RecordingError(f"{path}, line {number + 1}: {error}; it is no table of columns with units") from None
        while cells and not cells[-1]:
            cells.pop()
        if any(_named_unit(cell)[1] is not None for cell in cells):
            return cells, number + 1, mark
    raise RecordingError(
        f"{path}: no header line that states units in its first 50 lines; name the columns as 'time [s], biceps [uV]'"
    )


def _encoding(path: str) -> str:
    """Return how the head of a text is written: UTF-8, else as Windows writes a micro sign."""
    with open(path, "rb") as file:
        head = file.read(65_536)
    try:
        # A letter may be cut at the end of the head.
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def _named_unit(head: str) -> tuple[str, str | None]:
    found = _UNIT.match(head) or _SUFFIX.match(head)
    return (found["name"].strip(), found["unit"].strip()) if found else (head, None)


def _rate_of(path: str, clock: NDArray[np.float64]) -> tuple[float, float]:
    times = clock[np.isfinite(clock)]
    steps = np.diff(times)
    if len(steps) == 0 or not (steps > 0).all():
        raise RecordingError(f"{path}: the time column does not rise from row to row; sort or correct it")
    step = float(np.median(steps))
    # Times printed with few digits jitter by a step of their last digit; a real gap is far longer.
    gap = int(np.argmax(steps))
    if steps[gap] > 1.9 * step + 1e-4:
        raise RecordingError(
            f"{path}: a gap of {steps[gap]:.3f} s after {times[gap]:.3f} s; cut the recording there, each part is read"
        )
    return plausible_rate(round((len(times) - 1) / float(times[-1] - times[0]), 4), path), float(times[0])


def _filled(values: NDArray[np.float64], clock: NDArray[np.float64]) -> int:
    good = np.flatnonzero(np.isfinite(values) & np.isfinite(clock))
    return int(good[-1]) + 1 if len(good) else 0
