"""CPU seconds of the EMG chain on 16 channels of ten minutes at 2 kHz, beside SciPy and edfio in the same run.

Run: python benchmarks/emg_speed.py [minutes]
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import edfio
import numpy as np
import scipy
from scipy import signal

from reprieve.app.emg import report_recording
from reprieve.emg.coherence import coherence, segment_spectra
from reprieve.emg.contractions import find_contractions
from reprieve.emg.envelope import rms_envelope
from reprieve.emg.filters import band_pass
from reprieve.interop.edf import read_edf

CHANNELS, RATE = 16, 2000


def cpu(work: Callable[[], object]) -> float:
    """Return the CPU seconds of the better of two runs."""
    spent: list[float] = []
    for _ in range(2):
        begin = time.process_time()
        work()
        spent.append(time.process_time() - begin)
    return min(spent)


def scipy_envelope(samples: np.ndarray) -> None:
    """Filter and envelope as one would write it with SciPy alone."""
    sections = signal.butter(4, [20, 450], "bandpass", fs=RATE, output="sos")
    for row in samples:
        power = signal.sosfiltfilt(sections, row) ** 2
        np.sqrt(np.maximum(signal.fftconvolve(power, np.ones(200) / 200, mode="same"), 0))


def our_envelope(samples: np.ndarray) -> None:
    """Filter and envelope."""
    for row in samples:
        rms_envelope(band_pass(row, RATE), RATE)


def scipy_coherence(samples: np.ndarray) -> None:
    """All pairs by scipy.signal.coherence."""
    for i in range(CHANNELS):
        for j in range(i):
            signal.coherence(samples[i], samples[j], RATE, nperseg=RATE, noverlap=0)


def our_coherence(samples: np.ndarray) -> None:
    """All pairs with their limit, from one transform a channel."""
    spectra = [segment_spectra(row, RATE, highest_hz=50.0) for row in samples]
    for i in range(CHANNELS):
        for j in range(i):
            coherence(spectra[i], spectra[j])


def main() -> None:
    """Print the table."""
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
    count = int(60 * minutes * RATE)
    rng = np.random.default_rng(0)
    level = 20 + 180 * (np.sin(np.arange(count) / (3 * RATE)) > 0.3)
    samples = rng.normal(size=(CHANNELS, count)) * level
    filtered = band_pass(samples[0], RATE)
    print(f"{CHANNELS} channels x {minutes:g} min x {RATE} Hz; SciPy {scipy.__version__}, edfio {edfio.__version__}")
    rows = [
        ("filter + envelope", cpu(lambda: our_envelope(samples)), cpu(lambda: scipy_envelope(samples)), "SciPy"),
        ("120 coherences", cpu(lambda: our_coherence(samples)), cpu(lambda: scipy_coherence(samples)), "SciPy"),
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "long.edf")
        made = [
            edfio.EdfSignal(row, RATE, label=f"c{i}", physical_dimension="uV", physical_range=(-2000, 2000))
            for i, row in enumerate(samples.clip(-2000, 2000))
        ]
        edfio.Edf(made).write(path)
        ours = cpu(lambda: [one.values for one in read_edf(str(path)).channels])
        rows.append(("EDF read", ours, cpu(lambda: [one.data for one in edfio.read_edf(path).signals]), "edfio"))
        copy = cpu(lambda: samples.copy())
        for what, mine, other, name in rows:
            times = f"{mine:6.2f} s  {name} {other:6.2f} s  x{other / mine:.1f}"
            print(f"{what:18} {times}; {mine / copy:.0f} copies of memory")
        print(f"contractions       {CHANNELS * cpu(lambda: find_contractions(filtered, RATE)):6.2f} s")
        del made
        print(f"whole report       {cpu(lambda: report_recording(str(path))):6.2f} s")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
