"""Is the electrode on, the amplifier right and the mains away? Judged second by second, in words.

Five things are looked for, each with a cut-off of its own: `dead`, `clipping`, `mains`, `loose`, `gain`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reprieve.emg.envelope import Envelope
from reprieve.emg.spectra import Spectrum, power_spectrum

Floats = NDArray[np.float64]
ProblemName = Literal["dead", "clipping", "mains", "loose", "gain"]
Verdict = Literal["use", "use_with_note", "reject"]

WINDOW_S = 1.0
DEAD_STEPS = 2.0  # standard deviation below this many converter steps
DEAD_SHARE = 0.9
RAIL_SAMPLES = 2  # one sample at full scale may be a true peak, two in a second are not
GUESSED_RAIL_SAMPLES, GUESSED_RAIL_EXCESS = 5, 3.0
MAINS_HZ = (50.0, 60.0)
MAINS_DB = 9.0  # Abser 2011: below this, cleaning pays
MAINS_OVER_FLOOR = 4.0
LOOSE_BELOW_HZ, LOOSE_SHARE, LOOSE_SHARE_NEEDLE = 20.0, 0.30, 0.60
STEP_MADS = 20.0
STEP_BLOCK_S = 0.1
_MEDIAN_POINTS = 15
# Best half second of the envelope, in volts. Lower ends are a twentieth of what an effort gives (20 and 50 uV): a
# muscle may rest through a recording, but no amplifier is that quiet.
GAIN_SURFACE_V, GAIN_NEEDLE_V = (1e-6, 10e-3), (2.5e-6, 20e-3)

_WORDS: dict[ProblemName, tuple[str, str]] = {
    "dead": ("no signal reaches the amplifier", "check cable, plug and electrode"),
    "clipping": ("the amplifier is at its limit: peaks are cut off", "lower the amplification and record again"),
    "mains": ("hum of the power line", "check ground and skin contact, move cables and lamps away"),
    "loose": ("slow drifts or jumps: the electrode moves or barely holds", "clean the skin, fix the electrode anew"),
    "gain": ("the size of the signal cannot be right", "check unit and amplification of this channel in the export"),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with one channel.

    Attributes
    ----------
    problem : str
        dead, clipping, mains, loose or gain.
    message, advice : str
        In words for whoever holds the electrode.
    seconds : tuple of int
        Which seconds since the first sample, counted from 0; empty when it holds for the whole channel.
    figure : float or None
        What was compared with the cut-off.
    """

    problem: ProblemName
    message: str
    advice: str
    seconds: tuple[int, ...]
    figure: float | None


@dataclass(frozen=True, slots=True)
class Quality:
    """What a channel may be used for, and why not more."""

    verdict: Verdict
    problems: tuple[Problem, ...]

    def has(self, problem: ProblemName) -> bool:
        """Whether this problem was found."""
        return any(found.problem == problem for found in self.problems)

    def figure(self, problem: ProblemName) -> float | None:
        """Return the figure behind a problem, None where it was not found."""
        return next((found.figure for found in self.problems if found.problem == problem), None)


def channel_quality(
    raw: ArrayLike,
    rate_hz: float,
    *,
    envelope: Envelope | None,
    volts_per_unit: float | None,
    step: float | None = None,
    rail: tuple[float, float] | None = None,
    needle: bool = False,
    spectrum: Spectrum | None = None,
) -> Quality:
    """Judge one channel.

    Parameters
    ----------
    raw : array_like, shape (n_samples,)
        Unfiltered samples.
    rate_hz : float
        Sampling rate.
    envelope : Envelope or None
        Of the filtered channel, for the size; None when it could not be filtered.
    volts_per_unit : float or None
        Volts in one unit of `raw`; None without a voltage scale, which leaves out the size.
    step : float, optional
        One step of the converter in the unit of `raw`; guessed when not given.
    rail : (float, float), optional
        Smallest and largest value that the converter can give.
    needle : bool
        Needle or fine wire instead of surface electrode.
    spectrum : Spectrum, optional
        `power_spectrum` of `raw`, where it is known already.
    """
    samples = np.asarray(raw, dtype=np.float64)
    seconds = _windows(samples, rate_hz)
    lowest, highest = seconds.min(axis=1), seconds.max(axis=1)
    dead = _dead(seconds, lowest, highest, step if step else _guessed_step(samples))
    if dead is not None and not dead.seconds:
        return Quality("reject", (dead,))
    whole = power_spectrum(samples, rate_hz) if spectrum is None else spectrum
    found = [
        dead,
        _clipping(seconds, lowest, highest, len(samples) / rate_hz, rail),
        _mains(samples, rate_hz, whole),
        _loose(samples, seconds, rate_hz, needle, whole),
        _gain(envelope, volts_per_unit, needle),
    ]
    problems = tuple(problem for problem in found if problem is not None)
    return Quality("use_with_note" if problems else "use", problems)


def _problem(name: ProblemName, seconds: ArrayLike, figure: float | None, detail: str = "") -> Problem:
    message, advice = _WORDS[name]
    places = tuple(int(second) for second in np.asarray(seconds).ravel())
    return Problem(name, message + (f" ({detail})" if detail else ""), advice, places, figure)


def _windows(samples: Floats, rate_hz: float) -> Floats:
    """Return whole seconds, shape (n_seconds, n_samples); one short window for a record under a second."""
    length = min(max(1, round(WINDOW_S * rate_hz)), max(1, len(samples)))
    return samples[: len(samples) // length * length].reshape(-1, length)


def _guessed_step(samples: Floats) -> float:
    """Return the smallest difference between values, which for a converted signal is its step."""
    values = np.unique(samples[:50_000])
    return float(np.diff(values).min()) if len(values) > 1 else 0.0


def _dead(seconds: Floats, lowest: Floats, highest: Floats, step: float) -> Problem | None:
    if not (np.isfinite(lowest).all() and np.isfinite(highest).all()):
        return _problem("dead", (), None, "samples are not numbers")
    mean = seconds.mean(axis=1)
    power = np.einsum("ij,ij->i", seconds, seconds) / seconds.shape[1]
    # Beside a large offset the difference of two squares would lose the little that there is.
    large = (mean**2 > 1e6 * np.maximum(power - mean**2, 0)).any()
    spread = seconds.std(axis=1) if large else np.sqrt(np.maximum(power - mean**2, 0))
    quiet = spread < DEAD_STEPS * step if step > 0 else spread == 0
    if quiet.mean() > DEAD_SHARE:
        return _problem("dead", (), float(np.median(spread)))
    # A coarse converter may rest on one or two values and yet be on; a second without any change is not.
    frozen = np.flatnonzero(lowest == highest)
    return _problem("dead", frozen, 0.0, f"for {len(frozen)} s") if len(frozen) else None


def _clipping(
    seconds: Floats, lowest: Floats, highest: Floats, length_s: float, rail: tuple[float, float] | None
) -> Problem | None:
    low, high = rail if rail is not None else (-np.inf, np.inf)
    guessed_low = _guessed_rail(seconds[lowest == lowest.min()])
    guessed_high = _guessed_rail(-seconds[highest == highest.max()])
    low = low if guessed_low is None else max(low, guessed_low)
    high = high if guessed_high is None else min(high, -guessed_high)
    # Only seconds that touch a rail need to be counted.
    touched = np.flatnonzero((lowest <= low) | (highest >= high))
    if not len(touched):
        return None
    hits = ((seconds[touched] <= low) | (seconds[touched] >= high)).sum(axis=1)
    clipped = touched[hits >= RAIL_SAMPLES]
    if not len(clipped):
        return None
    share = float(hits[hits >= RAIL_SAMPLES].sum() / seconds.size)
    return _problem("clipping", clipped, share, f"in {len(clipped)} s of {length_s:.0f}")


def _guessed_rail(seconds: Floats) -> float | None:
    """Return the smallest value if samples pile up on it: a rail that the header does not know.

    `seconds` are those that hold the smallest value.
    """
    samples = seconds.reshape(-1)
    low = samples.min()
    at_low = samples == low
    count = int(at_low.sum())
    if count < GUESSED_RAIL_SAMPLES or count == len(samples) or not (at_low[1:] & at_low[:-1]).any():
        return None
    next_value = samples[~at_low].min()
    beside = int((samples == next_value).sum())
    return float(low) if count > GUESSED_RAIL_EXCESS * beside else None


def _mains(samples: Floats, rate_hz: float, spectrum: Spectrum) -> Problem | None:
    if len(samples) < WINDOW_S * rate_hz or rate_hz < 200:
        return None
    for mains_hz in MAINS_HZ:
        ratio = _mains_ratio_db(spectrum, rate_hz, mains_hz)
        if ratio is not None and ratio < MAINS_DB:
            return _problem("mains", (), mains_hz, f"{mains_hz:.0f} Hz, EMG {ratio:+.0f} dB against it")
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


def _loose(samples: Floats, seconds: Floats, rate_hz: float, needle: bool, spectrum: Spectrum) -> Problem | None:
    if len(samples) < WINDOW_S * rate_hz:
        return None
    limit = LOOSE_SHARE_NEEDLE if needle else LOOSE_SHARE
    above_zero = spectrum.between(1.0, rate_hz)
    total = float(above_zero.power.sum())
    share = float(above_zero.between(1.0, LOOSE_BELOW_HZ - 1e-9).power.sum()) / total if total > 0 else 0.0
    jumps = _jumps(samples, rate_hz)
    if share > limit:
        return _problem("loose", _drifting(seconds, rate_hz, limit), share, f"{100 * share:.0f} % below 20 Hz")
    if len(jumps):
        return _problem("loose", jumps, share, f"jumps in {len(jumps)} s")
    return None


def _drifting(seconds: Floats, rate_hz: float, limit: float) -> NDArray[np.int64]:
    power = np.abs(np.fft.rfft(seconds - seconds.mean(axis=1, keepdims=True), axis=1)) ** 2
    frequency = np.fft.rfftfreq(seconds.shape[1], 1 / rate_hz)
    slow = power[:, frequency < LOOSE_BELOW_HZ].sum(axis=1)
    return np.flatnonzero(slow > limit * power.sum(axis=1))


def _jumps(samples: Floats, rate_hz: float) -> NDArray[np.int64]:
    """Return the seconds in which the baseline jumps by more than 20 MAD and by more than the EMG itself."""
    length = max(1, round(STEP_BLOCK_S * rate_hz))
    blocks = samples[: len(samples) // length * length].reshape(-1, length)
    if len(blocks) < 10:
        return np.empty(0, np.int64)
    # Some 15 points of a block tell its median well enough to see a jump.
    blocks = np.ascontiguousarray(blocks[:, :: max(1, length // _MEDIAN_POINTS)])
    baseline = _row_medians(blocks)
    # Two blocks apart: a jump inside one block shows in its neighbours.
    change = np.abs(baseline[2:] - baseline[:-2])
    spread = float(np.median(np.abs(change - np.median(change))))
    places = np.flatnonzero(change > STEP_MADS * spread) if spread > 0 else np.empty(0, np.int64)
    if len(places):
        loudest = float(_row_medians(np.abs(blocks - baseline[:, None])).max())
        places = places[change[places] > 3 * loudest]
    return np.unique(((places + 1) * length / rate_hz).astype(np.int64))


def _row_medians(rows: Floats) -> Floats:
    """Return the median of each row (of an even number the upper one): np.median takes five times as long."""
    middle = rows.shape[1] // 2
    return np.partition(rows, middle, axis=1)[:, middle]


def _gain(envelope: Envelope | None, volts_per_unit: float | None, needle: bool) -> Problem | None:
    if envelope is None or volts_per_unit is None:
        return None
    low, high = GAIN_NEEDLE_V if needle else GAIN_SURFACE_V
    best = envelope.best_effort * volts_per_unit
    if low <= best <= high:
        return None
    return _problem("gain", (), best, f"the strongest half second is {1e6 * best:.3g} uV")
