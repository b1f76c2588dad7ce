"""One channel of a recording to its figures; a channel that cannot carry a figure gets None and the reason."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from reprieve.app.emg.channels import ChannelRole
from reprieve.app.emg.intervals import figure_intervals, rms_of
from reprieve.app.emg.report import ChannelReport, Trace
from reprieve.emg.coherence import CROSSTALK_BAND_HZ, SegmentSpectra, segment_spectra, spectrum_and_segments
from reprieve.emg.contractions import (
    BURST_WINDOW_S,
    EDGE_WINDOW_S,
    SHORTEST_RECORD_S,
    Interval,
    bursts_of,
    contractions_of,
    sustained_fraction,
)
from reprieve.emg.envelope import WINDOW_S, Envelope, rms_envelopes
from reprieve.emg.filters import LOWEST_RATE_HZ, Samples, band_pass, emg_band, without_mains
from reprieve.emg.quality import Quality, channel_quality
from reprieve.emg.spectra import Spectrum, low_fraction_of
from reprieve.emg.tremor import HIGH_HZ, LOW_HZ, PHYSIOLOGICAL_HZ, band_peaks, tremor_peak
from reprieve.emg.turns import THRESHOLD_MV, Turns, find_turns
from reprieve.interop.recording import Channel, unit_of

Floats = NDArray[np.float64]

LOWEST_PAIR_HZ, HIGHEST_PAIR_HZ = 1.0, 50.0
# Half an hour tells crosstalk; four hours of it for 16 channels would be 350 MB.
MOST_CROSSTALK_SEGMENTS = 1800
_VOLTS = {"uV": 1e-6, "mV": 1e-3, "V": 1.0, "nV": 1e-9}
_SHORTEST_S = 0.25
_TRACE_COLUMNS = 1000
_NO_TREMOR = "no peak stands out of the floor at 3-12 Hz"
_NO_NEEDLE_TREMOR = "a needle hears single motor units, whose firing rate is not tremor"
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


@dataclass(slots=True)
class AnalysedChannel:
    """One channel's report with what pairs, muscles and drawings need of it."""

    report: ChannelReport
    trace: Trace
    envelope: Envelope | None = None
    rectified: SegmentSpectra | None = None
    crosstalk: SegmentSpectra | None = None
    # The envelope in % of its own best effort; kept, since every pair needs it.
    percent: Samples | None = None


def analyse_channel(channel: Channel, role: ChannelRole) -> AnalysedChannel:
    """Return the figures of one channel in the role that map or file give it."""
    raw = channel.values
    unit = unit_of(role.unit) if role.unit else channel.unit
    if not np.isfinite(raw).all():
        quality = channel_quality(raw, channel.rate_hz, envelope=None, volts_per_unit=None)
        return _without_figures(channel, role, np.nan_to_num(raw), unit, quality, "samples are not numbers")
    if role.kind in ("movement", "other"):
        return _not_emg(channel, role, raw, unit)
    if channel.rate_hz < LOWEST_RATE_HZ:
        reason = f"sampled at {channel.rate_hz:g} Hz, EMG needs at least {LOWEST_RATE_HZ:g}"
        return _without_figures(channel, role, raw, unit, Quality("reject", ()), reason)
    if channel.length_s < _SHORTEST_S:
        reason = f"{channel.length_s:.2f} s are too short"
        return _without_figures(channel, role, raw, unit, Quality("reject", ()), reason)
    # Half the memory and time; the mean goes first, since an offset would take the digits of the EMG.
    light = np.subtract(raw, raw.mean(), out=np.empty(len(raw), np.float32), casting="same_kind")
    filtered = band_pass(light, channel.rate_hz, needle=role.kind == "needle")
    envelopes = rms_envelopes(filtered, channel.rate_hz, (WINDOW_S, EDGE_WINDOW_S, BURST_WINDOW_S))
    envelope = envelopes[0]
    spectrum, segments = spectrum_and_segments(
        light, channel.rate_hz, lowest_hz=CROSSTALK_BAND_HZ[0], highest_hz=CROSSTALK_BAND_HZ[1]
    )
    del light
    quality = channel_quality(
        raw,
        channel.rate_hz,
        envelope=envelope,
        volts_per_unit=_VOLTS.get(unit),
        step=_step(channel),
        rail=_physical_rail(channel),
        needle=role.kind == "needle",
        spectrum=spectrum,
    )
    if quality.verdict == "reject":
        reason = f"{quality.problems[0].problem}: {quality.problems[0].message}"
        return _without_figures(channel, role, raw, unit, quality, reason)
    inside = spectrum.between(*emg_band(channel.rate_hz, needle=role.kind == "needle"))
    trace = _trace(channel.name, raw, envelope, inside.frequency_hz, inside.power)
    # A needle is judged by the whole record; of a surface channel the samples as read are not needed any more.
    sized = raw if role.kind == "needle" else filtered
    del raw
    return _emg_figures(channel, role, sized, filtered, envelopes, quality, unit, inside, segments, trace)


def _emg_figures(
    channel: Channel,
    role: ChannelRole,
    sized: Samples,
    filtered: Samples,
    envelopes: tuple[Envelope, ...],
    quality: Quality,
    unit: str,
    inside: Spectrum,
    segments: SegmentSpectra,
    trace: Trace,
) -> AnalysedChannel:
    rate, needle, volts = channel.rate_hz, role.kind == "needle", _VOLTS.get(unit)
    not_given: dict[str, str] = {}
    # A needle keeps the unit of its file and the whole record; a surface figure is in microvolts of the EMG band.
    shown, scale = (unit, 1.0) if needle or volts is None else ("uV", volts / 1e-6)
    band = emg_band(rate, needle=needle)
    rectified = np.abs(filtered)
    envelope = envelopes[0]
    contractions, bursts = _activity(filtered, envelopes, rate, quality, not_given)
    turns = _turns(channel, volts, quality, not_given)
    per_turn, turn_scale = (turns.mean_amplitude, _mv_per_count(channel, volts)) if turns else (None, 1.0)
    drive = segment_spectra(rectified, rate, lowest_hz=LOWEST_PAIR_HZ, highest_hz=HIGHEST_PAIR_HZ)
    bands = ((LOW_HZ, HIGH_HZ), PHYSIOLOGICAL_HZ)
    peak, physiological = (None, None) if needle else band_peaks(rectified, rate, bands)
    if peak is None:
        not_given["tremor_peak_hz"] = _NO_NEEDLE_TREMOR if needle else _NO_TREMOR
    report = replace(
        _identified(channel, role, shown, quality),
        band_hz=band,
        rms=scale * rms_of(sized),
        noise_rms=scale * envelope.noise,
        best_effort_rms=scale * envelope.best_effort,
        median_frequency_hz=inside.median_hz,
        mean_frequency_hz=inside.mean_hz,
        contractions=_shifted(contractions, channel.start_s),
        sustained_fraction=None if contractions is None else sustained_fraction(contractions, channel.length_s),
        bursts=_shifted(bursts, channel.start_s),
        burst_rate_per_s=None if bursts is None else len(bursts) / channel.length_s,
        burst_median_s=float(np.median([burst.duration_s for burst in bursts])) if bursts else None,
        turns_per_s=turns.per_second(channel.length_s) if turns else None,
        mean_amplitude_per_turn=None if per_turn is None else per_turn * turn_scale,
        tremor_peak_hz=peak.frequency_hz if peak else None,
        tremor=replace(peak, amplitude=peak.amplitude * scale) if peak else None,
        physiological_peak=replace(physiological, amplitude=physiological.amplitude * scale) if physiological else None,
        low_frequency_fraction=low_fraction_of(drive.spectrum()) if channel.length_s >= 2 else None,
        intervals=figure_intervals(sized, rate, scale, turns, turn_scale, drive, bursts or ()),
        not_given=not_given,
    )
    return AnalysedChannel(
        report,
        trace,
        Envelope(envelope.values * scale, envelope.rate_hz, envelope.noise * scale),
        drive,
        segments.thinned(MOST_CROSSTALK_SEGMENTS),
        _percent(envelope),
    )


def _percent(envelope: Envelope) -> Samples | None:
    best = envelope.best_effort
    return (100 * envelope.corrected / best).astype(np.float32) if best > 0 else None


def _activity(
    filtered: Samples, envelopes: tuple[Envelope, ...], rate_hz: float, quality: Quality, not_given: dict[str, str]
) -> tuple[tuple[Interval, ...] | None, tuple[Interval, ...] | None]:
    if len(filtered) < SHORTEST_RECORD_S * rate_hz:
        reason = f"shorter than {SHORTEST_RECORD_S:g} s: the noise cannot be told from the effort"
        not_given["contractions"] = not_given["bursts"] = reason
        return None, None
    mains_hz = quality.figure("mains")
    if mains_hz:
        clean = without_mains(filtered, rate_hz, mains_hz)
        envelopes = rms_envelopes(clean, rate_hz, (WINDOW_S, EDGE_WINDOW_S, BURST_WINDOW_S))
    return contractions_of(envelopes[0], envelopes[1]), bursts_of(envelopes[2])


def _turns(channel: Channel, volts: float | None, quality: Quality, not_given: dict[str, str]) -> Turns | None:
    """Return the turns in the counts that the file stores: an offset makes none, and counts are exact."""
    if volts is None or quality.has("gain"):
        reason = (
            "no voltage scale: 0.1 mV cannot be told"
            if volts is None
            else "gain: the size of the signal cannot be right, so 0.1 mV cannot be told"
        )
        not_given["turns_per_s"] = not_given["mean_amplitude_per_turn"] = reason
        return None
    turns = find_turns(channel.raw, THRESHOLD_MV / _mv_per_count(channel, volts))
    if turns.mean_amplitude is None:
        not_given["mean_amplitude_per_turn"] = "fewer than two turns of 0.1 mV"
    return turns


def _mv_per_count(channel: Channel, volts: float | None) -> float:
    assert volts is not None
    return abs(channel.scale) * volts / 1e-3


def _not_emg(channel: Channel, role: ChannelRole, raw: Floats, unit: str) -> AnalysedChannel:
    """A movement signal has a tremor peak and takes part in pairs; anything else is only listed."""
    judged = channel_quality(raw, channel.rate_hz, envelope=None, volts_per_unit=None, step=_step(channel))
    # Drift and hum below 20 Hz are what movement is made of: only a dead or clipped channel is a problem here.
    problems = tuple(problem for problem in judged.problems if problem.problem in ("dead", "clipping"))
    quality = Quality("reject" if judged.verdict == "reject" else "use_with_note" if problems else "use", problems)
    words = (
        "a movement signal" if role.kind == "movement" else "not taken for EMG; name its kind in --channels if it is"
    )
    empty = _without_figures(channel, role, raw, unit, quality, words)
    if role.kind == "other" or quality.verdict == "reject":
        return empty
    moved = raw - raw.mean()
    peak = tremor_peak(moved, channel.rate_hz)
    left = {key: text for key, text in empty.report.not_given.items() if key not in ("rms", "tremor_peak_hz")}
    if peak is None:
        left["tremor_peak_hz"] = _NO_TREMOR
    report = replace(
        empty.report,
        rms=float(np.sqrt(np.mean(moved**2))),
        tremor_peak_hz=peak.frequency_hz if peak else None,
        tremor=peak,
        not_given=left,
    )
    spectra = segment_spectra(moved, channel.rate_hz, lowest_hz=LOWEST_PAIR_HZ, highest_hz=HIGHEST_PAIR_HZ)
    return AnalysedChannel(report, empty.trace, rectified=spectra)


def _without_figures(
    channel: Channel, role: ChannelRole, raw: Floats, unit: str, quality: Quality, reason: str
) -> AnalysedChannel:
    shown = "uV" if role.kind == "surface" and unit in _VOLTS else unit
    report = replace(_identified(channel, role, shown, quality), not_given=dict.fromkeys(_FIGURES, reason))
    return AnalysedChannel(report, _trace(channel.name, raw, None, None, None))


def _identified(channel: Channel, role: ChannelRole, unit: str, quality: Quality) -> ChannelReport:
    return ChannelReport(
        name=channel.name,
        kind=role.kind,
        muscle=role.muscle,
        side=role.side,
        unit=unit,
        sampling_rate_hz=channel.rate_hz,
        length_s=channel.length_s,
        start_s=channel.start_s,
        quality=quality,
    )


def _shifted(intervals: tuple[Interval, ...] | None, start_s: float) -> tuple[Interval, ...] | None:
    if intervals is None or start_s == 0:
        return intervals
    return tuple(Interval(one.onset_s + start_s, one.offset_s + start_s) for one in intervals)


def _step(channel: Channel) -> float | None:
    return abs(channel.scale) if np.issubdtype(channel.raw.dtype, np.integer) else None


def _physical_rail(channel: Channel) -> tuple[float, float] | None:
    if channel.rail is None:
        return None
    low, high = sorted(channel.scale * end + channel.offset for end in channel.rail)
    # Half a step inwards: two floats that should be equal seldom are.
    return low + 0.5 * abs(channel.scale), high - 0.5 * abs(channel.scale)


def _trace(
    name: str, raw: Floats, envelope: Envelope | None, frequency_hz: Floats | None, power: Floats | None
) -> Trace:
    columns = max(1, min(_TRACE_COLUMNS, len(raw)))
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
