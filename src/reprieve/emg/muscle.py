"""What the envelope of one muscle says over rest, posture, opposite move, trick and maximal effort."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reprieve.emg.bootstrap import Estimate, mean_estimate, median_estimate, ratio_estimate
from reprieve.emg.contractions import SUSTAINED_S, Interval, sustained_fraction
from reprieve.emg.envelope import MVC_WINDOW_S, Envelope, sliding_mean
from reprieve.emg.filters import floating

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
        Of the same channel, in seconds from its first sample.
    epochs : mapping of str to sequence of (start_s, stop_s)
        Stretches by kind: rest, posture, opposite, trick, maximal, ...; without any, the whole channel is `task`.
    rng : numpy Generator
        For the bootstrap.
    best_effort : float, optional
        Envelope of a maximal effort recorded elsewhere, in the same unit.
    """
    corrected, rate = envelope.corrected, envelope.rate_hz
    length_s = len(corrected) / rate
    pieces = {kind: _pieces(corrected, rate, spans) for kind, spans in epochs.items()}
    pieces = {kind: piece for kind, piece in pieces.items() if len(piece)} or {"task": corrected}
    hundred, maximal = _hundred(pieces, corrected, rate, best_effort)
    percent = {kind: 100 * piece / hundred for kind, piece in pieces.items() if hundred > 0}
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


def co_contraction(first_percent: ArrayLike, second_percent: ArrayLike) -> tuple[float | None, float | None]:
    """Return the indices of Falconer-Winter (0-100 %, shape) and Rudolph (amplitude) of two %MVC envelopes.

    Notes
    -----
    Falconer and Winter: 200 sum(min) / sum(a + b). Rudolph: mean of (min / max) (a + b). They answer different
    questions, so both are given; None where both muscles are silent.
    """
    a, b = floating(first_percent), floating(second_percent)
    length = min(len(a), len(b))
    low, high = np.minimum(a[:length], b[:length]), np.maximum(a[:length], b[:length])
    # NumPy adds pairwise, which costs float32 no digit that is shown.
    common, both = float(low.sum()), float(low.sum() + high.sum())
    if not both > 0:
        return None, None
    # (min / max) (a + b) is min + min² / max; where the larger is 0 the smaller is, too.
    np.square(low, out=low)
    low /= np.maximum(high, np.finfo(high.dtype).tiny, out=high)
    return 200 * common / both, (common + float(low.sum())) / length


def _pieces(values: Floats, rate_hz: float, spans: Sequence[tuple[float, float]]) -> Floats:
    cut = [values[max(0, round(start * rate_hz)) : max(0, round(stop * rate_hz))] for start, stop in spans]
    return np.concatenate(cut) if cut else np.empty(0)


def _hundred(pieces: Mapping[str, Floats], whole: Floats, rate_hz: float, given: float | None) -> tuple[float, bool]:
    """Return the best half second of any effort, and whether a maximal effort was asked for and never exceeded."""
    window = round(MVC_WINDOW_S * rate_hz)
    asked = given if given is not None else _best(pieces["maximal"], window) if "maximal" in pieces else None
    found = _best(whole, window)
    if asked is None:
        return found, False
    return max(asked, found), found <= asked * (1 + 1e-9)


def _best(values: Floats, window: int) -> float:
    return float(sliding_mean(values, window).max())


def _ratio(percent: Mapping[str, Floats], kind: str, rate_hz: float, rng: np.random.Generator) -> Estimate | None:
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
    on = np.zeros(len(envelope.values))
    for one in _inside(contractions, spans):
        if one.duration_s > SUSTAINED_S:
            on[round(one.onset_s * rate) : round(one.offset_s * rate)] = 1.0
    pieces = _pieces(on, rate, spans)
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
