"""Contractions: the published count on a real recording, simulated truth, and laws of the rule."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage, signal

from reprieve.emg.contractions import Interval, find_bursts, find_contractions, sustained_fraction
from reprieve.emg.filters import band_pass
from reprieve.emg.simulate import shaped_noise, simulate_contractions
from reprieve.interop.recordings import read_recording

# README of the recording: 20-450 Hz, 200 ms RMS, 15 % of its 95th percentile, each edge within 0.15 s.
BICEPS = [
    (1.27, 2.42),
    (4.49, 5.72),
    (7.83, 9.20),
    (11.59, 12.60),
    (14.47, 15.61),
    (17.28, 18.52),
    (20.30, 21.58),
    (23.25, 24.73),
    (26.32, 27.76),
]


def overlap(found: Interval, true: Interval) -> bool:
    """Whether two intervals share most of their time."""
    common = min(found.offset_s, true.offset_s) - max(found.onset_s, true.onset_s)
    return common > 0.5 * max(found.duration_s, true.duration_s)


@pytest.mark.parametrize("name", ["surface_opensignals/emg_bursts.h5", "made/biceps_bursts.edf"])
def test_nine_contractions_of_the_biceps(shipped: Path, name: str) -> None:
    channel = read_recording(str(shipped / name)).channels[0]
    found = find_contractions(band_pass(channel.values, channel.rate_hz), channel.rate_hz)
    assert len(found) == 9
    edges = np.array([[one.onset_s, one.offset_s] for one in found])
    assert np.abs(edges - BICEPS).max() < 0.15


def test_thirty_contractions_of_a_tiring_biceps(shipped: Path) -> None:
    # The count: by eye and by three independent codes. The edges: the published rule of the nine above, by SciPy alone.
    channel = read_recording(str(shipped / "made" / "biceps_fatigue.edf")).channels[0]
    found = find_contractions(band_pass(channel.values, channel.rate_hz), channel.rate_hz)
    sections = signal.butter(4, [20, 450], "bandpass", fs=1000, output="sos")
    power = ndimage.uniform_filter1d(signal.sosfiltfilt(sections, channel.values) ** 2, 200)
    level = 0.15 * np.percentile(np.sqrt(np.maximum(power, 0)), 95)
    above = np.flatnonzero(np.sqrt(np.maximum(power, 0)) > level) / 1000
    assert len(found) == 30
    assert found[0].onset_s == pytest.approx(above[0], abs=0.15)
    assert found[-1].offset_s == pytest.approx(above[-1], abs=0.15)


@pytest.mark.parametrize(
    ("name", "channel", "count"),
    [("adductor_rising_tone", 0, 11), ("adductor_two_devices", 0, 10), ("adductor_two_devices", 1, 10)],
)
def test_twitches_over_a_tone_are_counted_as_by_eye(shipped: Path, name: str, channel: int, count: int) -> None:
    # The eye's count, and SciPy's of the tops of a 200 ms RMS that stand out by a quarter of the highest.
    one = read_recording(str(shipped / "made" / f"{name}.edf")).channels[channel]
    found = find_contractions(band_pass(one.values, 1000.0), 1000.0)
    sections = signal.butter(4, [20, 450], "bandpass", fs=1000, output="sos")
    power = ndimage.uniform_filter1d(signal.sosfiltfilt(sections, one.values) ** 2, 200)
    smooth = np.sqrt(np.maximum(power, 0))
    tops = signal.find_peaks(smooth, prominence=smooth.max() / 4, distance=500)[0] / 1000
    assert len(found) == len(tops) == count
    assert all(effort.onset_s < top < effort.offset_s for effort, top in zip(found, tops, strict=True))


@pytest.mark.parametrize("noise_db", [20.0, 14.0, 10.0, 6.0])
@pytest.mark.parametrize(("name", "count"), [("biceps_bursts", 9), ("biceps_fatigue", 30)])
def test_a_real_count_stays_under_added_noise(shipped: Path, name: str, count: int, noise_db: float) -> None:
    # So many dB beneath the efforts, in the band of the EMG. Half of each effort of the tiring biceps is under -6 dB.
    channel = read_recording(str(shipped / "made" / f"{name}.edf")).channels[0]
    filtered = band_pass(channel.values, 1000.0)
    inside = np.zeros(len(filtered), bool)
    for one in find_contractions(filtered, 1000.0):
        inside[round(1000 * one.onset_s) : round(1000 * one.offset_s)] = True
    noise = band_pass(shaped_noise(len(filtered), 1000.0, np.random.default_rng(1)), 1000.0)
    noise *= np.sqrt(np.square(filtered[inside]).mean()) / 10 ** (noise_db / 20) / noise.std()
    assert len(find_contractions(filtered + noise, 1000.0)) == count


def changed(samples: np.ndarray, rate_hz: float, how: str) -> tuple[np.ndarray, float]:
    """Return the samples in another unit, upside down or at another rate."""
    if how.endswith("Hz"):
        rate = float(how.removesuffix(" Hz"))
        return signal.resample_poly(samples - samples.mean(), round(rate), round(rate_hz)), rate
    return {"volts": 1e-6 * samples, "gain": 1000 * samples, "inverted": -samples, "offset": samples + 100}[
        how
    ], rate_hz


@pytest.mark.parametrize("how", ["volts", "gain", "inverted", "offset", "500 Hz", "2000 Hz", "4000 Hz"])
@pytest.mark.parametrize(
    ("name", "count"), [("biceps_bursts", 9), ("biceps_fatigue", 30), ("adductor_two_devices", 10)]
)
def test_unit_sign_and_rate_change_no_real_count(shipped: Path, name: str, count: int, how: str) -> None:
    channel = read_recording(str(shipped / "made" / f"{name}.edf")).channels[0]
    samples, rate = changed(channel.values, channel.rate_hz, how)
    found = find_contractions(band_pass(samples, rate), rate)
    plain = find_contractions(band_pass(channel.values, channel.rate_hz), channel.rate_hz)
    assert len(found) == count
    assert found[0].onset_s == pytest.approx(plain[0].onset_s, abs=0.05)
    assert found[-1].offset_s == pytest.approx(plain[-1].offset_s, abs=0.05)


UNSTEADY: dict[str, dict[str, Any]] = {
    "30 dB": {},
    "14 dB": {"snr_db": 14.0},
    "10 dB": {"snr_db": 10.0},
    "6 dB": {"snr_db": 6.0},
    "every second of a quarter": {"heights": [1, 0.25] * 4},
    "a strong one, then weak ones": {"heights": [1] + [0.25] * 7},
    "a fifth to the whole": {"heights": np.linspace(0.2, 1, 8)},
    "pairs 0.4 s apart": {"pause_s": 0.4},
    "pairs 0.4 s apart at 14 dB": {"pause_s": 0.4, "snr_db": 14.0},
    "long": {"effort_s": (6.0, 12.0)},
    "hardly any rest": {"rest_s": (0.5, 0.6), "effort_s": (2.0, 4.0), "snr_db": 14.0},
}


@pytest.mark.parametrize("name", UNSTEADY)
def test_unsteady_efforts_are_not_cut_in_pieces(name: str) -> None:
    # Like a real effort they wander by a quarter; a dip is no pause while the muscle does not let go.
    told: dict[str, Any] = {"effort_s": (0.6, 3.0), "rest_s": (1.5, 4.0), "snr_db": 30.0, "pause_s": None}
    told |= {"heights": None} | UNSTEADY[name]
    for seed in range(3):
        rng = np.random.default_rng(seed)
        rests, efforts = rng.uniform(*told["rest_s"], 9), rng.uniform(*told["effort_s"], 8)
        if told["pause_s"]:
            rests[1::2] = told["pause_s"]
        stops = np.cumsum(rests[:-1] + efforts)
        true = tuple(Interval(float(b - long), float(b)) for b, long in zip(stops, efforts, strict=True))
        samples = simulate_contractions(
            true,
            float(stops[-1] + rests[-1]),
            1000.0,
            rng,
            snr_db=told["snr_db"],
            heights=told["heights"],
            unsteadiness=0.25,
        )
        found = find_contractions(band_pass(samples, 1000.0), 1000.0)
        assert len(found) == 8
        assert found[0].onset_s == pytest.approx(true[0].onset_s, abs=0.15)
        assert found[-1].offset_s == pytest.approx(true[-1].offset_s, abs=0.15)


Change = Callable[[np.ndarray, float, np.random.Generator], np.ndarray]
HARD: dict[str, tuple[dict[str, Any], Change]] = {
    "plain": ({}, lambda x, rate, rng: x),
    "near the noise": ({"snr_db": 14.0}, lambda x, rate, rng: x),
    "at twice the noise": ({"snr_db": 6.0}, lambda x, rate, rng: x),
    "at 500 Hz": ({"rate_hz": 500.0}, lambda x, rate, rng: x),
    "at 10 kHz": ({"rate_hz": 10_000.0}, lambda x, rate, rng: x),
    "in volts": ({}, lambda x, rate, rng: 1e-6 * x),
    "over an offset": ({}, lambda x, rate, rng: x + 1000),
    "over drifts": ({}, lambda x, rate, rng: x + 200 * np.sin(2 * np.pi * 0.4 * np.arange(len(x)) / rate)),
    "rectified": ({}, lambda x, rate, rng: np.abs(x)),
    "through 8 bits": ({}, lambda x, rate, rng: np.round(x)),
    "beside mains": ({}, lambda x, rate, rng: x + 2 * np.sin(2 * np.pi * 50 * np.arange(len(x)) / rate)),
    "over a tone": ({"snr_db": 40.0}, lambda x, rate, rng: x + 15 * shaped_noise(len(x), rate, rng)),
    "over a tone that sets in": (
        {"snr_db": 40.0},
        lambda x, rate, rng: x + 15 * shaped_noise(len(x), rate, rng) * (np.arange(len(x)) > len(x) / 3),
    ),
    "with rests under a second": ({"rest_s": (0.5, 0.9)}, lambda x, rate, rng: x),
    "with rests under half a second": ({"rest_s": (0.4, 0.5)}, lambda x, rate, rng: x),
    "with hardly any rest": ({"rest_s": (0.5, 0.6), "effort_s": (2.0, 4.0)}, lambda x, rate, rng: x),
    "in half a second": ({"effort_s": (0.3, 0.5)}, lambda x, rate, rng: x),
    "held for long": ({"effort_s": (8.0, 20.0), "count": 5}, lambda x, rate, rng: x),
    "three in three seconds": (
        {"rest_s": (0.4, 0.5), "effort_s": (0.5, 0.6), "count": 3, "snr_db": 18.0},
        lambda x, rate, rng: x,
    ),
}


@pytest.mark.parametrize("name", HARD)
def test_efforts_are_counted_and_timed_in_hard_recordings(name: str) -> None:
    given_, change = HARD[name]
    told: dict[str, Any] = {"count": 8, "effort_s": (0.5, 3.0), "rest_s": (1.5, 4.0), "snr_db": 30.0, "rate_hz": 1000.0}
    told |= given_
    for seed in range(3):
        rng = np.random.default_rng(seed)
        rests, efforts = rng.uniform(*told["rest_s"], told["count"] + 1), rng.uniform(*told["effort_s"], told["count"])
        stops = np.cumsum(rests[:-1] + efforts)
        true = tuple(Interval(float(b - long), float(b)) for b, long in zip(stops, efforts, strict=True))
        rate = told["rate_hz"]
        samples = simulate_contractions(true, float(stops[-1] + rests[-1]), rate, rng, snr_db=told["snr_db"])
        found = find_contractions(band_pass(change(samples, rate, rng), rate), rate)
        assert len(found) == len(true)
        assert found[0].onset_s == pytest.approx(true[0].onset_s, abs=0.15)
        assert found[-1].offset_s == pytest.approx(true[-1].offset_s, abs=0.15)


@pytest.mark.parametrize("cut", ["beginning", "end"])
def test_an_effort_that_the_record_cuts_counts(cut: str) -> None:
    rng = np.random.default_rng(2)
    true = spaced(rng, 6)
    samples = simulate_contractions(true, true[-1].offset_s + 2, 1000.0, rng, snr_db=30.0)
    middle = [round(500 * (one.onset_s + one.offset_s)) for one in (true[0], true[-1])]
    left = samples[middle[0] :] if cut == "beginning" else samples[: middle[1]]
    found = find_contractions(band_pass(left, 1000.0), 1000.0)
    assert len(found) == 6
    if cut == "beginning":
        assert found[0].onset_s == 0
    else:
        assert found[-1].offset_s == pytest.approx(len(left) / 1000, abs=0.01)


def test_a_faint_tone_between_twitches_makes_no_single_contraction() -> None:
    rng = np.random.default_rng(4)
    true = tuple(Interval(3.0 + 3 * i, 3.4 + 3 * i) for i in range(8))
    quiet = simulate_contractions(true, 30.0, 1000.0, rng, snr_db=40.0)
    tone = simulate_contractions((Interval(5.0, 28.0),), 30.0, 1000.0, rng, snr_db=13.0)
    found = find_contractions(band_pass(quiet + tone, 1000.0), 1000.0)
    assert len(found) == 8
    assert all(overlap(f, t) for f, t in zip(found, true, strict=True))


def spaced(rng: np.random.Generator, count: int) -> tuple[Interval, ...]:
    starts = 2.0 + np.cumsum(rng.uniform(1.5, 4.0, count))
    lengths = rng.uniform(0.4, 1.0, count)
    return tuple(Interval(float(a), float(a + b)) for a, b in zip(starts, lengths, strict=True))


@pytest.mark.parametrize("snr_db", [40.0, 30.0, 20.0])
def test_simulated_contractions_are_found_one_for_one(snr_db: float) -> None:
    hits = wrong = missed = 0
    late: list[float] = []
    for seed in range(6):
        rng = np.random.default_rng(seed)
        true = spaced(rng, 12)
        samples = simulate_contractions(true, true[-1].offset_s + 3, 1000.0, rng, snr_db=snr_db)
        found = find_contractions(band_pass(samples, 1000.0), 1000.0)
        matched = [(f, t) for t in true for f in found if overlap(f, t)]
        hits += len(matched)
        missed += len(true) - len(matched)
        wrong += len(found) - len(matched)
        late += [f.onset_s - t.onset_s for f, t in matched] + [f.offset_s - t.offset_s for f, t in matched]
    assert hits / (hits + wrong) > 0.98
    assert hits / (hits + missed) > 0.98
    # The 200 ms window of the edges is half a window wide of the truth at the most.
    assert np.abs(late).max() < 0.15


@pytest.mark.parametrize("height", [100.0, 1000.0])
@pytest.mark.parametrize("rate_hz", [1000.0, 4000.0])
def test_spikes_between_efforts_are_no_efforts(height: float, rate_hz: float) -> None:
    # Ten milliseconds, up to thirty times the effort: a touched cable, a stimulus.
    for seed in range(3):
        rng = np.random.default_rng(seed)
        true = tuple(Interval(2.0 + 4 * i, 3.0 + 4 * i) for i in range(8))
        samples = simulate_contractions(true, 36.0, rate_hz, rng, snr_db=30.0)
        for one in true:
            first = round((one.offset_s + 1.5) * rate_hz)
            samples[first : first + round(0.01 * rate_hz)] += height
        found = find_contractions(band_pass(samples, rate_hz), rate_hz)
        assert len(found) == len(true)
        assert all(overlap(f, t) for f, t in zip(found, true, strict=True))


@pytest.mark.parametrize("snr_db", [20.0, 30.0])
def test_knocks_between_efforts_are_no_efforts(snr_db: float) -> None:
    # 40 to 80 ms as strong as an effort: the cable touched the table.
    for seed in range(3):
        rng = np.random.default_rng(seed)
        true = tuple(Interval(2.0 + 4 * i, 3.0 + 4 * i) for i in range(8))
        samples = simulate_contractions(true, 36.0, 1000.0, rng, snr_db=snr_db)
        for one in true:
            length, first = int(rng.integers(40, 80)), round(1000 * (one.offset_s + 1.5))
            knock = np.sin(np.pi * np.arange(length) / length) * shaped_noise(36_000, 1000.0, rng)[:length]
            samples[first : first + length] += 10 ** (snr_db / 20) * knock
        found = find_contractions(band_pass(samples, 1000.0), 1000.0)
        assert len(found) == len(true)
        assert all(overlap(f, t) for f, t in zip(found, true, strict=True))


def test_activity_without_rest_is_not_cut_at_its_own_ups_and_downs() -> None:
    # The quietest second of what never rests is no noise: half of the best effort is no level then.
    rng = np.random.default_rng(6)
    slow = 1 + 0.35 * np.sin(2 * np.pi * 0.3 * np.arange(40_000) / 1000)
    found = find_contractions(band_pass(slow * shaped_noise(40_000, 1000.0, rng), 1000.0), 1000.0)
    assert len(found) == 0


def test_noise_alone_holds_no_contraction() -> None:
    counts = []
    for seed in range(10):
        rng = np.random.default_rng(seed)
        samples = simulate_contractions((), 30.0, 1000.0, rng, snr_db=20.0)
        counts.append(len(find_contractions(band_pass(samples, 1000.0), 1000.0)))
    assert sum(counts) == 0


def test_a_dead_signal_holds_no_contraction() -> None:
    assert find_contractions(np.zeros(5000), 1000.0) == ()
    assert find_bursts(np.zeros(5000), 1000.0) == ()


def test_a_tremor_is_bursts_and_not_contractions() -> None:
    rng = np.random.default_rng(3)
    true = tuple(Interval(2 + i / 5, 2 + i / 5 + 0.08) for i in range(40))
    samples = simulate_contractions(true, 14.0, 2000.0, rng, snr_db=25.0, ramp_s=0.01)
    filtered = band_pass(samples, 2000.0)
    assert len(find_bursts(filtered, 2000.0)) == pytest.approx(40, abs=2)
    assert len(find_contractions(filtered, 2000.0)) == 1


@given(st.floats(1e-9, 1e9), st.integers(0, 5))
@settings(max_examples=25, deadline=None)
def test_gain_changes_no_contraction(gain: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    true = spaced(rng, 4)
    samples = band_pass(simulate_contractions(true, 20.0, 1000.0, rng, snr_db=25.0), 1000.0)
    here, there = find_contractions(samples, 1000.0), find_contractions(gain * samples, 1000.0)
    assert np.allclose([[o.onset_s, o.offset_s] for o in here], [[o.onset_s, o.offset_s] for o in there], atol=0.006)


def test_contractions_are_ordered_apart_and_long_enough() -> None:
    rng = np.random.default_rng(8)
    samples = simulate_contractions(spaced(rng, 10), 45.0, 1000.0, rng, snr_db=12.0)
    found = find_contractions(band_pass(samples, 1000.0), 1000.0)
    assert all(one.duration_s >= 0.2 for one in found)
    assert all(b.onset_s > a.offset_s for a, b in itertools.pairwise(found))


def test_sustained_fraction_counts_only_what_lasts() -> None:
    intervals = (Interval(0.0, 0.4), Interval(1.0, 3.0), Interval(5.0, 6.0))
    assert sustained_fraction(intervals, 10.0) == pytest.approx(0.3)
