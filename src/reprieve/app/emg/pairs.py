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
    holm,
    pooled_coherence,
    zero_lag_coherence,
)
from reprieve.emg.muscle import co_contraction


def report_pairs(channels: Sequence[AnalysedChannel]) -> tuple[PairReport, ...]:
    """Return the pairs of all channels that carry EMG, and of EMG with movement; p-values adjusted over the pairs."""
    live = [one for one in channels if one.rectified is not None]
    both = [(a, b) for a, b in itertools.combinations(live, 2) if not (a.crosstalk is None and b.crosstalk is None)]
    pairs = [_pair(a, b) for a, b in both]
    judged = [i for i, pair in enumerate(pairs) if pair.probability_4_7_hz is not None]
    adjusted = holm([pairs[i].probability_4_7_hz or 0.0 for i in judged])
    for place, probability in zip(judged, adjusted, strict=True):
        pairs[place] = replace(pairs[place], adjusted_probability_4_7_hz=float(probability))
    return tuple(pairs)


def _pair(first: AnalysedChannel, second: AnalysedChannel) -> PairReport:
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
    shape, amplitude = _co_contraction(first, second)
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
    steps = [one.rectified.frequency_hz[1] for one in (first, second) if one.rectified is not None]
    if not np.isclose(steps[0], steps[1], rtol=1e-4):
        return "the sampling rates allow no common segments of one second"
    return None


def _co_contraction(first: AnalysedChannel, second: AnalysedChannel) -> tuple[float | None, float | None]:
    """Return both indices in % of each channel's own best effort."""
    if first.percent is None or second.percent is None or first.envelope is None or second.envelope is None:
        return None, None
    if not np.isclose(first.envelope.rate_hz, second.envelope.rate_hz, rtol=1e-3):
        return None, None
    return co_contraction(first.percent, second.percent)
