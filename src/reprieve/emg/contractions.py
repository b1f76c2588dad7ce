"""Tonic efforts and short bursts: where the muscle is on.

A detector with hysteresis on the noise-corrected envelope: on above max(3 n, 10 % of the best effort), off below
half of it, pauses under 300 ms joined, at least 200 ms long. For bursts (jerks, tremor) the noise alone sets the level.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reprieve.emg.efforts import (
    FOOT_FACTOR,
    KNOCK_LONGEST_S,
    is_knock,
    is_spike,
    joined_efforts,
    long_enough,
    runs,
    with_feet,
)
from reprieve.emg.envelope import (
    POINTS_AT_ONCE,
    WINDOW_S,
    Envelope,
    rests_plainly,
    rms_envelope,
    rms_envelopes,
)
from reprieve.emg.filters import Samples
from reprieve.emg.tone import TONE_REACH_S, Tone, tone_of, tone_step

Floats = NDArray[np.float64]
Places = NDArray[np.int64]

NOISE_FACTOR = 3.0
EFFORT_FRACTION = 0.10
OFF_FRACTION = 0.5
# Where rest is plain to see; and how far above the noise little may lie for it to be.
FAINT_FACTOR, PLAIN_FACTOR, PLAIN_FRACTION = 1.5, 2.0, 0.5
PARTING_FRACTION = 0.25
JOIN_S, SHORTEST_S = 0.3, 0.2
# The smoother envelope fills 100 ms more of a pause.
EDGE_JOIN_S = JOIN_S - 0.1
SPIKE_LONGEST_S = 1.0
BURST_JOIN_S, BURST_SHORTEST_S, BURST_WINDOW_S = 0.05, 0.05, 0.03
SUSTAINED_S = 0.5
# Where an effort begins and ends is read from a smoother envelope, see `edge_level`.
EDGE_WINDOW_S, EDGE_FRACTION, EDGE_PERCENTILE = 0.2, 0.15, 95.0
EDGE_MOST_POINTS = 2**20
# An effort begins at twice and reaches four times the tone.
TONE_EDGE, TONE_EFFORT = 2.0, 4.0
# Too short to find the noise beside the effort.
SHORTEST_RECORD_S = 2.0


@dataclass(frozen=True, slots=True)
class Interval:
    """One contraction or burst, in seconds from the first sample."""

    onset_s: float
    offset_s: float

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.offset_s - self.onset_s


def find_contractions(filtered: ArrayLike, rate_hz: float) -> tuple[Interval, ...]:
    """Return the tonic efforts of one channel.

    Parameters
    ----------
    filtered : array_like, shape (n_samples,)
        Band-passed EMG in any unit: the rule is relative to the channel's own noise and best effort.
    rate_hz : float
        Sampling rate.

    Returns
    -------
    tuple of Interval
        In order of time, not overlapping.

    Notes
    -----
    *Whether* there is an effort is decided by hysteresis on the 100 ms envelope. *Where* one begins and ends, and where
    a pause of 300 ms parts two, is read from a 200 ms envelope at `edge_level`: half the on-level lies so near noise
    that a foothill of some 10 % of the effort would move an edge by half a second, and that a faint tone between twenty
    twitches would make one contraction of them. Where the muscle does not rest between efforts, the tone raises that
    level, see `Tone`. Two efforts between which the muscle does not let go are one, see `joined_efforts`, and the edges
    of a weak one are read at a level of its own, see `with_feet`.
    """
    samples = np.asarray(filtered)
    envelope, smooth = rms_envelopes(samples, rate_hz, (WINDOW_S, EDGE_WINDOW_S))
    step = round(rate_hz / envelope.rate_hz)

    def narrow(start: int, stop: int) -> Samples:
        return rms_envelope(samples[start * step : stop * step], rate_hz, window_s=BURST_WINDOW_S).values

    return contractions_of(envelope, smooth, narrow)


def contractions_of(
    envelope: Envelope, smooth: Envelope, narrow: Callable[[int, int], Samples], *, on: float | None = None
) -> tuple[Interval, ...]:
    """Return the tonic efforts from envelopes of 100 ms and of `EDGE_WINDOW_S`, at the same points.

    `narrow` gives the points of an envelope of `BURST_WINDOW_S` from one number to before another; `on` is the level,
    that of `contraction_level` unless told.
    """
    rate_hz = envelope.rate_hz
    on = contraction_level(envelope) if on is None else on
    parted = parting_level(envelope, on)
    edge, off = edge_level(smooth, parted), float(np.hypot(OFF_FRACTION * parted, smooth.noise))
    step, beside = tone_step(smooth), round(2 * TONE_REACH_S * rate_hz)
    hidden = on > EFFORT_FRACTION * envelope.best_effort
    found: list[tuple[int, int]] = []
    for start, stop in _stretches(envelope, on, JOIN_S * rate_hz, step):
        # The tone looks some seconds to either side, in steps counted from the first point of the record.
        first, last = max(0, start - beside) // step * step, stop + beside
        near = smooth.between(first, last)
        tone, size = tone_of(near), len(near.values)
        part, inside = smooth.between(start, stop), slice(start - first, stop - first)
        here = _found(
            envelope if len(part.values) == len(envelope.values) else envelope.between(start, stop),
            part.values > tone.level(TONE_EDGE, size, edge)[inside],
            part.values > tone.level(TONE_EFFORT, size)[inside],
            on,
            hidden=hidden,
        )
        whole = joined_efforts(here, part, off)
        floor = partial(_floor, tone, size, smooth.noise, edge, inside)
        found += [(start + a, start + b) for a, b in with_feet(whole, part, off, edge, floor)]
    # Where noise sets the level, what is nearly long enough may be a knock.
    knocks = KNOCK_LONGEST_S if hidden else 0.0
    spans = [(start, stop) for start, stop in found if not _is_artefact(envelope, start, stop, narrow, knocks)]
    return tuple(Interval(start / rate_hz, stop / rate_hz) for start, stop in spans)


def _floor(tone: Tone, size: int, noise: float, edge: float, inside: slice) -> Samples:
    """Return the level that no foot lies below: 1.5 n or twice the tone, but not above that of the edges."""
    return np.minimum(tone.level(TONE_EDGE, size, FOOT_FACTOR * noise)[inside], edge)


def _is_artefact(
    envelope: Envelope, start: int, stop: int, narrow: Callable[[int, int], Samples], knocks_s: float
) -> bool:
    rate_hz = envelope.rate_hz
    if stop - start > SPIKE_LONGEST_S * rate_hz:
        return False
    if is_spike(envelope.between(start, stop), partial(narrow, start, stop)):
        return True
    return stop - start < knocks_s * rate_hz and is_knock(narrow(start, stop), envelope.noise, rate_hz)


def _found(
    envelope: Envelope, over_edge: NDArray[np.bool_], over_tone: NDArray[np.bool_], on: float, *, hidden: bool
) -> list[tuple[int, int]]:
    """Return the efforts of a stretch of the record, from where its smooth envelope is over edge level and tone.

    `hidden` says that noise and not the best effort sets the level.
    """
    corrected, rate_hz = envelope.corrected, envelope.rate_hz
    join, edge_join, shortest = JOIN_S * rate_hz, EDGE_JOIN_S * rate_hz, SHORTEST_S * rate_hz
    loud = _pairs(*runs(over_edge))
    count = _count_before((corrected > on) & over_tone)
    found: list[tuple[int, int]] = []
    place = 0
    for span in _joined(_hysteresis(corrected, on), join):
        if count[span[1]] == count[span[0]]:
            continue
        if long_enough(corrected, span, OFF_FRACTION * on, shortest, hidden=hidden):
            while place < len(loud) and loud[place][1] <= span[0]:
                place += 1
            found += _efforts(span, loud, place, count, edge_join, shortest) or [_trim(span, corrected, on, shortest)]
    return found


def _stretches(envelope: Envelope, on: float, join: float, step: int) -> Iterator[tuple[int, int]]:
    """Yield stretches of a record that are cut in pauses too long to be joined; a record of an hour is one.

    Where there is no such pause, the stretch goes on until there is one. Cuts lie on multiples of `step`.
    """
    total, start = len(envelope.values), 0
    pause = int(join) + 2 * step
    while start < total:
        stop = start + POINTS_AT_ONCE
        while stop < total:
            quiet = envelope.between(start, stop).corrected <= OFF_FRACTION * on
            begins, ends = runs(quiet)
            # The last run may go on: what is known of it is a pause as well.
            long = np.flatnonzero(ends - begins >= 2 * pause)
            if len(long):
                stop = start + int(begins[long[-1]] + ends[long[-1]]) // 2 // step * step
                break
            stop += POINTS_AT_ONCE
        stop = min(stop, total)
        yield start, stop
        start = stop


def contraction_level(envelope: Envelope) -> float:
    """Return the on-level: max(3 n, 10 % of the best half second), lower where rest is plain to see.

    There it is a quarter of the best half second instead of 3 n, if that is less, but at least 1.5 n: the envelope has
    its noise taken off, so that half of that keeps clear of rest. Elsewhere the quietest second may lie far beneath
    what is rest in the remainder.
    """
    noise, best = envelope.noise, envelope.best_effort
    least, effort = NOISE_FACTOR * noise, EFFORT_FRACTION * best
    faint = max(FAINT_FACTOR * noise, PARTING_FRACTION * best)
    if faint < least and rests_plainly(envelope, max(faint, min(PLAIN_FACTOR * noise, PLAIN_FRACTION * best))):
        least = faint
    return max(least, effort)


def sustained_level(envelope: Envelope) -> float:
    """Return the on-level of what is sustained while a posture is held: max(1.5 n, 10 % of the best half second).

    A dystonic muscle may not rest plainly, and at three times the noise much of what it holds would be missed. Where it
    never rests, n is too high and not too low.
    """
    return max(FAINT_FACTOR * envelope.noise, EFFORT_FRACTION * envelope.best_effort)


def parting_level(envelope: Envelope, on: float) -> float:
    """Return the on-level that edges and pauses go by: a quarter of the best half second, between `on` and 3 n.

    The nearer the level is to the noise, the shorter is a pause.
    """
    return max(on, min(NOISE_FACTOR * envelope.noise, PARTING_FRACTION * envelope.best_effort))


def edge_level(envelope: Envelope, on: float) -> float:
    """Return the level of the edges: 15 % of the 95th percentile of the 200 ms envelope, never below 3 n.

    Where the level `on` is below 3 n, never below that: the envelope here still has its noise.
    """
    # Of a night every so many points tell it as well.
    step = max(1, -(-len(envelope.values) // EDGE_MOST_POINTS))
    typical = float(np.percentile(envelope.values[::step], EDGE_PERCENTILE))
    return max(min(NOISE_FACTOR * envelope.noise, float(np.hypot(envelope.noise, on))), EDGE_FRACTION * typical)


def find_bursts(filtered: ArrayLike, rate_hz: float) -> tuple[Interval, ...]:
    """Return short bursts (jerk, tremor): above 3 n, at least 50 ms, pauses under 50 ms joined.

    Notes
    -----
    The window is 30 ms: one of 100 ms would fill the pauses of a 10 Hz tremor.
    """
    return bursts_of(rms_envelope(filtered, rate_hz, window_s=BURST_WINDOW_S))


def bursts_of(envelope: Envelope) -> tuple[Interval, ...]:
    """Return the bursts from an envelope of `BURST_WINDOW_S`."""
    level, rate_hz = NOISE_FACTOR * envelope.noise, envelope.rate_hz
    join, shortest = BURST_JOIN_S * rate_hz, BURST_SHORTEST_S * rate_hz
    found: list[Interval] = []
    for start, stop in _stretches(envelope, level, join, 1):
        spans = _joined(_hysteresis(envelope.between(start, stop).corrected, level), join)
        found += [Interval((start + a) / rate_hz, (start + b) / rate_hz) for a, b in spans if b - a >= shortest]
    return tuple(found)


def sustained_fraction(
    intervals: tuple[Interval, ...], length_s: float, *, longer_than_s: float = SUSTAINED_S
) -> float:
    """Return the share of `length_s` spent in contractions longer than half a second."""
    return min(1.0, sum(i.duration_s for i in intervals if i.duration_s > longer_than_s) / length_s)


def _pairs(starts: Places, stops: Places) -> list[tuple[int, int]]:
    return list(zip(starts.tolist(), stops.tolist(), strict=True))


def _count_before(mask: NDArray[np.bool_]) -> NDArray[np.int32]:
    """Return how many are True before each place, and before the end."""
    count = np.zeros(len(mask) + 1, np.int32)
    np.cumsum(mask, out=count[1:])
    return count


def _hysteresis(values: Samples, on: float) -> list[tuple[int, int]]:
    if not on > 0 or not len(values):
        return []
    starts, stops = runs(values > OFF_FRACTION * on)
    count = _count_before(values > on)
    reached = count[stops] > count[starts]
    return _pairs(starts[reached], stops[reached])


def _joined(spans: list[tuple[int, int]], shorter_than: float) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, stop in spans:
        if joined and start - joined[-1][1] < shorter_than:
            joined[-1] = (joined[-1][0], stop)
        else:
            joined.append((start, stop))
    return joined


def _efforts(
    span: tuple[int, int],
    loud: list[tuple[int, int]],
    place: int,
    count: NDArray[np.int32],
    join: float,
    shortest: float,
) -> list[tuple[int, int]]:
    """Return the efforts within a span of the hysteresis: `loud` runs over the edge level, from number `place` on.

    `count` is the number of points over the on-level before each point: a run that never reaches it is tone between
    efforts, not an effort.
    """
    inside: list[tuple[int, int]] = []
    while place < len(loud) and loud[place][0] < span[1]:
        inside.append((max(loud[place][0], span[0]), min(loud[place][1], span[1])))
        place += 1
    return [(a, b) for a, b in _joined(inside, join) if b - a >= shortest and count[b] > count[a]]


def _trim(span: tuple[int, int], corrected: Samples, on: float, shortest: float) -> tuple[int, int]:
    """Return the span between the first and last crossing of the on-level, else as it is."""
    places = np.flatnonzero(corrected[span[0] : span[1]] > on)
    if len(places) and places[-1] + 1 - places[0] >= shortest:
        return span[0] + int(places[0]), span[0] + int(places[-1]) + 1
    return span
