"""One spike of a needle recording: its peak, its rise time, and what both say about the distance of the needle.

A motor unit's potential rises fast only close to its fibres: every rise time of at most 500 us was recorded inside the
territory of the unit, and a slow potential that is small or begins negative comes from outside [1]_.

References
----------
.. [1] Barkhaus and Nandedkar 1996, Muscle Nerve 19:1554.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Verdict = Literal["in_territory", "near", "far", "end_plate_noise", "silent", "active"]

SHARP_US = 500.0
SMALL_UV = 50.0
# Rise times need steps well below 500 us.
LOWEST_RATE_HZ = 10_000.0
# A potential lasts a few milliseconds: so far its peak is looked for, forwards and back.
REACH_S = 0.003
# After a peak the next may come at once, from another unit; only its own flanks are passed over.
REST_S = 0.001
# Going back from the peak, the opposite peak is passed once the signal turns by a fifth of the swing: what lies beyond
# belongs to another potential.
TURNED_BACK = 0.2
FIRST_DEFLECTION = 0.2
HISS_LOW_UV = 5.0
HISS_STEADY = 0.3


@dataclass(frozen=True, slots=True)
class Spike:
    """One potential: `rise_us` from the opposite peak before it to the largest; None below 10 kHz."""

    at_s: float
    peak_uv: float
    rise_us: float | None
    begins_negative: bool

    @property
    def sharp(self) -> bool:
        """Whether the needle lies inside the territory of this unit."""
        return self.rise_us is not None and self.rise_us <= SHARP_US


def measure_spike(around_uv: Floats, peak: int, rate_hz: float, at_s: float) -> Spike:
    """Return the spike whose largest peak is sample `peak` of `around_uv`.

    Parameters
    ----------
    around_uv : ndarray, shape (n_samples,)
        Filtered needle EMG in microvolts, beginning `REACH_S` before the peak where there is that much.
    peak : int
    rate_hz : float
    at_s : float
        Time of the peak.
    """
    height = float(around_uv[peak])
    backwards = around_uv[peak::-1] * (1.0 if height > 0 else -1.0)
    lowest = np.minimum.accumulate(backwards)
    turned = np.flatnonzero(backwards - lowest > TURNED_BACK * (abs(height) - lowest))
    steps_back = int(np.argmin(backwards[: int(turned[0])] if len(turned) else backwards))
    first = int(np.flatnonzero(np.abs(around_uv[: peak + 1]) >= FIRST_DEFLECTION * abs(height))[0])
    rise = 1e6 * steps_back / rate_hz if rate_hz >= LOWEST_RATE_HZ else None
    return Spike(at_s, abs(height), rise, bool(around_uv[first] < 0))


def needle_verdict(spikes: Sequence[Spike], rms_uv: Floats, loudest_uv: float) -> Verdict:
    """Return where the needle lies, from the last second.

    Parameters
    ----------
    spikes : sequence of Spike
        Of the last second.
    rms_uv : ndarray, shape (n,)
        The running RMS of the last second.
    loudest_uv : float
        Largest magnitude of the last second.

    Notes
    -----
    ``active`` stands for spikes whose rise time the sampling rate cannot tell. End-plate noise is a steady hiss under
    50 uV: its RMS hardly moves over a second, while units that fire far away come one by one.
    """
    level = float(np.median(rms_uv)) if len(rms_uv) else 0.0
    spread = float(rms_uv.max() - rms_uv.min()) if len(rms_uv) else np.inf
    return verdict_of(spikes, level, spread, loudest_uv)


def verdict_of(spikes: Sequence[Spike], level_uv: float, spread_uv: float, loudest_uv: float) -> Verdict:
    """Return the verdict from median and spread of the running RMS of the last second."""
    # Noise rises fast too: a sharp spike counts from 50 uV on, which is a choice of ours and not of the paper.
    if any(spike.sharp and spike.peak_uv >= SMALL_UV for spike in spikes):
        return "in_territory"
    if loudest_uv < SMALL_UV and level_uv >= HISS_LOW_UV and spread_uv <= 2 * HISS_STEADY * level_uv:
        return "end_plate_noise"
    if not spikes:
        return "silent"
    if all(spike.rise_us is None for spike in spikes):
        return "active"
    return "near" if any(spike.peak_uv >= SMALL_UV and not spike.begins_negative for spike in spikes) else "far"
