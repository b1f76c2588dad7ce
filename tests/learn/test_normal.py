"""The normal distribution function against SciPy's, and a first forecast that imports nothing heavy."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
from numpy.testing import assert_allclose
from scipy.special import ndtr as scipy_ndtr

from reprieve.learn.mixture import cumulative, quantiles
from reprieve.learn.normal import ndtr
from reprieve.learn.posterior import Mixture


def test_it_is_scipys() -> None:
    z = np.concatenate([np.linspace(-12.0, 12.0, 20_001), [-np.inf, np.inf]])
    assert_allclose(ndtr(z), scipy_ndtr(z), rtol=0, atol=1e-10)
    assert np.all(np.diff(ndtr(np.linspace(-9.0, 9.0, 5000))) >= 0.0)


def test_quantiles_undo_the_distribution_function() -> None:
    rng = np.random.default_rng(8)
    weight = rng.dirichlet(np.full(300, 0.2))
    mixture = Mixture(weight, 40.0 + 6.0 * rng.standard_normal((5, 300)), np.exp(rng.normal(1.5, 0.5, (5, 300))))
    levels = np.array([0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975])
    found = quantiles(mixture, levels)
    # Parts of a weight of 1e-4 are left out; the rest is exact to far less.
    assert_allclose(cumulative(mixture, found), np.broadcast_to(levels, found.shape), rtol=0, atol=3e-4)


def test_a_forecast_needs_no_scipy_and_no_validator() -> None:
    # Each costs a third and a tenth of the half second in which the first forecast of a new process is asked for.
    code = "import reprieve.cli.commands.response, sys; print([m for m in ('scipy', 'pydantic') if m in sys.modules])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
