"""The live needle for a screen: the running figures of a device as lines of JSON, twenty a second at the most."""

from __future__ import annotations

import json
from collections.abc import Iterator

from reprieve.app.emg.live import listen
from reprieve.core.errors import ReprieveError
from reprieve.emg.stream import StreamState

# Signal time between two lines: faster than an eye follows, slow enough for any network.
EVERY_S = 0.05


def live_lines(source: str, channel: str | None = None) -> Iterator[bytes]:
    """Yield the figures of `lsl:NAME`, one JSON document a line; a failure later on is the last line.

    The first line is waited for before anything is returned, so that a device that is not there is refused and not
    streamed.

    Raises
    ------
    RecordingError
        If there is no such device, or its channel states no voltage.
    SetupError
        If the library for the device is not installed.
    """
    states = listen(source, channel)
    first = next(states)
    return _lines(first, states)


def _lines(first: tuple[StreamState, float], states: Iterator[tuple[StreamState, float]]) -> Iterator[bytes]:
    state, age = first
    spikes, told = len(state.new_spikes[0]), state.time_s
    yield _line(state, age, spikes)
    spikes = 0
    try:
        for state, age in states:
            spikes += len(state.new_spikes[0])
            if state.time_s - told < EVERY_S:
                continue
            yield _line(state, age, spikes)
            spikes, told = 0, state.time_s
    except ReprieveError as error:
        yield json.dumps({"problem": str(error)}).encode() + b"\n"


def _line(state: StreamState, age: float, spikes: int) -> bytes:
    told = {
        "time_s": round(state.time_s, 3),
        "rms_uv": round(float(state.rms_uv[0]), 2),
        "turns_per_s": round(float(state.turns_per_s[0]), 1),
        "spikes_per_s": round(float(state.spikes_per_s[0]), 1),
        "new_spikes": spikes,
        "verdict": state.verdict[0],
        "age_s": round(age, 3),
    }
    return json.dumps(told).encode() + b"\n"
