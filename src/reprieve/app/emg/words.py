"""Sentences that both reports of an EMG recording share: what is wrong, what a channel shows, what was evoked."""

from __future__ import annotations

from collections.abc import Sequence

from reprieve.app.emg.report import ChannelReport, EmgReport, EvokedReport, StretchReport
from reprieve.emg.bootstrap import Estimate

PAIR_NOTE = (
    "Coherence of the rectified signals, 1 s Hann segments without overlap; above the limit by chance in 5 of 100 at "
    "one frequency. The p-value is of the whole 4–7 Hz band, adjusted for all pairs."
)


TRACE_NOTE = (
    "Grey: the record. Line: its envelope, RMS of 100 ms. Shaded: contractions. Bars above: epochs; ticks below: "
    "markers of the file. The spectrum is linear, with its median frequency."
)
# So many channels without a figure are a line, not a row each.
_FEWEST_REST = 4


def file_name(report: EmgReport) -> str:
    """Return the name of the recording without its folders."""
    return report.recording.replace("\\", "/").rsplit("/", 1)[-1]


def subtitle(report: EmgReport) -> str:
    """Return file, format, length, channels and markers in one line."""
    good = sum(channel.quality.verdict == "use" and channel.rms is not None for channel in report.channels)
    count = len(report.annotations)
    marks = f", {count} marker{'s' if count > 1 else ''}" if count else ""
    channels = f"{len(report.channels)} channel{'' if len(report.channels) == 1 else 's'}"
    return (
        f"{file_name(report)} · {report.format} · {report.length_s:.1f} s · {channels}, "
        f"{good} without a complaint{marks}"
    )


def problem_lines(report: EmgReport) -> list[str]:
    """Return what a person should look at first: each problem with what to do, then the notes of the reader."""
    names: dict[str, list[str]] = {}
    for channel in report.channels:
        for problem in channel.quality.problems:
            names.setdefault(f"{problem.message}; {problem.advice}.", []).append(channel.name)
    # A rack of unused inputs is one line, not nineteen.
    return [f"{', '.join(who)}: {words}" for words, who in names.items()] + [f"{note}." for note in report.notes]


def rows_and_rest(channels: Sequence[ChannelReport]) -> tuple[list[ChannelReport], str]:
    """Return the channels that get a row of the table, and a line on those without a figure where they are many."""
    rest = [one for one in channels if one.rms is None]
    if len(rest) < _FEWEST_REST:
        return list(channels), ""
    by_words: dict[str, list[str]] = {}
    for one in rest:
        by_words.setdefault(quality_words(one), []).append(one.name)
    told = "; ".join(f"{', '.join(names)} ({words})" for words, names in by_words.items())
    return [one for one in channels if one.rms is not None], f"Without a figure: {told}."


def no_pairs_words(report: EmgReport) -> str:
    """Return why no coherence is given."""
    why = report.pairs[0].not_given.get("coherence", "") if report.pairs else ""
    return f"No coherence: {why or 'fewer than two usable channels'}."


def quality_words(channel: ChannelReport) -> str:
    """Return the names of the problems, or good, or why there is nothing to judge."""
    names = ", ".join(problem.problem for problem in channel.quality.problems)
    if names:
        return names
    if channel.rms is None:
        return "not EMG" if channel.kind == "other" else "no figure"
    return "good"


def channel_words(channel: ChannelReport) -> str:
    """Return what stands over the drawing of a channel."""
    words = [f"{channel.kind} channel, {channel.sampling_rate_hz:g} Hz"]
    if channel.band_hz:
        words.append(f"{channel.band_hz[0]:g} to {channel.band_hz[1]:g} Hz")
    if channel.sustained_fraction is not None:
        words.append(f"on for {100 * channel.sustained_fraction:.0f} % of the time in contractions over half a second")
    if channel.tremor is not None:
        words.append(f"tremor at {channel.tremor.frequency_hz:.2f} Hz, {channel.tremor.ratio:.0f} times the floor")
    return "; ".join(words) + "."


def extra_lines(report: EmgReport) -> list[str]:
    """Return responses to stimuli, stretches and head angles, a line each."""
    lines = [_evoked(one) for one in report.evoked] + [_stretch(one) for one in report.stretches]
    movement = report.movement
    if movement is not None:
        lines += [
            f"Head {name} against the trunk: median {one.median_deg:.0f}°, 90th centile {one.p90_deg:.0f}°."
            for name, one in (
                ("rotation", movement.rotation),
                ("tilt", movement.tilt),
                ("flexion or extension", movement.extension),
            )
            if one is not None
        ]
    return lines


def _evoked(one: EvokedReport) -> str:
    waves = [
        f"{name} {_estimate(wave)} {one.unit} at {latency:.1f} ms"
        if latency is not None
        else f"no {name}: {_estimate(wave)} {one.unit}, {noise:.3g} before the stimulus"
        for name, wave, latency, noise in (
            ("M wave", one.m_wave, one.m_wave_latency_ms, one.noise_m_wave),
            ("late wave", one.late_wave, one.late_wave_latency_ms, one.noise_late_wave),
        )
        if wave is not None
    ]
    return f"{one.channel}, {one.stimuli} stimuli ({one.marker}): {'; '.join(waves) or 'under five responses'}."


def _stretch(one: StretchReport) -> str:
    found = one.found
    words = f"{one.channel}: {found.answered} of {found.stretches} stretches answered"
    if found.catch_deg is not None:
        words += f", catch at {found.catch_deg:.0f}°"
    if found.threshold_deg is not None:
        words += f", threshold {_estimate(found.threshold_deg)}° (too uncertain for one patient's change)"
    return words + "."


def _estimate(figure: Estimate) -> str:
    if figure.low is None or figure.high is None:
        return f"{figure.value:.3g}"
    return f"{figure.value:.3g} ({figure.low:.3g}–{figure.high:.3g})"
