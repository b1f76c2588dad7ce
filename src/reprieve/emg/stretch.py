"""Passive stretches: at which angle the muscle answers, and how that depends on the speed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import signal, stats

from reprieve.emg.bootstrap import Estimate
from reprieve.emg.envelope import Envelope
from reprieve.emg.evoked import Sliced

Floats = NDArray[np.float64]

# A line through fewer stretches tells little; some twenty are usual (Calota 2008).
FEWEST_STRETCHES = 10
NOISE_FACTOR = 3.0
_SMOOTH_S = 0.05


@dataclass(frozen=True, slots=True)
class Stretch:
    """One stretch: largest speed, and the angle at which the EMG began; None when it stayed silent."""

    speed_deg_per_s: float
    onset_angle_deg: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StretchThreshold:
    """What the stretches of one muscle say.

    Attributes
    ----------
    stretches, answered : int
        How many there were, and in how many the muscle answered.
    catch_deg : float or None
        Angle at the EMG onset of the fastest stretch that the muscle answered.
    threshold_deg : Estimate or None
        Where the line of onset angle over speed meets speed 0; None under ten answered stretches. Between two days it
        is too uncertain for one patient's change (ICC 0.55 to 0.69 pooled [1]_).

    References
    ----------
    .. [1] Meta-analysis of the tonic stretch reflex threshold, doi 10.33393/aop.2025.3428.
    """

    stretches: int
    answered: int
    catch_deg: float | None
    threshold_deg: Estimate | None


def measure_stretch(
    angle_deg: Sliced, angle_rate_hz: float, envelope: Envelope, start_s: float, stop_s: float
) -> Stretch | None:
    """Return the stretch between two times of a record; None when the angle is not recorded there.

    Notes
    -----
    Speed is the largest slope of a line over 50 ms. The EMG begins where its noise-corrected envelope first rises above
    three times the noise: of a muscle that is active before it is stretched, that activity is no answer.
    """
    first, last = round(start_s * angle_rate_hz), min(len(angle_deg), round(stop_s * angle_rate_hz))
    window = max(3, round(_SMOOTH_S * angle_rate_hz) | 1)
    if last - first <= window:
        return None
    angle = np.asarray(angle_deg[first : last + 1], np.float64)
    slope = np.asarray(signal.savgol_filter(angle[: last - first], window, 1, deriv=1, delta=1 / angle_rate_hz))
    begin = round(start_s * envelope.rate_hz)
    part = envelope.between(begin, round(stop_s * envelope.rate_hz)).corrected
    above = part > NOISE_FACTOR * envelope.noise
    rises = np.flatnonzero(above[1:] & ~above[:-1]) + 1
    onset = None
    if len(rises):
        at_s = (begin + int(rises[0])) / envelope.rate_hz
        onset = float(np.interp(at_s, np.arange(first, first + len(angle)) / angle_rate_hz, angle))
    return Stretch(float(np.abs(slope).max()), onset)


def stretch_threshold(stretches: Sequence[Stretch]) -> StretchThreshold:
    """Return catch and threshold of the stretches of one muscle.

    Notes
    -----
    Ordinary least squares of onset angle over speed; the interval of the intercept is that of Student's t.
    """
    answered = [(one.speed_deg_per_s, one.onset_angle_deg) for one in stretches if one.onset_angle_deg is not None]
    threshold = None
    if len(answered) >= FEWEST_STRETCHES and len({speed for speed, _ in answered}) > 1:
        line: Any = stats.linregress([speed for speed, _ in answered], [angle for _, angle in answered])
        half = float(stats.t.ppf(0.975, len(answered) - 2)) * float(line.intercept_stderr)
        threshold = Estimate(float(line.intercept), float(line.intercept) - half, float(line.intercept) + half)
    catch = max(answered, key=lambda one: one[0])[1] if answered else None
    return StretchThreshold(stretches=len(stretches), answered=len(answered), catch_deg=catch, threshold_deg=threshold)
