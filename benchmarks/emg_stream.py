"""Latency of the needle stream: CPU per 10 ms block, and how late blocks come in a replay in real time.

Run: python benchmarks/emg_stream.py [seconds of replay] [recording] [channel]
"""

from __future__ import annotations

import sys
import time

import numpy as np

from reprieve.app.emg.replay import replay
from reprieve.emg.stream import EmgStream


def block_times_ms(channels: int, rate_hz: float, blocks: int, *, needle: bool) -> np.ndarray:
    """Return the CPU time of each 10 ms block of noise with spikes, in ms."""
    rng, size = np.random.default_rng(0), round(rate_hz / 100)
    samples = rng.normal(0, 20, (channels, blocks * size))
    samples[:, ::997] += 400.0
    stream, spent = EmgStream(rate_hz, channels, needle=needle), np.empty(blocks)
    for i in range(blocks):
        begin = time.thread_time()
        stream.push(samples[:, i * size : (i + 1) * size])
        spent[i] = 1e3 * (time.thread_time() - begin)
    return spent


def say(what: str, values: np.ndarray) -> None:
    """Print median, 99th centile and worst."""
    print(f"{what}: median {np.median(values):.3f}, p99 {np.percentile(values, 99):.3f}, worst {values.max():.3f} ms")


if __name__ == "__main__":
    say("16 channels at 2 kHz, CPU a block", block_times_ms(16, 2000.0, 3000, needle=False))
    say("1 needle at 25 kHz, CPU a block  ", block_times_ms(1, 25_000.0, 3000, needle=True))
    if len(sys.argv) > 2:
        late: list[float] = []
        begin, limit = time.monotonic(), float(sys.argv[1])
        channel = sys.argv[3] if len(sys.argv) > 3 else None
        for state, late_s in replay(sys.argv[2], channel, now=time.monotonic, wait=time.sleep):
            late.append(1e3 * late_s)
            if state.time_s >= limit:
                break
        say(f"replay of {len(late)} blocks in {time.monotonic() - begin:.2f} s, late", np.array(late))
        half = len(late) // 2
        print(
            f"drift: median late {np.median(late[:half]):.3f} ms in the first half, {np.median(late[half:]):.3f} after"
        )
