"""Is the electrode on, the amplifier right and the mains away? Judged second by second, in words.

Five things are looked for, each with a cut-off of its own: `dead`, `clipping`, `mains`, `loose`, `gain`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reprieve.emg.envelope import Envelope
from reprieve.emg.mains import mains_problem
from reprieve.emg.problems import Problem, Quality, problem_of
from reprieve.emg.spectra import Spectrum, power_spectrum

Floats = NDArray[np.float64]
WINDOW_S = 1.0
# No unit makes a signal larger; its square still is a float32.
LARGEST = 1e15
NO_NUMBERS = "samples are not numbers, or far too large for any signal"
DEAD_STEPS = 2.0  # standard deviation below this many converter steps
DEAD_SHARE = 0.9
RAIL_SAMPLES = 2  # one sample at full scale may be a true peak, two in a second are not
GUESSED_RAIL_SAMPLES, GUESSED_RAIL_EXCESS = 5, 3.0
LOOSE_BELOW_HZ, LOOSE_SHARE, LOOSE_SHARE_NEEDLE = 20.0, 0.30, 0.60
STEP_MADS = 20.0
STEP_BLOCK_S = 0.1
_MEDIAN_POINTS = 15
_STEP_SAMPLES, _SECONDS_AT_ONCE = 50_000, 64
# Best half second of the envelope, in volts. Lower ends are a twentieth of what an effort gives (20 and 50 uV): a
# muscle may rest through a recording, but no amplifier is that quiet.
GAIN_SURFACE_V, GAIN_NEEDLE_V = (1e-6, 10e-3), (2.5e-6, 20e-3)


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
    stream = SecondsSeen(len(samples), rate_hz, lambda start, stop: samples[start:stop])
    stream.push(samples)
    problem = stream.dead(step)
    if problem is not None and not problem.seconds:
        return Quality("reject", (problem,))
    whole = power_spectrum(samples, rate_hz) if spectrum is None else spectrum
    return stream.judge(whole, problem, envelope=envelope, volts_per_unit=volts_per_unit, rail=rail, needle=needle)


class SecondsSeen:
    """What is kept of each second of a channel that arrives in blocks: enough to judge it, with a second look at few.

    Parameters
    ----------
    total : int
        Samples that will come.
    rate_hz : float
    read : callable
        Gives the samples from one number to before another once more.
    """

    def __init__(self, total: int, rate_hz: float, read: Callable[[int, int], Floats]) -> None:
        self._total, self._rate_hz, self._read = total, rate_hz, read
        # One short window for a record under a second.
        self.length = min(max(1, round(WINDOW_S * rate_hz)), max(1, total))
        self._count = total // self.length
        self.lowest, self.highest, self.mean, self.power = np.empty((4, self._count))
        self._step = max(1, round(STEP_BLOCK_S * rate_hz))
        self._baseline = np.empty(total // self._step)
        self._made = self._levels = 0
        self._tail, self._rest = np.empty(0), np.empty(0)
        self.finite = True

    @property
    def rest(self) -> Floats:
        """The samples after the last whole second."""
        return self._tail

    def push(self, samples: Floats) -> None:
        """Take the next samples."""
        joined = np.concatenate([self._tail, samples]) if len(self._tail) else samples
        count = len(joined) // self.length
        seconds = joined[: count * self.length].reshape(count, self.length)
        place = slice(self._made, self._made + count)
        seconds.min(axis=1, out=self.lowest[place])
        seconds.max(axis=1, out=self.highest[place])
        with np.errstate(all="ignore"):
            seconds.mean(axis=1, out=self.mean[place])
            self.power[place] = np.einsum("ij,ij->i", seconds, seconds) / self.length
        self._made += count
        self._tail = joined[count * self.length :].copy()
        # So written, what is no number fails as well.
        parts = (self.lowest[place] > -LARGEST, self.highest[place] < LARGEST, np.abs(self._tail) < LARGEST)
        self.finite = self.finite and all(bool(one.all()) for one in parts)
        joined = np.concatenate([self._rest, samples]) if len(self._rest) else samples
        count = len(joined) // self._step
        self._baseline[self._levels : self._levels + count] = _row_medians(self._thin(joined, count))
        self._levels += count
        self._rest = joined[count * self._step :].copy()

    def dead(self, step: float | None = None) -> Problem | None:
        """Return whether the channel is dead, throughout (without seconds) or at times."""
        if not self.finite:
            return problem_of("dead", (), None, NO_NUMBERS)
        step = step or _guessed_step(self._read(0, min(self._total, _STEP_SAMPLES)))
        variance = np.maximum(self.power - self.mean**2, 0)
        spread = np.sqrt(variance)
        # Beside a large offset the difference of two squares would lose the little that there is.
        if (self.mean**2 > 1e6 * variance).any():
            spread = np.concatenate([seconds.std(axis=1) for _, seconds in self._again(np.arange(self._count))])
        quiet = spread < DEAD_STEPS * step if step > 0 else spread == 0
        if quiet.mean() > DEAD_SHARE:
            return problem_of("dead", (), float(np.median(spread)))
        # A coarse converter may rest on one or two values and yet be on; a second without any change is not.
        frozen = np.flatnonzero(self.lowest == self.highest)
        return problem_of("dead", frozen, 0.0, f"for {len(frozen)} s") if len(frozen) else None

    def judge(
        self,
        spectrum: Spectrum,
        dead: Problem | None,
        *,
        envelope: Envelope | None,
        volts_per_unit: float | None,
        rail: tuple[float, float] | None = None,
        needle: bool = False,
    ) -> Quality:
        """Return the verdict on a channel that is not dead throughout."""
        enough = self._total >= WINDOW_S * self._rate_hz
        found = [
            dead,
            self.clipping(rail),
            mains_problem(self._rate_hz, spectrum) if enough else None,
            self._loose(needle, spectrum) if enough else None,
            _gain(envelope, volts_per_unit, needle),
        ]
        problems = tuple(problem for problem in found if problem is not None)
        return Quality("use_with_note" if problems else "use", problems)

    def _thin(self, samples: Floats, count: int) -> Floats:
        """Return some 15 points of each tenth of a second, which tell its median well enough to see a jump."""
        blocks = samples[: count * self._step].reshape(count, self._step)
        return np.ascontiguousarray(blocks[:, :: max(1, self._step // _MEDIAN_POINTS)])

    def _again(self, places: NDArray[np.int64]) -> Iterator[tuple[NDArray[np.int64], Floats]]:
        """Yield seconds once more, a minute of them at a time: their numbers, and shape (n_seconds, n_samples)."""
        for first in range(0, len(places), _SECONDS_AT_ONCE):
            part = places[first : first + _SECONDS_AT_ONCE]
            # Neighbours are read at once.
            runs = np.split(part, np.flatnonzero(np.diff(part) != 1) + 1)
            spans = [self._read(int(run[0]) * self.length, (int(run[-1]) + 1) * self.length) for run in runs]
            yield part, np.concatenate(spans).reshape(len(part), self.length)

    def clipping(self, rail: tuple[float, float] | None) -> Problem | None:
        """Return whether samples lie at a rail, the given one or one that they pile up on."""
        lowest, highest = self.lowest, self.highest
        low, high = rail if rail is not None else (-np.inf, np.inf)
        guessed_low = _guessed_rail(one for _, one in self._again(np.flatnonzero(lowest == lowest.min())))
        guessed_high = _guessed_rail(-one for _, one in self._again(np.flatnonzero(highest == highest.max())))
        low = low if guessed_low is None else max(low, guessed_low)
        high = high if guessed_high is None else min(high, -guessed_high)
        # Only seconds that touch a rail need to be counted.
        touched = np.flatnonzero((lowest <= low) | (highest >= high))
        counts = [((one <= low) | (one >= high)).sum(axis=1) for _, one in self._again(touched)]
        hits = np.concatenate([np.empty(0, np.int64), *counts])
        clipped = touched[hits >= RAIL_SAMPLES]
        if not len(clipped):
            return None
        share = float(hits[hits >= RAIL_SAMPLES].sum() / (self._count * self.length))
        detail = f"in {len(clipped)} s of {self._total / self._rate_hz:.0f}"
        return problem_of("clipping", clipped, share, detail)

    def _loose(self, needle: bool, spectrum: Spectrum) -> Problem | None:
        limit = LOOSE_SHARE_NEEDLE if needle else LOOSE_SHARE
        above_zero = spectrum.between(1.0, self._rate_hz)
        total = float(above_zero.power.sum())
        share = float(above_zero.between(1.0, LOOSE_BELOW_HZ - 1e-9).power.sum()) / total if total > 0 else 0.0
        if share > limit:
            everywhere = self._again(np.arange(self._count))
            drifting = [part[_drifting(one, self._rate_hz, limit)] for part, one in everywhere]
            return problem_of("loose", np.concatenate(drifting), share, f"{100 * share:.0f} % below 20 Hz")
        jumps = self._jumps()
        return problem_of("loose", jumps, share, f"jumps in {len(jumps)} s") if len(jumps) else None

    def _jumps(self) -> NDArray[np.int64]:
        """Return the seconds in which the baseline jumps by more than 20 MAD and by more than the EMG itself."""
        if len(self._baseline) < 10:
            return np.empty(0, np.int64)
        # Two blocks apart: a jump inside one block shows in its neighbours.
        change = np.abs(self._baseline[2:] - self._baseline[:-2])
        spread = float(np.median(np.abs(change - np.median(change))))
        places = np.flatnonzero(change > STEP_MADS * spread) if spread > 0 else np.empty(0, np.int64)
        if len(places):
            places = places[change[places] > 3 * self._loudest()]
        return np.unique(((places + 1) * self._step / self._rate_hz).astype(np.int64))

    def _loudest(self) -> float:
        """Return the highest median distance from the baseline of any tenth of a second."""
        loudest, many = 0.0, 10 * _SECONDS_AT_ONCE
        for first in range(0, len(self._baseline), many):
            level = self._baseline[first : first + many]
            blocks = self._thin(self._read(first * self._step, (first + len(level)) * self._step), len(level))
            loudest = max(loudest, float(_row_medians(np.abs(blocks - level[:, None])).max()))
        return loudest


def _guessed_step(samples: Floats) -> float:
    """Return the smallest difference between values, which for a converted signal is its step."""
    values = np.unique(samples)
    return float(np.diff(values).min()) if len(values) > 1 else 0.0


def _guessed_rail(parts: Iterable[Floats]) -> float | None:
    """Return the smallest value if samples pile up on it: a rail that the header does not know.

    `parts` are the seconds that hold the smallest value.
    """
    low = above = np.inf
    count = beside = 0
    joined = before = more = False
    for part in parts:
        samples = part.reshape(-1)
        low = float(samples.min())
        at_low = samples == low
        count += int(at_low.sum())
        joined = joined or bool((before and at_low[0]) or (at_low[1:] & at_low[:-1]).any())
        before = bool(at_low[-1])
        others = samples[~at_low]
        if not len(others):
            continue
        more = True
        next_value = float(others.min())
        if next_value < above:
            above, beside = next_value, 0
        beside += int((others == next_value).sum()) if next_value == above else 0
    if count < GUESSED_RAIL_SAMPLES or not more or not joined:
        return None
    return low if count > GUESSED_RAIL_EXCESS * beside else None


def _drifting(seconds: Floats, rate_hz: float, limit: float) -> NDArray[np.int64]:
    power = np.abs(np.fft.rfft(seconds - seconds.mean(axis=1, keepdims=True), axis=1)) ** 2
    frequency = np.fft.rfftfreq(seconds.shape[1], 1 / rate_hz)
    slow = power[:, frequency < LOOSE_BELOW_HZ].sum(axis=1)
    return np.flatnonzero(slow > limit * power.sum(axis=1))


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
    return problem_of("gain", (), best, f"the strongest half second is {1e6 * best:.3g} uV")
