"""An amplifier on the network: one stream of the Lab Streaming Layer (LSL), through pylsl (an optional extra)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reprieve.core.errors import RecordingError
from reprieve.interop.extras import need
from reprieve.interop.recording import plausible_rate, unit_of

PREFIX = "lsl:"
FIND_S, WAIT_S, MOST_SAMPLES = 5.0, 0.2, 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class LslStream:
    """A stream that is being received.

    Attributes
    ----------
    name : str
    names, units : tuple of str
        Of the channels, as the amplifier states them.
    rate_hz : float
    inlet, clock : object
        pylsl's own.
    """

    name: str
    names: tuple[str, ...]
    units: tuple[str, ...]
    rate_hz: float
    inlet: Any
    clock: Any

    def pull(self) -> tuple[NDArray[np.float64], float | None]:
        """Return what has arrived, shape (n_channels, n_samples), and how old the newest sample is in seconds.

        Waits for a fifth of a second at the most; no sample then, and no age.

        Raises
        ------
        RecordingError
            If the stream was lost.
        """
        try:
            rows, stamps = self.inlet.pull_chunk(timeout=WAIT_S, max_samples=MOST_SAMPLES)
        except Exception as error:  # pylsl raises errors of its own, which is no reason to show a traceback
            raise RecordingError(f"{PREFIX}{self.name}: the stream was lost ({error}); start it again") from None
        if not stamps:
            return np.empty((len(self.names), 0)), None
        age = float(self.clock() - (stamps[-1] + self.inlet.time_correction()))
        return np.asarray(rows, dtype=np.float64).T, max(0.0, age)


def open_lsl(name: str) -> LslStream:
    """Return the stream of the name; the first of type EMG when the name is empty.

    Raises
    ------
    RecordingError
        If no such stream is found within five seconds, or it has no fixed sampling rate.
    SetupError
        If pylsl is not installed.
    """
    pylsl = need("pylsl", f"{PREFIX}{name} (LSL)", "lsl")
    kind, value = ("name", name) if name else ("type", "EMG")
    found = pylsl.resolve_byprop(kind, value, timeout=FIND_S)
    if not found:
        raise RecordingError(f"no LSL stream of {kind} {value!r} within {FIND_S:g} s; start it on this network")
    inlet = pylsl.StreamInlet(found[0], max_buflen=10)
    info = inlet.info(timeout=FIND_S)
    names, units = _labels(info)
    rate = plausible_rate(float(info.nominal_srate()), f"{PREFIX}{info.name()}")
    return LslStream(name=info.name(), names=names, units=units, rate_hz=rate, inlet=inlet, clock=pylsl.local_clock)


def _labels(info: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    names: list[str] = []
    units: list[str] = []
    channel = info.desc().child("channels").child("channel")
    for index in range(info.channel_count()):
        names.append(channel.child_value("label") or f"channel {index + 1}")
        units.append(unit_of(channel.child_value("unit")))
        channel = channel.next_sibling("channel")
    return tuple(names), tuple(units)
