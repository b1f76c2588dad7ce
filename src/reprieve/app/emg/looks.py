"""The samples of one channel read in blocks: what is kept of each block for the report, whatever their size."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reprieve.emg.coherence import CROSSTALK_BAND_HZ, SecondsStream, SegmentSpectra, SpectrumStream
from reprieve.emg.contractions import BURST_WINDOW_S, EDGE_WINDOW_S
from reprieve.emg.envelope import WINDOW_S, Envelope, EnvelopeStream
from reprieve.emg.filters import BandPassStream, Samples, without_mains
from reprieve.emg.spectra import Spectrum
from reprieve.emg.tremor import HIGH_HZ, LOW_HZ, PHYSIOLOGICAL_HZ, TremorPeak, TremorStream
from reprieve.emg.turns import THRESHOLD_MV, TurnSums
from reprieve.interop.recording import Channel
from reprieve.interop.scratch import Scratch

Floats = NDArray[np.float64]

# Two minutes at 2 kHz: a megabyte in float32, which stays near the processor.
BLOCK_SAMPLES = 2**18
LOWEST_PAIR_HZ, HIGHEST_PAIR_HZ = 1.0, 50.0
# Half an hour tells crosstalk; four hours of it for 16 channels would be 350 MB.
MOST_CROSSTALK_SEGMENTS = 1800
# What one channel needs while it is looked at.
_HELD_BYTES = 2**25
_WINDOWS_S = (WINDOW_S, EDGE_WINDOW_S, BURST_WINDOW_S)


@dataclass(frozen=True, slots=True, kw_only=True)
class EmgFigures:
    """What the samples of an EMG channel gave, in the unit of the samples.

    Attributes
    ----------
    spectrum : Spectrum
        Of the channel as it is.
    crosstalk, drive : SegmentSpectra
        Of the channel as it is at 60-250 Hz, and of the rectified one at 1-50 Hz.
    envelopes : tuple of Envelope
        Of 100 ms, for the edges, and for bursts.
    power : SecondPowers
        Of the filtered channel.
    peaks : tuple of TremorPeak or None
        At 3-12 Hz and at 8-14 Hz; a needle has none.
    turns : TurnSums or None
        In converter counts, without which an offset would make turns; None without a voltage scale.
    """

    spectrum: Spectrum
    crosstalk: SegmentSpectra
    drive: SegmentSpectra
    envelopes: tuple[Envelope, ...]
    power: SecondPowers
    peaks: tuple[TremorPeak | None, ...]
    turns: TurnSums | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MovementFigures:
    """What the samples of a movement sensor gave."""

    rms: float
    peak: TremorPeak | None
    seconds: SegmentSpectra


def blocks_of(channel: Channel) -> Iterator[NDArray[Any]]:
    """Yield the samples of a channel as stored, block by block."""
    for start in range(0, len(channel.raw), BLOCK_SAMPLES):
        yield channel.raw[start : start + BLOCK_SAMPLES]


def second_look(channel: Channel, mean: float, volts: float | None, scratch: Scratch, *, needle: bool) -> EmgFigures:
    """Return the figures of an EMG channel whose mean is known; `volts` is what its unit is worth."""
    total, rate, own = len(channel.raw), channel.rate_hz, Scratch(_HELD_BYTES)
    low, high = CROSSTALK_BAND_HZ
    crosstalk = SecondsStream(total, rate, lowest_hz=low, highest_hz=high, most=MOST_CROSSTALK_SEGMENTS)
    spectrum = SpectrumStream(total, rate, crosstalk)
    drive = _pair_seconds(channel, scratch)
    rooms = iter((scratch, own, own))
    envelopes = EnvelopeStream(total, rate, _WINDOWS_S, lambda count: next(rooms).array(count, np.float32))
    power, tremor = SecondPowers(total, round(rate)), None if needle else TremorStream(rate)
    turns = None if volts is None else TurnSums(THRESHOLD_MV / mv_per_count(channel, volts), round(rate), total)

    def take(filtered: Samples) -> None:
        if not len(filtered):
            return
        envelopes.push(filtered)
        power.push(filtered)
        rectified = np.abs(filtered)
        drive.push(rectified)
        if tremor is not None:
            tremor.push(rectified)

    band = BandPassStream(rate, needle=needle)
    for raw in blocks_of(channel):
        light = _light(channel, raw, mean)
        spectrum.push(light)
        take(band.push(light))
        if turns is not None:
            turns.push(raw)
        scratch.forget()
        own.forget()
    take(band.close())
    bands = ((LOW_HZ, HIGH_HZ), PHYSIOLOGICAL_HZ)
    return EmgFigures(
        spectrum=spectrum.close(),
        crosstalk=crosstalk.close(),
        drive=drive.close(),
        envelopes=envelopes.close(),
        power=power,
        peaks=(None, None) if tremor is None else tremor.close(bands),
        turns=turns,
    )


def clean_envelopes(channel: Channel, mean: float, mains_hz: float, *, needle: bool) -> tuple[Envelope, ...]:
    """Return the envelopes of a channel whose mains are taken out second by second."""
    rate, own = channel.rate_hz, Scratch(_HELD_BYTES)
    envelopes = EnvelopeStream(len(channel.raw), rate, _WINDOWS_S, partial(own.array, dtype=np.float32))
    band, tail = BandPassStream(rate, needle=needle), np.empty(0, np.float32)
    second = round(rate)
    for raw in blocks_of(channel):
        joined = np.concatenate([tail, band.push(_light(channel, raw, mean))])
        # The last second waits: what is left over at the end is cleaned with it.
        whole = max(0, len(joined) // second - 1) * second
        envelopes.push(without_mains(joined[:whole], rate, mains_hz))
        tail = joined[whole:]
    envelopes.push(without_mains(np.concatenate([tail, band.close()]), rate, mains_hz))
    return envelopes.close()


def movement_look(channel: Channel, mean: float, scratch: Scratch) -> MovementFigures:
    """Return the figures of a movement sensor whose mean is known."""
    tremor, seconds, squares = TremorStream(channel.rate_hz), _pair_seconds(channel, scratch), 0.0
    for raw in blocks_of(channel):
        moved = channel.physical(raw) - mean
        squares += float(moved @ moved)
        tremor.push(moved)
        seconds.push(moved)
    (peak,) = tremor.close(((LOW_HZ, HIGH_HZ),))
    return MovementFigures(rms=float(np.sqrt(squares / len(channel.raw))), peak=peak, seconds=seconds.close())


def mv_per_count(channel: Channel, volts: float) -> float:
    """Return the millivolts of one step of what the file stores; `volts` is what the unit is worth."""
    return abs(channel.scale) * volts / 1e-3


class SecondPowers:
    """The mean square of each second of a channel that arrives in blocks.

    Attributes
    ----------
    seconds : ndarray, shape (n_seconds,)
    rest : ndarray
        The samples after the last whole second.
    """

    def __init__(self, total: int, length: int) -> None:
        self.seconds, self.rest = np.empty(total // length), np.empty(0, np.float32)
        self._length, self._made = length, 0

    def push(self, samples: Samples) -> None:
        """Take the next samples."""
        joined = np.concatenate([self.rest, samples]) if len(self.rest) else samples
        count = len(joined) // self._length
        rows = joined[: count * self._length].reshape(count, self._length)
        self.seconds[self._made : self._made + count] = np.einsum("ij,ij->i", rows, rows) / self._length
        self._made += count
        self.rest = joined[count * self._length :].copy()


class Extremes:
    """The smallest and the largest sample of each column of a drawing, of a channel that arrives in blocks.

    Attributes
    ----------
    low, high : ndarray, shape (n_columns,)
    """

    def __init__(self, total: int, columns: int) -> None:
        count = min(columns, total)
        self._edges = np.linspace(0, total, count, endpoint=False).astype(np.int64)
        self.low, self.high = np.full(count, np.inf), np.full(count, -np.inf)
        self._samples = 0

    def push(self, samples: Floats) -> None:
        """Take the next samples."""
        if not len(samples):
            return
        start, stop = self._samples, self._samples + len(samples)
        first = int(np.searchsorted(self._edges, start, side="right")) - 1
        last = int(np.searchsorted(self._edges, stop, side="left"))
        cuts = np.maximum(self._edges[first:last] - start, 0)
        columns = slice(first, last)
        self.low[columns] = np.minimum(self.low[columns], np.minimum.reduceat(samples, cuts))
        self.high[columns] = np.maximum(self.high[columns], np.maximum.reduceat(samples, cuts))
        self._samples = stop


def _pair_seconds(channel: Channel, scratch: Scratch) -> SecondsStream:
    make = partial(scratch.array, dtype=np.complex64)
    total, rate = len(channel.raw), channel.rate_hz
    return SecondsStream(total, rate, lowest_hz=LOWEST_PAIR_HZ, highest_hz=HIGHEST_PAIR_HZ, make=make)


def _light(channel: Channel, raw: NDArray[Any], mean: float) -> Samples:
    """Return float32 less the mean: half the memory and time, and an offset would take the digits of the EMG."""
    if raw.dtype == np.int16:
        # Sixteen bits are exact in float32: no need of twice as many.
        light = np.subtract(raw, np.float32((mean - channel.offset) / channel.scale), dtype=np.float32)
        light *= np.float32(channel.scale)
        return light
    return np.subtract(channel.physical(raw), mean, out=np.empty(len(raw), np.float32), casting="same_kind")
