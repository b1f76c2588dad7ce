"""The normal distribution function against SciPy's, and a first forecast that imports nothing heavy."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
from numpy.testing import assert_allclose
from scipy.special import ndtr as scipy_ndtr

from reprieve.learn.normal import ndtr


def test_it_is_scipys() -> None:
    z = np.concatenate([np.linspace(-12.0, 12.0, 20_001), [-np.inf, np.inf]])
    assert_allclose(ndtr(z), scipy_ndtr(z), rtol=0, atol=1e-10)
    assert np.all(np.diff(ndtr(np.linspace(-9.0, 9.0, 5000))) >= 0.0)


def test_a_forecast_needs_no_scipy_and_no_validator() -> None:
    # Each costs a third and a tenth of the half second in which the first forecast of a new process is asked for.
    code = "import reprieve.cli.commands.response, sys; print([m for m in ('scipy', 'pydantic') if m in sys.modules])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
