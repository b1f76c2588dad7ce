"""A simulator of dystonic surface EMG with known truth.

Filtered noise, not motor units: right for spectra, envelopes and timing, silent about single spikes. It serves to test
detectors and the muscle score. It says nothing about patients.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, signal

from reprieve.emg.contractions import Interval

Floats = NDArray[np.float64]
MuscleRole = Literal["dystonic", "compensatory", "overflow", "silent"]
ElectrodeFault = Literal["none", "dead", "clipping", "mains", "loose", "gain"]

# Corners of the shaping filter (Hz): with them the median frequency is near 85 Hz, that of a neck or arm muscle.
_LOW_HZ, _HIGH_HZ = 40.0, 120.0
NOISE_UV = 2.0
_SPARE_S = 5.0
# Share of a maximal effort, in %, by role and epoch.
_LEVELS: dict[MuscleRole, dict[str, float]] = {
    "dystonic": {"rest": 8.0, "posture": 15.0, "opposite": 10.0, "trick": 5.0},
    "compensatory": {"rest": 1.0, "posture": 5.0, "opposite": 14.0, "trick": 2.0},
    "overflow": {"rest": 1.5, "posture": 4.0, "opposite": 1.0, "trick": 1.5},
    "silent": {"rest": 0.1, "posture": 0.2, "opposite": 0.2, "trick": 0.1},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedMuscle:
    """What to simulate of one muscle."""

    role: MuscleRole
    max_uv: float = 400.0
    fault: ElectrodeFault = "none"
    ecg_uv: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedSession:
    """Signals with the truth behind them.

    Attributes
    ----------
    samples_uv : ndarray, shape (n_muscles, n_samples)
    rate_hz : float
    epochs : dict of str to list of (start_s, stop_s)
    truth : tuple of SimulatedMuscle
    drive_hz : float
        Frequency of the drive that the dystonic muscles share.
    """

    samples_uv: Floats
    rate_hz: float
    epochs: dict[str, list[tuple[float, float]]]
    truth: tuple[SimulatedMuscle, ...]
    drive_hz: float
    spasms: tuple[Interval, ...] = field(default=())


def shaped_noise(length: int, rate_hz: float, rng: np.random.Generator) -> Floats:
    """Return noise with the spectrum of surface EMG and an RMS of 1, shape (length,).

    Notes
    -----
    Amplitude fh² f / ((f² + fl²)^½ (f² + fh²)), the usual shape for bipolar surface EMG.

    References
    ----------
    .. [1] Stulen and De Luca 1981, IEEE Trans Biomed Eng 28:515 (from memory, not re-read).
    """
    frequency = np.fft.rfftfreq(length, 1 / rate_hz)
    shape = _HIGH_HZ**2 * frequency / (np.sqrt(frequency**2 + _LOW_HZ**2) * (frequency**2 + _HIGH_HZ**2))
    noise = np.fft.irfft(np.fft.rfft(rng.standard_normal(length)) * shape, length)
    return noise / noise.std()


def simulate_contractions(
    intervals: tuple[Interval, ...],
    length_s: float,
    rate_hz: float,
    rng: np.random.Generator,
    *,
    snr_db: float,
    ramp_s: float = 0.05,
    heights: Sequence[float] | None = None,
    unsteadiness: float = 0.0,
) -> Floats:
    """Return one channel that contracts during `intervals`, in noise of RMS 1, `snr_db` beneath the contraction.

    The truth of an edge is where activation is half way up its ramp of `ramp_s`.

    Parameters
    ----------
    intervals : tuple of Interval
    length_s, rate_hz : float
    rng : numpy Generator
    snr_db : float
        Of a contraction of height 1.
    ramp_s : float
    heights : sequence of float, optional
        One for each contraction; 1 unless told.
    unsteadiness : float
        Standard deviation of the logarithm of the activation, which wanders over some 0.3 s.
    """
    length = round(length_s * rate_hz)
    time = np.arange(length) / rate_hz
    activation = np.zeros(length)
    for one, height in zip(intervals, heights if heights is not None else [1.0] * len(intervals), strict=True):
        rise = np.clip((time - one.onset_s) / ramp_s + 0.5, 0, 1)
        fall = np.clip((one.offset_s - time) / ramp_s + 0.5, 0, 1)
        activation = np.maximum(activation, height * np.minimum(rise, fall))
    if unsteadiness:
        slow = ndimage.gaussian_filter1d(rng.standard_normal(length), 0.15 * rate_hz)
        activation *= np.exp(unsteadiness * slow / slow.std() - unsteadiness**2 / 2)
    amplitude = 10 ** (snr_db / 20)
    return amplitude * activation * shaped_noise(length, rate_hz, rng) + shaped_noise(length, rate_hz, rng)


def simulate_session(
    muscles: tuple[SimulatedMuscle, ...],
    rng: np.random.Generator,
    *,
    rate_hz: float = 2000.0,
    epoch_s: float = 30.0,
    drive_hz: float = 5.5,
    drive_depth: float = 0.6,
    noise_uv: float = NOISE_UV,
) -> SimulatedSession:
    """Return a session of rest, posture, opposite move, trick and maximal effort, `epoch_s` each.

    Parameters
    ----------
    muscles : tuple of SimulatedMuscle
    rng : numpy Generator
    drive_depth : float
        How far the common 4-7 Hz drive modulates the dystonic muscles, 0 to 1.
    noise_uv : float
        RMS of electrode and amplifier.

    Notes
    -----
    Activation of a muscle is its level in the epoch, times slow variation of its own (log-normal, 0.5 Hz), and for
    dystonic muscles times 1 + depth sin of a drive whose phase wanders. A maximal effort is three seconds of 100 %.
    """
    kinds = ("rest", "posture", "opposite", "trick", "maximal")
    epochs = {kind: [(place * epoch_s, (place + 1) * epoch_s)] for place, kind in enumerate(kinds)}
    length = round(len(kinds) * epoch_s * rate_hz)
    time = np.arange(length) / rate_hz
    wander = np.cumsum(rng.standard_normal(length)) * np.sqrt(0.5 / rate_hz)
    drive = 1 + drive_depth * np.sin(2 * np.pi * drive_hz * time + wander)
    rows = [_muscle(one, epochs, time, rate_hz, drive, noise_uv, rng) for one in muscles]
    return SimulatedSession(samples_uv=np.stack(rows), rate_hz=rate_hz, epochs=epochs, truth=muscles, drive_hz=drive_hz)


def _muscle(
    muscle: SimulatedMuscle,
    epochs: dict[str, list[tuple[float, float]]],
    time: Floats,
    rate_hz: float,
    drive: Floats,
    noise_uv: float,
    rng: np.random.Generator,
) -> Floats:
    slow = _slow_variation(len(time), rate_hz, rng)
    percent = np.zeros(len(time))
    for kind, level in _LEVELS[muscle.role].items():
        for start, stop in epochs[kind]:
            percent[(time >= start) & (time < stop)] = level
    percent *= np.exp(0.4 * slow - 0.08)
    if muscle.role == "dystonic":
        percent *= drive
    start = epochs["maximal"][0][0] + 5
    percent[(time >= start) & (time < start + 3)] = 100.0
    clean = muscle.max_uv * percent / 100 * shaped_noise(len(time), rate_hz, rng)
    clean += noise_uv * shaped_noise(len(time), rate_hz, rng)
    if muscle.ecg_uv:
        clean += _ecg(time, rng) * muscle.ecg_uv
    return _with_fault(clean, muscle, time, rng)


def _slow_variation(length: int, rate_hz: float, rng: np.random.Generator) -> Floats:
    """Return noise below 0.5 Hz, standard deviation 1; made longer and cut, since a filter swings at its ends."""
    spare = round(_SPARE_S * rate_hz)
    sections = signal.butter(2, 0.5, fs=rate_hz, output="sos")
    slow = signal.sosfiltfilt(sections, rng.standard_normal(length + 2 * spare))[spare : spare + length]
    return slow / slow.std()


def _ecg(time: Floats, rng: np.random.Generator) -> Floats:
    """Return R waves of height 1 and 20 ms, at about 70 a minute."""
    beats = np.cumsum(rng.normal(0.86, 0.03, size=int(time[-1] / 0.7) + 2))
    return sum((np.exp(-0.5 * ((time - beat) / 0.01) ** 2) for beat in beats), np.zeros(len(time)))


def _with_fault(clean: Floats, muscle: SimulatedMuscle, time: Floats, rng: np.random.Generator) -> Floats:
    if muscle.fault == "dead":
        return np.zeros(len(clean))
    if muscle.fault == "clipping":
        limit = 0.8 * muscle.max_uv
        return np.clip(clean, -limit, limit)
    if muscle.fault == "mains":
        return clean + 60 * np.sin(2 * np.pi * 50 * time) + 10 * np.sin(2 * np.pi * 150 * time)
    if muscle.fault == "loose":
        drift = np.cumsum(rng.standard_normal(len(clean)))
        return clean + 300 * drift / np.abs(drift).max() + 150 * np.sin(2 * np.pi * 1.3 * time)
    return clean * 1e-3 if muscle.fault == "gain" else clean
