"""EDF, EDF+ and BDF, read from a memory map so that a long file is not loaded twice.

Formats: Kemp et al. 1992 (EDF), Kemp and Olivan 2003 (EDF+), BioSemi (BDF). Other readers fail on unequal rates, gaps
or a header of odd numbers with a traceback; here every refusal is one line that names the field.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from reprieve.core.errors import RecordingError
from reprieve.interop.edf_annotations import annotations_of, record_onsets
from reprieve.interop.recording import Annotation, Channel, Recording, longest_stretch_note, plausible_rate, unit_of
from reprieve.interop.stored import in_records

_FIXED_BYTES, _SIGNAL_BYTES = 256, 256
# name, bytes; in the order of the file, each for all signals before the next.
_SIGNAL_FIELDS = (
    ("label", 16),
    ("transducer", 80),
    ("unit", 8),
    ("physical_min", 8),
    ("physical_max", 8),
    ("digital_min", 8),
    ("digital_max", 8),
    ("prefilter", 80),
    ("samples", 8),
    ("reserved", 32),
)
_MOST_SIGNALS = 4096
_LARGEST_RECORD_BYTES = 2**30
# The samples of a larger file stay in it until each channel is asked for.
_HELD_BYTES = 2**28


@dataclass(frozen=True, slots=True)
class _Signal:
    """One signal of the header."""

    label: str
    transducer: str
    unit: str
    physical: tuple[float, float]
    digital: tuple[int, int]
    samples: int
    start: int  # bytes into a data record

    @property
    def annotates(self) -> bool:
        return self.label in ("EDF Annotations", "BDF Annotations")


@dataclass(frozen=True, slots=True)
class _Header:
    """What the header says, checked."""

    path: str
    format: str
    width: int  # bytes of a sample
    bytes: int
    records: int
    record_s: float
    interrupted: bool
    signals: tuple[_Signal, ...]

    @property
    def record_bytes(self) -> int:
        return self.width * sum(signal.samples for signal in self.signals)


def read_edf(path: str) -> Recording:
    """Return the recording in an EDF, EDF+ or BDF file.

    Raises
    ------
    RecordingError
        One line: a header field that makes no sense, or a file shorter than its header announces.

    Notes
    -----
    An EDF+D file has gaps. Figures over a gap would be wrong, so the longest unbroken stretch is kept, with its start
    time, and a note says what was left.
    """
    size = Path(path).stat().st_size
    with open(path, "rb") as file:
        header = _header(path, file.read(_FIXED_BYTES + _SIGNAL_BYTES * _MOST_SIGNALS))
    records, notes = _record_count(header, size)
    if records == 0:
        raise RecordingError(f"{path}: no data record is complete; record or export the file again")
    blocks = np.memmap(path, np.uint8, "r", header.bytes, (records, header.record_bytes))
    markers, first, last = _time_line(header, blocks, notes)
    channels = tuple(
        _channel(header, signal, blocks[first[0] : first[1]], last) for signal in header.signals if not signal.annotates
    )
    if not channels:
        raise RecordingError(f"{path}: holds annotations only, no signal; give the file with the recording")
    return Recording(path=path, format=header.format, channels=channels, annotations=markers, notes=tuple(notes))


def _time_line(
    header: _Header, blocks: NDArray[np.uint8], notes: list[str]
) -> tuple[tuple[Annotation, ...], tuple[int, int], float]:
    """Return the annotations, the records of the longest unbroken stretch, and its start in seconds."""
    lists = [
        [bytes(block[s.start : s.start + s.samples * header.width]) for block in blocks]
        for s in header.signals
        if s.annotates
    ]
    whole = (0, len(blocks))
    if not lists:
        return (), whole, 0.0
    onsets = record_onsets(lists[0])
    origin = onsets[0] if onsets and onsets[0] is not None else 0.0
    markers = tuple(mark for texts in lists for mark in annotations_of(texts, origin))
    markers = tuple(sorted(markers, key=lambda mark: mark.onset_s))
    if not header.interrupted or header.record_s <= 0:
        return markers, whole, 0.0
    if any(onset is None for onset in onsets):
        notes.append(
            "the recording was interrupted, but a data record tells no time: figures may reach over a gap; export again"
        )
        return markers, whole, 0.0
    times = np.asarray(onsets, dtype=np.float64) - origin
    breaks = np.flatnonzero(np.abs(np.diff(times) - header.record_s) > 1e-3 * header.record_s) + 1
    edges = [0, *breaks.tolist(), len(blocks)]
    longest = max(itertools.pairwise(edges), key=lambda span: span[1] - span[0])
    if len(breaks):
        stop = times[longest[0]] + (longest[1] - longest[0]) * header.record_s
        notes.append(longest_stretch_note(len(breaks), times[longest[0]], stop))
    return markers, longest, float(times[longest[0]])


def _channel(header: _Header, signal: _Signal, blocks: NDArray[np.uint8], start_s: float) -> Channel:
    kind = "<i2" if header.width == 2 else "<i3"
    stored = in_records(blocks, signal.start, signal.start + signal.samples * header.width, kind)
    raw = stored if blocks.size > _HELD_BYTES else stored[:]
    (low, high), (bottom, top) = signal.physical, signal.digital
    scale = (high - low) / (top - bottom)
    return Channel(
        name=signal.label,
        unit=unit_of(signal.unit),
        rate_hz=plausible_rate(signal.samples / header.record_s, f"{header.path}: channel {signal.label!r}"),
        raw=raw,
        scale=scale,
        offset=low - scale * bottom,
        start_s=start_s,
        rail=(bottom, top),
        hint=signal.transducer,
    )


def _header(path: str, head: bytes) -> _Header:
    if len(head) < _FIXED_BYTES:
        raise RecordingError(f"{path}: {len(head)} bytes are no EDF file, whose header alone has 256; copy it again")
    binary = head[:8] == b"\xffBIOSEMI"
    if not binary and head[:8].strip() != b"0":
        raise RecordingError(f"{path}: begins with {head[:8]!r}, an EDF file with '0'; give an EDF, EDF+ or BDF file")
    reserved = head[192:236].decode("latin-1").strip()
    announced = _whole(path, "the size of the header", head[184:192])
    count = _whole(path, "the number of signals", head[252:256])
    if not 1 <= count <= _MOST_SIGNALS or announced != _FIXED_BYTES + _SIGNAL_BYTES * count:
        raise RecordingError(
            f"{path}: malformed EDF header, {count} signals need {_FIXED_BYTES + _SIGNAL_BYTES * count} bytes but it "
            f"announces {announced}; export the file again"
        )
    if len(head) < announced:
        raise RecordingError(
            f"{path}: truncated in its header, {len(head)} of {announced} bytes; copy or export the file again"
        )
    width = 3 if binary else 2
    signals = _signals(path, head[_FIXED_BYTES:announced], count, width)
    header = _Header(
        path=path,
        format=("BDF" if binary else "EDF") + ("+" if reserved.startswith(("EDF+", "BDF+")) else ""),
        width=width,
        bytes=announced,
        records=_whole(path, "the number of data records", head[236:244]),
        record_s=_number(path, "the duration of a data record", head[244:252]),
        interrupted=reserved.startswith(("EDF+D", "BDF+D")),
        signals=signals,
    )
    if header.records < -1:
        raise RecordingError(f"{path}: malformed EDF header, {header.records} data records; export the file again")
    if not 0 < header.record_bytes <= _LARGEST_RECORD_BYTES:
        raise RecordingError(
            f"{path}: malformed EDF header, a data record of {header.record_bytes} bytes; export the file again"
        )
    if not header.record_s > 0 and not all(signal.annotates for signal in signals):
        raise RecordingError(
            f"{path}: malformed EDF header, data records last {header.record_s:g} s, allowed is above 0; "
            "export the file again"
        )
    return header


def _signals(path: str, head: bytes, count: int, width: int) -> tuple[_Signal, ...]:
    columns: dict[str, list[bytes]] = {}
    place = 0
    for name, size in _SIGNAL_FIELDS:
        columns[name] = [head[place + i * size : place + (i + 1) * size] for i in range(count)]
        place += count * size
    signals: list[_Signal] = []
    start = 0
    for i in range(count):
        texts = {name: column[i].decode("latin-1").strip(" \0") for name, column in columns.items()}
        label = texts["label"] or f"signal {i + 1}"
        where = f"of signal {label!r}"
        samples = _whole(path, f"the samples per record {where}", columns["samples"][i])
        if samples < 0:
            raise RecordingError(f"{path}: malformed EDF header, {samples} samples per record {where}; export again")
        digital = tuple(
            _whole(path, f"the digital range {where}", columns[f"digital_{end}"][i]) for end in ("min", "max")
        )
        physical = tuple(
            _number(path, f"the physical range {where}", columns[f"physical_{end}"][i]) for end in ("min", "max")
        )
        signal = _Signal(label, texts["transducer"], texts["unit"], physical, digital, samples, start)  # type: ignore[arg-type]
        if not signal.annotates and (samples == 0 or digital[0] == digital[1] or physical[0] == physical[1]):
            raise RecordingError(
                f"{path}: malformed EDF header, {samples} samples per record, digital range "
                f"{digital[0]} to {digital[1]}, physical range {physical[0]:g} to {physical[1]:g} {where}; export again"
            )
        signals.append(signal)
        start += samples * width
    return tuple(signals)


def _record_count(header: _Header, size: int) -> tuple[int, list[str]]:
    """Return how many data records to read, and notes."""
    held, rest = divmod(size - header.bytes, header.record_bytes)
    if header.records == -1:
        # -1 stands while the recorder runs: it was switched off before it wrote the number.
        return held, ["the header leaves the number of data records open; all complete ones were read"]
    if held < header.records:
        have = (size - header.bytes) / header.record_bytes
        raise RecordingError(
            f"{header.path}: truncated, {have:.1f} of the {header.records} data records that the header announces; "
            "copy or export the file again"
        )
    if held > header.records or rest:
        extra = size - header.bytes - header.records * header.record_bytes
        return header.records, [f"{extra} bytes after the last data record were left unread"]
    return header.records, []


def _whole(path: str, what: str, field: bytes) -> int:
    text = field.decode("latin-1").strip(" \0")
    # float() takes '1e3' and int() does not; EDF writers have used both.
    value = _number(path, what, field)
    if value != int(value):
        raise RecordingError(
            f"{path}: malformed EDF header, {what} is {text!r}, a whole number is needed; export again"
        )
    return int(value)


def _number(path: str, what: str, field: bytes) -> float:
    text = field.decode("latin-1").strip(" \0")
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or not text.isascii():
        raise RecordingError(
            f"{path}: malformed EDF header, {what} is {text!r}, a number is needed; export the file again"
        )
    return value
