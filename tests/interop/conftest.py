"""Recordings for the EMG tests."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shipped() -> Path:
    """The folder of recordings that the repository ships."""
    return Path(__file__).parents[1] / "data" / "emg"


@pytest.fixture(scope="session")
def elsewhere() -> Callable[[str], str]:
    """Path of a recording that may not be shipped (GPL-3); skips when the folder is not named."""

    def find(name: str) -> str:
        folder = os.environ.get("REPRIEVE_RECORDINGS")
        if not folder or not (Path(folder) / name).exists():
            pytest.skip(f"{name} is not shipped; REPRIEVE_RECORDINGS names no folder that holds it")
        return str(Path(folder) / name)

    return find
