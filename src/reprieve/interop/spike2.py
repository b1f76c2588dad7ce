"""CED Spike2 .smr files, through neo."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reprieve.core.errors import RecordingError
from reprieve.interop.extras import need
from reprieve.interop.recording import Annotation, Channel, Recording, longest_stretch_note, plausible_rate, unit_of
from reprieve.interop.stored import StoredSamples

# The samples of larger files stay in them until each channel is asked for.
_HELD_BYTES = 2**27
# Channels of one recording stop and go on together, up to a sample of the slowest.
_SAME_PAUSE_S = 0.1


def read_spike2(path: str) -> Recording:
    """Return the waveforms and events of a 32-bit Spike2 file.

    Raises
    ------
    RecordingError
        If the file is damaged, or a .smrx file.
    SetupError
        If neo is not installed.

    Notes
    -----
    Events and sorted spikes become annotations named after their channel. A .smrx file can only be read by the maker's
    own Windows library; Spike2 exports it to EDF or .smr. Of a recording with pauses the longest stretch is kept.
    """
    if path.lower().endswith(".smrx"):
        raise RecordingError(f"{path}: .smrx has no open reader; export it from Spike2 as EDF or as 32-bit .smr")
    rawio = need("neo.rawio", f"{path} (Spike2)")
    logging.getLogger("neo").setLevel(logging.ERROR)
    try:
        source = rawio.Spike2RawIO(filename=path, try_signal_grouping=False)
        _parse(rawio, source, path)
        stretch, notes = _longest_stretch(source)
        rows = enumerate(source.header["signal_channels"])
        channels = tuple(_channel(source, path, row, i, stretch) for i, row in rows)
        markers = tuple(sorted(_events(source) + _spikes(source), key=lambda mark: mark.onset_s))
    except RecordingError:
        raise
    except Exception as error:  # neo parses by struct: a damaged file surfaces as any of a dozen errors
        reason = (str(error).strip() or type(error).__name__).splitlines()[0][:120]
        raise RecordingError(f"{path}: not a readable Spike2 file ({reason}); copy or export the file again") from None
    if not channels:
        raise RecordingError(f"{path}: holds no waveform channel; export the raw EMG, not only its events")
    return Recording(path=path, format="Spike2", channels=channels, annotations=markers, notes=notes)


def _parse(rawio: Any, source: Any, path: str) -> None:
    """Let neo read the file's head; refuse channels that pause at times of their own.

    neo takes the number of pauses from the first channel: another channel's further pauses would be glued together.
    """
    failed: Exception | None = None
    with np.errstate(all="ignore"):  # a damaged head multiplies beyond any number; what comes of it is looked at
        try:
            source.parse_header()
        except Exception as error:  # fewer pauses than the first channel surface as an index
            failed = error
        pauses = _pauses(rawio, source, path)
    for other in pauses[1:]:
        if len(other) != len(pauses[0]) or np.any(np.abs(other - pauses[0]) > _SAME_PAUSE_S):
            raise RecordingError(
                f"{path}: the channels are interrupted at different times, so they have no common stretch; export each "
                "channel, or a part without pauses, as a file of its own"
            )
    if failed is not None:
        raise failed


def _pauses(rawio: Any, source: Any, path: str) -> list[NDArray[np.float64]]:
    """Return begin and end of each pause, in seconds, of every channel with samples; refuse what is not whole.

    neo fills what the end of the file cut off with zeros.
    """
    found: list[NDArray[np.float64]] = []
    file_bytes = Path(path).stat().st_size
    for number, blocks in getattr(source, "_all_data_blocks", {}).items():
        told = source._channel_infos[number]
        if told["kind"] not in (1, 9) or len(blocks) == 0:
            continue
        tick_s = source._time_factor
        exact_step = float(rawio.spike2rawio.get_sample_interval(source._global_info, told) / tick_s)
        if not 1 <= exact_step < 2**31:
            raise RecordingError(f"{path}: no sampling interval for a channel; copy or export the file again")
        step, width = round(exact_step), 2 if told["kind"] == 1 else 4
        lasted = blocks["end_time"].astype(np.int64) - blocks["start_time"]
        odd = np.abs(lasted / exact_step + 1 - blocks["size"]) > 1
        if np.any(odd | (blocks["pos"].astype(np.int64) + blocks["size"].astype(np.int64) * width > file_bytes)):
            raise RecordingError(f"{path}: a part of the samples is missing or damaged; copy or export the file again")
        begin = blocks["end_time"][:-1].astype(np.int64)
        end = blocks["start_time"][1:].astype(np.int64)
        gaps = end - begin > step
        found.append(np.stack([begin[gaps], end[gaps]], axis=1) * tick_s)
    return found


def _longest_stretch(source: Any) -> tuple[int, tuple[str, ...]]:
    """Return which stretch between pauses is the longest, and a note where there are several."""
    count = int(source.segment_count(0))
    spans = [(float(source.segment_t_start(0, one)), float(source.segment_t_stop(0, one))) for one in range(count)]
    longest = max(range(count), key=lambda one: spans[one][1] - spans[one][0])
    return longest, () if count == 1 else (longest_stretch_note(count - 1, *spans[longest]),)


def _channel(source: Any, path: str, row: Any, index: int, stretch: int) -> Channel:
    # Without grouping every channel is a stream of its own, at its own rate.
    stream = next(i for i, one in enumerate(source.header["signal_streams"]) if one["id"] == row["stream_id"])
    length = int(source.get_signal_size(0, stretch, stream))

    def read(start: int, stop: int) -> NDArray[Any]:
        part = source.get_analogsignal_chunk(0, stretch, i_start=start, i_stop=stop, stream_index=stream)[:, 0]
        return np.ascontiguousarray(part)

    stored = StoredSamples(length, np.dtype(str(row["dtype"])), read)
    raw = stored if Path(path).stat().st_size > _HELD_BYTES else stored[:]
    name = str(row["name"]).strip() or f"channel {index + 1}"
    return Channel(
        name=name,
        unit=unit_of(str(row["units"])),
        rate_hz=plausible_rate(round(float(row["sampling_rate"]), 6), f"{path}: channel {name!r}"),
        raw=raw,
        scale=float(row["gain"]),
        offset=float(row["offset"]),
        start_s=float(source.get_signal_t_start(0, stretch, stream)),
        rail=(-32768, 32767) if str(row["dtype"]) == "int16" else None,
    )


def _events(source: Any) -> list[Annotation]:
    found: list[Annotation] = []
    for index, row in enumerate(source.header["event_channels"]):
        name = str(row["name"]).strip()
        for stretch in range(source.segment_count(0)):
            stamps, _, labels = source.get_event_timestamps(0, stretch, index)
            times = source.rescale_event_timestamp(stamps, "float64", index)
            for time, label in zip(times, labels, strict=True):
                found.append(Annotation(float(time), None, f"{name} {label}".strip()))
    return found


def _spikes(source: Any) -> list[Annotation]:
    found: list[Annotation] = []
    for index, row in enumerate(source.header["spike_channels"]):
        for stretch in range(source.segment_count(0)):
            stamps = source.get_spike_timestamps(0, stretch, index)
            times = source.rescale_spike_timestamp(stamps, "float64")
            found.extend(Annotation(float(time), None, str(row["name"]).strip()) for time in times)
    return found
