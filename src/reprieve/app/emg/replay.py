"""A recording played as if a needle were in the muscle now: the source that stands in for an amplifier."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from reprieve.app.emg.channels import guessed_kind
from reprieve.core.errors import RecordingError
from reprieve.emg.filters import LOWEST_RATE_HZ
from reprieve.emg.stream import BLOCK_S, EmgStream, StreamState
from reprieve.interop.recording import Channel, Recording
from reprieve.interop.recordings import read_recording


def replay(
    path: str,
    channel: str | None = None,
    *,
    now: Callable[[], float],
    wait: Callable[[float], None],
    speed: float = 1.0,
) -> Iterator[tuple[StreamState, float]]:
    """Yield the state after each block of 10 ms at the moment it is due, and how late it came, in seconds.

    Parameters
    ----------
    path : str
        A recording.
    channel : str, optional
        Name of the channel; may be left out when only one carries EMG.
    now, wait : callable
        A clock that never goes back, and a pause in seconds; both are passed in.
    speed : float
        Times real time.

    Raises
    ------
    RecordingError
        If the file, the channel or the speed cannot be used.

    Notes
    -----
    Every block is due at a time counted from the start, not from the block before, so delays do not add up.
    """
    if not 0 < speed < float("inf"):
        raise RecordingError(f"speed is {speed!r}; give a number above 0, 1 is real time")
    source = _source(read_recording(path), channel)
    return _play(source, now, wait, speed)


def _play(
    source: Channel, now: Callable[[], float], wait: Callable[[float], None], speed: float
) -> Iterator[tuple[StreamState, float]]:
    assert source.volts is not None
    stream = EmgStream(source.rate_hz, volts_per_unit=source.volts, needle=_needle(source))
    block, started = max(1, round(BLOCK_S * source.rate_hz)), now()
    for first in range(0, len(source.raw) - block + 1, block):
        due = started + (first + block) / source.rate_hz / speed
        early = due - now()
        if early > 0:
            wait(early)
        # Only this block is made physical: a long file is held once, as stored.
        part = source.parts[first : first + block]
        if not np.isfinite(part).all():
            raise RecordingError(
                f"{source.name}: after {first / source.rate_hz:.2f} s samples are no numbers; cut the recording there"
            )
        state = stream.push(part)
        assert state is not None
        yield state, max(0.0, now() - due)


def _needle(source: Channel) -> bool:
    return guessed_kind(source) == "needle"


def _source(recording: Recording, name: str | None) -> Channel:
    usable = [one for one in recording.channels if one.volts is not None and one.rate_hz >= LOWEST_RATE_HZ]
    names = ", ".join(one.name for one in usable) or "none"
    if name is None and len(usable) == 1:
        return usable[0]
    found = [one for one in usable if one.name == name]
    if len(found) == 1:
        return found[0]
    what = "several channels carry EMG" if name is None else f"no channel {name!r} with a voltage scale"
    raise RecordingError(f"{recording.path}: {what}; name one of: {names}")
