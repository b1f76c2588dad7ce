"""The causal twin: the same figures as the batch, whatever the pieces; rise times against published ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import signal

from reprieve.emg.filters import band_pass
from reprieve.emg.spikes import Spike, measure_spike, needle_verdict
from reprieve.emg.stream import EmgStream, StreamState
from reprieve.emg.turns import TurnFinder, find_turns
from reprieve.interop.recordings import read_recording

RATE = 25_000.0


@given(
    hnp.arrays(np.float64, st.integers(3, 120), elements=st.integers(-6, 6).map(float)),
    st.lists(st.integers(1, 30), min_size=1, max_size=8),
)
@settings(max_examples=300, deadline=None)
def test_turns_in_pieces_are_the_turns_of_the_whole(values: np.ndarray, sizes: list[int]) -> None:
    finder, found, start = TurnFinder(2.5), [], 0
    while start < len(values):
        size = sizes[start % len(sizes)]
        found += finder.push(values[start : start + size].tolist(), start)
        start += size
    assert found == find_turns(values, 2.5).indices.tolist()


def run(stream: EmgStream, values: np.ndarray, size: int) -> list[StreamState]:
    states = [stream.push(values[..., i : i + size]) for i in range(0, values.shape[-1], size)]
    return [state for state in states if state is not None]


def test_stream_and_batch_agree_on_a_real_needle(shipped: Path) -> None:
    # Stated tolerance: turns equal; RMS equal to SciPy's forward filter to 1e-9 and to the zero-phase batch within 3 %.
    channel = read_recording(str(shipped / "needle_emgdb" / "emg_healthy.hea")).channels[0]
    values, rate = channel.values[: 40 * 300], channel.rate_hz
    states = run(EmgStream(rate, volts_per_unit=1e-3), values, round(rate / 100))
    sections = signal.butter(4, [20, 0.475 * rate], "bandpass", fs=rate, output="sos")
    forward = signal.sosfilt(sections, values, zi=signal.sosfilt_zi(sections) * values[0])[0]
    window = round(0.1 * rate)
    for state in states[20::25]:
        stop = round(state.time_s * rate)
        expected = 1e3 * np.sqrt(np.mean(forward[stop - window : stop] ** 2))
        assert state.rms_uv[0] == pytest.approx(expected, rel=1e-9)
    every = np.array([state.rms_uv[0] for state in states[9::10]])
    zero_phase = 1e3 * np.sqrt(np.mean(band_pass(values, rate, needle=True) ** 2))
    assert np.sqrt(np.mean(every**2)) == pytest.approx(zero_phase, rel=0.03)
    turns = find_turns(values).indices
    last = states[-1]
    assert last.turns_per_s[0] == np.sum(turns >= len(values) - rate)


@pytest.mark.parametrize("size", [1, 37, 250, 9999])
def test_the_size_of_the_pieces_changes_nothing(size: int) -> None:
    rng = np.random.default_rng(2)
    values = rng.normal(0, 20, (2, 12_500))
    values[0, 4000:12_000:1000] += 900.0
    whole = EmgStream(RATE, 2).push(values)
    pieces = run(EmgStream(RATE, 2), values, size)[-1]
    assert whole is not None
    assert pieces.last_spike == whole.last_spike
    assert pieces.verdict == whole.verdict
    for name in ("rms_uv", "turns_per_s", "spikes_per_s"):
        assert getattr(pieces, name) == pytest.approx(getattr(whole, name), rel=1e-12)


@pytest.mark.parametrize(("unit", "rise_us", "sharp"), [("MU2", 280.0, True), ("MU1", 640.0, False)])
def test_rise_times_of_two_sorted_units(
    elsewhere: Callable[[str], str], unit: str, rise_us: float, sharp: bool
) -> None:
    # Reference: README of the recording, spike-triggered means with neo and NumPy (MU2 280 us, MU1 640 us).
    recording = read_recording(elsewhere("needle_motor_units_spike2/motor_units.smr"))
    values = recording.channels[0].values
    marks = [round(mark.onset_s * RATE) for mark in recording.annotations if mark.text == unit]
    mean = np.mean([values[mark : mark + 400] for mark in marks], axis=0)
    peak = int(np.argmax(np.abs(mean)))
    spike = measure_spike(mean[peak - 75 : peak + 1], 75, RATE, 0.0)
    assert spike.rise_us == pytest.approx(rise_us, abs=40)
    assert spike.sharp is sharp


def test_the_stream_hears_the_sharp_unit_and_calls_it_in_territory(elsewhere: Callable[[str], str]) -> None:
    recording = read_recording(elsewhere("needle_motor_units_spike2/motor_units.smr"))
    values = recording.channels[0].values
    # The sorter's stamps come 5.3 ms before the peaks.
    marks = [mark.onset_s + 0.0053 for mark in recording.annotations if mark.text == "MU2"]
    stream, found = EmgStream(RATE), list[Spike]()
    for start in range(0, len(values) - 250, 250):
        state = stream.push(values[start : start + 250])
        assert state is not None
        found += state.new_spikes[0]
    near = [min(found, key=lambda spike: abs(spike.at_s - mark)) for mark in marks]
    hit = [spike for spike, mark in zip(near, marks, strict=True) if abs(spike.at_s - mark) < 0.002]
    assert len(hit) >= 0.8 * len(marks)
    assert np.median([spike.rise_us or np.nan for spike in hit]) == pytest.approx(280, abs=40)
    assert np.median([spike.peak_uv for spike in hit]) == pytest.approx(1200, rel=0.15)


def spike_of(rise_us: float | None, peak_uv: float = 200.0, negative: bool = False) -> Spike:
    return Spike(0.5, peak_uv, rise_us, negative)


@pytest.mark.parametrize(
    ("spikes", "rms", "loudest", "verdict"),
    [
        ([spike_of(300)], [30.0] * 100, 200.0, "in_territory"),
        ([spike_of(900), spike_of(400)], [30.0] * 100, 200.0, "in_territory"),
        ([spike_of(80, peak_uv=30)], [2.0] * 50 + [9.0] * 50, 30.0, "far"),
        ([spike_of(900)], [30.0] * 100, 200.0, "near"),
        ([spike_of(900, negative=True)], [30.0] * 100, 200.0, "far"),
        ([spike_of(900, peak_uv=40)], [2.0] * 50 + [9.0] * 50, 40.0, "far"),
        ([spike_of(None)], [30.0] * 100, 200.0, "active"),
        ([], [12.0] * 100, 45.0, "end_plate_noise"),
        ([], [2.0] * 100, 8.0, "silent"),
    ],
)
def test_verdicts_follow_the_published_rule(
    spikes: list[Spike], rms: list[float], loudest: float, verdict: str
) -> None:
    # Barkhaus and Nandedkar 1996: at most 500 us is inside; outside is slow and (under 50 uV or negative first).
    assert needle_verdict(spikes, np.array(rms), loudest) == verdict


def test_a_steady_hiss_is_end_plate_noise_and_an_offset_no_spike() -> None:
    rng = np.random.default_rng(3)
    hiss = EmgStream(RATE).push(rng.normal(0, 9, 60_000) + 5000.0)
    assert hiss is not None
    assert hiss.verdict == ("end_plate_noise",)
    assert hiss.turns_per_s[0] == 0


def test_memory_does_not_grow() -> None:
    import tracemalloc

    stream, block = EmgStream(2000.0, 16, needle=False), np.random.default_rng(4).normal(0, 100, (16, 20))
    tracemalloc.start()
    for _ in range(250):
        stream.push(block)
    before = tracemalloc.get_traced_memory()[0]
    for _ in range(250):
        stream.push(block)
    assert tracemalloc.get_traced_memory()[0] - before < 200_000  # of 640 kB pushed
    tracemalloc.stop()


def test_wrong_pieces_are_refused() -> None:
    stream = EmgStream(RATE, 2)
    with pytest.raises(ValueError, match="3 channels"):
        stream.push(np.zeros((3, 10)))
    with pytest.raises(ValueError, match="finite"):
        stream.push(np.full((2, 10), np.nan))
