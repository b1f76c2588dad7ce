"""BLAS on one thread while an engine works, and the threads given back after it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
import scipy.linalg  # noqa: F401  (brings a BLAS of its own, which has to be found)
from threadpoolctl import threadpool_info, threadpool_limits

from reprieve.core.one_thread import one_blas_thread


def _threads() -> set[int]:
    return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}


@pytest.fixture
def two_threads(monkeypatch: pytest.MonkeyPatch) -> object:
    """Two threads for BLAS, whatever the environment of the tests says."""
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    return threadpool_limits(2, user_api="blas")


@pytest.mark.usefixtures("two_threads")
def test_one_inside_and_as_before_outside() -> None:
    """Also one inside another, and after an error."""
    assert _threads() == {2}
    with one_blas_thread(), one_blas_thread():
        assert _threads() == {1}
    assert _threads() == {2}
    with pytest.raises(ValueError, match="inside"), one_blas_thread():
        raise ValueError("inside")
    assert _threads() == {2}


def test_where_the_environment_says_one_nothing_is_changed(
    two_threads: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")
    with one_blas_thread():
        assert _threads() == {2}


def test_nothing_is_loaded_where_the_environment_says_one_already() -> None:
    """The commands set it; their start pays nothing."""
    code = (
        "import sys; from reprieve.core.one_thread import one_blas_thread\n"
        "with one_blas_thread(): print('threadpoolctl' in sys.modules)"
    )
    told = {"OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run([sys.executable, "-c", code], env={**os.environ, **told}, capture_output=True, text=True)
    assert done.stdout == "False\n"
