"""Recordings as text: BioSPPy's simple format, and CSV or TSV whose header states the units (Delsys among them)."""

from __future__ import annotations

import csv
import re
import warnings
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from reprieve.core.errors import RecordingError
from reprieve.interop.recording import Channel, Recording, plausible_rate, unit_of

_UNIT = re.compile(r"^(?P<name>.*?)\s*[\[(](?P<unit>[^\])]*)[\])]\s*$")
_SUFFIX = re.compile(r"^(?P<name>.+)_(?P<unit>uv|mv|v|nv|count|s|ms)$", re.IGNORECASE)
_TIME_NAMES = {"time", "t", "x", "timestamp", "time_s", "seconds"}
_SECONDS = {"s": 1.0, "sec": 1.0, "seconds": 1.0, "ms": 1e-3, "us": 1e-6}
# Largest text table read: 16 channels of ten minutes at 2 kHz are about 200 MB.
_LARGEST_BYTES = 2**30


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
    for i in range(table.shape[1]):
        resolution = bits[i] if i < len(bits) else (bits[0] if bits else "")
        rail = (0.0, 2.0 ** int(resolution) - 1) if resolution.isdigit() and int(resolution) <= 32 else None
        name = labels[i].strip() if i < len(labels) else f"column {i + 1}"
        channels.append(Channel(name=name, unit="count", rate_hz=rate, raw=table[:, i], rail=rail))
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
        if name.strip().lower() in _TIME_NAMES:
            if (unit or "s").lower() not in _SECONDS:
                raise RecordingError(f"{path}: the unit of time is {unit!r}; allowed are {', '.join(_SECONDS)}")
            clock = table[:, i] * _SECONDS[(unit or "s").lower()]
            continue
        if unit is None:
            raise RecordingError(f"{path}: column {head!r} states no unit; write it as {head + ' [uV]'!r}")
        if clock is None:
            raise RecordingError(f"{path}: no time column before {head!r}; add one named 'time [s]'")
        rate, start = _rate_of(path, clock)
        values = table[:, i]
        # Slower sensors fill only the first rows of a Delsys table.
        values = values[: _filled(values, clock)]
        if len(values) and np.isnan(values).any():
            raise RecordingError(f"{path}: column {head!r} has empty cells between numbers; fill or cut the gap")
        channels.append(Channel(name=name, unit=unit_of(unit), rate_hz=rate, raw=values, start_s=start))
    if not channels:
        raise RecordingError(f"{path}: no column besides time; give one column per channel")
    return Recording(path=path, format="table", channels=tuple(channels))


def read_columns(
    path: str, columns: int | None, *, skip: int = 0, mark: str | None = None, gaps: bool = False
) -> NDArray[np.float64]:
    """Return the numbers of a text file, shape (n_rows, n_columns); lines that begin with # are left.

    Raises
    ------
    RecordingError
        If a cell is no number, or the rows differ in length.
    """
    converters = (lambda cell: float(cell) if cell.strip() else np.nan) if gaps else None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # an empty file is refused below
            table = np.loadtxt(path, comments="#", delimiter=mark, skiprows=skip, ndmin=2, converters=converters)
    except (ValueError, UnicodeDecodeError) as error:
        raise RecordingError(f"{path}: not a table of numbers ({str(error)[:100]}); correct the line") from None
    if table.shape[0] < 2:
        raise RecordingError(f"{path}: holds no samples; give the recording itself")
    if columns is not None and table.shape[1] != columns:
        raise RecordingError(
            f"{path}: {table.shape[1]} columns, but its header names {columns}; correct the header or the export"
        )
    if not gaps and not np.isfinite(table).all():
        raise RecordingError(f"{path}: has cells that are NaN or infinite; fill or cut the gap")
    return table


def _header_line(path: str) -> tuple[list[str], int, str]:
    """Return the column heads, the lines before the numbers, and the separator."""
    with open(path, encoding="utf-8-sig", errors="replace", newline="") as file:
        lines = [file.readline(1_000_000) for _ in range(50)]
    for number, line in enumerate(lines):
        if not line.strip() or line.startswith("#"):
            continue
        mark = max("\t;,", key=line.count)
        cells = [cell.strip() for cell in next(csv.reader([line], delimiter=mark))]
        while cells and not cells[-1]:
            cells.pop()
        if any(_named_unit(cell)[1] is not None for cell in cells):
            return cells, number + 1, mark
    raise RecordingError(
        f"{path}: no header line that states units in its first 50 lines; name the columns as 'time [s], biceps [uV]'"
    )


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
