"""The EMG report as data: figures of channels, pairs and muscles, each None where it cannot be given."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from reprieve.app.emg.channels import Epoch, Kind, MapSide
from reprieve.app.emg.movement import MovementReport
from reprieve.emg.bootstrap import Estimate
from reprieve.emg.contractions import Interval
from reprieve.emg.problems import Quality
from reprieve.emg.score import MuscleScore
from reprieve.emg.stretch import StretchThreshold
from reprieve.emg.tremor import TremorPeak
from reprieve.interop.recording import Annotation

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelReport:
    """The figures of one channel; None where they cannot be given, with the reason in `not_given`.

    `rms`, `noise_rms` and `best_effort_rms` are in `unit`; `mean_amplitude_per_turn` in millivolts; times from the
    start of the recording. `intervals` holds the 95 % interval of a figure by its name, where there is one.
    """

    name: str
    kind: Kind
    muscle: str | None
    side: MapSide | None
    unit: str
    sampling_rate_hz: float
    length_s: float
    start_s: float
    quality: Quality
    band_hz: tuple[float, float] | None = None
    rms: float | None = None
    noise_rms: float | None = None
    best_effort_rms: float | None = None
    median_frequency_hz: float | None = None
    mean_frequency_hz: float | None = None
    contractions: tuple[Interval, ...] | None = None
    sustained_fraction: float | None = None
    bursts: tuple[Interval, ...] | None = None
    burst_rate_per_s: float | None = None
    burst_median_s: float | None = None
    turns_per_s: float | None = None
    mean_amplitude_per_turn: float | None = None
    tremor_peak_hz: float | None = None
    tremor: TremorPeak | None = None
    physiological_peak: TremorPeak | None = None
    low_frequency_fraction: float | None = None
    intervals: dict[str, tuple[float, float]] = field(default_factory=dict)
    not_given: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PairReport:
    """Coherence of two channels, rectified where they are EMG, at 1-50 Hz in steps of 1 Hz."""

    channels: tuple[str, str]
    segments: int
    limit: float | None = None
    frequency_hz: tuple[float, ...] | None = None
    coherence: tuple[float, ...] | None = None
    peak_frequency_hz: float | None = None
    peak_coherence: float | None = None
    peak_interval: tuple[float, float] | None = None
    peak_phase_rad: float | None = None
    coherence_4_7_hz: float | None = None
    probability_4_7_hz: float | None = None
    adjusted_probability_4_7_hz: float | None = None
    crosstalk: bool | None = None
    co_contraction_percent: float | None = None
    co_contraction_amplitude: float | None = None
    not_given: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class MuscleReport:
    """What one mapped muscle did over the epochs; activities in % of its best effort.

    `activity` has a kind of its own, `overflow`, for efforts and tasks of another muscle or side. `turns_per_s` is at
    rest, by a needle; None where no epoch says when that was.
    """

    muscle: str
    side: MapSide | None
    channel: str
    best_effort: float | None
    effort_was_maximal: bool | None
    activity: dict[str, Estimate]
    sustained_fraction: float | None
    turns_per_s: float | None
    lead_s: Estimate | None
    paradox: Estimate | None
    trick: Estimate | None
    compensatory: bool | None
    low_frequency_fraction: float | None
    coherent_4_7_hz: bool | None
    score: MuscleScore


@dataclass(frozen=True, slots=True, kw_only=True)
class EvokedReport:
    """Responses of one channel to a stimulus that the recording marks; sizes peak to peak in `unit`.

    `noise_*` is the size of as long a stretch before the stimuli; a wave that does not stand out of it has no latency.
    """

    channel: str
    muscle: str | None
    side: MapSide | None
    unit: str
    marker: str
    stimuli: int
    m_wave: Estimate | None
    m_wave_latency_ms: float | None
    late_wave: Estimate | None
    late_wave_latency_ms: float | None
    noise_m_wave: float | None
    noise_late_wave: float | None
    sizes_m_wave: tuple[float, ...]
    sizes_late_wave: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StretchReport:
    """Passive stretches of one muscle."""

    channel: str
    muscle: str | None
    side: MapSide | None
    found: StretchThreshold


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What a drawing of one channel needs: extremes of 1000 columns, some 1200 points of the envelope, the spectrum.

    Extremes and envelope are in `unit`, that of the file.
    """

    name: str
    unit: str
    low: Floats
    high: Floats
    envelope: NDArray[np.floating] | None
    envelope_rate_hz: float
    frequency_hz: Floats | None
    power: Floats | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EmgReport:
    """What a recording says."""

    recording: str
    format: str
    length_s: float
    channels: tuple[ChannelReport, ...]
    pairs: tuple[PairReport, ...]
    muscles: tuple[MuscleReport, ...]
    annotations: tuple[Annotation, ...]
    epochs: tuple[Epoch, ...]
    notes: tuple[str, ...]
    evidence: str
    weights_version: str
    version: str
    movement: MovementReport | None = None
    evoked: tuple[EvokedReport, ...] = ()
    stretches: tuple[StretchReport, ...] = ()
