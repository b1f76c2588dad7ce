"""Every two channels: coherence with its limit, crosstalk, co-contraction."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from reprieve.app.emg.channel_figures import AnalysedChannel
from reprieve.app.emg.report import PairReport
from reprieve.emg.coherence import (
    CROSSTALK_LIMIT,
    DYSTONIC_BAND_HZ,
    FEWEST_SEGMENTS,
    coherence,
    cut_alike,
    holm,
    pooled_coherence,
    zero_lag_coherence,
)
from reprieve.emg.envelope import Envelope
from reprieve.emg.filters import Samples
from reprieve.emg.muscle import CoContraction
from reprieve.interop.scratch import Scratch

# Ten minutes of an envelope at a time.
_POINTS_AT_ONCE = 2**17


def report_pairs(channels: Sequence[AnalysedChannel], scratch: Scratch) -> tuple[PairReport, ...]:
    """Return the pairs of all channels that carry EMG, and of EMG with movement; p-values adjusted over the pairs.

    Parameters
    ----------
    channels : sequence of AnalysedChannel
    scratch : Scratch
        Where they lie: what was read of it is let go after each pair.
    """
    live = [one for one in channels if one.rectified is not None]
    both = [(a, b) for a, b in itertools.combinations(live, 2) if not (a.crosstalk is None and b.crosstalk is None)]
    indices = _co_contractions(both, scratch)
    pairs: list[PairReport] = []
    for place, (a, b) in enumerate(both):
        pairs.append(_pair(a, b, *indices.get(place, (None, None))))
        scratch.forget()
    judged = [i for i, pair in enumerate(pairs) if pair.probability_4_7_hz is not None]
    adjusted = holm([pairs[i].probability_4_7_hz or 0.0 for i in judged])
    for place, probability in zip(judged, adjusted, strict=True):
        pairs[place] = replace(pairs[place], adjusted_probability_4_7_hz=float(probability))
    return tuple(pairs)


def _pair(first: AnalysedChannel, second: AnalysedChannel, shape: float | None, amplitude: float | None) -> PairReport:
    names = (first.report.name, second.report.name)
    if first.rectified is None or second.rectified is None:
        return PairReport(channels=names, segments=0)
    count = min(len(first.rectified.values), len(second.rectified.values))
    reason = _not_comparable(first, second, count)
    if reason:
        return PairReport(channels=names, segments=count, not_given={"coherence": reason})
    found = coherence(first.rectified, second.rectified)
    pooled, probability = pooled_coherence(found, *DYSTONIC_BAND_HZ)
    crosstalk = None
    if first.crosstalk is not None and second.crosstalk is not None:
        crosstalk = zero_lag_coherence(first.crosstalk, second.crosstalk) > CROSSTALK_LIMIT
    pair = PairReport(
        channels=names,
        segments=found.segments,
        limit=found.limit,
        frequency_hz=tuple(found.frequency_hz.round(6).tolist()),
        coherence=tuple(found.values.tolist()),
        coherence_4_7_hz=pooled,
        probability_4_7_hz=probability,
        crosstalk=crosstalk,
        co_contraction_percent=shape,
        co_contraction_amplitude=amplitude,
    )
    top = int(np.argmax(found.values))
    if found.values[top] <= found.limit:
        return replace(pair, not_given={"peak_frequency_hz": "no coherence above the limit"})
    low, high = found.interval()
    return replace(
        pair,
        peak_frequency_hz=float(found.frequency_hz[top]),
        peak_coherence=float(found.values[top]),
        peak_interval=(float(low[top]), float(high[top])),
        peak_phase_rad=float(found.phase_rad[top]),
    )


def _not_comparable(first: AnalysedChannel, second: AnalysedChannel, count: int) -> str | None:
    assert first.rectified is not None
    assert second.rectified is not None
    if abs(first.report.start_s - second.report.start_s) > 1e-3:
        return "the channels do not start together"
    if count < FEWEST_SEGMENTS:
        return f"{count} s in common, at least {FEWEST_SEGMENTS} are needed"
    if not cut_alike(first.rectified, second.rectified):
        return "the sampling rates allow no common segments of one second"
    return None


def _co_contractions(
    both: Sequence[tuple[AnalysedChannel, AnalysedChannel]], scratch: Scratch
) -> dict[int, tuple[float | None, float | None]]:
    """Return both indices of the pairs that have them, by place: in % of each channel's own best effort."""
    told = {place: CoContraction() for place, (a, b) in enumerate(both) if _share_points(a, b)}
    used = {id(one): one for place in told for one in both[place]}
    longest = max((len(_envelope(one).values) for one in used.values()), default=0)
    for start in range(0, longest, _POINTS_AT_ONCE):
        # Every channel once, every pair after it.
        percent = {key: _percent(_envelope(one), start, start + _POINTS_AT_ONCE) for key, one in used.items()}
        for place, indices in told.items():
            first, second = (percent[id(one)] for one in both[place])
            count = min(len(first), len(second))
            indices.push(first[:count], second[:count])
        scratch.forget()
    return {place: indices.close() for place, indices in told.items()}


def _share_points(first: AnalysedChannel, second: AnalysedChannel) -> bool:
    if first.envelope is None or second.envelope is None:
        return False
    if not (first.envelope.best_effort > 0 and second.envelope.best_effort > 0):
        return False
    return bool(np.isclose(first.envelope.rate_hz, second.envelope.rate_hz, rtol=1e-3))


def _envelope(one: AnalysedChannel) -> Envelope:
    assert one.envelope is not None
    return one.envelope


def _percent(envelope: Envelope, start: int, stop: int) -> Samples:
    part = envelope.between(start, stop).corrected
    part *= 100 / envelope.best_effort
    return part.astype(np.float32, copy=False)
