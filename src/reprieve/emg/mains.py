"""Hum of the power line: how strong it is beside the EMG."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from reprieve.emg.problems import Problem, problem_of
from reprieve.emg.spectra import Spectrum, power_spectrum

MAINS_HZ = (50.0, 60.0)
MAINS_DB = 9.0  # Abser 2011: below this, cleaning pays
MAINS_OVER_FLOOR = 4.0


def mains_problem(rate_hz: float, spectrum: Spectrum) -> Problem | None:
    """Return whether the mains are a problem in a channel of this spectrum."""
    if rate_hz < 200:
        return None
    for mains_hz in MAINS_HZ:
        ratio = _mains_ratio_db(spectrum, rate_hz, mains_hz)
        if ratio is not None and ratio < MAINS_DB:
            return problem_of("mains", (), mains_hz, f"{mains_hz:.0f} Hz, EMG {ratio:+.0f} dB against it")
    return None


def mains_ratio_db(samples: ArrayLike, rate_hz: float, mains_hz: float) -> float | None:
    """Return EMG power over that of the mains line and its harmonics, 20-450 Hz, in dB; None without a line.

    Notes
    -----
    Each line is the power in three bins of 1 Hz above the floor, the median of the bins 3 to 6 Hz beside it.
    """
    return _mains_ratio_db(power_spectrum(samples, rate_hz), rate_hz, mains_hz)


def _mains_ratio_db(spectrum: Spectrum, rate_hz: float, mains_hz: float) -> float | None:
    power = spectrum.power
    step = spectrum.frequency_hz[1]
    top = min(450.0, 0.45 * rate_hz)
    lines, tallest = 0.0, 0.0
    for line_hz in np.arange(mains_hz, top, mains_hz):
        at = round(line_hz / step)
        beside = np.concatenate([power[at - 6 : at - 2], power[at + 3 : at + 7]])
        floor = float(np.median(beside))
        lines += max(0.0, float(power[at - 1 : at + 2].sum()) - 3 * floor)
        tallest = max(tallest, float(power[at]) / floor if floor > 0 else 0.0)
    # A single periodogram scatters widely: ask for more above the floor when few are averaged.
    needed = MAINS_OVER_FLOOR * (1 + 10 / spectrum.segments)
    if lines <= 0 or tallest < needed:
        return None
    whole = float(spectrum.between(20.0, top).power.sum())
    return 10 * float(np.log10(max(whole - lines, 1e-30 * whole) / lines)) if whole > 0 else None
