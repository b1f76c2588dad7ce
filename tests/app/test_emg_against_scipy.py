"""Every recording at hand: RMS, spectra, turns and coherence of the report beside SciPy and a plain count."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from scipy import signal

from reprieve.app.emg.recording import report_of
from reprieve.app.emg.report import ChannelReport
from reprieve.core.errors import RecordingError
from reprieve.interop.recording import Channel
from reprieve.interop.recordings import read_recording

SUFFIXES = {".edf", ".bdf", ".hea", ".smr", ".h5", ".c3d", ".txt"}
VOLTS = {"uV": 1e-6, "mV": 1e-3, "V": 1.0}


def recordings() -> list[str]:
    """Return the recordings that the repository ships, and those in the folder that the environment names."""
    folders = [Path(__file__).parents[1] / "data" / "emg"]
    if os.environ.get("REPRIEVE_RECORDINGS"):
        folders.append(Path(os.environ["REPRIEVE_RECORDINGS"]))
    found = [path for folder in folders for path in sorted(folder.rglob("*")) if path.suffix in SUFFIXES]
    return [str(path) for path in found if "LICENSE" not in path.name]


@pytest.mark.parametrize("path", recordings(), ids=lambda path: "/".join(Path(path).parts[-2:]))
def test_figures_equal_those_of_scipy(path: str) -> None:
    if path.endswith("sub-01_task-pullstand_emg.edf"):  # published with a broken header
        with pytest.raises(RecordingError, match="malformed"):
            read_recording(path)
        return
    recording = read_recording(path)
    report = report_of(recording)[0]
    for channel, shown in zip(recording.channels, report.channels, strict=True):
        if shown.rms is not None and shown.kind in ("surface", "needle"):
            compare(channel, shown)
    by_name = {channel.name: channel for channel in recording.channels}
    for pair in report.pairs[:6]:
        if pair.coherence is None or {shown.kind for shown in report.channels if shown.name in pair.channels} != {
            "surface"
        }:
            continue
        a, b = (rectified(by_name[name]) for name in pair.channels)
        rate = by_name[pair.channels[0]].rate_hz
        count = min(len(a), len(b)) // round(rate) * round(rate)
        expected = signal.coherence(a[:count], b[:count], rate, nperseg=round(rate), noverlap=0)[1]
        assert np.abs(np.array(pair.coherence) - expected[1:51]).max() < 1e-3


def compare(channel: Channel, shown: ChannelReport) -> None:
    needle = shown.kind == "needle"
    scale = 1.0 if needle or shown.unit == "count" else VOLTS[channel.unit] / 1e-6
    values = channel.values if needle else filtered(channel)
    assert shown.rms == pytest.approx(scale * np.sqrt(np.mean(values**2)), rel=0.005)
    length = min(round(channel.rate_hz), len(values))
    frequency, power = signal.welch(channel.values, channel.rate_hz, nperseg=length)
    top = 0.475 * channel.rate_hz if needle else min(450.0, 0.475 * channel.rate_hz)
    inside = (frequency >= 20) & (frequency <= top)
    frequency, power = frequency[inside], power[inside]
    total = np.cumsum(power)
    assert shown.mean_frequency_hz == pytest.approx(np.sum(frequency * power) / total[-1], rel=0.005)
    assert shown.median_frequency_hz == pytest.approx(frequency[np.searchsorted(total, total[-1] / 2)], rel=0.005)
    if shown.turns_per_s is not None:
        mv = channel.values * VOLTS[channel.unit] / 1e-3
        assert shown.turns_per_s * channel.length_s == pytest.approx(plain_turns(mv.tolist()), rel=0.005, abs=1)


def filtered(channel: Channel) -> np.ndarray:
    top = min(450.0, 0.475 * channel.rate_hz)
    sections = signal.butter(4, [20, top], "bandpass", fs=channel.rate_hz, output="sos")
    return signal.sosfiltfilt(sections, channel.values)


def rectified(channel: Channel) -> np.ndarray:
    return np.abs(filtered(channel))


def plain_turns(values: list[float]) -> int:
    """Count reversals of more than 0.1 mV, sample by sample."""
    count, direction, low, high = 0, 0, values[0], values[0]
    for value in values:
        if direction >= 0 and value > high:
            high = value
        if direction <= 0 and value < low:
            low = value
        if direction >= 0 and high - value > 0.1:
            count, direction, low = count + 1, -1, value
        elif direction <= 0 and value - low > 0.1:
            count, direction, high = count + 1, 1, value
    return count
