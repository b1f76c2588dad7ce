"""Turns: published figures, a closed form, laws, and a slow second way of counting."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from reprieve.emg.turns import TurnFinder, find_turns
from reprieve.interop.recordings import read_recording

signals = arrays(np.int16, st.integers(0, 120), elements=st.integers(-8, 8)).map(lambda a: a.astype(float))


def slow_turns(values: np.ndarray, threshold: float) -> list[float]:
    """Second way, from whole prefixes instead of a running state: heights of the turns.

    The next turn is the highest (lowest) point since the last one, as soon as the signal has fallen (risen) from it by
    more than the threshold. The first sample is no extremum.
    """
    heights = [float(v) for i, v in enumerate(values) if i == 0 or v != values[i - 1]]
    turns: list[float] = []
    last, direction = 0, 0
    for i in range(len(heights)):
        since = heights[last : i + 1]
        top, bottom = last + int(np.argmax(since)), last + int(np.argmin(since))
        if direction == 0 and abs(heights[top] - heights[bottom]) > threshold:
            first = min(top, bottom)
            direction = 1 if top > bottom else -1
            if first > 0:
                turns.append(heights[first])
            last = first
        elif direction == 1 and heights[top] - heights[i] > threshold:
            turns.append(heights[top])
            last, direction = top, -1
        elif direction == -1 and heights[i] - heights[bottom] > threshold:
            turns.append(heights[bottom])
            last, direction = bottom, 1
    return turns


@pytest.mark.parametrize(
    ("record", "per_second", "amplitude_mv"), [("emg_healthy", 147.5, 0.262), ("emg_neuropathy", 252.6, 1.221)]
)
def test_turns_of_the_physionet_records(shipped: Path, record: str, per_second: float, amplitude_mv: float) -> None:
    # Reference values of the recordings' README, 0.1 mV turns over the whole file.
    channel = read_recording(str(shipped / "needle_emgdb" / f"{record}.hea")).channels[0]
    turns = find_turns(channel.values)
    assert turns.per_second(channel.length_s) == pytest.approx(per_second, rel=0.005)
    assert turns.mean_amplitude == pytest.approx(amplitude_mv, rel=0.005)


@pytest.mark.parametrize("frequency_hz", [3.0, 17.0, 80.0])
def test_a_sine_turns_twice_a_period(frequency_hz: float) -> None:
    time = np.arange(40_000) / 4000
    turns = find_turns(np.sin(2 * np.pi * frequency_hz * time))
    assert len(turns.indices) == pytest.approx(2 * frequency_hz * 10, abs=2)
    assert turns.mean_amplitude == pytest.approx(2.0, rel=0.01)


def test_a_ripple_under_the_threshold_has_no_turns() -> None:
    assert len(find_turns(0.049 * np.sin(np.arange(10_000) / 7)).indices) == 0


@given(signals)
@settings(max_examples=300, deadline=None)
def test_both_ways_of_counting_agree(values: np.ndarray) -> None:
    found = find_turns(values, 2.5)
    slow = slow_turns(values, 2.5)
    assert values[found.indices].tolist() == slow


@given(signals, st.floats(-50, 50))
@settings(max_examples=100, deadline=None)
def test_offset_and_sign_change_no_turn(values: np.ndarray, offset: float) -> None:
    here = find_turns(values, 2.5)
    assert find_turns(-values, 2.5).indices.tolist() == here.indices.tolist()
    # Half steps keep the comparison exact in floating point.
    assert len(find_turns(values + round(offset), 2.5).indices) == len(here.indices)


@given(signals)
@settings(max_examples=100, deadline=None)
def test_each_turn_swings_by_more_than_the_threshold(values: np.ndarray) -> None:
    turns = find_turns(values, 2.5)
    assert (turns.amplitudes > 2.5).all()
    # Turns alternate between tops and bottoms.
    assert (np.diff(np.sign(np.diff(values[turns.indices]))) != 0).all()


@given(arrays(np.int16, st.integers(3, 80), elements=st.integers(-6, 6)), st.sampled_from([0.5, 1.0, 2.0, 2.5, 4.0]))
@settings(max_examples=300, deadline=None)
def test_counts_turn_where_the_point_by_point_rule_turns(values: np.ndarray, threshold: float) -> None:
    expected = TurnFinder(threshold).push([float(value) for value in values], 0)
    assert find_turns(values, threshold).indices.tolist() == expected


@pytest.mark.parametrize("dtype", [np.int16, np.float64])
@pytest.mark.parametrize("rate_hz", [1000, 10_000])
def test_a_slow_beat_of_mains_turns_where_the_point_by_point_rule_turns(dtype: type, rate_hz: int) -> None:
    # Its swings grow for hundreds of periods, so that each borders on a smaller and a larger one.
    seconds = np.arange(20 * rate_hz) / rate_hz
    beat = 16_000 * (1 - np.cos(2 * np.pi * seconds / 20)) * np.sin(2 * np.pi * 50 * seconds)
    values = np.round(beat).astype(dtype)
    expected = TurnFinder(30_000.0).push(values.tolist(), 0)
    assert len(expected) > 500
    assert find_turns(values, 30_000.0).indices.tolist() == expected


def test_swings_over_the_whole_range_of_the_converter_are_turns() -> None:
    values = np.tile(np.array([-32768, 32767], np.int16), 10)
    assert len(find_turns(values, 40_000.0).indices) == 18
