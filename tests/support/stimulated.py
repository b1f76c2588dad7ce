"""A recording with an M wave of 3 mV after each of eight stimuli."""

from __future__ import annotations

from pathlib import Path

import edfio
import numpy as np


def write_stimulated(path: Path) -> Path:
    """Write the recording as EDF+, with the marker `stim` at each stimulus."""
    rng, rate = np.random.default_rng(3), 2000
    values = 0.005 * rng.standard_normal(10 * rate)
    for second in range(1, 9):
        values[second * rate + 20 : second * rate + 30] += np.linspace(-1.5, 1.5, 10)
    marks = [edfio.EdfAnnotation(float(second), None, "stim") for second in range(1, 9)]
    edfio.Edf([edfio.EdfSignal(values, rate, label="EDB", physical_dimension="mV")], annotations=marks).write(path)
    return path
