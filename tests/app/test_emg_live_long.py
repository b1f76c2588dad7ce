"""Ten minutes of the live path: no block lost, no drift, no growing memory. In real time: for the nightly run only."""

from __future__ import annotations

import resource
import time
from pathlib import Path

import edfio
import numpy as np
import pytest

from reprieve.app.emg.replay import replay
from reprieve.emg.simulate import shaped_noise
from reprieve.emg.stream import EmgStream

MINUTES = 10
# A machine that runs other tests wakes a sleeper late now and then; drift would add up to far more over 60 000 blocks.
LATE_S, DRIFT_S, GROWTH_MB = 0.05, 0.05, 16.0


def held_mb() -> float:
    """Return the memory that this process holds now; skips where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        pytest.skip("this system does not tell the memory of a process")
    return pages * resource.getpagesize() / 2**20


@pytest.mark.slow
def test_ten_minutes_of_a_needle_in_real_time(tmp_path: Path) -> None:
    rate, rng = 10_000, np.random.default_rng(0)
    samples = 15 * shaped_noise(60 * MINUTES * rate, rate, rng)
    # Six spikes a second: the figures have work to do.
    for shape in (-120.0, 300.0, -80.0):
        samples[rng.integers(0, len(samples), 2 * 60 * MINUTES)] += shape
    edfio.Edf([edfio.EdfSignal(samples, rate, label="needle", physical_dimension="uV")]).write(tmp_path / "long.edf")
    del samples
    late: list[float] = []
    held, begun = 0.0, time.monotonic()
    for state, late_s in replay(str(tmp_path / "long.edf"), now=time.monotonic, wait=time.sleep):
        late.append(late_s)
        assert state.time_s == pytest.approx(len(late) * 0.01)
        if len(late) == 6000:
            held = held_mb()
    spent = time.monotonic() - begun
    assert len(late) == 6000 * MINUTES
    first, last = float(np.median(late[:6000])), float(np.median(late[-6000:]))
    assert max(first, last) < LATE_S
    assert abs(last - first) < DRIFT_S
    assert spent == pytest.approx(60 * MINUTES, abs=2)
    assert held_mb() - held < GROWTH_MB


@pytest.mark.slow
def test_ten_minutes_of_sixteen_channels_keep_their_memory_and_their_figures() -> None:
    rate, rng = 2000, np.random.default_rng(1)
    minute = np.array([30 * shaped_noise(60 * rate, rate, rng) for _ in range(16)])
    stream, held = EmgStream(rate, 16, needle=False), 0.0
    seen: list[np.ndarray] = []
    for number in range(6000 * MINUTES):
        first = number % 6000 * 20
        state = stream.push(minute[:, first : first + 20])
        assert state is not None
        if number % 6000 == 5999:
            seen.append(np.concatenate([state.rms_uv, state.turns_per_s]))
            held = held or held_mb()
    assert stream.samples == 60 * MINUTES * rate
    # The same minute ends with the same figures, the tenth time as the second.
    assert np.allclose(seen[1], seen[-1])
    assert held_mb() - held < GROWTH_MB
