"""CPU seconds of the EMG chain on 16 channels of ten minutes at 2 kHz, beside every peer that is installed.

Run: python benchmarks/emg_speed.py [minutes], in an environment of its own that holds this package and, for the
comparison, mne, neurokit2, biosppy, mne-connectivity, edfio and pyedflib. One run measures all, so that a busy machine
slows all alike. What a peer needs more than a minute for is measured on one channel-minute and scaled (marked *).
"""

from __future__ import annotations

import importlib
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
from scipy import signal

from reprieve.app.emg.recording import report_recording
from reprieve.emg.coherence import coherence, segment_spectra
from reprieve.emg.contractions import find_contractions
from reprieve.emg.envelope import rms_envelope
from reprieve.emg.filters import band_pass
from reprieve.emg.simulate import shaped_noise
from reprieve.interop.edf import read_edf

CHANNELS, RATE = 16, 2000
Floats = np.ndarray[Any, Any]


def cpu(work: Callable[[], object], times: int = 3) -> float:
    """Return the CPU seconds of the best of some runs."""
    spent: list[float] = []
    for _ in range(times):
        begin = time.process_time()
        work()
        spent.append(time.process_time() - begin)
        if spent[-1] > 5:
            break
    return min(spent)


def peer(name: str) -> Any:
    """Return a library, None where it is not installed."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return importlib.import_module(name)
    except ImportError:
        return None


def recording(minutes: float) -> Floats:
    """Return surface EMG of known shape: efforts of three seconds every seven, RMS 150 over 5 uV, float32."""
    rng, count = np.random.default_rng(0), int(60 * minutes * RATE)
    seconds = np.arange(count) / RATE
    rows = []
    for channel in range(CHANNELS):
        level = 5 + 145 * ((seconds + 0.3 * channel) % 7 < 3)
        rows.append(shaped_noise(count, RATE, rng) * level)
    return np.array(rows, np.float32)


def envelope_rows(samples: Floats) -> dict[str, Callable[[], object]]:
    """Filter and envelope, ours first."""
    sections = signal.butter(4, [20, 450], "bandpass", fs=RATE, output="sos")
    rows: dict[str, Callable[[], object]] = {
        "reprieve": lambda: [rms_envelope(band_pass(row, RATE), RATE) for row in samples],
        "SciPy": lambda: [
            np.sqrt(
                np.maximum(signal.fftconvolve(signal.sosfiltfilt(sections, row) ** 2, np.ones(200) / 200, "same"), 0)
            )
            for row in samples
        ],
    }
    if mne := peer("mne"):
        wide = samples.astype(np.float64)
        recipe = {"order": 4, "ftype": "butter", "output": "sos"}

        def with_mne() -> None:
            for row in mne.filter.filter_data(wide, RATE, 20, 450, method="iir", iir_params=recipe, verbose="ERROR"):
                np.sqrt(np.maximum(signal.fftconvolve(row**2, np.ones(200) / 200, "same"), 0))

        rows["MNE"] = with_mne
    if neurokit := peer("neurokit2"):
        rows["NeuroKit2"] = lambda: [
            neurokit.emg_amplitude(neurokit.emg_clean(row, sampling_rate=RATE)) for row in samples
        ]
    if biosppy := peer("biosppy.signals.tools"):

        def with_biosppy() -> None:
            for row in samples:
                clean = biosppy.filter_signal(row, "butter", "bandpass", 4, [20, 450], RATE)[0]
                biosppy.smoother(np.abs(clean), "boxcar", 200)

        rows["BioSPPy"] = with_biosppy
    return rows


def contraction_rows(samples: Floats) -> dict[str, Callable[[], object]]:
    """Contractions of filtered channels; the peers on one channel-minute."""
    filtered = [band_pass(row, RATE) for row in samples]
    minute = filtered[0][: 60 * RATE].astype(np.float64)
    rows: dict[str, Callable[[], object]] = {"reprieve": lambda: [find_contractions(row, RATE) for row in filtered]}
    if neurokit := peer("neurokit2"):

        def with_neurokit() -> None:
            neurokit.emg_activation(neurokit.emg_amplitude(minute), sampling_rate=RATE, method="threshold")

        rows["NeuroKit2*"] = with_neurokit
    if biosppy := peer("biosppy.signals.emg"):
        rest = {"mean": 0.0, "std_dev": 5.0}
        rows["BioSPPy*"] = lambda: biosppy.lidierth_onset_detector(
            signal=minute, rest=rest, sampling_rate=RATE, size=100, threshold=3, active_state_duration=50, fail_size=20
        )
    return rows


def coherence_rows(samples: Floats) -> dict[str, Callable[[], object]]:
    """All 120 pairs of the rectified channels."""
    rectified = np.abs(samples)

    def ours() -> None:
        spectra = [segment_spectra(row, RATE, lowest_hz=1, highest_hz=50) for row in rectified]
        for i in range(CHANNELS):
            for j in range(i):
                coherence(spectra[i], spectra[j]).interval()

    def with_scipy() -> None:
        for i in range(CHANNELS):
            for j in range(i):
                signal.coherence(rectified[i], rectified[j], RATE, nperseg=RATE, noverlap=0)

    rows: dict[str, Callable[[], object]] = {"reprieve": ours, "SciPy": with_scipy}
    if connectivity := peer("mne_connectivity"):
        whole = rectified.shape[1] // RATE * RATE
        epochs = rectified[:, :whole].astype(np.float64).reshape(CHANNELS, -1, RATE).transpose(1, 0, 2)
        rows["mne-connectivity"] = lambda: connectivity.spectral_connectivity_epochs(
            epochs, method="coh", mode="fourier", sfreq=RATE, fmin=1, fmax=50, verbose="ERROR"
        )
    return rows


def edf_rows(path: Path) -> dict[str, Callable[[], object]]:
    """Read a file to physical values."""
    rows: dict[str, Callable[[], object]] = {"reprieve": lambda: [one.values for one in read_edf(str(path)).channels]}
    if edfio := peer("edfio"):
        rows["edfio"] = lambda: [one.data for one in edfio.read_edf(path).signals]
    if pyedflib := peer("pyedflib"):

        def with_pyedflib() -> None:
            with pyedflib.EdfReader(str(path)) as file:
                for index in range(file.signals_in_file):
                    file.readSignal(index)

        rows["pyedflib"] = with_pyedflib
    if mne := peer("mne"):
        rows["MNE"] = lambda: mne.io.read_raw_edf(path, preload=True, verbose="ERROR")
    return rows


def show(what: str, rows: dict[str, Callable[[], object]], copy_s: float, scale: float) -> None:
    """Print a line per library: CPU seconds, how many times ours, how many copies of the recording in memory."""
    times = {name: cpu(work, 2) * (scale if name.endswith("*") else 1) for name, work in rows.items()}
    ours = times["reprieve"]
    for name, spent in times.items():
        print(f"| {what} | {name} | {spent:.2f} | {spent / ours:.1f} | {spent / copy_s:.0f} |", flush=True)


def write_edf(path: Path, samples: Floats) -> None:
    """Write the recording as 16-bit EDF."""
    edfio = importlib.import_module("edfio")
    clipped = samples.astype(np.float64).clip(-2000, 2000)
    made = [
        edfio.EdfSignal(row, RATE, label=f"c{i}", physical_dimension="uV", physical_range=(-2000, 2000))
        for i, row in enumerate(clipped)
    ]
    edfio.Edf(made).write(path)


def peak_memory_mb(path: Path) -> tuple[float, float]:
    """Return peak memory of a fresh process that imports only, and of one that makes the report."""
    head = "from reprieve.app.emg.recording import report_recording; "
    # VmHWM begins anew with the process; ru_maxrss would carry over what the parent used.
    code = head + "{}; print([row.split()[1] for row in open('/proc/self/status') if row.startswith('VmHWM')][0])"
    found = []
    for what in ("import scipy.signal, scipy.stats", f"report_recording({str(path)!r})"):
        done = subprocess.run([sys.executable, "-c", code.format(what)], capture_output=True, text=True, check=True)
        found.append(int(done.stdout) / 1024)
    return found[0], found[1]


def main() -> None:
    """Print the table."""
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
    samples = recording(minutes)
    names = ("numpy", "scipy", "mne", "neurokit2", "biosppy", "mne_connectivity", "edfio", "pyedflib")
    # As installed: BioSPPy's own __version__ lags behind its release.
    versions = [f"{name} {metadata.version(name)}" for name in names if peer(name)]
    copy_s = cpu(samples.copy, 5)
    print(
        f"{CHANNELS} channels x {minutes:g} min x {RATE} Hz, float32; {', '.join(versions)}; copy {1e3 * copy_s:.0f} ms"
    )
    print("| step | library | CPU s | times ours | copies of memory |\n| --- | --- | --- | --- | --- |")
    scale = CHANNELS * minutes
    show("filter and envelope", envelope_rows(samples), copy_s, scale)
    show("contractions", contraction_rows(samples), copy_s, scale)
    show("120 coherences with limits", coherence_rows(samples), copy_s, scale)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "long.edf")
        write_edf(path, samples)
        show("EDF read", edf_rows(path), copy_s, scale)
        whole = cpu(lambda: report_recording(str(path)))
        print(f"| whole report, no drawing | reprieve | {whole:.2f} | | {whole / copy_s:.0f} |")
        before, peak = peak_memory_mb(path)
    size = samples.nbytes / 2**20
    print(
        f"peak memory {peak:.0f} MB, {before:.0f} of it libraries: {(peak - before) / size:.1f} times the recording "
        f"of {size:.0f} MB; this process {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB"
    )


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main()
