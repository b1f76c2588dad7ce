"""Responses to nerve stimuli and to passive stretches, where the session file says how they are marked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from reprieve.app.emg.channel_figures import AnalysedChannel
from reprieve.app.emg.channels import ChannelMap, Epoch
from reprieve.app.emg.report import EvokedReport, StretchReport
from reprieve.core.errors import RecordingError
from reprieve.emg.evoked import LATE_WAVE_S, M_WAVE_S, EvokedWave, evoked_wave
from reprieve.emg.stretch import Stretch, measure_stretch, stretch_threshold
from reprieve.interop.recording import Channel, Recording, unit_of

SEED = 20261126


def report_evoked(
    recording: Recording, session: ChannelMap | None, used: Iterable[tuple[Channel, AnalysedChannel]]
) -> tuple[EvokedReport, ...]:
    """Return the responses of every EMG channel to the marker that the map names as `stimulus`.

    A channel comes with what was found in it: names may stand twice.

    Raises
    ------
    RecordingError
        If the recording has no such marker.
    """
    if session is None or session.stimulus is None:
        return ()
    marker = session.stimulus.strip()
    times = [mark.onset_s for mark in recording.annotations if mark.text.strip() == marker]
    times = times or [mark.onset_s for mark in recording.annotations if mark.text.strip().startswith(marker)]
    if not times:
        known = ", ".join(sorted({mark.text for mark in recording.annotations})[:8]) or "none"
        raise RecordingError(f"{recording.path}: no marker {marker!r}; the recording has {known}; correct stimulus")
    stated = {name: entry.get("unit") for name, entry in session.entries.items()}
    return tuple(
        _evoked(one, channel, stated.get(channel.name), marker, times)
        for channel, one in used
        if one.envelope is not None
    )


def _evoked(
    one: AnalysedChannel, channel: Channel, stated: str | None, marker: str, times: Sequence[float]
) -> EvokedReport:
    own = [time - channel.start_s for time in times]
    rng = np.random.default_rng([SEED, *channel.name.encode()])
    early = evoked_wave(channel.parts, channel.rate_hz, own, M_WAVE_S, rng)
    late = evoked_wave(channel.parts, channel.rate_hz, own, LATE_WAVE_S, rng)
    return EvokedReport(
        channel=channel.name,
        muscle=one.report.muscle,
        side=one.report.side,
        unit=unit_of(stated) if stated else channel.unit,
        marker=marker,
        stimuli=len(times),
        m_wave=early.median if early else None,
        m_wave_latency_ms=_latency_ms(early),
        late_wave=late.median if late else None,
        late_wave_latency_ms=_latency_ms(late),
        noise_m_wave=early.noise if early else None,
        noise_late_wave=late.noise if late else None,
        sizes_m_wave=_sizes(early),
        sizes_late_wave=_sizes(late),
    )


def _latency_ms(wave: EvokedWave | None) -> float | None:
    return None if wave is None or wave.latency_s is None else 1e3 * wave.latency_s


def _sizes(wave: EvokedWave | None) -> tuple[float, ...]:
    return tuple(wave.sizes.tolist()) if wave else ()


def report_stretches(
    recording: Recording, session: ChannelMap | None, used: Sequence[AnalysedChannel], epochs: Sequence[Epoch]
) -> tuple[StretchReport, ...]:
    """Return the stretches of every muscle that has epochs of kind stretch, with the goniometer that the map names.

    Raises
    ------
    RecordingError
        If the recording has no such channel.
    """
    if session is None or session.angle is None:
        return ()
    angle = next((channel for channel in recording.channels if channel.name == session.angle), None)
    if angle is None:
        names = ", ".join(channel.name for channel in recording.channels)
        raise RecordingError(f"angle names {session.angle!r}, the recording has {names}; correct the map")
    reports: list[StretchReport] = []
    for one in used:
        spans = [epoch for epoch in epochs if epoch.kind == "stretch" and _concerns(epoch, one)]
        if one.report.muscle is None or one.envelope is None or not spans:
            continue
        measured = [_stretch(angle, one, epoch) for epoch in spans]
        found = stretch_threshold([stretch for stretch in measured if stretch is not None])
        report = one.report
        reports.append(StretchReport(channel=report.name, muscle=report.muscle, side=report.side, found=found))
    return tuple(reports)


def _concerns(epoch: Epoch, one: AnalysedChannel) -> bool:
    return epoch.muscle in (None, one.report.muscle) and epoch.side in (None, one.report.side)


def _stretch(angle: Channel, one: AnalysedChannel, epoch: Epoch) -> Stretch | None:
    assert one.envelope is not None
    if abs(angle.start_s - one.report.start_s) > 1e-3:
        return None
    start, stop = epoch.start_s - angle.start_s, epoch.stop_s - angle.start_s
    return measure_stretch(angle.parts, angle.rate_hz, one.envelope, start, stop) if start >= 0 else None
