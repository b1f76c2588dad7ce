"""One channel of a recording to its figures; a channel that cannot carry a figure gets None and the reason."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from reprieve.app.emg.channels import ChannelRole
from reprieve.app.emg.intervals import figure_intervals
from reprieve.app.emg.looks import (
    EmgFigures,
    Extremes,
    blocks_of,
    clean_envelopes,
    movement_look,
    mv_per_count,
    second_look,
)
from reprieve.app.emg.report import ChannelReport, Trace
from reprieve.emg.coherence import SegmentSpectra
from reprieve.emg.contractions import (
    SHORTEST_RECORD_S,
    Interval,
    bursts_of,
    contraction_level,
    contractions_of,
    sustained_fraction,
    sustained_level,
)
from reprieve.emg.envelope import Envelope
from reprieve.emg.filters import LOWEST_RATE_HZ, Samples, emg_band
from reprieve.emg.problems import Quality
from reprieve.emg.quality import NO_NUMBERS, SecondsSeen
from reprieve.emg.spectra import Spectrum, low_fraction_of
from reprieve.emg.turns import TurnSums
from reprieve.interop.recording import Channel, unit_of
from reprieve.interop.scratch import Scratch

Floats = NDArray[np.float64]

_VOLTS = {"uV": 1e-6, "mV": 1e-3, "V": 1.0, "nV": 1e-9}
_SHORTEST_S = 0.25
_TRACE_COLUMNS, _ENVELOPE_POINTS = 1000, 1200
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
    """One channel's report with what pairs, muscles and drawings need of it.

    `sustained` are contractions at the level of `sustained_level`, in seconds from the first sample; `turns_per_s`
    has a value for each whole second.
    """

    report: ChannelReport
    trace: Trace
    envelope: Envelope | None = None
    sustained: tuple[Interval, ...] = ()
    turns_per_s: Floats | None = None
    rectified: SegmentSpectra | None = None
    crosstalk: SegmentSpectra | None = None


def analyse_channel(channel: Channel, role: ChannelRole, scratch: Scratch | None = None) -> AnalysedChannel:
    """Return the figures of one channel in the role that map or file give it.

    Parameters
    ----------
    channel : Channel
    role : ChannelRole
    scratch : Scratch, optional
        Room for what the report needs of the channel until its end.

    Notes
    -----
    The samples are read in blocks, twice: once to know offset, extremes and quality, once for the figures. Nothing
    depends on the size of the blocks but the last digits of sums.
    """
    scratch = scratch or Scratch()
    unit = unit_of(role.unit) if role.unit else channel.unit
    seen, extremes, mean = _first_look(channel)
    if not seen.finite:
        problem = seen.dead()
        assert problem is not None
        quality = Quality("reject", (problem,))
        return _without_figures(channel, role, extremes, unit, quality, NO_NUMBERS)
    if role.kind in ("movement", "other"):
        return _not_emg(channel, role, seen, extremes, mean, unit, scratch)
    if channel.rate_hz < LOWEST_RATE_HZ:
        reason = f"sampled at {channel.rate_hz:g} Hz, EMG needs at least {LOWEST_RATE_HZ:g}"
        return _without_figures(channel, role, extremes, unit, Quality("reject", ()), reason)
    if channel.length_s < _SHORTEST_S:
        reason = f"{channel.length_s:.2f} s are too short"
        return _without_figures(channel, role, extremes, unit, Quality("reject", ()), reason)
    dead = seen.dead(_step(channel))
    if dead is not None and not dead.seconds:
        reason = f"{dead.problem}: {dead.message}"
        return _without_figures(channel, role, extremes, unit, Quality("reject", (dead,)), reason)
    needle = role.kind == "needle"
    figures = second_look(channel, mean, _VOLTS.get(unit), scratch, needle=needle)
    quality = seen.judge(
        figures.spectrum,
        dead,
        envelope=figures.envelopes[0],
        volts_per_unit=_VOLTS.get(unit),
        rail=_physical_rail(channel),
        needle=needle,
    )
    return _emg_figures(channel, role, seen, extremes, mean, figures, quality, unit)


def _first_look(channel: Channel) -> tuple[SecondsSeen, Extremes, float]:
    """Return what each second holds, the extremes for the drawing, and the mean."""
    seen = SecondsSeen(len(channel.raw), channel.rate_hz, lambda a, b: channel.physical(channel.raw[a:b]))
    extremes, total = Extremes(len(channel.raw), _TRACE_COLUMNS), 0.0
    for raw in blocks_of(channel):
        part = channel.physical(raw)
        seen.push(part)
        extremes.push(part if seen.finite else np.nan_to_num(part))
        total += float(part.sum()) if seen.finite else 0.0
    return seen, extremes, total / max(1, len(channel.raw))


def _emg_figures(
    channel: Channel,
    role: ChannelRole,
    seen: SecondsSeen,
    extremes: Extremes,
    mean: float,
    figures: EmgFigures,
    quality: Quality,
    unit: str,
) -> AnalysedChannel:
    rate, needle, volts = channel.rate_hz, role.kind == "needle", _VOLTS.get(unit)
    not_given: dict[str, str] = {}
    # A needle keeps the unit of its file and the whole record; a surface figure is in microvolts of the EMG band.
    shown, scale = (unit, 1.0) if needle or volts is None else ("uV", volts / 1e-6)
    band = emg_band(rate, needle=needle)
    inside = figures.spectrum.between(*band)
    contractions, sustained, bursts = _activity(channel, mean, figures, quality, not_given, needle=needle)
    turns = _turns(figures, volts, quality, not_given)
    per_turn, turn_scale = (turns.mean_amplitude, _mv_per_count(channel, volts)) if turns else (None, 1.0)
    power, rest = (seen.power, seen.rest) if needle else (figures.power.seconds, figures.power.rest)
    peak, physiological = figures.peaks
    if peak is None:
        not_given["tremor_peak_hz"] = _NO_NEEDLE_TREMOR if needle else _NO_TREMOR
    trace = _trace(channel.name, unit, extremes, figures.envelopes[0], inside)
    envelope = figures.envelopes[0].scaled(scale)
    report = replace(
        _identified(channel, role, shown, quality),
        band_hz=band,
        rms=scale * _rms(power, seen.length, rest),
        noise_rms=envelope.noise,
        best_effort_rms=envelope.best_effort,
        median_frequency_hz=inside.median_hz,
        mean_frequency_hz=inside.mean_hz,
        contractions=_shifted(contractions, channel.start_s),
        sustained_fraction=None if contractions is None else sustained_fraction(contractions, channel.length_s),
        bursts=_shifted(bursts, channel.start_s),
        burst_rate_per_s=None if bursts is None else len(bursts) / channel.length_s,
        burst_median_s=float(np.median([burst.duration_s for burst in bursts])) if bursts else None,
        turns_per_s=turns.turns / channel.length_s if turns else None,
        mean_amplitude_per_turn=None if per_turn is None else per_turn * turn_scale,
        tremor_peak_hz=peak.frequency_hz if peak else None,
        tremor=replace(peak, amplitude=peak.amplitude * scale) if peak else None,
        physiological_peak=replace(physiological, amplitude=physiological.amplitude * scale) if physiological else None,
        low_frequency_fraction=low_fraction_of(figures.drive.spectrum()) if channel.length_s >= 2 else None,
        intervals=figure_intervals(power, seen.length / rate, scale, turns, turn_scale, figures.drive, bursts or ()),
        not_given=not_given,
    )
    each = turns.count * (rate / seen.length) if turns else None
    return AnalysedChannel(report, trace, envelope, sustained or (), each, figures.drive, figures.crosstalk)


def _rms(power: Floats, length: int, rest: Samples) -> float:
    """Return the RMS of a record from the mean squares of its seconds and from its last samples."""
    total = float(power.sum()) * length + float(np.square(rest, dtype=np.float64).sum())
    return float(np.sqrt(total / (len(power) * length + len(rest))))


def _activity(
    channel: Channel,
    mean: float,
    figures: EmgFigures,
    quality: Quality,
    not_given: dict[str, str],
    *,
    needle: bool,
) -> tuple[tuple[Interval, ...] | None, ...]:
    """Return the contractions, what is sustained at its own level, and the bursts."""
    if len(channel.raw) < SHORTEST_RECORD_S * channel.rate_hz:
        reason = f"shorter than {SHORTEST_RECORD_S:g} s: the noise cannot be told from the effort"
        not_given["contractions"] = not_given["bursts"] = reason
        return None, None, None
    mains_hz, envelopes = quality.figure("mains"), figures.envelopes
    if mains_hz:
        envelopes = clean_envelopes(channel, mean, mains_hz, needle=needle)
    envelope, smooth, narrow = envelopes
    on, low = contraction_level(envelope), sustained_level(envelope)
    efforts = contractions_of(envelope, smooth, lambda a, b: narrow.values[a:b], on=on)
    held = efforts if low == on else contractions_of(envelope, smooth, lambda a, b: narrow.values[a:b], on=low)
    return efforts, held, bursts_of(narrow)


def _turns(figures: EmgFigures, volts: float | None, quality: Quality, not_given: dict[str, str]) -> TurnSums | None:
    if figures.turns is None or quality.has("gain"):
        reason = (
            "no voltage scale: 0.1 mV cannot be told"
            if volts is None
            else "gain: the size of the signal cannot be right, so 0.1 mV cannot be told"
        )
        not_given["turns_per_s"] = not_given["mean_amplitude_per_turn"] = reason
        return None
    if figures.turns.mean_amplitude is None:
        not_given["mean_amplitude_per_turn"] = "fewer than two turns of 0.1 mV"
    return figures.turns


def _mv_per_count(channel: Channel, volts: float | None) -> float:
    assert volts is not None
    return mv_per_count(channel, volts)


def _not_emg(
    channel: Channel,
    role: ChannelRole,
    seen: SecondsSeen,
    extremes: Extremes,
    mean: float,
    unit: str,
    scratch: Scratch,
) -> AnalysedChannel:
    """A movement signal has a tremor peak and takes part in pairs; anything else is only listed."""
    # Drift and hum below 20 Hz are what movement is made of: only a dead or clipped channel is a problem here.
    dead = seen.dead(_step(channel))
    rejected = dead is not None and not dead.seconds
    problems = tuple(one for one in (dead, None if rejected else seen.clipping(None)) if one is not None)
    quality = Quality("reject" if rejected else "use_with_note" if problems else "use", problems)
    words = (
        "a movement signal" if role.kind == "movement" else "not taken for EMG; name its kind in --channels if it is"
    )
    empty = _without_figures(channel, role, extremes, unit, quality, words)
    if role.kind == "other" or rejected:
        return empty
    moved = movement_look(channel, mean, scratch)
    left = {key: text for key, text in empty.report.not_given.items() if key not in ("rms", "tremor_peak_hz")}
    if moved.peak is None:
        left["tremor_peak_hz"] = _NO_TREMOR
    report = replace(
        empty.report,
        rms=moved.rms,
        tremor_peak_hz=moved.peak.frequency_hz if moved.peak else None,
        tremor=moved.peak,
        not_given=left,
    )
    return AnalysedChannel(report, empty.trace, rectified=moved.seconds)


def _without_figures(
    channel: Channel, role: ChannelRole, extremes: Extremes, unit: str, quality: Quality, reason: str
) -> AnalysedChannel:
    shown = "uV" if role.kind == "surface" and unit in _VOLTS else unit
    report = replace(_identified(channel, role, shown, quality), not_given=dict.fromkeys(_FIGURES, reason))
    return AnalysedChannel(report, _trace(channel.name, unit, extremes, None, None))


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


def _trace(name: str, unit: str, extremes: Extremes, envelope: Envelope | None, inside: Spectrum | None) -> Trace:
    every = max(1, len(envelope.values) // _ENVELOPE_POINTS) if envelope else 1
    return Trace(
        name=name,
        unit=unit,
        low=extremes.low,
        high=extremes.high,
        envelope=envelope.values[::every].copy() if envelope else None,
        envelope_rate_hz=envelope.rate_hz / every if envelope else 0.0,
        frequency_hz=inside.frequency_hz if inside else None,
        power=inside.power if inside else None,
    )
