"""PhysioNet's WFDB records: a .hea header beside its .dat signals."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reprieve.core.errors import RecordingError, SetupError
from reprieve.interop.extras import need
from reprieve.interop.recording import Channel, Recording, plausible_rate, unit_of
from reprieve.interop.stored import StoredSamples, in_records

Samples = NDArray[Any] | StoredSamples

# The samples of larger files stay in them until each channel is asked for.
_HELD_BYTES = 2**27
_SAMPLES_AT_ONCE = 2**20
# By format, the number that stands for no sample (WFDB Programmer's Guide, "Invalid samples").
_INVALID = {
    **dict.fromkeys(("80", "508"), -(2**7)),
    **dict.fromkeys(("310", "311"), -(2**9)),
    "212": -(2**11),
    **dict.fromkeys(("16", "61", "160", "516"), -(2**15)),
    **dict.fromkeys(("24", "524"), -(2**23)),
    "32": -(2**31),
}
_ZERO_GAIN = re.compile(r"0*\.?0*(?:[(/]|$)")


def read_wfdb(path: str) -> Recording:
    """Return the recording of a WFDB header (or of the .dat file beside it).

    Raises
    ------
    RecordingError
        If header or signal file is missing, truncated or malformed.
    SetupError
        If the library is not installed.
    """
    header = Path(path).with_suffix(".hea")
    if not header.exists():
        raise RecordingError(f"{path}: its header {header.name} is missing; put both files into one folder")
    stem = str(header.with_suffix(""))
    try:
        with warnings.catch_warnings():
            # The library warns about its own use of pandas; nobody who reads a recording can act on that.
            warnings.simplefilter("ignore")
            wfdb = need("wfdb", f"{path} (WFDB)")
            return _recording(path, header, *(_left_in_file(wfdb, stem) or _held(wfdb, stem)))
    except (SetupError, RecordingError):
        raise
    except Exception as error:  # the library lets whatever went wrong through, from IndexError to OSError
        raise RecordingError(
            f"{path}: not a readable WFDB record ({_first_line(error)}); copy both files again"
        ) from None


def _recording(path: str, header: Path, record: Any, samples: list[Samples]) -> Recording:
    if not samples or not len(samples[0]):
        raise RecordingError(f"{path}: the WFDB record holds no samples; copy both files again")
    rate = plausible_rate(float(record.fs), path)
    notes: list[str] = []
    unscaled = _without_gain(header)
    channels = tuple(_channel(record, i, samples[i], rate, i in unscaled, notes) for i in range(record.n_sig))
    return Recording(path=path, format="WFDB", channels=channels, notes=tuple(notes))


def _channel(record: Any, i: int, samples: Samples, rate_hz: float, unscaled: bool, notes: list[str]) -> Channel:
    name = record.sig_name[i] or f"signal {i + 1}"
    raw, missing = _with_gaps(samples, _INVALID.get(record.fmt[i]) if record.fmt else None)
    if missing:
        notes.append(f"{name}: the file marks {missing} samples as missing, so no figure is given; cut the gap")
    if unscaled:
        notes.append(f"{name}: the header states no gain: no figure in volts can be given")
    gain = 1.0 if unscaled else record.adc_gain[i]
    return Channel(
        name=name,
        unit="count" if unscaled else unit_of(record.units[i] or "mV"),
        rate_hz=rate_hz,
        raw=raw,
        scale=1.0 / gain,
        offset=-record.baseline[i] / gain,
        # Of a record of several segments the library tells no converter.
        rail=_rail(record.adc_res[i], record.adc_zero[i]) if record.adc_res else None,
        hint=" ".join(record.comments or ()),
    )


def _without_gain(header: Path) -> set[int]:
    """Return the signals without a gain: the library puts the format's 200 in its place, which is no calibration."""
    with header.open(encoding="utf-8", errors="replace") as file:
        first, *signals = [line.split() for line in file if line.strip() and not line.startswith("#")]
    # A record of several segments lists their names here, and its signals in their headers.
    return (
        set()
        if "/" in first[0]
        else {i for i, fields in enumerate(signals) if len(fields) < 3 or _ZERO_GAIN.match(fields[2])}
    )


def _with_gaps(samples: Samples, invalid: int | None) -> tuple[Samples, int]:
    """Return the samples with NaN where the format says that there is none, and how many these are."""
    missing = 0
    for start in range(0, len(samples), _SAMPLES_AT_ONCE):
        missing += int((samples[start : start + _SAMPLES_AT_ONCE] == invalid).sum()) if invalid is not None else 0
    if not missing:
        return samples, 0

    def read(start: int, stop: int) -> NDArray[Any]:
        part = samples[start:stop]
        return np.where(part == invalid, np.nan, part)

    return StoredSamples(len(samples), np.dtype(np.float64), read), missing


def _held(wfdb: ModuleType, stem: str) -> tuple[Any, list[Samples]]:
    """Return the record and its samples, which the library reads at once."""
    record = wfdb.rdrecord(stem, physical=False, return_res=32)
    if record.d_signal is None:
        return record, []
    return record, [np.ascontiguousarray(column) for column in record.d_signal.T]


def _left_in_file(wfdb: ModuleType, stem: str) -> tuple[Any, list[Samples]] | None:
    """Return the header of a long record, and samples that are read when asked for; None where the library must."""
    record = wfdb.rdheader(stem)
    names = set(getattr(record, "file_name", None) or ())
    paths = [Path(stem).with_name(name) for name in names]
    if not paths or sum(one.stat().st_size for one in paths) <= _HELD_BYTES:
        return None
    count, length = record.n_sig, record.sig_len
    if any(frames != 1 for frames in record.samps_per_frame) or any(record.skew or ()) or not length:
        return None
    if len(paths) == 1 and set(record.fmt) == {"16"}:
        # Numbers of two bytes, one of each channel after the other: they need no library.
        start = (record.byte_offset or [0])[0] or 0
        if paths[0].stat().st_size < start + 2 * count * length:
            raise ValueError(f"{paths[0].name} is shorter than its header says")
        rows = np.memmap(paths[0], np.uint8, "r", start, (length, 2 * count))
        return record, [in_records(rows, 2 * i, 2 * i + 2, "<i2") for i in range(count)]

    def reader(channel: int) -> Callable[[int, int], NDArray[Any]]:
        def read(begin: int, end: int) -> NDArray[Any]:
            if begin >= end:
                return np.empty(0, np.int32)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                part = wfdb.rdrecord(stem, begin, end, channels=[channel], physical=False, return_res=32)
            return part.d_signal[:, 0]

        return read

    return record, [StoredSamples(length, np.dtype(np.int32), reader(i)) for i in range(count)]


def _rail(bits: int | None, zero: int | None) -> tuple[float, float] | None:
    if not bits:
        return None
    half = 2 ** (bits - 1)
    return (zero or 0) - half, (zero or 0) + half - 1


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:120]
