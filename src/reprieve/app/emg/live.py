"""An amplifier listened to while the needle moves: the live twin of the replay."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from reprieve.core.errors import RecordingError
from reprieve.emg.filters import LOWEST_RATE_HZ
from reprieve.emg.stream import EmgStream, StreamState
from reprieve.interop.lsl import PREFIX, open_lsl

# Each pull waits up to a fifth of a second: ten seconds of silence.
MOST_SILENT_PULLS = 50
_VOLTS = {"uV": 1e-6, "mV": 1e-3, "V": 1.0, "nV": 1e-9}


class LiveSource(Protocol):
    """What any device must offer: names, units, a fixed rate, and what has arrived since it was last asked."""

    @property
    def name(self) -> str: ...
    @property
    def names(self) -> tuple[str, ...]: ...
    @property
    def units(self) -> tuple[str, ...]: ...
    @property
    def rate_hz(self) -> float: ...
    def pull(self) -> tuple[NDArray[np.float64], float | None]:
        """Return samples of shape (n_channels, n_samples) and the age of the newest in seconds."""
        ...


def is_live(path: str) -> bool:
    """Return whether the name is that of a device and not of a file."""
    return path.startswith(PREFIX)


def listen(path: str, channel: str | None = None) -> Iterator[tuple[StreamState, float]]:
    """Yield the state after whatever arrives from `lsl:NAME`, and how old the newest sample is, in seconds.

    Raises
    ------
    RecordingError
        If there is no such stream, or the channel states no voltage.
    SetupError
        If the library for the device is not installed.
    """
    yield from listen_to(open_lsl(path[len(PREFIX) :]), channel)


def listen_to(source: LiveSource, channel: str | None = None) -> Iterator[tuple[StreamState, float]]:
    """Yield the state after whatever arrives from a device.

    Where samples are no numbers, as after a lost packet, the figures begin anew behind them: those of a needle would be
    wrong across a gap.
    """
    place = _place(source, channel)
    if source.rate_hz < LOWEST_RATE_HZ:
        raise RecordingError(f"{source.name}: {source.rate_hz:g} Hz, EMG needs at least {LOWEST_RATE_HZ:g}; raise it")
    # Whoever listens live holds a needle: its band, whatever the rate.
    begin = partial(EmgStream, source.rate_hz, volts_per_unit=_VOLTS[source.units[place]], needle=True)
    stream, before_s, seen = begin(), 0.0, 0
    silent = 0
    while True:
        samples, age = source.pull()
        heard = age is not None and bool(np.isfinite(samples[place]).all())
        if age is None or not heard:
            silent += 1
            if silent >= MOST_SILENT_PULLS:
                raise RecordingError(f"{source.name}: no sample arrives; check that the amplifier is sending")
            if age is not None:
                stream, before_s, seen = begin(), before_s + (seen + samples.shape[1]) / source.rate_hz, 0
            continue
        silent, seen = 0, seen + samples.shape[1]
        state = stream.push(samples[place])
        if state is not None:
            yield replace(state, time_s=before_s + state.time_s), age


def _place(source: LiveSource, channel: str | None) -> int:
    usable = [name for name, unit in zip(source.names, source.units, strict=True) if unit in _VOLTS]
    if not usable:
        raise RecordingError(f"{source.name}: no channel states a unit of voltage; state microvolts at the sender")
    if channel is None and len(usable) > 1:
        raise RecordingError(f"{source.name}: several channels carry EMG; name one of: {', '.join(usable)}")
    if channel is not None and channel not in usable:
        raise RecordingError(f"{source.name}: no channel {channel!r} with a voltage; name one of: {', '.join(usable)}")
    return source.names.index(channel or usable[0])
