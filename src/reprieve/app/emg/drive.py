"""Which mapped muscles share a 4-7 Hz drive while the posture is held: an effort at the same time is no drive."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import numpy as np

from reprieve.app.emg.channel_figures import AnalysedChannel
from reprieve.emg.coherence import (
    CROSSTALK_LIMIT,
    DYSTONIC_BAND_HZ,
    FEWEST_SEGMENTS,
    SegmentSpectra,
    coherence,
    holm,
    pooled_coherence,
    zero_lag_coherence,
)
from reprieve.interop.scratch import Scratch

LEVEL = 0.05
# The first of these that was recorded; an effort or a move begins and ends in all muscles at once.
STEADY_KINDS = ("posture", "rest")


def shared_drive(
    channels: Sequence[AnalysedChannel],
    spans: Sequence[Mapping[str, Sequence[tuple[float, float]]]],
    scratch: Scratch,
) -> tuple[bool | None, ...]:
    """Return for each channel whether it is coherent at 4-7 Hz with another; None where no pair can tell.

    Parameters
    ----------
    channels : sequence of AnalysedChannel
        Those that are mapped to muscles.
    spans : sequence of mapping of str to sequence of (start_s, stop_s)
        Of each channel, by kind of epoch; without posture and rest all of the recording counts.
    scratch : Scratch
        Where the channels lie: what was read of it is let go.

    Notes
    -----
    p-values by Holm over the pairs that were compared; a pair with likely crosstalk is left out.
    """
    steady: list[SegmentSpectra | None] = []
    for one, own in zip(channels, spans, strict=True):
        steady.append(_steady(one, own))
        scratch.forget()
    # By place, since two channels may have one name.
    chances: dict[tuple[int, int], float] = {}
    for first, second in itertools.combinations(range(len(channels)), 2):
        a, b = steady[first], steady[second]
        if a is None or b is None or _crosstalk(channels[first], channels[second]) or not _alike(a, b):
            continue
        chances[first, second] = pooled_coherence(coherence(a, b), *DYSTONIC_BAND_HZ)[1]
    adjusted = holm(list(chances.values())) if chances else np.empty(0)
    found: list[bool | None] = [None] * len(channels)
    for pair, chance in zip(chances, adjusted, strict=True):
        for place in pair:
            found[place] = bool(found[place]) or bool(chance < LEVEL)
    return tuple(found)


def _steady(one: AnalysedChannel, spans: Mapping[str, Sequence[tuple[float, float]]]) -> SegmentSpectra | None:
    """Return the whole seconds of the steady epoch at 4-7 Hz; None when there are too few."""
    if one.rectified is None or one.crosstalk is None:
        return None
    chosen = next((spans[kind] for kind in STEADY_KINDS if spans.get(kind)), None)
    begins = np.arange(len(one.rectified.values))
    inside = np.ones(len(begins), np.bool_)
    if chosen is not None:
        inside = np.any([(begins >= start) & (begins + 1 <= stop) for start, stop in chosen], axis=0)
    if inside.sum() < FEWEST_SEGMENTS:
        return None
    band = one.rectified.between(*DYSTONIC_BAND_HZ)
    return SegmentSpectra(band.frequency_hz, band.values[inside])


def _crosstalk(first: AnalysedChannel, second: AnalysedChannel) -> bool:
    assert first.crosstalk is not None
    assert second.crosstalk is not None
    return (
        _alike(first.crosstalk, second.crosstalk)
        and zero_lag_coherence(first.crosstalk, second.crosstalk) > CROSSTALK_LIMIT
    )


def _alike(first: SegmentSpectra, second: SegmentSpectra) -> bool:
    a, b = first.frequency_hz, second.frequency_hz
    return len(a) == len(b) and bool(np.allclose(a, b)) and len(first.values) == len(second.values)
