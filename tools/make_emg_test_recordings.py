"""Make the EDF and C3D recordings of tests/data/emg/made from openly licensed recordings.

Usage: python tools/make_emg_test_recordings.py FOLDER, where FOLDER holds surface_opensignals/ (MIT) and shoulder_c3d/
(Apache-2.0) as their makers publish them. The integers of the recordings are kept; nothing is filtered or scaled.
Needs edfio, h5py and ezc3d.
"""

from __future__ import annotations

import sys
from pathlib import Path

import edfio
import ezc3d
import h5py
import numpy as np

OUT = Path(__file__).resolve().parents[1] / "tests" / "data" / "emg" / "made"
# The maker's transfer function of its EMG sensor: 3 V supply, gain 1000.
SPAN_MV = 3.0
C3D_CHANNELS = ("Voltage.1", "Sensor 12.EMG12", "Subscap.EMG11", "Biceps.EMG4", "Triceps.EMG5", "Pec.IM EMG12")


def edf_signal(counts: np.ndarray, bits: int, label: str, seconds: int) -> edfio.EdfSignal:
    """Return the counts of one channel as an EDF signal of the same integers, shifted to be signed."""
    half = 2 ** (bits - 1)
    digital = counts[: 1000 * seconds].astype(np.int64) - half
    return edfio.EdfSignal.from_digital(
        digital.astype(np.int16),
        1000,
        label=label,
        physical_dimension="mV",
        physical_range=(-SPAN_MV / 2, SPAN_MV / 2 - SPAN_MV / 2**bits),
        digital_range=(-half, half - 1),
        transducer_type="surface EMG",
    )


def bursts(folder: Path) -> None:
    """Nine contractions of biceps brachii, 28 whole seconds."""
    with h5py.File(folder / "surface_opensignals" / "emg_bursts.h5") as file:
        counts = next(iter(file.values()))["raw/channel_3"][:, 0]
    signal = edf_signal(counts, 16, "Biceps", 28)
    marks = [edfio.EdfAnnotation(0.0, None, "cyclic contractions")]
    edfio.Edf([signal], annotations=marks).write(OUT / "biceps_bursts.edf")


def fatigue(folder: Path) -> None:
    """Thirty contractions of biceps brachii until it tires, 126 whole seconds; some peaks are cut off."""
    with h5py.File(folder / "surface_opensignals" / "emg_fatigue.h5") as file:
        counts = next(iter(file.values()))["raw/channel_2"][:, 0]
    edfio.Edf([edf_signal(counts, 16, "Biceps", 126)]).write(OUT / "biceps_fatigue.edf")


def two_devices(folder: Path) -> None:
    """One muscle through a 16-bit and an 8-bit device at once, 30 s."""
    with h5py.File(folder / "surface_opensignals" / "emg_1000_hz_8_16_bits.h5") as file:
        groups = list(file.values())
        fine, coarse = groups[0]["raw/channel_6"][:, 0], groups[1]["raw/channel_5"][:, 0]
    signals = [edf_signal(fine, 16, "APB 16 bit", 30), edf_signal(coarse, 8, "APB 8 bit", 30)]
    edfio.Edf(signals).write(OUT / "adductor_two_devices.edf")


def rising_tone(folder: Path) -> None:
    """Brisk twitches of the adductor pollicis over a tone that grows, 40 whole seconds."""
    with h5py.File(folder / "surface_opensignals" / "emg_1000_hz_16_bits.h5") as file:
        counts = next(one["raw/channel_6"][:, 0] for one in file.values() if one.attrs["sampling rate"] == 1000)
    edfio.Edf([edf_signal(counts, 16, "APB", 40)]).write(OUT / "adductor_rising_tone.edf")


def shoulder(folder: Path) -> None:
    """Six of 38 analog channels of a C3D file, without the markers."""
    whole = ezc3d.c3d(str(folder / "shoulder_c3d" / "markers_analogs.c3d"))
    analog = whole["parameters"]["ANALOG"]
    rows = [list(analog["LABELS"]["value"]).index(name) for name in C3D_CHANNELS]
    part = ezc3d.c3d()
    part["parameters"]["POINT"]["RATE"]["value"] = [100.0]
    part["parameters"]["ANALOG"]["RATE"]["value"] = [2000.0]
    part["parameters"]["ANALOG"]["LABELS"]["value"] = list(C3D_CHANNELS)
    part["parameters"]["ANALOG"]["UNITS"]["value"] = ["V"] * len(rows)
    part["parameters"]["ANALOG"]["DESCRIPTIONS"]["value"] = [analog["DESCRIPTIONS"]["value"][row] for row in rows]
    part["data"]["points"] = np.zeros((4, 0, 580))
    part["data"]["analogs"] = whole["data"]["analogs"][:, rows, :]
    part.write(str(OUT / "shoulder_six_channels.c3d"))


def main() -> None:
    """Make all of them."""
    if len(sys.argv) != 2:
        sys.exit("usage: python tools/make_emg_test_recordings.py FOLDER")
    OUT.mkdir(parents=True, exist_ok=True)
    for make in (bursts, fatigue, two_devices, rising_tone, shoulder):
        make(Path(sys.argv[1]))
    print("made", ", ".join(sorted(path.name for path in OUT.iterdir())))


if __name__ == "__main__":
    main()
