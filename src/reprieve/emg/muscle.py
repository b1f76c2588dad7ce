"""What the envelope of one muscle says over rest, posture, opposite move, trick and maximal effort."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reprieve.emg.bootstrap import Estimate, mean_estimate, median_estimate, ratio_estimate
from reprieve.emg.contractions import SUSTAINED_S, Interval, sustained_fraction
from reprieve.emg.envelope import MVC_WINDOW_S, Envelope, sliding_mean
from reprieve.emg.filters import Samples, floating

Floats = NDArray[np.float64]

# Two muscles belong to one spasm when they begin within this time of each other.
SPASM_S = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class MuscleActivity:
    """Figures of one muscle; None where the epoch that would tell is missing.

    Attributes
    ----------
    best_effort : float
        The 100 % of all activities, in the unit of the envelope.
    effort_was_maximal : bool
        False when no maximal effort was recorded, or an epoch went beyond it: percentages are then too high.
    activity : dict of str to Estimate
        Mean noise-corrected envelope of each kind of epoch, in % of the best effort.
    sustained_fraction : float or None
        Share of posture (else rest, else all) in contractions over half a second.
    sustained_interval : (float, float) or None
        Its 95 % interval.
    paradox : Estimate or None
        Activity while moving to the opposite side over that in the posture: 0.5-1 paradoxical, above 1 the muscle works
        against the posture.
    trick : Estimate or None
        1 - activity with the sensory trick over that in the posture.
    compensatory : bool or None
        Whether the paradox is above 1 with its whole interval.
    """

    best_effort: float
    effort_was_maximal: bool
    activity: dict[str, Estimate]
    sustained_fraction: float | None
    paradox: Estimate | None
    trick: Estimate | None
    compensatory: bool | None
    sustained_interval: tuple[float, float] | None = None


def muscle_activity(
    envelope: Envelope,
    contractions: Sequence[Interval],
    epochs: Mapping[str, Sequence[tuple[float, float]]],
    rng: np.random.Generator,
    *,
    best_effort: float | None = None,
) -> MuscleActivity:
    """Return the figures of one muscle.

    Parameters
    ----------
    envelope : Envelope
        Of the whole channel.
    contractions : sequence of Interval
        Of the same channel at `sustained_level`, in seconds from its first sample.
    epochs : mapping of str to sequence of (start_s, stop_s)
        Stretches by kind: rest, posture, opposite, trick, maximal, ...; without any, the whole channel is `task`.
    rng : numpy Generator
        For the bootstrap.
    best_effort : float, optional
        Envelope of a maximal effort recorded elsewhere, in the same unit.
    """
    rate, length_s = envelope.rate_hz, len(envelope.values) / envelope.rate_hz
    pieces = {kind: _pieces(envelope, spans) for kind, spans in epochs.items()}
    pieces = {kind: piece for kind, piece in pieces.items() if len(piece)} or {"task": envelope.corrected}
    hundred, maximal = _hundred(pieces, envelope, best_effort)
    percent = {kind: piece * (100 / hundred) for kind, piece in pieces.items() if hundred > 0}
    activity = {kind: mean_estimate(piece, rate, rng) for kind, piece in percent.items()}
    paradox = _ratio(percent, "opposite", rate, rng)
    trick = _ratio(percent, "trick", rate, rng)
    sustained = _sustained(contractions, epochs, length_s)
    return MuscleActivity(
        best_effort=hundred,
        effort_was_maximal=maximal,
        activity=activity,
        sustained_fraction=sustained,
        paradox=paradox,
        trick=_complement(trick),
        compensatory=None if paradox is None or paradox.low is None else paradox.low > 1,
        sustained_interval=None if sustained is None else _sustained_interval(contractions, epochs, envelope, rng),
    )


def lead_time(
    own: Sequence[Interval], others: Sequence[Sequence[Interval]], rng: np.random.Generator
) -> Estimate | None:
    """Return how far this muscle's onsets come after the first other muscle's, in seconds; negative when it leads.

    None when fewer than five spasms have another muscle within half a second.
    """
    other = np.sort(np.array([one.onset_s for intervals in others for one in intervals]))
    if not len(other):
        return None
    lags: list[float] = []
    for one in own:
        near = other[(other > one.onset_s - SPASM_S) & (other < one.onset_s + SPASM_S)]
        if len(near):
            lags.append(one.onset_s - float(near[0]))
    return median_estimate(lags, rng)


class CoContraction:
    """The indices of Falconer-Winter (0-100 %, shape) and Rudolph (amplitude) of two %MVC envelopes.

    Notes
    -----
    Falconer and Winter: 200 sum(min) / sum(a + b). Rudolph: mean of (min / max) (a + b). They answer different
    questions, so both are given; None where both muscles are silent.
    """

    def __init__(self) -> None:
        self._common = self._both = self._squares = 0.0
        self._points = 0

    def push(self, first_percent: Samples, second_percent: Samples) -> None:
        """Take the next points of both, as many of each."""
        low, high = np.minimum(first_percent, second_percent), np.maximum(first_percent, second_percent)
        # NumPy adds pairwise, which costs float32 no digit that is shown.
        self._common += float(low.sum())
        self._both += float(low.sum() + high.sum())
        # (min / max) (a + b) is min + min² / max; where the larger is 0 the smaller is, too.
        np.square(low, out=low)
        low /= np.maximum(high, np.finfo(high.dtype).tiny, out=high)
        self._squares += float(low.sum())
        self._points += len(low)

    def close(self) -> tuple[float | None, float | None]:
        """Return both indices."""
        if not self._both > 0:
            return None, None
        return 200 * self._common / self._both, (self._common + self._squares) / self._points


def co_contraction(first_percent: ArrayLike, second_percent: ArrayLike) -> tuple[float | None, float | None]:
    """Return the indices of `CoContraction` of two whole envelopes, as far as both go."""
    a, b = floating(first_percent), floating(second_percent)
    length, indices = min(len(a), len(b)), CoContraction()
    indices.push(a[:length], b[:length])
    return indices.close()


def _pieces(envelope: Envelope, spans: Sequence[tuple[float, float]]) -> Samples:
    """Return the corrected envelope of the spans, one after the other."""
    rate_hz = envelope.rate_hz
    cut = [envelope.between(max(0, round(a * rate_hz)), max(0, round(b * rate_hz))).corrected for a, b in spans]
    return np.concatenate(cut) if len(cut) != 1 else cut[0]


def _hundred(pieces: Mapping[str, Samples], whole: Envelope, given: float | None) -> tuple[float, bool]:
    """Return the best half second of any effort, and whether a maximal effort was asked for and never exceeded."""
    window = round(MVC_WINDOW_S * whole.rate_hz)
    asked = given if given is not None else _best(pieces["maximal"], window) if "maximal" in pieces else None
    found = whole.best_effort
    if asked is None:
        return found, False
    return max(asked, found), found <= asked * (1 + 1e-6)


def _best(values: Samples, window: int) -> float:
    return float(sliding_mean(values, window).max())


def _ratio(percent: Mapping[str, Samples], kind: str, rate_hz: float, rng: np.random.Generator) -> Estimate | None:
    if kind not in percent or "posture" not in percent:
        return None
    return ratio_estimate(percent[kind], percent["posture"], rate_hz, rng)


def _complement(ratio: Estimate | None) -> Estimate | None:
    if ratio is None:
        return None
    low, high = (None, None) if ratio.low is None or ratio.high is None else (1 - ratio.high, 1 - ratio.low)
    return Estimate(1 - ratio.value, low, high)


def _sustained(
    contractions: Sequence[Interval], epochs: Mapping[str, Sequence[tuple[float, float]]], length_s: float
) -> float | None:
    spans = _still_spans(epochs)
    if spans is None:
        return sustained_fraction(tuple(contractions), length_s)
    inside = _inside(contractions, spans)
    total = sum(stop - start for start, stop in spans)
    return sustained_fraction(inside, total) if total > 0 else None


def _sustained_interval(
    contractions: Sequence[Interval],
    epochs: Mapping[str, Sequence[tuple[float, float]]],
    envelope: Envelope,
    rng: np.random.Generator,
) -> tuple[float, float] | None:
    """Return the interval of the share, from the points of the envelope that lie in a sustained contraction."""
    rate = envelope.rate_hz
    spans = _still_spans(epochs) or [(0.0, len(envelope.values) / rate)]
    inside = _inside(contractions, spans)
    cut: list[Samples] = []
    for start, stop in spans:
        first, last = max(0, round(start * rate)), min(max(0, round(stop * rate)), len(envelope.values))
        on = np.zeros(max(0, last - first), np.float32)
        for one in inside:
            if one.duration_s > SUSTAINED_S:
                on[max(0, round(one.onset_s * rate) - first) : max(0, round(one.offset_s * rate) - first)] = 1.0
        cut.append(on)
    pieces = np.concatenate(cut)
    found = mean_estimate(pieces, rate, rng) if len(pieces) else None
    return None if found is None or found.low is None or found.high is None else (found.low, found.high)


def _still_spans(epochs: Mapping[str, Sequence[tuple[float, float]]]) -> Sequence[tuple[float, float]] | None:
    return next((epochs[kind] for kind in ("posture", "rest") if epochs.get(kind)), None)


def _inside(contractions: Sequence[Interval], spans: Sequence[tuple[float, float]]) -> tuple[Interval, ...]:
    return tuple(
        Interval(max(one.onset_s, start), min(one.offset_s, stop))
        for start, stop in spans
        for one in contractions
        if one.offset_s > start and one.onset_s < stop
    )
