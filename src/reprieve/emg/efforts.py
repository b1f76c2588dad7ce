"""Efforts as a whole: where a muscle lets go between two, where a weak one begins, which short one is no artefact."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reprieve.emg.envelope import WINDOW_S, Envelope
from reprieve.emg.filters import Samples

Places = NDArray[np.int64]
Span = tuple[int, int]

# Of a pause, between rest and the weaker effort; a pause under a second has to come near to rest.
VALLEY, REST_S = 0.35, 1.0
# How far the foot of a weak effort is looked for, what interrupts it, and how near to the noise.
FOOT_S, FOOT_GAP_S, FOOT_FACTOR = 2.0, 0.2, 1.5
# The share of its length that noise may hide of a twitch, by the level's share of its height.
CUT_SHORTEST, CUT_SHARES = 0.775, (0.02, 0.2, 0.35)
# A spike of 10 ms, however high, has 95 % of its power in 30 ms; the sharpest twitch of a real muscle at hand 82 %.
SPIKE_SHARE, SPIKE_WINDOW_S = 0.9, 0.03
# A knock of 40 to 80 ms is over a fifth of its height for 60 to 75 ms, a heart beat for some 70, a twitch for 90.
KNOCK_SHARE, KNOCK_S, KNOCK_LONGEST_S = 0.2, 0.085, 0.4


@dataclass(frozen=True, slots=True)
class Effort:
    """An effort from one point of an envelope to before another, its mean, and the least since the one before."""

    start: int
    stop: int
    mean: float
    low: float


def joined_efforts(spans: Sequence[Span], smooth: Envelope, off: float) -> list[Effort]:
    """Return the efforts, those in one between which the muscle does not let go.

    Parameters
    ----------
    spans : sequence of (start, stop)
        Points of the envelope, in order.
    smooth : Envelope
        Of 200 ms.
    off : float
        In a pause under `REST_S` the envelope falls to it; in a longer one at least nearer to rest than to the weaker
        effort, see `_halfway`.
    """
    if not spans:
        return []
    values, noise, rest = smooth.values, smooth.noise, REST_S * smooth.rate_hz
    places = np.array(spans).reshape(-1)
    means = np.add.reduceat(values, places[:-1])[::2].astype(np.float64)
    means[-1] = values[places[-2] : places[-1]].sum()
    means /= places[1::2] - places[::2]
    lows = np.minimum.reduceat(values, places[1:-1])[::2].tolist() if len(spans) > 1 else []
    joined: list[Effort] = []
    for (start, stop), mean, low in zip(spans, means.tolist(), [0.0, *lows], strict=True):
        before = joined[-1] if joined else None
        if before and low > off and (start - before.stop < rest or low > _halfway(min(mean, before.mean), noise)):
            joined[-1] = Effort(before.start, stop, max(mean, before.mean), before.low)
        else:
            joined.append(Effort(start, stop, mean, low))
    return joined


def with_feet(
    efforts: Sequence[Effort], smooth: Envelope, off: float, edge: float, floor: Callable[[], Samples]
) -> list[Span]:
    """Return the efforts with the feet that the level of the edges cuts from weak ones.

    Parameters
    ----------
    efforts : sequence of Effort
        The edges of each are halfway between its mean and rest.
    smooth : Envelope
        Of 200 ms.
    off : float
        At its first point there a foot ends.
    edge : float
        The level of the edges: an effort whose own is above it has lost no foot.
    floor : callable
        Gives the level, at each point of the envelope, that no foot lies below.
    """
    wide = [(one.start, one.stop) for one in efforts]
    levels = [max(off, _halfway(one.mean, smooth.noise)) for one in efforts]
    footed = [place for place, own in enumerate(levels) if own <= edge]
    if not footed:
        return wide
    gap = math.ceil(FOOT_GAP_S * smooth.rate_hz)
    values, most, least = smooth.values, round(FOOT_S * smooth.rate_hz), floor()
    for place in footed:
        one, own = efforts[place], levels[place]
        first, last = one.start - most, one.stop + most
        if place:
            first = max(first, _limit(efforts[place - 1].stop, one.start, one.low > off))
        if place + 1 < len(efforts):
            following = efforts[place + 1]
            last = min(last, -_limit(-following.start, -one.stop, following.low > off))
        before, after = slice(max(0, first), one.start), slice(one.stop, last)
        ahead = _foot(values[before][::-1], np.maximum(least[before][::-1], own), off, gap)
        wide[place] = one.start - ahead, one.stop + _foot(values[after], np.maximum(least[after], own), off, gap)
    return wide


def _limit(neighbour: int, own: int, restless: bool) -> int:
    """Return how far back a foot may reach: where the muscle never rests, two neighbours leave a third of the pause."""
    return own - (own - neighbour) // 3 if restless else neighbour


def _foot(values: Samples, level: Samples, off: float, gap: int) -> int:
    """Return how far an effort goes on: to the first point at rest, or to `gap` points that are not over the level."""
    over = values > level
    if not over[:gap].any():
        return 0
    starts, stops = runs(over)
    ends = np.flatnonzero(values <= off)
    broken = (starts - np.concatenate([[0], stops[:-1]]) >= gap) | (starts > (ends[0] if len(ends) else len(values)))
    return int(stops[(int(np.argmax(broken)) if broken.any() else len(stops)) - 1])


def _halfway(level: float, noise: float) -> float:
    """Return the level between rest and an effort: halfway on a log scale, at least `VALLEY` of the effort."""
    own = max(level**2 - noise**2, 0.0) ** 0.5
    return float(max(np.hypot(VALLEY * own, noise), (noise * level) ** 0.5))


def long_enough(corrected: Samples, span: Span, off: float, shortest: float, *, hidden: bool) -> bool:
    """Return whether an effort is no shorter than `shortest`, or nearly so and far above the noise that hides its feet.

    What noise hides of a twitch of 200 ms are its feet: at a fifth of its height it is 155 to 175 ms long.
    """
    length = span[1] - span[0]
    if length >= shortest or length < CUT_SHORTEST * shortest or not hidden:
        return length >= shortest
    share = off / float(corrected[slice(*span)].max())
    lost = float(np.interp(share, (CUT_SHARES[0], CUT_SHARES[1]), (1.0, CUT_SHORTEST)))
    return share <= CUT_SHARES[2] and length >= lost * shortest


def is_spike(effort: Envelope, narrow: Callable[[], Samples]) -> bool:
    """Return whether nearly all of a short effort lies in one window of 30 ms: an artefact."""
    if _peak_share(effort.corrected, WINDOW_S * effort.rate_hz) < SPIKE_SHARE:
        return False
    return _peak_share(narrow(), SPIKE_WINDOW_S * effort.rate_hz) > SPIKE_SHARE


def is_knock(narrow: Samples, noise: float, rate_hz: float) -> bool:
    """Return whether a short effort is over a fifth of its height for less than `KNOCK_S`, in windows of 30 ms."""
    power = np.square(narrow, dtype=np.float64) - noise**2
    place, level = int(np.argmax(power)), KNOCK_SHARE**2 * float(power.max())
    starts, stops = runs(power > level)
    own = int(np.searchsorted(starts, place, side="right")) - 1
    return own >= 0 and stops[own] - starts[own] < KNOCK_S * rate_hz


def _peak_share(values: Samples, window: float) -> float:
    """Return the share of the power of an envelope that its best window of so many points holds."""
    power = np.square(values)
    return float(power.max()) * window / max(float(power.sum()), 1e-300)


def runs(mask: NDArray[np.bool_]) -> tuple[Places, Places]:
    """Return where each run of True begins and where it has ended."""
    change = np.flatnonzero(mask[1:] != mask[:-1]) + 1
    edges = np.concatenate([[0] * int(mask[0]), change, [len(mask)] * int(mask[-1])]).astype(np.int64)
    return edges[::2], edges[1::2]
