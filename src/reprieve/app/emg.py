"""The EMG report: what a recording says about its channels and pairs, and what it cannot say.

A channel that cannot carry a figure gets None and the reason, never a number.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from reprieve import __version__
from reprieve.app.emg_channels import ChannelMap, ChannelRole, Epoch, Kind, MapSide, channel_roles, load_channel_map
from reprieve.emg.coherence import (
    CROSSTALK_LIMIT,
    DYSTONIC_BAND_HZ,
    FEWEST_SEGMENTS,
    SegmentSpectra,
    coherence,
    holm,
    pooled_coherence,
    segment_spectra,
    zero_lag_coherence,
)
from reprieve.emg.contractions import (
    SHORTEST_RECORD_S,
    Interval,
    find_bursts,
    find_contractions,
    sustained_fraction,
)
from reprieve.emg.envelope import Envelope, rms_envelope
from reprieve.emg.filters import LOWEST_RATE_HZ, band_pass, emg_band, without_mains
from reprieve.emg.quality import Quality, channel_quality
from reprieve.emg.spectra import low_frequency_fraction, power_spectrum
from reprieve.emg.tremor import TremorPeak, tremor_peak
from reprieve.emg.turns import find_turns
from reprieve.interop.recording import Annotation, Channel, Recording, unit_of
from reprieve.interop.recordings import read_recording

Floats = NDArray[np.float64]

EVIDENCE = (
    "EMG informs, it does not decide: beside the examination it helped in one controlled trial (Comella 1992), a "
    "review of 40 studies graded the evidence low (Nijmeijer 2012), and against ultrasound there was no difference."
)
HIGHEST_PAIR_HZ = 50.0
_VOLTS = {"uV": 1e-6, "mV": 1e-3, "V": 1.0, "nV": 1e-9}
_SHORTEST_S = 0.25
_NO_TREMOR = "no peak stands out of the floor at 3-12 Hz"
_NO_NEEDLE_TREMOR = "a needle hears single motor units, whose firing rate is not tremor"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelReport:
    """The figures of one channel; None where they cannot be given, with the reason in `not_given`.

    `rms` and `noise_rms` are in `unit`; `mean_amplitude_per_turn` in millivolts; times from the start of the recording.
    """

    name: str
    kind: Kind
    muscle: str | None
    side: MapSide | None
    unit: str
    sampling_rate_hz: float
    length_s: float
    start_s: float
    band_hz: tuple[float, float] | None
    quality: Quality
    rms: float | None
    noise_rms: float | None
    best_effort_rms: float | None
    median_frequency_hz: float | None
    mean_frequency_hz: float | None
    contractions: tuple[Interval, ...] | None
    sustained_fraction: float | None
    bursts: tuple[Interval, ...] | None
    burst_rate_per_s: float | None
    burst_median_s: float | None
    turns_per_s: float | None
    mean_amplitude_per_turn: float | None
    tremor_peak_hz: float | None
    tremor: TremorPeak | None
    low_frequency_fraction: float | None
    not_given: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PairReport:
    """Coherence of two channels, rectified where they are EMG, at 1-50 Hz in steps of 1 Hz."""

    channels: tuple[str, str]
    segments: int
    limit: float | None
    frequency_hz: tuple[float, ...] | None
    coherence: tuple[float, ...] | None
    peak_frequency_hz: float | None
    peak_coherence: float | None
    peak_interval: tuple[float, float] | None
    peak_phase_rad: float | None
    coherence_4_7_hz: float | None
    probability_4_7_hz: float | None
    adjusted_probability_4_7_hz: float | None
    crosstalk: bool | None
    not_given: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What a drawing of one channel needs: extremes of 1000 columns, the envelope, the spectrum."""

    name: str
    low: Floats
    high: Floats
    envelope: Floats | None
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
    annotations: tuple[Annotation, ...]
    epochs: tuple[Epoch, ...]
    notes: tuple[str, ...]
    evidence: str
    version: str


@dataclass(slots=True)
class _Analysed:
    """One channel's report with what pairs and drawings need of it."""

    report: ChannelReport
    trace: Trace
    rectified: SegmentSpectra | None = None
    filtered: SegmentSpectra | None = None


def report_recording(
    path: str,
    channel_map: str | ChannelMap | None = None,
    *,
    progress: Callable[[int, int, str], None] | None = None,
) -> EmgReport:
    """Return the report on the recording in `path`.

    Parameters
    ----------
    path : str
        A recording in any format of `reprieve.interop.recordings`, or an EMG-BIDS folder.
    channel_map : str or ChannelMap, optional
        A session file that says which muscle, side and electrode each channel is.
    progress : callable, optional
        Called with (done, all, name) before each channel.

    Raises
    ------
    RecordingError
        If the file or the map cannot be used.
    SetupError
        If a library that the format needs is missing.
    """
    return report_with_traces(path, channel_map, progress=progress)[0]


def report_with_traces(
    path: str,
    channel_map: str | ChannelMap | None = None,
    *,
    progress: Callable[[int, int, str], None] | None = None,
) -> tuple[EmgReport, tuple[Trace, ...]]:
    """Return the report and what its drawings need."""
    session = load_channel_map(channel_map) if isinstance(channel_map, str) else channel_map
    recording = read_recording(path)
    roles = channel_roles(recording, session)
    used = [channel for channel in recording.channels if not roles[channel.name].skip]
    analysed: list[_Analysed] = []
    for number, channel in enumerate(used):
        if progress:
            progress(number, len(used), channel.name)
        analysed.append(_analyse(channel, roles[channel.name]))
    if progress:
        progress(len(used), len(used), "pairs")
    report = EmgReport(
        recording=recording.path,
        format=recording.format,
        length_s=max((channel.start_s + channel.length_s for channel in recording.channels), default=0.0),
        channels=tuple(one.report for one in analysed),
        pairs=_pairs(analysed),
        annotations=recording.annotations,
        epochs=session.epochs if session else (),
        notes=_notes(recording),
        evidence=EVIDENCE,
        version=__version__,
    )
    return report, tuple(one.trace for one in analysed)


def _notes(recording: Recording) -> tuple[str, ...]:
    names = [channel.name for channel in recording.channels]
    twice = sorted({name for name in names if names.count(name) > 1})
    more = [f"several channels are named {name!r}; they are told apart by their order only" for name in twice]
    return (*recording.notes, *more)


def _analyse(channel: Channel, role: ChannelRole) -> _Analysed:
    raw = channel.values
    unit = unit_of(role.unit) if role.unit else channel.unit
    volts = _VOLTS.get(unit)
    if role.kind in ("movement", "other"):
        return _not_emg(channel, role, raw, unit)
    needle = role.kind == "needle"
    if channel.rate_hz < LOWEST_RATE_HZ or channel.length_s < _SHORTEST_S:
        reason = (
            f"sampled at {channel.rate_hz:g} Hz, EMG needs at least {LOWEST_RATE_HZ:g}"
            if channel.rate_hz < LOWEST_RATE_HZ
            else f"{channel.length_s:.2f} s are too short"
        )
        return _without_figures(channel, role, raw, unit, Quality("reject", ()), reason)
    raw = np.where(np.isfinite(raw), raw, np.nan) if not np.isfinite(raw).all() else raw
    if np.isnan(raw).any():
        quality = channel_quality(raw, channel.rate_hz, envelope=None, volts_per_unit=None)
        return _without_figures(channel, role, np.nan_to_num(raw), unit, quality, "samples are not numbers")
    filtered = band_pass(raw, channel.rate_hz, needle=needle)
    envelope = rms_envelope(filtered, channel.rate_hz)
    quality = channel_quality(
        raw,
        channel.rate_hz,
        envelope=envelope,
        volts_per_unit=volts,
        step=abs(channel.scale) if np.issubdtype(channel.raw.dtype, np.integer) else None,
        rail=_physical_rail(channel),
        needle=needle,
    )
    if quality.verdict == "reject":
        reason = f"{quality.problems[0].problem}: {quality.problems[0].message}"
        return _without_figures(channel, role, raw, unit, quality, reason)
    return _figures(channel, role, raw, filtered, envelope, quality, unit, volts)


def _figures(
    channel: Channel,
    role: ChannelRole,
    raw: Floats,
    filtered: Floats,
    envelope: Envelope,
    quality: Quality,
    unit: str,
    volts: float | None,
) -> _Analysed:
    rate, needle = channel.rate_hz, role.kind == "needle"
    not_given: dict[str, str] = {}
    # A needle keeps the unit of its file and the whole record; a surface figure is in microvolts of the EMG band.
    shown, scale = (unit, 1.0) if needle or volts is None else ("uV", volts / 1e-6)
    band = emg_band(rate, needle=needle)
    spectrum = power_spectrum(raw, rate)
    inside = spectrum.between(*band)
    rectified = np.abs(filtered)
    contractions, bursts = _activity(filtered, rate, quality, not_given)
    turns_per_s, per_turn_mv = _turns(raw, channel.length_s, volts, quality, not_given)
    # Through a needle one unit's firing rate looks like a tremor.
    peak = None if needle else tremor_peak(rectified, rate)
    if peak is None:
        not_given["tremor_peak_hz"] = _NO_NEEDLE_TREMOR if needle else _NO_TREMOR
    report = ChannelReport(
        **_identity(channel, role, shown),
        band_hz=band,
        quality=quality,
        rms=scale * float(np.sqrt(np.mean(np.square(raw if needle else filtered)))),
        noise_rms=scale * envelope.noise,
        best_effort_rms=scale * envelope.best_effort,
        median_frequency_hz=inside.median_hz,
        mean_frequency_hz=inside.mean_hz,
        contractions=_shifted(contractions, channel.start_s),
        sustained_fraction=None if contractions is None else sustained_fraction(contractions, channel.length_s),
        bursts=_shifted(bursts, channel.start_s),
        burst_rate_per_s=None if bursts is None else len(bursts) / channel.length_s,
        burst_median_s=float(np.median([burst.duration_s for burst in bursts])) if bursts else None,
        turns_per_s=turns_per_s,
        mean_amplitude_per_turn=per_turn_mv,
        tremor_peak_hz=peak.frequency_hz if peak else None,
        tremor=replace(peak, amplitude=peak.amplitude * scale) if peak else None,
        low_frequency_fraction=low_frequency_fraction(rectified, rate) if channel.length_s >= 2 else None,
        not_given=not_given,
    )
    trace = _trace(channel.name, raw, envelope, inside.frequency_hz, inside.power)
    return _Analysed(
        report,
        trace,
        segment_spectra(rectified, rate, highest_hz=HIGHEST_PAIR_HZ),
        segment_spectra(filtered, rate, highest_hz=250.0),
    )


def _activity(
    filtered: Floats, rate_hz: float, quality: Quality, not_given: dict[str, str]
) -> tuple[tuple[Interval, ...] | None, tuple[Interval, ...] | None]:
    if len(filtered) < SHORTEST_RECORD_S * rate_hz:
        reason = f"shorter than {SHORTEST_RECORD_S:g} s: the noise cannot be told from the effort"
        not_given["contractions"] = not_given["bursts"] = reason
        return None, None
    mains_hz = quality.figure("mains")
    clean = without_mains(filtered, rate_hz, mains_hz) if mains_hz else filtered
    return find_contractions(clean, rate_hz), find_bursts(clean, rate_hz)


def _turns(
    raw: Floats, length_s: float, volts: float | None, quality: Quality, not_given: dict[str, str]
) -> tuple[float | None, float | None]:
    reason = None
    if volts is None:
        reason = "no voltage scale: 0.1 mV cannot be told"
    elif quality.has("gain"):
        reason = "gain: the size of the signal cannot be right, so 0.1 mV cannot be told"
    if reason is not None or volts is None:
        not_given["turns_per_s"] = not_given["mean_amplitude_per_turn"] = reason or ""
        return None, None
    turns = find_turns(raw * (volts / 1e-3))
    if turns.mean_amplitude is None:
        not_given["mean_amplitude_per_turn"] = "fewer than two turns of 0.1 mV"
    return turns.per_second(length_s), turns.mean_amplitude


def _not_emg(channel: Channel, role: ChannelRole, raw: Floats, unit: str) -> _Analysed:
    """A movement signal has a tremor peak and takes part in pairs; anything else is only listed."""
    step = abs(channel.scale) if np.issubdtype(channel.raw.dtype, np.integer) else None
    quality = channel_quality(raw, channel.rate_hz, envelope=None, volts_per_unit=None, step=step)
    # Drift and hum below 20 Hz are what movement is made of: only a dead channel is a problem here.
    problems = tuple(problem for problem in quality.problems if problem.problem in ("dead", "clipping"))
    verdict = "reject" if quality.verdict == "reject" else "use_with_note" if problems else "use"
    quality = Quality(verdict, problems)
    words = (
        "a movement signal" if role.kind == "movement" else "not taken for EMG; name its kind in --channels if it is"
    )
    empty = _without_figures(channel, role, raw, unit, quality, words)
    if role.kind == "other" or quality.verdict == "reject":
        return empty
    moved = raw - raw.mean()
    peak = tremor_peak(moved, channel.rate_hz)
    rms = float(np.sqrt(np.mean(moved**2)))
    left = {key: text for key, text in empty.report.not_given.items() if key not in ("rms", "tremor_peak_hz")}
    if peak is None:
        left["tremor_peak_hz"] = _NO_TREMOR
    report = replace(
        empty.report, rms=rms, tremor_peak_hz=peak.frequency_hz if peak else None, tremor=peak, not_given=left
    )
    return _Analysed(report, empty.trace, segment_spectra(moved, channel.rate_hz, highest_hz=HIGHEST_PAIR_HZ), None)


_FIGURES = (
    "rms",
    "median_frequency_hz",
    "mean_frequency_hz",
    "contractions",
    "bursts",
    "turns_per_s",
    "mean_amplitude_per_turn",
    "tremor_peak_hz",
)


def _without_figures(
    channel: Channel, role: ChannelRole, raw: Floats, unit: str, quality: Quality, reason: str
) -> _Analysed:
    shown = "uV" if role.kind == "surface" and unit in _VOLTS else unit
    report = ChannelReport(
        **_identity(channel, role, shown),
        band_hz=None,
        quality=quality,
        rms=None,
        noise_rms=None,
        best_effort_rms=None,
        median_frequency_hz=None,
        mean_frequency_hz=None,
        contractions=None,
        sustained_fraction=None,
        bursts=None,
        burst_rate_per_s=None,
        burst_median_s=None,
        turns_per_s=None,
        mean_amplitude_per_turn=None,
        tremor_peak_hz=None,
        tremor=None,
        low_frequency_fraction=None,
        not_given=dict.fromkeys(_FIGURES, reason),
    )
    return _Analysed(report, _trace(channel.name, raw, None, None, None))


def _identity(channel: Channel, role: ChannelRole, unit: str) -> dict[str, object]:
    return {
        "name": channel.name,
        "kind": role.kind,
        "muscle": role.muscle,
        "side": role.side,
        "unit": unit,
        "sampling_rate_hz": channel.rate_hz,
        "length_s": channel.length_s,
        "start_s": channel.start_s,
    }


def _shifted(intervals: tuple[Interval, ...] | None, start_s: float) -> tuple[Interval, ...] | None:
    if intervals is None or start_s == 0:
        return intervals
    return tuple(Interval(one.onset_s + start_s, one.offset_s + start_s) for one in intervals)


def _physical_rail(channel: Channel) -> tuple[float, float] | None:
    if channel.rail is None:
        return None
    ends = sorted(channel.scale * end + channel.offset for end in channel.rail)
    # Half a step inwards: a float never equals a float.
    return ends[0] + 0.5 * abs(channel.scale), ends[1] - 0.5 * abs(channel.scale)


def _trace(
    name: str, raw: Floats, envelope: Envelope | None, frequency_hz: Floats | None, power: Floats | None
) -> Trace:
    columns = max(1, min(1000, len(raw)))
    edges = np.linspace(0, len(raw), columns, endpoint=False).astype(np.int64)
    low, high = (np.minimum.reduceat(raw, edges), np.maximum.reduceat(raw, edges)) if len(raw) else (raw, raw)
    return Trace(
        name=name,
        low=low,
        high=high,
        envelope=envelope.values if envelope else None,
        envelope_rate_hz=envelope.rate_hz if envelope else 0.0,
        frequency_hz=frequency_hz,
        power=power,
    )


def _pairs(analysed: list[_Analysed]) -> tuple[PairReport, ...]:
    """Coherence of every two channels that carry EMG or movement; movement with movement is left out."""
    live = [one for one in analysed if one.rectified is not None]
    both = [(a, b) for a, b in itertools.combinations(live, 2) if not (a.filtered is None and b.filtered is None)]
    pairs = [_pair(a, b) for a, b in both]
    judged = [i for i, pair in enumerate(pairs) if pair.probability_4_7_hz is not None]
    adjusted = holm([pairs[i].probability_4_7_hz or 0.0 for i in judged])
    for place, probability in zip(judged, adjusted, strict=True):
        pairs[place] = replace(pairs[place], adjusted_probability_4_7_hz=float(probability))
    return tuple(pairs)


def _pair(first: _Analysed, second: _Analysed) -> PairReport:
    assert first.rectified is not None
    assert second.rectified is not None
    names = (first.report.name, second.report.name)
    reason = None
    count = min(len(first.rectified.values), len(second.rectified.values))
    if abs(first.report.start_s - second.report.start_s) > 1e-3:
        reason = "the channels do not start together"
    elif count < FEWEST_SEGMENTS:
        reason = f"{count} s in common, at least {FEWEST_SEGMENTS} are needed"
    elif len(first.rectified.frequency_hz) > 1 and not np.isclose(
        first.rectified.frequency_hz[1], second.rectified.frequency_hz[1], rtol=1e-4
    ):
        reason = "the sampling rates allow no common segments of one second"
    if reason:
        return _unrelated(names, count, reason)
    a, b = first.rectified.between(1.0, HIGHEST_PAIR_HZ), second.rectified.between(1.0, HIGHEST_PAIR_HZ)
    found = coherence(a, b)
    top = int(np.argmax(found.values))
    low, high = found.interval()
    pooled, probability = pooled_coherence(found, *DYSTONIC_BAND_HZ)
    crosstalk = None
    if first.filtered is not None and second.filtered is not None:
        crosstalk = zero_lag_coherence(first.filtered, second.filtered) > CROSSTALK_LIMIT
    above = found.values[top] > found.limit
    return PairReport(
        channels=names,
        segments=found.segments,
        limit=found.limit,
        frequency_hz=tuple(found.frequency_hz.round(6).tolist()),
        coherence=tuple(found.values.tolist()),
        peak_frequency_hz=float(found.frequency_hz[top]) if above else None,
        peak_coherence=float(found.values[top]) if above else None,
        peak_interval=(float(low[top]), float(high[top])) if above else None,
        peak_phase_rad=float(found.phase_rad[top]) if above else None,
        coherence_4_7_hz=pooled,
        probability_4_7_hz=probability,
        adjusted_probability_4_7_hz=None,
        crosstalk=crosstalk,
        not_given={} if above else {"peak_frequency_hz": "no coherence above the limit"},
    )


def _unrelated(names: tuple[str, str], segments: int, reason: str) -> PairReport:
    return PairReport(
        channels=names,
        segments=segments,
        limit=None,
        frequency_hz=None,
        coherence=None,
        peak_frequency_hz=None,
        peak_coherence=None,
        peak_interval=None,
        peak_phase_rad=None,
        coherence_4_7_hz=None,
        probability_4_7_hz=None,
        adjusted_probability_4_7_hz=None,
        crosstalk=None,
        not_given={"coherence": reason},
    )
